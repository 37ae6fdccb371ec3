"""The graph of workloads: who runs, what it reads, who leads to it, what it may do; and no secret in it."""

from __future__ import annotations

import pytest

from sparkfix.model import Graph, GraphNode
from sparkfix.workspace.graph import graph_of
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workloads import workloads_of
from sparkfix.workspace.workspace import Workspace

SECRET = "hunter2-never-shown"
SERVER = f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: connect
  namespace: spark
spec:
  template:
    metadata:
      labels:
        app: connect
    spec:
      serviceAccountName: driver
      initContainers:
      - name: wait
        image: busybox
        command: [sh, -c, "until nslookup api; do sleep 1; done; curl -u admin:{SECRET} http://x"]
      containers:
      - name: server
        image: apache/spark:3.5.1
        command: [/opt/spark/bin/spark-submit, --class, org.apache.spark.sql.connect.service.SparkConnectServer]
        args:
        - --properties-file
        - /opt/conf/spark-defaults.conf
        - --conf
        - spark.hadoop.fs.s3a.secret.key={SECRET}
        - spark-internal
        env:
        - name: TOKEN
          value: {SECRET}
        - name: POD_IP
          valueFrom:
            fieldRef:
              fieldPath: status.podIP
        - name: AWS_SECRET_ACCESS_KEY
          valueFrom:
            secretKeyRef:
              name: storage
              key: secret-key
        - name: AWS_ACCESS_KEY_ID
          valueFrom:
            secretKeyRef:
              name: storage
              key: no-such-key
        envFrom:
        - configMapRef:
            name: nowhere
            optional: true
        ports:
        - name: grpc
          containerPort: 15002
        livenessProbe:
          tcpSocket:
            port: grpc
          periodSeconds: 10
        readinessProbe:
          httpGet:
            path: /health?token={SECRET}
            port: ui
        volumeMounts:
        - name: conf
          mountPath: /opt/conf/
        - name: gone
          mountPath: /gone
        - name: scratch
          mountPath: /tmp
      volumes:
      - name: conf
        projected:
          sources:
          - configMap:
              name: conf
      - name: scratch
        emptyDir: {{}}
"""
OTHERS = f"""\
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: conf
  namespace: spark
data:
  spark-defaults.conf: |
    spark.master k8s://https://kubernetes.default.svc
    spark.kubernetes.executor.podTemplateFile /opt/conf/executor.yaml
    spark.kubernetes.driver.podTemplateFile /opt/conf/driver.yaml
    spark.ssl.keyPassword {SECRET}
  executor.yaml: |
    spec: {{}}
---
apiVersion: v1
kind: Secret
metadata:
  name: storage
stringData:
  secret-key: {SECRET}
  spark.conf: |
    spark.hadoop.x {SECRET}
---
apiVersion: v1
kind: Service
metadata:
  name: connect
  namespace: spark
spec:
  clusterIP: None
  selector:
    app: connect
  ports:
  - name: grpc
    port: 80
    targetPort: grpc
  - name: rpc
    port: 7078
  - name: web
    port: 8080
    targetPort: web
"""
ACCESS = """\
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: driver
  namespace: spark
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: driver-edits
  namespace: spark
subjects:
- kind: ServiceAccount
  name: driver
roleRef:
  kind: Role
  name: pods
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: driver-views
subjects:
- kind: ServiceAccount
  name: driver
  namespace: spark
roleRef:
  kind: ClusterRole
  name: view
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: another-namespace
subjects:
- kind: ServiceAccount
  name: driver
  namespace: elsewhere
roleRef:
  kind: ClusterRole
  name: cluster-admin
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: pods
  namespace: spark
rules:
- apiGroups: [""]
  resources: [pods, configmaps]
  verbs: [create, get]
- apiGroups: [apps]
  resources: [deployments]
  resourceNames: [connect]
  verbs: [patch]
