"""`sparkfix show`: text, JSON, names, typed launches, and what differs from values files and commits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample import Run

SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData:
  spark-defaults.conf: |
    spark.plain=hidden-too
"""
TEXT = """\
release-name-connect (Deployment, container spark-connect, connect server)  chart/templates/deployment.yaml:4:3
  with default values
  Spark 3.5.7, from the image tag in chart/templates/deployment.yaml:17
  spark.driver.host = release-name-connect
    by spark-defaults.conf, chart/templates/configmap.yaml:13:5
  spark.nothing is not set here
"""


def shown(ran: object) -> Any:
    return json.loads(ran.out)  # type: ignore[attr-defined]


def test_text(sparkfix: Run) -> None:
    ran = sparkfix("show", "--key", "spark.driver.host", "--key", "spark.nothing")
    assert (ran.code, ran.out, ran.err) == (0, TEXT, "")


def test_json(sparkfix: Run) -> None:
    [item] = shown(sparkfix("show", "--output-format", "json", "--key", "spark.sql.shuffle.partitions", "--key", "x"))
    assert item["workload"] == "release-name-connect"
    assert item["where"] == "chart/templates/deployment.yaml:4"
    assert (item["values"], item["spark_version"]) == ("default values", "3.5.7")
    found, missing = item["properties"]
    assert {name: found[name] for name in ("key", "value", "file", "line", "column", "layer", "overrides")} == {
        "key": "spark.sql.shuffle.partitions",
        "value": "8",
        "file": "chart/templates/configmap.yaml",
        "line": 21,
        "column": 5,
        "layer": "spark-defaults.conf",
        "overrides": [],
    }
    assert (missing["key"], missing["value"], missing["layer"]) == ("x", None, "not set")


def test_a_values_file(sparkfix: Run, tree: Path) -> None:
    (tree / "prod.yaml").write_text("backendMode: standalone\n")
    items = shown(sparkfix("show", "-f", "prod.yaml", "--output-format", "json", "--key", "spark.master"))
    values = {item["values"]: item["properties"][0]["value"] for item in items}
    assert values == {
        "default values": "k8s://https://kubernetes.default.svc:443",
        "prod.yaml": "spark://release-name-master:7077",
    }


def test_without_rendering_arms_are_told(sparkfix: Run) -> None:
    [item] = shown(sparkfix("show", "--no-render", "--output-format", "json", "--key", "spark.master"))
    assert item["values"] is None
    assert [(one["value"], one["condition"]) for one in item["properties"]] == [
        ("local[*]", "else"),
        ("k8s://https://kubernetes.default.svc:443", 'else if eq .Values.backendMode "k8s"'),
        ("spark://{{ .Release.Name }}-master:7077", 'if eq .Values.backendMode "standalone"'),
    ]


def test_names(sparkfix: Run, tree: Path) -> None:
    name = "release-name-connect"
    assert sparkfix("show", name, "--quiet").out == sparkfix("show", f"Deployment/{name}").out
    assert sparkfix("show", f"{name}/spark-connect").out == sparkfix("show", "chart").out
    ran = sparkfix("show", "release-name-conect")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "sparkfix: release-name-conect: no workload of this name (did you mean `release-name-connect`?)\n"
    ran = sparkfix("show", "no/such.yaml")
    assert ran.err.startswith("sparkfix: no/such.yaml: no such file or folder, and no workload of this name")
    (tree / "empty").mkdir()
    ran = sparkfix("show", "empty", "--output-format", "json")
    assert (ran.code, ran.out, ran.err) == (0, "[]\n", "no Spark workload found\n")


def test_secrets_are_hidden(sparkfix: Run, tree: Path) -> None:
    (tree / "s").mkdir()
    (tree / "s/secret.yaml").write_text(SECRET)
    (tree / "s/a.conf").write_text(
        "spark.hadoop.fs.s3a.secret.key=topsecret\nspark.a=x\nspark.driver.extraJavaOptions=-Dpassword=topsecret\n"
    )
    for arguments in ((), ("--output-format", "json")):
        ran = sparkfix("show", "s", *arguments)
        assert ran.code == 0
        assert "***" in ran.out
        assert "topsecret" not in ran.out
        assert "hidden-too" not in ran.out


