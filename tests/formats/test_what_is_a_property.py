"""Which text holds Spark properties: YAML is not properties text, labels are no properties, keys may hold slashes."""

from __future__ import annotations

import pytest

from sparkfix.engine.apply import apply_fixes
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import set_rule, unset_rule
from sparkfix.formats.document import Document
from sparkfix.formats.properties.parse import looks_like_properties
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.model import Refused, SetValue
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

PORT = "spark.kubernetes.driver.annotation.prometheus.io/port"


def opened(text: str | bytes, path: str = "values.yaml") -> Document:
    data = text if isinstance(text, bytes) else text.encode()
    return open_document(SourceText(path, data), in_chart_templates=path.startswith("templates/"))


def settings(document: Document) -> list[tuple[str, str, str]]:
    return [(block.carrier, item.key, item.value) for block in document.blocks for item in block.properties]


def set_to(text: str, key: str, value: str, path: str = "values.yaml") -> str:
    document = opened(text, path)
    item = next(item for block in document.blocks for item in block.all(key))
    return splice(document.source.data, render(SetValue(item, value))).decode()


# YAML inside template bodies and block scalars


def test_yaml_in_a_define_body_keeps_quotes_and_comments() -> None:
    text = '{{- define "x.app" -}}\nsparkConf:\n  spark.a: "3" # why three\n  spark.b: {{ .Values.b | quote }}\n{{- end -}}\n'
    path = "templates/_helpers.tpl"
    assert settings(opened(text, path)) == [("map", "spark.a", "3"), ("map", "spark.b", "{{ .Values.b | quote }}")]
    assert set_to(text, "spark.a", "a #b", path) == text.replace('"3"', '"a #b"')


@pytest.mark.parametrize(
    ("body", "carrier"),
    [
        ("spark.a: 1\nspark.b: 2\n", "map"),
        ("spark.a=1\nspark.b: 2\n", "properties text"),
        ("spark.a 1\n{{- range .x }}\nspark.{{ . }} 1\n{{- end }}\n", "properties text"),
        ("data:\n  spark-defaults.conf: |\n    spark.a=1\n    spark.b=2\n", "properties text"),
    ],
)
def test_define_body_is_yaml_where_it_reads_as_yaml(body: str, carrier: str) -> None:
    document = opened('{{- define "x" }}\n' + body + "{{- end }}\n", "templates/_x.tpl")
    assert [(block.carrier, block.properties[0].key) for block in document.blocks] == [(carrier, "spark.a")]


@pytest.mark.parametrize(
    "inner",
    [
        'spec:\n  sparkConf:\n    spark.sql.ansi.enabled: "true"   # string needed\n    spark.b: "2"\n',
        "spark.a: '1'\nspark.b: 2\n",
        "spark.a: 1 # one\nspark.b: 2\n",
        "conf:\n- spark.a: 1\n- spark.b: 2\n",
        "---\nspark.a: 1\n",
    ],
)
def test_yaml_in_a_block_scalar_is_not_properties_text(inner: str) -> None:
    text = "data:\n  job: |\n" + "".join(f"    {line}\n" for line in inner.splitlines())
    assert {carrier for carrier, *_ in settings(opened(text))} == {"map"}


@pytest.mark.parametrize("name", ["spark-defaults.conf", "spark.conf", "my.properties"])
def test_name_of_a_properties_file_decides(name: str) -> None:
    text = f'data:\n  {name}: |\n    spark.a: "1"\n    one\n    two\n    three\n'
    assert ("properties text", "spark.a", '"1"') in settings(opened(text))


@pytest.mark.parametrize("name", ["spark-defaults.conf", "x"])
def test_lines_with_a_computed_key_do_not_hide_the_others(name: str) -> None:
    loop = "    {{- range $k, $v := .Values.x }}\n    {{ $k }}={{ $v }}\n    {{- end }}\n"
    text = f"data:\n  {name}: |\n{loop}    spark.a=1\n{loop}{loop}"
    assert ("properties text", "spark.a", "1") in settings(opened(text, "templates/x.yaml"))


