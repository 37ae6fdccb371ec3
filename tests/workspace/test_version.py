"""The Spark version from each kind of evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workloads import workloads_of
from sparkfix.workspace.workspace import Workspace

POD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers:
        - name: server
          image: %s
          command: [/opt/spark/sbin/start-connect-server.sh]
%s"""
CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  spark-defaults.conf: |\n    spark.a=1\n"
CR = "apiVersion: x/v1\nkind: SparkApplication\nmetadata: {name: x}\nspec:\n%s  sparkConf:\n    spark.a: b\n"


def pod(image: str, more: str = "") -> str:
    return POD % (image, more)


def workspace(files: dict[str, str]) -> Workspace:
    return Workspace(MemoryStore({path: text.encode() for path, text in files.items()}), tuple(files))


def version(files: dict[str, str], path: str = "", spark_version: str = "") -> tuple[str, str] | None:
    here = replace(workspace(files), spark_version=spark_version)
    found = workloads_of(here, here.unit_of(path or next(iter(files))))
    assert found, "no workload"
    known = found[0].version
    return (known.number, known.evidence) if known else None


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("apache/spark:3.5.1", "3.5.1"),
        ("apache/spark:3.5.1-scala2.12-java17-python3-ubuntu", "3.5.1"),
        ("apache/spark:v3.5.0", "3.5.0"),
        ("ghcr.io/x/spark:spark-3.4.1", "3.4.1"),
        ("apache/spark:4.1.3-java21", "4.1.3"),
        ("apache/spark:4.0", "4.0"),
        ("apache/spark:3.5.1@sha256:0123456789abcdef", "3.5.1"),
        ("localhost:5000/team/spark:3.5.1", "3.5.1"),
        ("bitnami/spark:3.5.1-debian-12-r4", "3.5.1"),
        ("apache/spark@sha256:3.5012", None),
        ("apache/spark:latest", None),
        ("apache/spark:java17", None),
        ("apache/spark", None),
        ("apache/spark:12.0.1", None),
        ("apache/spark:2024.05.1", None),
        ("nginx:1.25.3", None),
        ("acme/spark:hadoop-3.3.6-spark-4.0.1", "4.0.1"),
        ("public/spark:emr-7.1.0", None),
        ("acme/spark:scala-2.12-3.5.1", "3.5.1"),
        ("acme/spark-delta:delta-3.2.0-spark-3.5.1", "3.5.1"),
        ("acme/spark-jupyter:v20240101-spark3.5.1", "3.5.1"),
        ("acme/spark:server-3.5.1", "3.5.1"),
        ("acme/spark-connect:2.3.1", None),
        ("acme/spark-connect:5.0.0", None),
    ],
)
def test_image_tag(image: str, number: str | None) -> None:
    found = version({"d.yaml": pod(image)})
    assert (found[0] if found else None) == number


CHART = {"Chart.yaml": "apiVersion: v2\nname: my\nversion: 1.0.0\nappVersion: 9.9.9\n"}


@pytest.mark.parametrize(
    ("image", "values", "number"),
    [
        ('"{{ .Values.image.repository }}:{{ .Values.image.tag }}"', "image: {repository: apache/spark, tag: 3.5.2}\n", "3.5.2"),
        ("{{ .Values.image }}", "image: apache/spark:3.5.2-java17\n", "3.5.2"),
        ("{{ .Values.server.image.repository }}:{{ .Values.server.image.tag | default .Chart.AppVersion }}",
         "server:\n  image:\n    repository: x/spark\n    tag: v4.0.1\n", "4.0.1"),
        ('{{ include "my.image" . }}', "image:\n  repository: apache/spark\n  tag: '3.4.3'\n", "3.4.3"),
        ('{{ include "my.image" . }}', "a: {repository: x/spark, tag: 3.4.3}\nb: {repository: x/spark, tag: 3.5.0}\n", None),
        ('{{ include "my.image" . }}', "image: {repository: kubeflow/spark-operator, tag: 2.1.0}\n", None),
    ],
)  # fmt: skip
def test_through_values(image: str, values: str, number: str | None) -> None:
    files = {"templates/d.yaml": pod(image), "values.yaml": values, **CHART}
    found = version(files)
    assert (found[0] if found else None) == number


