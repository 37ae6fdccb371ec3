"""Manifests for people: only the values of Secrets are hidden."""

from __future__ import annotations

import pytest

from sparkfix.engine.prove import rendered_difference
from sparkfix.formats.kubernetes.secrets import without_secrets
from sparkfix.report.text import safe_line, safe_text

SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: s}
data:
  a: c2VjcmV0
  "b": "c2VjcmV0"
  empty: ""
stringData:
  c: |
    secret 1
    secret 2
  d: secret three
    over lines
type: Opaque
---
apiVersion: v1
kind: ConfigMap
metadata: {name: shown}
data: {a: shown}
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Secret
    data: {a: c2VjcmV0, b: c2VjcmV0}
"""
HIDDEN = """\
apiVersion: v1
kind: Secret
metadata: {name: s}
data:
  a: ***
  "b": ***
  empty: ""
stringData:
  c: ***
  d: ***
type: Opaque
---
apiVersion: v1
kind: ConfigMap
metadata: {name: shown}
data: {a: shown}
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Secret
    data: {a: ***, b: ***}
"""


def test_values_of_secrets_are_hidden_and_nothing_else() -> None:
    assert without_secrets("a.yaml", SECRET) == HIDDEN
    assert without_secrets("a.yaml", "kind: ConfigMap\ndata: {Secret: a}\n") == "kind: ConfigMap\ndata: {Secret: a}\n"


@pytest.mark.parametrize(
    "text",
    ["kind: Secret\napiVersion: v1\ndata: {a: [c2VjcmV0\n", "kind: Secret\napiVersion: v1\ndata: {a: [c2VjcmV0]}\n"],
)
def test_what_cannot_be_told_apart_is_not_shown(text: str) -> None:
    assert without_secrets("a.yaml", text) is None
    assert "c2VjcmV0" not in rendered_difference("a.yaml", text, text + "# more\n")


def test_a_difference_beside_a_secret_is_shown() -> None:
    shown = rendered_difference("a.yaml", SECRET, SECRET.replace("{a: shown}", "{a: other}").replace("secret 1", "x"))
    assert "+    data: {a: other}" in shown or "+data: {a: other}" in shown
    assert "secret" not in shown.replace("secrets", "")
    assert rendered_difference("a.yaml", SECRET, SECRET.replace("secret 1", "x")).endswith(
        "(in values of secrets, which are not shown)"
    )


SETTINGS = """\
data:
  spark-defaults.conf: |
    spark.hadoop.fs.s3a.secret.key=hunter6
    spark.executor.memory={memory}
  key: "spark.ui.token=hunter6"
  password: |
    hunter6
    hunter6 again
  env:
  - name: SPARK_SECRET
    value: hunter6
  - name: OTHER
    value: seen
"""


def test_secret_looking_values_are_hidden_in_a_difference_of_a_config_map() -> None:
    text = rendered_difference("ConfigMap c", SETTINGS.format(memory="3Gi"), SETTINGS.format(memory="3g"))
    assert "hunter6" not in text
    assert "-    spark.executor.memory=3Gi\n" in text
    changed = rendered_difference("ConfigMap c", SETTINGS, SETTINGS.replace("hunter6", "hunter7"))
    assert changed.endswith("(in values of secrets, which are not shown)")


def test_only_secret_looking_values_are_hidden() -> None:
    text = safe_text(SETTINGS)
    assert "hunter6" not in text
    assert text.count("***") == 5
    assert "    value: seen\n" in text
    assert safe_text("a: |\n  b\r\nc") == "a: |\n  b\r\nc"


@pytest.mark.parametrize(
    "line",
    [
        'c = SparkConf().set("spark.hadoop.fs.s3a.secret.key", "hunter6").set("spark.executor.memory", "2Gi")',
        "conf.set('spark.ui.token','hunter6')",
        r'"c.set(\"spark.hadoop.fs.s3a.secret.key\", \"hunter6\")\n",',
        '  "spark.x.password" -> "hunter6",',
        "- --conf=spark.a.secret.key=hunter6",
        "{name: spark.x.password, value: hunter6}",
        "url = jdbc:mysql://root:hunter6@db/x",
    ],
)
def test_a_line_hides_its_secret_in_every_language(line: str) -> None:
    assert "hunter6" not in safe_line(line)
    assert safe_line(line).startswith(line[:8])


@pytest.mark.parametrize(
    "line",
    ["image: registry:5000/a@sha256:abc", "uri: https://h:8080/a@b", "the value of `spark.a.secret.key` is", "a: b"],
)
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert safe_line(line) == line
