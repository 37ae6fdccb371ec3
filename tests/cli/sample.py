"""A small chart with three arms, and what a run of the command line needs and gives."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CONFIGMAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "spark-connect.fullname" . }}-config
data:
  spark-defaults.conf: |
    {{- if eq .Values.backendMode "standalone" }}
    spark.master=spark://{{ .Release.Name }}-master:7077
    spark.driver.host={{ include "spark-connect.fullname" . }}
    {{- else if eq .Values.backendMode "k8s" }}
    spark.master=k8s://https://kubernetes.default.svc:443
    # Driver configuration for Kubernetes
    spark.driver.host={{ include "spark-connect.fullname" . }}
    spark.driver.port=7078
    spark.driver.blockManager.port=7079
    {{- else }}
    spark.master=local[*]
    {{- end }}
    # Connect
    spark.connect.grpc.binding.port=15002
    spark.sql.shuffle.partitions=8
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "spark-connect.fullname" . }}
spec:
  selector:
    matchLabels:
      app: {{ include "spark-connect.fullname" . }}
  template:
    metadata:
      labels:
        app: {{ include "spark-connect.fullname" . }}
    spec:
      serviceAccountName: spark
      containers:
        - name: spark-connect
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          command: ["/opt/spark/sbin/start-connect-server.sh"]
          env:
            - name: SPARK_NO_DAEMONIZE
              value: "true"
          ports:
            - name: grpc
              containerPort: 15002
          livenessProbe:
            tcpSocket:
              port: 15002
            initialDelaySeconds: 60
            periodSeconds: 30
          volumeMounts:
            - name: config
              mountPath: /opt/spark/conf
      volumes:
        - name: config
          configMap:
            name: {{ include "spark-connect.fullname" . }}-config
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {{ include "spark-connect.fullname" . }}
spec:
  selector:
    app: {{ include "spark-connect.fullname" . }}
  ports:
    - name: grpc
      port: 15002
    - name: driver-rpc-port
      port: 7078
    - name: blockmanager
      port: 7079
"""
VALUES = """\
backendMode: k8s
image:
  repository: apache/spark
  tag: 3.5.7
"""
FILES = {
    "chart/Chart.yaml": "apiVersion: v2\nname: spark-connect\nversion: 1.0.0\n",
    "chart/values.yaml": VALUES,
    "chart/templates/_helpers.tpl": '{{- define "spark-connect.fullname" -}}\n{{ .Release.Name }}-connect\n{{- end -}}\n',
    "chart/templates/configmap.yaml": CONFIGMAP,
    "chart/templates/deployment.yaml": DEPLOYMENT,
    "chart/templates/service.yaml": SERVICE,
}


@dataclass(frozen=True)
class Ran:
    """What a run of the command line gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def environment(home: Path) -> dict[str, str]:
    """The caller's environment without anything that could lead git, Python or colours astray."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "SPARKFIX_", "PYTHON"))}
    return {**kept, "HOME": str(home), "NO_COLOR": "1", "GIT_CONFIG_NOSYSTEM": "1"}
