"""Keys without `spark.` are settings where Spark is given them for certain, and nowhere else."""

from __future__ import annotations

import pytest

from sparkfix.formats.reading import open_document
from sparkfix.text.source import SourceText

APPLICATION = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: {kind}\nmetadata:\n  name: a\nspec:\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: spark:3.5.8\n"


def keys(text: str) -> list[tuple[str, str]]:
    document = open_document(SourceText("a.yaml", text.encode()))
    return [(block.carrier, item.key) for block in document.blocks for item in block.properties]


@pytest.mark.parametrize("kind", ["SparkApplication", "ScheduledSparkApplication", "SparkConnect"])
def test_spark_conf_of_a_resource(kind: str) -> None:
    route = "  template:\n    sparkConf:\n" if kind.startswith("Scheduled") else "  sparkConf:\n"
    indent = "      " if kind.startswith("Scheduled") else "    "
    text = APPLICATION.format(kind=kind) + route + f"{indent}fs.s3a.endpoint: http://minio:9000\n{indent}plain: a\n"
    assert keys(text) == [("map", "fs.s3a.endpoint")]


@pytest.mark.parametrize(
    "text",
    [
        APPLICATION.format(kind="SparkApplication") + "  hadoopConf:\n    fs.s3a.endpoint: http://minio:9000\n",
        APPLICATION.format(kind="SparkApplication") + "  driver:\n    labels:\n      acme.io/a.b: spark\n",
        APPLICATION.format(kind="SparkApplication") + "  sparkConf:\n    fs.s3a: {a.b: spark}\n",
        "sparkConf:\n  fs.s3a.endpoint: http://minio:9000\n",
        APPLICATION.format(kind="Other") + "  sparkConf:\n    fs.s3a.endpoint: http://minio:9000\n",
    ],
)
def test_other_maps(text: str) -> None:
    """Fields of a resource are properties by what its operator makes of them."""
    assert [key for carrier, key in keys(text) if carrier != "resource fields"] == []


def test_arguments_of_what_starts_spark() -> None:
    words = 'args: ["--conf", "fs.s3a.endpoint=x", "--conf=executor.cores=2", "--name", "a.b=c", "local:///a.jar"]\n'
    text = POD + f'      command: ["/opt/spark/bin/spark-submit"]\n      {words}'
    assert keys(text) == [("arguments", "fs.s3a.endpoint"), ("arguments", "executor.cores")]


@pytest.mark.parametrize(
    "words",
    [
        'command: ["/opt/flink/bin/flink"]\n      args: ["--conf", "fs.s3a.endpoint=x", "spark"]\n',
        'command: ["/bin/sh", "-c"]\n      args: ["a.b=1 exec spark-submit local:///a.jar"]\n',
        'args: ["--conf", "fs.s3a.endpoint=x", "spark"]\n',
        'command: ["spark-submit"]\n      args: ["local:///a.jar", "--conf", "fs.s3a.endpoint=x"]\n',
    ],
)
def test_arguments_of_others(words: str) -> None:
    assert keys(POD + "      " + words) == []
