"""Fields of custom resources as properties: what they become, and every kind of change on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import rename_rule, set_rule, unset_rule
from sparkfix.formats.reading import open_document
from sparkfix.model import Property, Rule
from sparkfix.spark.resources import CARRIER, RESOURCES, index_of, route_of
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

APPLICATION = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata:
  name: pi
spec:
  type: Scala
  mode: cluster  # always
  image: "apache/spark:3.5.8"
  imagePullSecrets: [one, two]
  deps:
    jars:
      - a.jar
      - b.jar
  sparkConf:
    "spark.ui.port": "4041"
  hadoopConf:
    fs.s3a.endpoint: http://store
    fs.s3a.region: eu
  driver:
    cores: 1
    memory: 512m
    memoryOverhead: ~
    labels:
      version: "3.5"
      team: data
    envVars: {LEVEL: info, MODE: "x"}
    envSecretKeyRefs:
      PASSWORD: {name: store, key: password}
    secrets:
      - name: keys
        path: /keys
        secretType: Generic
  executor:
    instances: 2
    deleteOnTermination: true
"""


def blocks(text: str) -> dict[str, dict[str, Property]]:
    document = open_document(SourceText("app.yaml", text.encode()))
    assert not document.problems
    return {block.carrier: {item.key: item for item in block.properties} for block in document.blocks}


def run(rule: Rule, text: str, *, comment_out: bool = False) -> Applied:
    data = {"app.yaml": text.encode()}
    choice = Choice(everything=True, comment_out=comment_out)
    return apply_fixes(Workspace(MemoryStore(data), ("app.yaml",)), [rule], choice, {})


def changed(rule: Rule, text: str = APPLICATION, *, comment_out: bool = False) -> str:
    applied = run(rule, text, comment_out=comment_out)
    assert not applied.problems
    assert not [item.reason for item in applied.refused]
    result = (applied.workspace.data("app.yaml") or b"").decode()
    assert not run(rule, result, comment_out=comment_out).changes
    return result


def refused(rule: Rule, text: str = APPLICATION, *, comment_out: bool = False) -> str:
    applied = run(rule, text, comment_out=comment_out)
    assert not applied.changes
    return applied.refused[0].reason


def test_what_fields_become() -> None:
    found = blocks(APPLICATION)
    assert {key: item.value for key, item in found[CARRIER].items()} == {
        "spark.submit.deployMode": "cluster",
        "spark.kubernetes.container.image": "apache/spark:3.5.8",
        "spark.kubernetes.container.image.pullSecrets": "one,two",
        "spark.jars": "a.jar,b.jar",
        "spark.hadoop.fs.s3a.endpoint": "http://store",
        "spark.hadoop.fs.s3a.region": "eu",
        "spark.driver.cores": "1",
        "spark.driver.memory": "512m",
        "spark.kubernetes.driver.label.version": "3.5",
        "spark.kubernetes.driver.label.team": "data",
        "spark.kubernetes.driverEnv.LEVEL": "info",
        "spark.kubernetes.driverEnv.MODE": "x",
        "spark.kubernetes.driver.secretKeyRef.PASSWORD": "store:password",
        "spark.kubernetes.driver.secrets.keys": "/keys",
        "spark.executor.instances": "2",
        "spark.kubernetes.executor.deleteOnTermination": "true",
    }
    locked = {key for key, item in found[CARRIER].items() if item.locked}
    assert locked == {
        "spark.kubernetes.container.image.pullSecrets", "spark.jars", "spark.kubernetes.driver.secretKeyRef.PASSWORD",
        "spark.kubernetes.driver.secrets.keys",
    }  # fmt: skip
    assert set(found["map"]) == {"spark.ui.port"}


@pytest.mark.parametrize(
    ("version", "kind", "spec", "key"),
    [
        ("sparkoperator.k8s.io/v1beta2", "ScheduledSparkApplication", "template: {driver: {cores: 1}}", "spark.driver.cores"),
        ("sparkoperator.k8s.io/v1alpha1", "SparkConnect", "server: {memory: 1g}", "spark.driver.memory"),
        ("sparkoperator.hpe.com/v1beta2", "SparkApplication", "driver: {memory: 1g}", "spark.driver.memory"),
        ("spark.apache.org/v1alpha1", "SparkApplication", "jars: a.jar", "spark.jars"),
        ("spark.stackable.tech/v1alpha1", "SparkApplication", "executor: {replicas: 3}", "spark.executor.instances"),
    ],
)  # fmt: skip
def test_other_resources(version: str, kind: str, spec: str, key: str) -> None:
    assert list(blocks(f"apiVersion: {version}\nkind: {kind}\nspec:\n  {spec}\n")[CARRIER]) == [key]