def test_a_parent_charts_values_override_the_subcharts() -> None:
    files = {
        "charts/sub/templates/d.yaml": pod('"{{ .Values.image.repository }}:{{ .Values.image.tag }}"'),
        "charts/sub/values.yaml": "image: {repository: apache/spark, tag: 3.4.0}\n",
        "charts/sub/Chart.yaml": "name: sub\n",
        "values.yaml": "sub:\n  image:\n    tag: 3.5.7\n",
        **CHART,
    }
    assert version(files) == ("3.5.7", "the image tag")


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("spark", "3.5.4"),
        ("spark-connect", "3.5.4"),
        ("spark-operator", None),
        ("spark-history-server", None),
        ("other", None),
    ],
)
def test_app_version(name: str, number: str | None) -> None:
    files = {"templates/c.yaml": CM, "Chart.yaml": f"name: {name}\nversion: 1.0.0\nappVersion: '3.5.4'\n"}
    assert version(files) == ((number, "appVersion") if number else None)


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("SPARK_VERSION", "3.5.5", "3.5.5"),
        ("SPARK_HOME", "/opt/spark-3.4.2-bin-hadoop3", "3.4.2"),
        ("SPARK_HOME", "/opt/spark", None),
    ],
)
def test_environment(name: str, value: str, number: str | None) -> None:
    more = f"          env:\n            - name: {name}\n              value: {value}\n"
    assert version({"d.yaml": pod("x/spark:latest", more)}) == ((number, name) if number else None)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("deploy/spark-3.5/c.yaml", "3.5"),
        ("spark_v4.0.1/x/c.yaml", "4.0.1"),
        ("spark/3.5/c.yaml", None),
        ("k8s-1.30/c.yaml", None),
    ],
)
def test_folder_name(path: str, number: str | None) -> None:
    assert version({path: CM}) == ((number, "the folder name") if number else None)


def test_jar_name() -> None:
    text = CM + "    spark.jars=local:///x/spark-connect_2.12-3.5.6.jar\n"
    assert version({"c.yaml": text}) == ("3.5.6", "a jar's name")


def test_package_coordinates() -> None:
    text = CM + "    spark.jars.packages=io.delta:delta-spark_2.12:3.2.0,org.apache.spark:spark-connect_2.12:3.5.3\n"
    assert version({"c.yaml": text}) == ("3.5.3", "the package coordinates")


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("  sparkVersion: 3.5.1\n", ("3.5.1", "spec.sparkVersion")),
        ("  sparkVersion: '3.5'\n  image: apache/spark:3.4.0\n", ("3.5", "spec.sparkVersion")),
        ("  image: apache/spark:3.4.0\n", ("3.4.0", "the image tag")),
        ("  sparkImage:\n    productVersion: 3.5.2\n", ("3.5.2", "spec.sparkImage.productVersion")),
        ("  runtimeVersions:\n    sparkVersion: 4.0.0\n", ("4.0.0", "spec.runtimeVersions.sparkVersion")),
        ("  image: x\n", None),
    ],
)
def test_custom_resource(spec: str, found: tuple[str, str] | None) -> None:
    assert version({"a.yaml": CR % spec}) == found


def test_command_line_wins() -> None:
    assert version({"d.yaml": pod("apache/spark:3.5.1")}, spark_version="4.1") == ("4.1", "--spark-version")


def test_unknown_stays_unknown() -> None:
    assert version({"c.yaml": CM}) is None


def test_the_line_of_the_evidence() -> None:
    here = workspace({"d.yaml": pod("apache/spark:3.5.1")})
    (workload,) = workloads_of(here, "folder:")
    assert str(workload.version) == "Spark 3.5.1, from the image tag in d.yaml:9"


def test_image_that_properties_name() -> None:
    text = CM + "    spark.kubernetes.container.image=apache/spark:4.0.0\n"
    assert version({"c.yaml": text}) == ("4.0.0", "the image tag")


def test_an_old_number_is_believed_of_other_programs() -> None:
    thrift = pod("apache/spark:2.4.8").replace("start-connect-server", "start-thriftserver")
    assert version({"d.yaml": thrift}) == ("2.4.8", "the image tag")