"""


def drawn(unit: str = "folder:", **files: str) -> Graph:
    data = {path.replace("__", "/").replace("_", "."): text.encode() for path, text in files.items()}
    return graph_of("all", workloads_of(Workspace(MemoryStore(data), tuple(data)), unit))


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.label, edge.target) for edge in graph.edges}


def node(graph: Graph, id_: str) -> GraphNode:
    return next(item for item in graph.nodes if item.id == id_)


@pytest.fixture(scope="module")
def whole() -> Graph:
    return drawn(server_yaml=SERVER, others_yaml=OTHERS + ACCESS)


def test_from_the_workload_to_its_properties(whole: Graph) -> None:
    server, properties = "container/server", "properties/spark-defaults.conf: 4 Spark properties"
    assert edges(whole) >= {
        ("Deployment/connect", "runs first", "init container/wait"),
        ("Deployment/connect", "runs", server),
        ("init container/wait", "", "script/3 calls"),
        (server, "", "command//opt/spark/bin/spark-submit"),
        (server, "mounts at /opt/conf", "ConfigMap/conf"),
        (server, "mounts at /tmp", "volume/scratch"),
        ("ConfigMap/conf", "holds", properties),
        ("command//opt/spark/bin/spark-submit", "properties file", properties),
    }
    assert node(whole, "Deployment/connect").details == (
        "connect server, by the class SparkConnectServer", "Spark 3.5.1", "namespace spark",
    )  # fmt: skip
    assert "spark.ssl.keyPassword" in node(whole, properties).details
    assert node(whole, "command//opt/spark/bin/spark-submit").details == (
        "class org.apache.spark.sql.connect.service.SparkConnectServer", "resource spark-internal",
        "--properties-file", "--conf spark.hadoop.fs.s3a.secret.key",
    )  # fmt: skip


def test_environment_by_names_and_sources(whole: Graph) -> None:
    assert node(whole, "environment/4 variables").details == (
        "TOKEN", "POD_IP from status.podIP", "AWS_SECRET_ACCESS_KEY from Secret storage",
        "AWS_ACCESS_KEY_ID from Secret storage",
    )  # fmt: skip
    assert ("environment/4 variables", "AWS_SECRET_ACCESS_KEY, AWS_ACCESS_KEY_ID", "Secret/storage") in edges(whole)
    assert node(whole, "Secret/storage").details == ("keys: secret-key, spark.conf",)


def test_what_is_named_and_not_found(whole: Graph) -> None:
    assert {item.id for item in whole.nodes if item.missing} == {
        "ConfigMap/nowhere", "key/storage/no-such-key", "volume/gone", "port/ui", "port/web",
        "file//opt/conf/driver.yaml",
    }  # fmt: skip
    nowhere = node(whole, "ConfigMap/nowhere")
    assert nowhere.details == ("optional",)
    assert nowhere.place is not None
    assert nowhere.place.path == "server.yaml"
    assert SERVER[nowhere.place.span.start : nowhere.place.span.end] == "nowhere"


def test_pod_templates(whole: Graph) -> None:
    properties = "properties/spark-defaults.conf: 4 Spark properties"
    assert edges(whole) >= {
        (properties, "template of the executor", "file/executor.yaml"),
        ("ConfigMap/conf", "holds", "file/executor.yaml"),
        (properties, "template of the driver", "file//opt/conf/driver.yaml"),
    }


def test_ports_services_and_probes(whole: Graph) -> None:
    assert edges(whole) >= {
        ("container/server", "listens on", "port/15002 grpc"),
        ("container/server", "is asked by", "livenessProbe/tcpSocket grpc"),
        ("livenessProbe/tcpSocket grpc", "asks", "port/15002 grpc"),
        ("readinessProbe/httpGet /health ui", "asks", "port/ui"),
        ("Service/connect", "selects", "Deployment/connect"),
        ("Service/connect", "80 grpc", "port/15002 grpc"),
        ("Service/connect", "7078 rpc", "port/7078"),
        ("Service/connect", "8080 web", "port/web"),
    }
    assert node(whole, "port/7078").details == ("no container declares it",)
    assert node(whole, "Service/connect").details == ("headless",)


def test_accounts_bindings_and_roles(whole: Graph) -> None:
    assert edges(whole) >= {
        ("Deployment/connect", "runs as", "ServiceAccount/driver"),
        ("ServiceAccount/driver", "named by", "RoleBinding/driver-edits"),
        ("ServiceAccount/driver", "named by", "ClusterRoleBinding/driver-views"),
        ("RoleBinding/driver-edits", "grants", "Role/pods"),
        ("Role/pods", "allows", "permission/pods, configmaps: create, get"),
        ("Role/pods", "allows", "permission/deployments.apps: patch"),
        ("ClusterRoleBinding/driver-views", "grants", "ClusterRole/view"),
    }
    assert node(whole, "permission/deployments.apps: patch").details == ("only connect",)
    assert not node(whole, "ClusterRole/view").missing
    assert not any(item.label == "another-namespace" for item in whole.nodes)


def test_no_value_of_a_secret_is_in_it(whole: Graph) -> None:
    assert "hunter2" not in repr(whole)
    assert "spark.hadoop.x" not in repr(whole)


def test_an_account_that_nothing_defines_and_one_that_nobody_names() -> None:
    graph = drawn(server_yaml=SERVER)
    assert node(graph, "ServiceAccount/driver").missing
    graph = drawn(server_yaml=SERVER.replace("      serviceAccountName: driver\n", ""))
    assert ("Deployment/connect", "runs as", "ServiceAccount/default") in edges(graph)
    assert not node(graph, "ServiceAccount/default").missing


def test_a_role_that_nothing_defines() -> None:
    access = ACCESS.replace("kind: Role\nmetadata:\n  name: pods", "kind: Role\nmetadata:\n  name: other")
    graph = drawn(server_yaml=SERVER, access_yaml=access)
    assert ("RoleBinding/driver-edits", "grants", "Role/pods") in edges(graph)
    assert node(graph, "Role/pods").missing


def test_generated_and_sealed_objects_are_found() -> None:
    kustomization = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        "configMapGenerator:\n- name: conf\n  files: [spark-defaults.conf, a.txt=b/c.txt]\n"
    )
    sealed = "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: storage\n"
    graph = drawn(server_yaml=SERVER + sealed, kustomization_yaml=kustomization)
    assert node(graph, "ConfigMap/conf").details == ("made by configMapGenerator", "keys: spark-defaults.conf, a.txt")
    assert node(graph, "SealedSecret/storage").missing is False
    assert not any(item.kind == "Secret" for item in graph.nodes)


CHART = {
    "c__Chart_yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
    "c__values_yaml": "sparkConf:\n  spark.executor.memory: 4g\n",
    "c__templates__all_yaml": """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "c.name" . }}-conf