@pytest.mark.parametrize(
    "head",
    [
        "apiVersion: example.org/v1\nkind: SparkApplication\n",
        "apiVersion: apps/v1\nkind: Deployment\n",
        "kind: SparkApplication\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n",
    ],
)
def test_what_is_no_such_resource(head: str) -> None:
    assert CARRIER not in blocks(head + "spec:\n  driver:\n    memory: 1g\n")


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (set_rule("spark.driver.memory", "2g"), "memory: 512m", "memory: 2g"),
        (set_rule("spark.driver.memory", "1024"), "memory: 512m", 'memory: "1024"'),
        (set_rule("spark.driver.cores", "4"), "cores: 1", "cores: 4"),
        (set_rule("spark.kubernetes.executor.deleteOnTermination", "false"), "OnTermination: true", "OnTermination: false"),
        (set_rule("spark.kubernetes.container.image", "a/b:1"), '"apache/spark:3.5.8"', '"a/b:1"'),
        (set_rule("spark.kubernetes.driver.label.version", "4.0"), '"3.5"', '"4.0"'),
        (set_rule("spark.kubernetes.driverEnv.LEVEL", "a, b"), "LEVEL: info", 'LEVEL: "a, b"'),
        (set_rule("spark.hadoop.fs.s3a.endpoint", "x"), "fs.s3a.endpoint: http://store", "fs.s3a.endpoint: x"),
        (set_rule("spark.submit.deployMode", "client"), "mode: cluster  #", "mode: client  #"),
        (unset_rule("spark.driver.cores"), "    cores: 1\n", ""),
        (unset_rule("spark.kubernetes.driverEnv.MODE"), ', MODE: "x"', ""),
        (rename_rule("spark.driver.memory", "spark.driver.memoryOverhead"), "    memory: 512m", "    memoryOverhead: 512m"),
        (rename_rule("spark.hadoop.fs.s3a.region", "spark.hadoop.fs.s3a.endpoint.region"), "s3a.region", "s3a.endpoint.region"),
        (rename_rule("spark.kubernetes.driver.label.team", "spark.kubernetes.driver.label.group"), "team:", "group:"),
        (set_rule("spark.executor.memory", "1g", add=True), "instances: 2\n", "instances: 2\n    memory: 1g\n"),
        (set_rule("spark.executor.memory", "1024", add=True), "instances: 2\n", 'instances: 2\n    memory: "1024"\n'),
        (set_rule("spark.executor.cores", "2", add=True), "instances: 2\n", "instances: 2\n    cores: 2\n"),
        (set_rule("spark.kubernetes.memoryOverheadFactor", "0.2", add=True), '3.5.8"\n', '3.5.8"\n  memoryOverheadFactor: "0.2"\n'),
        (set_rule("spark.sql.ansi.enabled", "true", add=True), ' "4041"\n', ' "4041"\n    "spark.sql.ansi.enabled": "true"\n'),
    ],
)  # fmt: skip
def test_edits(rule: Rule, old: str, new: str) -> None:
    if "memoryOverhead" in new and "~" in APPLICATION:
        text = APPLICATION.replace("    memoryOverhead: ~\n", "")
        assert changed(rule, text) == text.replace(old, new, 1)
    else:
        assert changed(rule) == APPLICATION.replace(old, new, 1)


def test_comment_out() -> None:
    rule = unset_rule("spark.driver.memory")
    assert changed(rule, comment_out=True) == APPLICATION.replace("    memory:", "    # memory:")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (set_rule("spark.jars", "c.jar"), "joins the items of a list"),
        (set_rule("spark.driver.cores", "1.5"), "`driver.cores` takes a whole number"),
        (set_rule("spark.kubernetes.executor.deleteOnTermination", "no"), "takes true or false"),
        (set_rule("spark.executor.cores", "many", add=True), "`executor.cores` takes a whole number"),
        (rename_rule("spark.driver.memory", "spark.executor.memory"), "`executor.memory`, which stands elsewhere"),
        (rename_rule("spark.driver.memory", "spark.foo"), "no field of a SparkApplication becomes `spark.foo`"),
    ],
)
def test_refusals(rule: Rule, reason: str) -> None:
    assert reason in refused(rule)