@pytest.fixture
def launch(tree: Path) -> Path:
    folder = tree / "launch"
    folder.mkdir()
    (folder / "p.conf").write_text("spark.a file\nspark.b file\nno.spark x\n")
    (folder / "spark-defaults.conf").write_text("spark.a defaults\nspark.c defaults\n")
    (folder / "app.py").write_text('spark = SparkSession.builder.config("spark.b", "code").getOrCreate()\n')
    return folder


def test_a_typed_launch(sparkfix: Run, launch: Path) -> None:
    command = (
        "SPARK_CONF_DIR=. SPARK_SUBMIT_OPTS='-Dspark.d=java -Dspark.a=java' spark-submit --properties-file p.conf"
        " --conf spark.a='ä b' --conf spark.driver.memory=1g --driver-memory 2g app.py --conf spark.z=1"
    )
    [item] = shown(sparkfix("show", "--command", command, "--output-format", "json", cwd=launch))
    found = {one["key"]: one for one in item["properties"]}
    assert {key: one["value"] for key, one in found.items()} == {
        "spark.a": "ä b", "spark.b": "code", "spark.d": "java", "spark.driver.memory": "2g",
    }  # fmt: skip
    assert [one["value"] for one in found["spark.a"]["overrides"]] == ["file", "java"]
    assert (found["spark.b"]["file"], found["spark.b"]["line"]) == ("app.py", 1)
    overridden = found["spark.b"]["overrides"][0]
    assert (overridden["file"], overridden["line"], overridden["layer"]) == ("p.conf", 2, "properties file")
    column = found["spark.a"]["column"]
    assert command[column - 1 :].startswith("spark.a=")
    assert {one["key"]: one["reason"] for one in item["unread"]} == {
        "spark.a": "--properties-file is read instead of spark-defaults.conf",
        "spark.c": "--properties-file is read instead of spark-defaults.conf",
        "no.spark": "Spark drops keys without `spark.`",
    }


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("ls -l", "no spark-submit in `ls -l`"),
        ("", "no spark-submit in ``"),
        ("spark-submit --conf spark.a x.py", "`--conf spark.a` has no `=`"),
        ("spark-submit --properties-file nope x.py", "the properties file nope cannot be read"),
    ],
)
def test_launches_that_are_none(sparkfix: Run, command: str, words: str) -> None:
    ran = sparkfix("show", "--command", command)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert len(ran.err.splitlines()) == 1


def test_defaults_beside_a_file_need_4(sparkfix: Run, launch: Path) -> None:
    command = "SPARK_CONF_DIR=. spark-submit --load-spark-defaults --properties-file p.conf x.jar"
    ran = sparkfix("show", "--command", command, "--spark-version", "4.0", "--key", "spark.c", cwd=launch)
    assert "spark.c = defaults" in ran.out
    ran = sparkfix("show", "--command", command, "--spark-version", "3.5", cwd=launch)
    assert (ran.code, ran.out) == (2, "")
    assert "does not know --load-spark-defaults" in ran.err


def test_difference_between_values_files(sparkfix: Run, tree: Path) -> None:
    (tree / "prod.yaml").write_text("backendMode: standalone\n")
    ran = sparkfix("show", "--diff-with", "prod.yaml", "--key", "spark.master", "--key", "spark.driver.host")
    assert ran.code == 1
    assert ran.out == (
        "release-name-connect (Deployment, container spark-connect, connect server)\n"
        "  with default values\n"
        "  Spark 3.5.7, from the image tag in chart/templates/deployment.yaml:17\n"
        "  - spark.master = spark://release-name-master:7077  by spark-defaults.conf, chart/templates/configmap.yaml:8:5\n"
        "  + spark.master = k8s://https://kubernetes.default.svc:443  by spark-defaults.conf,"
        " chart/templates/configmap.yaml:11:5\n"
    )
    assert ran.err == "1 workload differs\n"
    same = sparkfix("show", "-f", "prod.yaml", "--diff-with", "prod.yaml")
    assert (same.code, same.out, same.err) == (0, "", "0 workloads differ\n")


