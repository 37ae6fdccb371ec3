"""Charts whose releases stand elsewhere in the repository: known, also when nobody named those files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sample import Run

from sparkfix.helm.renderer import Renderer

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: prod}
spec:
  destination: {namespace: data}
  source:
    path: charts/c
    helm:
      valuesObject:
        host: servers
"""
CHART = """\
apiVersion: v1
kind: Service
metadata: {name: server}
spec:
  clusterIP: None
  selector: {app: s}
---
apiVersion: v1
kind: Pod
metadata: {name: server, labels: {app: s}}
spec:
  containers:
    - name: spark
      image: apache/spark:3.5.7
      command: [/opt/spark/bin/spark-submit]
      args: ["--master", "k8s://https://k", "local:///app.py"]
      volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
  volumes: [{name: conf, configMap: {name: conf}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  spark-defaults.conf: |
    spark.driver.host={{ .Values.host }}
    spark.driver.bindAddress=0.0.0.0
    spark.driver.port=7078
    spark.driver.blockManager.port=7079
"""
FILES = {
    "charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
    "charts/c/values.yaml": "host: server\n",
    "charts/c/templates/all.yaml": CHART,
    "apps/app.yaml": APPLICATION,
}


@pytest.fixture
def top(tree: Path, renderer: Renderer) -> Path:
    """A folder with a chart and its release; skips where charts cannot be rendered."""
    del renderer
    for name, text in FILES.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tree


def test_a_release_outside_of_the_given_paths_is_known(top: Path, sparkfix: Run) -> None:
    ran = sparkfix("check", "charts/c")
    assert ran.code == 1
    assert "seen with release prod in apps/app.yaml" in ran.out
    assert "the value is set here: apps/app.yaml:10:" in ran.out


def test_it_is_known_from_the_charts_own_folder(top: Path, git: Callable[..., str], sparkfix: Run) -> None:
    assert git("status", "--short") == ""
    ran = sparkfix("check", cwd=top / "charts/c")
    assert ran.code == 1
    assert "templates/all.yaml:25:5 driver-host-not-a-service" in ran.out
    assert "the value is set here: ../../apps/app.yaml:10:" in ran.out


def test_it_is_not_edited_but_proves_changes_of_the_chart(top: Path, sparkfix: Run) -> None:
    host = sparkfix("set", "spark.driver.host=x", "charts/c")
    assert host.code == 1
    assert "it would also change apps/app.yaml, which is not among the given paths" in host.out + host.err
    assert (top / "apps/app.yaml").read_text() == APPLICATION
    port = sparkfix("set", "spark.driver.port=7080", "charts/c")
    assert "proven: rendered with 2 values sets, all show just this change" in port.out
    assert (top / "charts/c/templates/all.yaml").read_text() == CHART.replace("port=7078", "port=7080")