def test_hocon_is_no_properties_text_whatever_its_name() -> None:
    assert not looks_like_properties("spark.driver {\n  host = a\n}\n", name="spark.conf")


# Settings in one line


@pytest.mark.parametrize(
    "line",
    [
        "opts: spark.a=1 --conf spark.b=2", 'opts: "spark.a=1;spark.b=2"', "opts: spark.a=1,spark.b=2", "- spark.a=1,spark.b=2",
        "opts: |\n  spark.a=1 --conf spark.b=2", "opts: >-\n  spark.a=1\n  --conf spark.b=2",
    ],
)  # fmt: skip
def test_settings_behind_one_another_in_a_line_are_locked(line: str) -> None:
    document = opened(line + "\n")
    item = next(item for block in document.blocks for item in block.all("spark.a"))
    with pytest.raises(Refused, match="several settings stand on its line"):
        render(SetValue(item, "2"))


def test_single_setting_in_a_string_and_options_inside_a_value_stay_editable() -> None:
    assert set_to("a: spark.a=1 # x\n", "spark.a", "2") == "a: spark.a=2 # x\n"
    text = "spark-defaults.conf: |\n  spark.a=-Dx=1 -Dspark.y=2\n"
    assert set_to(text, "spark.a", "z") == "spark-defaults.conf: |\n  spark.a=z\n"


# Metadata


@pytest.mark.parametrize(
    "name",
    ["podLabels", "podAnnotations", "commonAnnotations", "commonLabels", "selector", "nodeSelector", "matchLabels", "labels",
     "serviceAnnotations"],
)  # fmt: skip
def test_metadata_is_no_property(name: str) -> None:
    assert settings(opened(f"{name}:\n  spark.a: x\ndriver:\n  {name}: {{spark.a: y}}\n")) == []


@pytest.mark.parametrize(
    "text",
    [
        'tolerations:\n- key: spark.a\n  operator: Equal\n  value: "1"\n',
        "affinity:\n  nodeAffinity:\n    x:\n    - matchExpressions:\n      - {key: spark.a, value: b}\n",
        "podAffinity:\n  x:\n  - labelSelector:\n      y: [{key: spark.a, value: b}]\n",
    ],
)
def test_scheduling_terms_are_no_properties(text: str) -> None:
    assert settings(opened(text)) == []


# Keys


@pytest.mark.parametrize(
    "text",
    [
        f'sparkConf:\n  {PORT}: "4040"\n', f"sparkConf:\n  '{PORT}': \"4040\"\n", f"a: [--conf, {PORT}=4040]\n",
        f"a: [--conf={PORT}=4040]\n", f"a:\n- name: {PORT}\n  value: 4040\n", f"a: |\n  {PORT}=4040\n", f"a: {PORT}=4040\n",
        f"spark-defaults.conf: |\n  {PORT} 4040\n",
    ],
)  # fmt: skip
def test_key_with_a_slash_is_a_property(text: str) -> None:
    assert [(key, value) for _, key, value in settings(opened(text))] == [(PORT, "4040")]
    assert set_to(text, PORT, "8080") in (text.replace("4040", "8080"), text.replace("4040", '"8080"'))


def test_colon_in_a_key_is_escaped_in_properties_text_only() -> None:
    assert settings(opened("sparkConf:\n  spark.a:b/c: x\n")) == [("map", "spark.a:b/c", "x")]
    text = "spark.a\\:b/c=x\n"
    workspace = Workspace(MemoryStore({"spark-defaults.conf": text.encode()}), ("spark-defaults.conf",))
    rule = set_rule("spark.a:b/c", "y", None, add=False)
    applied = apply_fixes(workspace, [rule], Choice(everything=True), {})
    assert applied.workspace.data("spark-defaults.conf") == b"spark.a\\:b/c=y\n"


# Aliases, line ends, flow style, directives


def test_value_that_is_an_alias_in_a_list_of_pairs_is_locked() -> None:
    document = opened("p:\n- name: spark.b\n  value: &pv 4\n- name: spark.a\n  value: *pv\n")
    assert not document.problems
    assert [item.locked for item in document.blocks[0].properties] == ["it is shared through a YAML alias"] * 2