data:
  spark-defaults.conf: |
    {{- if .Values.k8s }}
    spark.master=k8s://https://x
    {{- end }}
    spark.driver.host={{ .Values.host }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "c.name" . }}
spec:
  volumeClaimTemplates:
  - metadata:
      name: work
  template:
    spec:
      serviceAccountName: {{ .Values.account }}
      containers:
      - name: spark
        image: "{{ .Values.image }}"
        command: ["/opt/spark/sbin/start-connect-server.sh"]
        volumeMounts:
        - name: conf
          mountPath: /opt/spark/conf
        - name: work
          mountPath: /work
        {{- range .Values.more }}
        - name: {{ .name }}
          mountPath: {{ .path }}
        {{- end }}
      volumes:
      - name: conf
        configMap:
          name: {{ include "c.name" . }}-conf
""",
}


def test_a_charts_templates() -> None:
    graph = drawn("chart:c", **CHART)
    config = 'ConfigMap/{{ include "c.name" . }}-conf'
    assert edges(graph) >= {
        ("container/spark", "mounts at /opt/spark/conf", config),
        (config, "holds", "properties/spark-defaults.conf: 2 Spark properties"),
        ("container/spark", "mounts at /work", "volume/work"),
        ('StatefulSet/{{ include "c.name" . }}', "runs as", "ServiceAccount/{{ .Values.account }}"),
    }
    account = node(graph, "ServiceAccount/{{ .Values.account }}")
    assert (account.missing, account.details) == (True, ("a template makes its name",))


APPLICATION = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata:
  name: pi
spec:
  mainClass: org.example.Pi
  mainApplicationFile: s3a://user:hunter2@bucket/pi.jar
  mode: cluster
  sparkConf:
    spark.ui.port: "4040"
  sparkConfigMap: conf
  volumes:
  - name: data
    persistentVolumeClaim:
      claimName: data
  driver:
    serviceAccount: driver
    envSecretKeyRefs:
      PASSWORD:
        name: storage
        key: password
    secrets:
    - name: keys
      path: /keys
    volumeMounts:
    - name: data
      mountPath: /data
  executor:
    envFrom:
    - secretRef:
        name: storage
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: ScheduledSparkApplication
metadata:
  name: nightly
spec:
  schedule: "@daily"
  template:
    mode: cluster
    driver:
      serviceAccount: driver
"""