def test_difference_from_a_commit(sparkfix: Run, tree: Path, git: Callable[..., str]) -> None:
    path = tree / "chart/templates/configmap.yaml"
    path.write_text(path.read_text().replace("partitions=8", "partitions=9"))
    (tree / "new.conf").write_text("spark.a=1\n")
    ran = sparkfix("show", "--diff-with", "HEAD", "--output-format", "json")
    assert ran.code == 1
    new, changed = sorted(json.loads(ran.out), key=lambda item: str(item["workload"]))
    assert (new["workload"], new["state"]) == ("new.conf", "new")
    [change] = changed["changes"]
    assert (change["key"], change["before"]["value"], change["after"]["value"]) == (
        "spark.sql.shuffle.partitions", "8", "9",
    )  # fmt: skip
    assert sparkfix("show", "--diff-with", "HEAD", "--key", "spark.master", "chart").code == 0
    only = sparkfix("show", "--diff-with", "main", "new.conf")
    assert (only.code, only.out.splitlines()[0]) == (1, "new.conf is new")
    for name in ("nope", "--help"):
        assert "git knows no such commit" in sparkfix("show", f"--diff-with={name}").err


def test_difference_without_git_or_chart(sparkfix: Run, tree: Path) -> None:
    ran = sparkfix("show", "--diff-with", "HEAD")
    assert (ran.code, ran.err) == (
        2,
        "sparkfix: --diff-with HEAD: no such file, and no git work tree to look for it in\n",
    )
    ran = sparkfix("show", "--diff-with", "chart/values.yaml", "--no-render")
    assert (ran.code, ran.out) == (2, "")


def test_bad_options(sparkfix: Run) -> None:
    assert sparkfix("show", "--output-format", "xml").code == 2
    ran = sparkfix("show", "chart", "--command", "spark-submit x.py")
    assert (ran.code, ran.out) == (2, "")
    assert "--command" in ran.err


def test_values_files_below(sparkfix: Run, tree: Path) -> None:
    for name, text in {
        "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "c/values.yaml": "spark:\n  memory: 1g\n",
        "c/templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  spark-defaults.conf: |\n"
        "    spark.executor.memory={{ .Values.spark.memory }}\n",
        "one.yaml": "spark:\n  # more\n  memory: 2g\n",
        "two.yaml": "spark:\n  memory: 3g\n",
    }.items():
        path = tree / "d" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ran = sparkfix("show", "d", "-f", "d/one.yaml", "-f", "d/two.yaml", "--output-format", "json")
    items = {item["values"]: item["properties"][0] for item in shown(ran)}
    assert set(items) == {"default values", "d/one.yaml, d/two.yaml"}
    assert items["default values"]["overrides"] == []
    found = items["d/one.yaml, d/two.yaml"]
    assert (found["value"], found["file"], found["line"]) == ("3g", "d/c/templates/cm.yaml", 6)
    assert found["sources"] == [{"file": "d/two.yaml", "line": 2, "column": 3}]
    assert [(each["value"], each["file"], each["line"]) for each in found["overrides"]] == [
        ("2g", "d/one.yaml", 3),
        ("1g", "d/c/values.yaml", 2),
    ]


def test_a_patch_over_a_base(sparkfix: Run, tree: Path) -> None:
    head = (
        "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: pi}\nspec:\n  sparkConf:\n"
    )
    for name, text in {
        "base/app.yaml": head + '    spark.a: "1"\n',
        "base/kustomization.yaml": "resources: [app.yaml]\n",
        "prod/patch.yaml": head + '    # more\n    spark.a: "2"\n',
        "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
    }.items():
        path = tree / "k" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ran = sparkfix("show", "k", "--output-format", "json", "--key", "spark.a")
    items = {item["values"]: item["properties"][0] for item in shown(ran)}
    assert {name: one["value"] for name, one in items.items()} == {"overlay k/prod": "2"}
    found = items["overlay k/prod"]
    assert (found["file"], found["line"]) == ("k/prod/patch.yaml", 7)
    assert [(each["value"], each["file"], each["line"]) for each in found["overrides"]] == [("1", "k/base/app.yaml", 6)]