def test_pair_that_is_an_alias_is_locked() -> None:
    document = opened("p:\n- &q {name: spark.a, value: 1}\nr:\n- *q\n")
    assert [item.locked for item in document.blocks[0].properties] == ["it is shared through a YAML alias"]


def test_lone_carriage_returns_are_told() -> None:
    document = opened(b"data:\r  x.conf: |\r    spark.a=1\r")
    assert [problem.reason for problem in document.problems] == ["a carriage return without a line feed ends a line"]


def test_pair_in_flow_style_is_quoted_as_flow_style_needs() -> None:
    text = "c:\n- {name: spark.a, value: b}\n"
    assert set_to(text, "spark.a", "x,y") == text.replace("b}", '"x,y"}')


@pytest.mark.parametrize("before", ["", "a: 1\n...\n"])
def test_tag_directive_stands_with_its_document(before: str) -> None:
    text = before + "%TAG !e! tag:example.com,2000:\n---\nsparkConf:\n  spark.a: x\n  y: !e!z 1\n"
    document = opened(text)
    assert not document.problems
    assert set_to(text, "spark.a", "9") == text.replace("a: x", 'a: "9"')


# Whole runs


def run(text: str, path: str, rule_text: str) -> tuple[str, list[str]]:
    key, _, value = rule_text.partition("=")
    rule = set_rule(key, value, None, add=False) if value else unset_rule(key, None)
    workspace = Workspace(MemoryStore({path: text.encode()}), (path,))
    applied = apply_fixes(workspace, [rule], Choice(everything=True), {})
    return (applied.workspace.data(path) or b"").decode(), [item.reason for item in applied.refused]


def test_continuation_line_that_begins_with_a_hash_is_no_comment() -> None:
    text = "data:\n  spark-defaults.conf: |\n    spark.a=x,\\\n      #y\n    # why\n    spark.b=1\n"
    changed, refused = run(text, "x.yaml", "spark.a=z")
    assert (changed, refused) == (text.replace("x,\\\n      #y", "z"), [])


def test_removal_of_the_first_pair_of_arguments_in_a_flow_list_over_lines() -> None:
    text = 'm: ["--conf", "spark.a=1",\n  "--conf", "spark.b=2"]\n'
    changed, refused = run(text, "x.yaml", "spark.a")
    assert refused == []
    assert [(key, value) for _, key, value in settings(opened(changed))] == [("spark.b", "2")]
    assert changed == 'm: ["--conf", "spark.b=2"]\n'


BROKEN = """\
kind: SparkApplication
apiVersion: sparkoperator.k8s.io/v1beta2
spec:
  sparkConf:
    # one
    "spark.a": "1" # two

    spark.b: "2"
  driver:
    cores: 1
   memory: 4g
---
other: {spark.c: 3}
"""


def test_a_map_in_yaml_that_does_not_parse_is_read_alone_and_told() -> None:
    document = opened(BROKEN)
    assert settings(document) == [("map", "spark.a", "1"), ("map", "spark.b", "2"), ("map", "spark.c", "3")]
    assert [(item.line, item.reason) for item in document.problems] == [(11, "not YAML: did not find expected key")]
    assert set_to(BROKEN, "spark.a", "9") == BROKEN.replace('"1"', '"9"')


def test_a_map_that_is_broken_itself_is_not_read() -> None:
    assert settings(opened(BROKEN.replace('    spark.b: "2"', '   spark.b: "2"'))) == [("map", "spark.c", "3")]


@pytest.mark.parametrize("generator", ["configMapGenerator", "secretGenerator"])
def test_sources_of_generators_are_files_and_literals_are_settings(generator: str) -> None:
    text = (
        f"{generator}:\n- name: c\n  files: [spark.conf=secret.conf]\n  envs:\n  - spark.env=a.env\n"
        "  literals:\n  - spark.a=1\n"
    )
    assert settings(opened(text, "kustomization.yaml")) == [("list", "spark.a", "1")]
    assert settings(opened("files: [spark.a=1]\n")) == [("list", "spark.a", "1")]