def test_resources_of_an_operator() -> None:
    graph = drawn(pi_yaml=APPLICATION)
    assert edges(graph) == {
        ("SparkApplication/pi", "runs", "container/driver"),
        ("SparkApplication/pi", "runs", "container/executor"),
        ("SparkApplication/pi", "sparkConfigMap", "ConfigMap/conf"),
        ("SparkApplication/pi", "runs as", "ServiceAccount/driver"),
        ("SparkApplication/pi", "sets", "properties/SparkApplication spec.sparkConf: 1 Spark property"),
        ("container/driver", "env", "environment/1 variable"),
        ("environment/1 variable", "PASSWORD", "Secret/storage"),
        ("container/driver", "mounts at /keys", "Secret/keys"),
        ("container/driver", "mounts at /data", "PersistentVolumeClaim/data"),
        ("container/executor", "envFrom", "Secret/storage"),
        ("ScheduledSparkApplication/nightly", "runs", "container/driver#2"),
        ("ScheduledSparkApplication/nightly", "runs as", "ServiceAccount/driver"),
    }
    assert "hunter2" not in repr(graph)


CONNECT = """\
apiVersion: sparkoperator.k8s.io/v1alpha1
kind: SparkConnect
metadata:
  name: connect
spec:
  sparkConf:
    spark.ui.port: "4040"
  server:
    template:
      spec:
        containers:
        - name: spark-kubernetes-driver
          image: apache/spark:4.0.0
  executor:
    instances: 1
"""


def test_a_pod_template_stands_for_the_server_of_an_operator() -> None:
    graph = drawn(connect_yaml=CONNECT)
    assert [item.id for item in graph.nodes if "container" in item.kind] == [
        "container/spark-kubernetes-driver", "container/executor",
    ]  # fmt: skip


def test_a_command_of_templates_is_one_command() -> None:
    words = '["{{ .Values.path }}/bin/spark-class", "org.apache.spark.deploy.worker.Worker", "spark://{{ .Values.m }}:7077"]'
    text = CHART["c__templates__all_yaml"].replace('["/opt/spark/sbin/start-connect-server.sh"]', words)
    graph = drawn("chart:c", **{**CHART, "c__templates__all_yaml": text})
    [command] = [item for item in graph.nodes if item.kind in ("command", "script")]
    assert command.label == "{{ .Values.path }}/bin/spark-class"
    assert command.details == ("class org.apache.spark.deploy.worker.Worker",)


def test_files_that_nothing_reads_are_roots() -> None:
    graph = drawn(spark_conf="spark.master local\nspark.ui.port 1\n")
    assert edges(graph) == {("file/spark.conf", "holds", "properties/spark.conf: 2 Spark properties")}


def test_ids_are_unique_and_do_not_change_with_lines_above() -> None:
    twice = SERVER + "---\n" + SERVER
    graph, moved = drawn(server_yaml=twice), drawn(server_yaml="# one more line\n" + twice)
    assert len({item.id for item in graph.nodes}) == len(graph.nodes)
    assert [item.id for item in graph.nodes] == [item.id for item in moved.nodes]
    assert graph.edges == moved.edges
    assert {"container/server", "container/server#2"} <= {item.id for item in graph.nodes}