def test_resource_without_a_map_takes_no_key_without_a_field() -> None:
    text = APPLICATION.replace('  sparkConf:\n    "spark.ui.port": "4041"\n', "")
    assert "no `sparkConf` to add it to" in refused(set_rule("spark.ui.port", "4042", add=True), text)
    assert "memory: 1g" in changed(set_rule("spark.executor.memory", "1g", add=True), text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_other_encodings_and_line_ends(encoding: str) -> None:
    text = ("# Größe\n" + APPLICATION).replace("\n", "\r\n")
    store = MemoryStore({"app.yaml": text.encode(encoding)})
    applied = apply_fixes(
        Workspace(store, ("app.yaml",)), [set_rule("spark.driver.memory", "2g")], Choice(everything=True), {}
    )
    assert applied.workspace.data("app.yaml") == text.replace("512m", "2g").encode(encoding)


TEMPLATE = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata:
  name: {{ .Release.Name }}
spec:
  mode: cluster
  driver:
    cores: {{ .Values.cores }}
    {{- if .Values.big }}
    memory: 8g
    {{- else }}
    memory: 1g
    {{- end }}
    {{- with .Values.labels }}
    labels:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  executor:
    instances: 2
"""


def test_arms_of_a_template() -> None:
    assert changed(set_rule("spark.driver.memory", "2g"), TEMPLATE) == TEMPLATE.replace("8g", "2g").replace("1g", "2g")
    assert changed(unset_rule("spark.driver.memory"), TEMPLATE) == TEMPLATE.replace("    memory: 8g\n", "").replace(
        "    memory: 1g\n", ""
    )


def test_aliases_are_refused() -> None:
    text = APPLICATION.replace("memory: 512m", "memory: &size 512m").replace("instances: 2", "memory: *size")
    assert "YAML alias" in refused(set_rule("spark.driver.memory", "2g"), text)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1).filter(lambda text: text.strip() == text)
)
def test_any_text_is_read_back(value: str) -> None:
    applied = run(set_rule("spark.driver.extraJavaOptions", value, add=True), APPLICATION)
    if applied.changes:
        text = (applied.workspace.data("app.yaml") or b"").decode()
        assert blocks(text)[CARRIER]["spark.driver.extraJavaOptions"].value == value
        assert [line for line in text.splitlines() if "javaOptions" not in line] == APPLICATION.splitlines()
    else:
        assert applied.refused


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: f"{resource.groups[0]}/{resource.kind}")
def test_tables_lead_there_and_back(resource) -> None:  # type: ignore[no-untyped-def]
    index = index_of(resource)
    for field in resource.fields:
        route = tuple("x.y" if step == "*" else step for step in field.route)
        assert index.field_at(route) == field
        if not field.made:
            assert route_of(resource, field.twin("x.y")) == (field, route)
    assert len({field.key for field in resource.fields}) == len(resource.fields)


WITHIN = """\
apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
spec:
  steps:
    - try:
        - apply:
            resource:
              apiVersion: sparkoperator.k8s.io/v1beta2
              kind: SparkApplication
              spec:
                sparkConf:
                  spark.ui.port: "4041"
                driver:
                  memory: 1g
        - assert:
            involvedObject:
              apiVersion: sparkoperator.k8s.io/v1beta2
              kind: SparkApplication
              name: pi
"""


def test_resources_within_other_objects() -> None:
    found = blocks(WITHIN)
    assert {key: item.value for key, item in found[CARRIER].items()} == {"spark.driver.memory": "1g"}
    assert changed(set_rule("spark.driver.memory", "2g"), WITHIN) == WITHIN.replace("1g", "2g")
    assert changed(set_rule("spark.driver.cores", "2", add=True), WITHIN) == WITHIN.replace(
        "memory: 1g\n", "memory: 1g\n                  cores: 2\n"
    )
