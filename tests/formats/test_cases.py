"""What other tools broke, and the shapes of files that people really have: one case each."""

from __future__ import annotations

import base64

import pytest

from sparkfix.engine.verify import verify
from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Edit, Property, Refused, Remove, RenameKey, SetValue, Span
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  spark-defaults.conf: |\n"


def opened(text: str | bytes, path: str = "values.yaml") -> Document:
    data = text if isinstance(text, bytes) else text.encode()
    return open_document(SourceText(path, data), in_chart_templates=path.startswith("templates/"))


def template(text: str) -> Document:
    return opened(text, "templates/x.yaml")


def settings(document: Document) -> list[tuple[str, str]]:
    return [(item.key, item.value) for block in document.blocks for item in block.properties]


def item_of(document: Document, key: str, index: int = 0) -> Property:
    return [item for block in document.blocks for item in block.all(key)][index]


def changed(document: Document, *changes: Change) -> bytes:
    """The proven result of some changes."""
    edits = [edit for change in changes for edit in render(change)]
    after = splice(document.source.data, edits)
    files = {document.path: document.source.data} | (
        {"Chart.yaml": b""} if document.path.startswith("templates/") else {}
    )
    before = Workspace(MemoryStore(files), (document.path,))
    verify(before, before.with_edits({document.path: after}), changes, {document.path: edits})
    return after


def set_host(text: str | bytes, path: str = "values.yaml", value: str = "new") -> bytes:
    document = opened(text, path)
    return changed(document, SetValue(item_of(document, "spark.driver.host"), value))


# Bytes that must survive


def test_crlf() -> None:
    text = CM.replace("\n", "\r\n") + "    spark.driver.host=a\r\n    spark.b=1\r\n"
    assert set_host(text) == text.replace("host=a", "host=new").encode()


def test_crlf_added_line() -> None:
    text = "sparkConf:\r\n  spark.driver.host: a\r\n"
    document = opened(text)
    after = changed(document, Add(item_of(document, "spark.driver.host"), "spark.x", "1"))
    assert after == b'sparkConf:\r\n  spark.driver.host: a\r\n  spark.x: "1"\r\n'


def test_byte_order_mark() -> None:
    text = b"\xef\xbb\xbfsparkConf:\n  spark.driver.host: a\n"
    assert set_host(text) == text.replace(b": a", b": new")


@pytest.mark.parametrize(("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_utf16(mark: bytes, encoding: str) -> None:
    text = "# é😀ഀ਀\r\nsparkConf:\r\n  spark.driver.host: a # ü\r\n"
    assert set_host(mark + text.encode(encoding)) == mark + text.replace(": a", ": new").encode(encoding)


def test_no_final_newline() -> None:
    assert set_host("sparkConf:\n  spark.driver.host: a") == b"sparkConf:\n  spark.driver.host: new"
    document = opened("sparkConf:\n  spark.driver.host: a")
    after = changed(document, Add(item_of(document, "spark.driver.host"), "spark.x", "z"))
    assert after == b"sparkConf:\n  spark.driver.host: a\n  spark.x: z"


def test_tabs_in_properties_text() -> None:
    text = "# c\n\tspark.driver.host\ta\t\n\tspark.b\t1\n"
    assert set_host(text, "spark-defaults.conf") == text.replace("host\ta", "host\tnew").encode()


@pytest.mark.parametrize(
    "text",
    [
        "sparkConf: # Größe é\n  spark.driver.host: a\n",
        "é: ü\nsparkConf:\n  spark.driver.host: a\n",
        "sparkConf: {spark.app.name: 'é😀', spark.driver.host: a}\n",
        "sparkConf: {spark.é: 1, spark.driver.host: a}\n",
    ],
    ids=["comment", "key", "same line", "property key"],
)
def test_non_ascii_before_the_edit(text: str) -> None:
    assert set_host(text) == text.replace("host: a", "host: new").encode()


def test_invalid_utf8_survives() -> None:
    text = b"# \xff\xfe\x80\nsparkConf:\n  spark.driver.host: a # \xc3\n"
    assert set_host(text) == text.replace(b": a", b": new")


@pytest.mark.parametrize("value", [b'"\\t\xff"', b'"\\t\xc2\x80"', b'"{{\\"\xc3\xa9"'])
def test_quoted_bytes_that_are_no_text(value: bytes) -> None:
    text = b"sparkConf:\n  spark.a: " + value + b"\n  spark.driver.host: a\n"
    assert [key for key, _ in settings(opened(text))] == ["spark.a", "spark.driver.host"]
    assert set_host(text) == text.replace(b": a", b": new")


def test_unicode_line_separators_are_no_line_ends() -> None:
    text = CM + "    # a\u2028b\u0085c\n    spark.driver.host=a\n    spark.app.name=x\u2028y\n"
    document = opened(text)
    assert settings(document) == [("spark.driver.host", "a"), ("spark.app.name", "x\u2028y")]
    assert set_host(text) == text.replace("host=a", "host=new").encode()


# Anchors, aliases, merge keys


def test_aliased_value_is_locked() -> None:
    document = opened("x: &host a\nsparkConf:\n  spark.driver.host: *host\n  spark.b: 1\n")
    assert item_of(document, "spark.driver.host").locked
    with pytest.raises(Refused, match="alias"):
        render(SetValue(item_of(document, "spark.driver.host"), "b"))


def test_edit_of_an_anchor_used_elsewhere_is_refused() -> None:
    document = opened("sparkConf:\n  spark.driver.host: &host a\nother: *host\n")
    with pytest.raises(Refused):
        changed(document, SetValue(item_of(document, "spark.driver.host"), "b"))


def test_anchor_that_nobody_uses_stays() -> None:
    document = opened("sparkConf:\n  spark.driver.host: &host a\n")
    try:
        after = changed(document, SetValue(item_of(document, "spark.driver.host"), "b"))
    except Refused:
        return
    assert after == b"sparkConf:\n  spark.driver.host: &host b\n"


def test_merged_map_is_locked() -> None:
    text = "base: &base\n  spark.driver.host: a\n  spark.b: 1\nsparkConf:\n  <<: *base\n  spark.c: 2\n"
    document = opened(text)
    assert item_of(document, "spark.driver.host").locked
    after = changed(document, SetValue(item_of(document, "spark.c"), "3"))
    assert after == text.replace("c: 2", "c: 3").encode()


def test_removal_of_an_aliased_entry_beside_others() -> None:
    document = opened("x: &a 1\nsparkConf:\n  spark.a: *a\n  spark.b: 1 # c\n")
    after = changed(document, Remove(item_of(document, "spark.b")))
    assert after == b"x: &a 1\nsparkConf:\n  spark.a: *a\n"


@pytest.mark.parametrize(
    "text", ["a: &a\n  spark.x: *a\n", "&a [*a]\n", "spark.a: &a {spark.b: *a}\n", "a: &a\n- *a\n"]
)
def test_recursive_aliases_do_not_hang(text: str) -> None:
    document = opened(text)
    assert len(document.nodes) == 1


# Documents and scalars


@pytest.mark.parametrize("header", ["|", "|-", "|+", "|2-", "|-2", "| # note"])
def test_block_scalar_headers(header: str) -> None:
    text = CM.replace("|\n", header + "\n") + "    spark.driver.host=a\n    spark.b=1\n\n"
    assert set_host(text) == text.replace("host=a", "host=new").encode()


def test_documents_keep_their_order_and_comments() -> None:
    text = (
        "# first\n--- # one\na: 1\n# between\n---\n# two\nsparkConf:\n  spark.driver.host: a\n...\n# after\n---\n"
        "sparkConf:\n  spark.driver.host: b\n"
    )
    document = opened(text)
    assert settings(document) == [("spark.driver.host", "a"), ("spark.driver.host", "b")]
    after = changed(document, SetValue(item_of(document, "spark.driver.host", 1), "c"))
    assert after == text.replace("host: b", "host: c").encode()


def test_yaml_directive() -> None:
    text = "%YAML 1.1\n---\nsparkConf:\n  spark.driver.host: a\n"
    document = opened(text)
    assert not document.problems
    assert set_host(text) == text.replace(": a", ": new").encode()


def test_broken_document_does_not_hide_its_neighbours() -> None:
    document = opened("a: [spark\n---\nsparkConf:\n  spark.driver.host: a\n")
    assert settings(document) == [("spark.driver.host", "a")]
    assert len(document.problems) == 1


def test_plain_booleans_are_left_alone() -> None:
    text = "sparkConf:\n  spark.a: yes\n  spark.b: on\n  spark.c: no\n  spark.driver.host: a\n"
    assert set_host(text) == text.replace("host: a", "host: new").encode()


def test_new_text_that_would_be_a_boolean_is_quoted() -> None:
    assert set_host("sparkConf:\n  spark.driver.host: a\n", value="yes") == b'sparkConf:\n  spark.driver.host: "yes"\n'


def test_folded_scalar_is_refused_with_its_reason() -> None:
    document = opened(CM.replace("|", ">") + "    spark.driver.host=a\n\n    spark.b=1\n")
    item = item_of(document, "spark.driver.host")
    with pytest.raises(Refused, match="folded"):
        render(SetValue(item, "b"))


@pytest.mark.parametrize("value", ['"a\n    b"', "a\n    b", "'a\n    b'"])
def test_value_over_several_lines_is_refused(value: str) -> None:
    document = opened(f"sparkConf:\n  spark.driver.host: {value}\n  spark.b: 1\n")
    with pytest.raises(Refused):
        changed(document, SetValue(item_of(document, "spark.driver.host"), "b"))


def test_double_quoted_properties_text() -> None:
    text = 'data:\n  spark-defaults.conf: "spark.driver.host=a\\nspark.b=\\"1\\"\\n" # c\n'
    document = opened(text)
    assert settings(document) == [("spark.driver.host", "a"), ("spark.b", '"1"')]
    assert set_host(text, value='q"\\') == text.replace("host=a", 'host=q\\"\\\\\\\\').encode()


def test_double_quoted_properties_text_over_lines_is_refused() -> None:
    document = opened('data:\n  spark-defaults.conf: "spark.driver.host=a\\n\\\n    spark.b=1\\n"\n')
    with pytest.raises(Refused):
        render(SetValue(item_of(document, "spark.driver.host"), "b"))


def test_single_quoted_apostrophe() -> None:
    text = "sparkConf:\n  spark.driver.host: 'it''s'\n"
    assert item_of(opened(text), "spark.driver.host").value == "it's"
    assert set_host(text, value="b's") == b"sparkConf:\n  spark.driver.host: 'b''s'\n"


def test_a_flag_without_its_property_is_refused() -> None:
    document = opened("args:\n- --conf\n- spark.a=1\n- --conf=spark.b=2\n")
    item = item_of(document, "spark.a")
    edit = Edit(document.path, Span(14, 26), b"")
    after = splice(document.source.data, [edit])
    before = Workspace(MemoryStore({document.path: document.source.data}), (document.path,))
    assert after == b"args:\n- --conf\n- --conf=spark.b=2\n"
    with pytest.raises(Refused):
        verify(before, before.with_edits({document.path: after}), [Remove(item)], {document.path: [edit]})


# Flow collections, last entries, duplicates


@pytest.mark.parametrize(
    ("key", "after"),
    [("a", "{spark.b: 2, spark.c: 3}"), ("b", "{spark.a: 1, spark.c: 3}"), ("c", "{spark.a: 1, spark.b: 2}")],
)
def test_removal_in_a_flow_map(key: str, after: str) -> None:
    document = opened("sparkConf: {spark.a: 1, spark.b: 2, spark.c: 3} # c\nx: y\n")
    result = changed(document, Remove(item_of(document, f"spark.{key}")))
    assert result == f"sparkConf: {after} # c\nx: y\n".encode()


def test_removal_of_the_only_flow_entry() -> None:
    document = opened("sparkConf: { spark.a: 1 }\nx: y\n")
    assert changed(document, Remove(item_of(document, "spark.a"))).replace(b" ", b"") == b"sparkConf:{}\nx:y\n"


def test_removal_in_a_flow_map_over_lines() -> None:
    document = opened("sparkConf: {\n  spark.a: 1,\n  spark.b: 2,\n}\nx: y\n")
    result = changed(document, Remove(item_of(document, "spark.b")))
    assert settings(opened(result)) == [("spark.a", "1")]


def test_removal_of_the_only_map_entry_leaves_an_empty_map() -> None:
    document = opened("sparkConf:\n  spark.a: 1\nx: y\n")
    assert changed(document, Remove(item_of(document, "spark.a"))) == b"sparkConf: {}\nx: y\n"


def test_duplicate_keys_in_one_map() -> None:
    document = opened("sparkConf:\n  spark.a: 1\n  spark.a: 2\n")
    assert settings(document) == [("spark.a", "1"), ("spark.a", "2")]
    after = changed(document, Remove(item_of(document, "spark.a", 0)))
    assert after == b"sparkConf:\n  spark.a: 2\n"


def test_comment_behind_and_below_an_entry_survives_its_neighbour() -> None:
    text = "sparkConf:\n  spark.a: 1 # why\n\n  # about b\n  spark.b: 2\n"
    document = opened(text)
    assert (
        changed(document, CommentOut(item_of(document, "spark.a"))) == text.replace("  spark.a", "  # spark.a").encode()
    )


def test_renaming_keeps_quotes() -> None:
    document = opened("sparkConf:\n  'spark.a': \"1\"\n")
    assert changed(document, RenameKey(item_of(document, "spark.a"), "spark.b")) == b"sparkConf:\n  'spark.b': \"1\"\n"


# Secrets


def test_base64_secret_is_locked_and_confidential() -> None:
    content = base64.b64encode(b"spark.a.password=hunter2\nspark.b=1\n").decode()
    document = opened(f"apiVersion: v1\nkind: Secret\ndata:\n  spark-defaults.conf: {content}\n")
    (block,) = document.blocks
    assert block.confidential
    assert all(item.locked for item in block.properties)
    with pytest.raises(Refused, match="base64"):
        render(SetValue(block.properties[0], "x"))


def test_string_data_is_editable_and_confidential() -> None:
    text = CM.replace("ConfigMap", "Secret").replace("data:", "stringData:") + "    spark.driver.host=a\n"
    document = opened(text)
    assert document.blocks[0].confidential
    assert set_host(text) == text.replace("host=a", "host=new").encode()


# What is no block


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("spec:\n  properties:\n    x:\n      description: |\n        spark.driver.host=a\n        spark.b=1\n", "crd.yaml"),
        ("a: {{ include \"spark.core.x\" . }}\n", "templates/x.yaml"),
        ("data:\n  README.md: |\n    # Spark\n    spark.driver.host=a\n", "cm.yaml"),
        ("data:\n  log4j2.properties: |\n    rootLogger.level=info\n    logger.spark.name=org.apache.spark.x\n", "cm.yaml"),
        ("data:\n  events: |\n    {\"Event\":\"x\",\"spark.driver.host\":\"a\"}\n", "cm.yaml"),
        ("spark:\n  master:\n    replicas: 2\n  driver:\n    host: x\n", "values.yaml"),
        ("data:\n  x.conf: |\n    spark {\n      driver = 1\n    }\n    akka.x = 1\n", "cm.yaml"),
        ("spark {\n  driver.host = a\n  b = c\n}\n", "application.conf"),
        ("data:\n  run.sh: |\n    spark.driver.host=a\n    spark.b=c\n", "cm.yaml"),
        ("data:\n  run: |\n    #!/bin/sh\n    spark.driver.host=a\n", "cm.yaml"),
        ("data:\n  job.py: |\n    print('spark.a=1')\n", "cm.yaml"),
        ("data:\n  job: |\n    import x\n    spark.conf.get('spark.a', 1)\n    spark.sql('x')\n", "cm.yaml"),
        ("data:\n  q.sql: |\n    SET spark.a=1;\n", "cm.yaml"),
        ("metadata:\n  labels:\n    spark.x/y: a\n  annotations:\n    spark.a: b\n", "cm.yaml"),
        ("# spark.driver.host: a\na: b\n", "x.yaml"),
    ],
    ids=["crd description", "include", "markdown", "log4j", "event log", "helm values", "hocon in yaml", "hocon", "shell",
         "shebang", "python file", "python", "sql", "labels", "comment"],
)  # fmt: skip
def test_no_block(text: str, path: str) -> None:
    assert settings(opened(text, path)) == []


def test_nested_maps_that_spell_keys() -> None:
    text = "sparkConf:\n  spark:\n    driver:\n      host: a # c\n    executor: {instances: 2}\n"
    assert settings(opened(text)) == [("spark.driver.host", "a"), ("spark.executor.instances", "2")]
    assert set_host(text) == text.replace("host: a", "host: new").encode()


def test_dotted_key_with_a_map() -> None:
    text = "x:\n  spark.driver:\n    host: a\n    port: 1\n"
    assert settings(opened(text)) == [("spark.driver.host", "a"), ("spark.driver.port", "1")]


# Helm templates


@pytest.mark.parametrize(
    "line",
    ['labels: {{ include "x" . | nindent 4 }}', "labels:\n    {{- toYaml .Values.l | nindent 4 }}", "- {{ toYaml . }}"],
)
def test_block_output(line: str) -> None:
    where = "list:\n  " + line if line.startswith("-") else "metadata:\n  " + line
    text = where + "\nsparkConf:\n  spark.driver.host: a\n"
    assert set_host(text, "templates/x.yaml") == text.replace("host: a", "host: new").encode()


@pytest.mark.parametrize(
    "text",
    [
        CM + "    spark.b=1\n{{- if .Values.a }}\n    spark.driver.host=a\n{{- end }}\n    spark.c=1\n",
        CM + "    {{- if .Values.a }}\n    spark.driver.host=a\n    {{- end }}\n    spark.c=1\n",
        CM + "{{- if .Values.a }}\n    spark.driver.host=a\n{{- else }}\n    spark.d=1\n{{- end }}\n",
        CM + "    {{- range $k, $v := .Values.a }}\n    {{ $k }}={{ $v }}\n    {{- end }}\n    spark.driver.host=a\n",
        CM + "    spark.b={{ if .a }}x{{ else }}y{{ end }}\n    spark.driver.host=a\n",
        CM + "    {{ .Values.key }}=1\n    spark.driver.host=a\n",
        CM + "    spark.b={{ .a\n      | quote }}\n    spark.driver.host=a\n",
        CM + "    spark.driver.host=a{{/* a }} b */}}\n    spark.b=1\n",
        "{{ if .a }}\nsparkConf:\n{{ else }}\nsparkConf:\n{{ end }}\n  spark.driver.host: a\n",
        "sparkConf:\n  {{ .key }}: 1\n  {{ .key }}: 2\n  spark.driver.host: a\n",
        "sparkConf:\n  \"{{ .key }}\": 1\n  spark.{{ .x }}.y: 2\n  spark.driver.host: a\n",
        "sparkConf:\n  spark.b: {{ if .a }}x{{ else }}y{{ end }}\n  spark.driver.host: a\n",
        "{{- $x := dict\n  \"a\" 1 }}\nsparkConf:\n  spark.driver.host: a\n",
        "# {{ comment }}\n--- # x\nsparkConf:\n  spark.driver.host: a\n{{ define \"y\" }}\nx: 1\n{{ end }}\n",
    ],
    ids=["if at column 0", "if first", "if first at column 0", "range", "inline if", "key in text", "over lines", "comment",
         "two headers", "same key", "quoted key", "inline if in a map", "assignment over lines", "define"],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_templates_are_edited(text: str, newline: str) -> None:
    text = text.replace("\n", newline)
    old = "host=a" if "host=a" in text else "host: a"
    assert set_host(text, "templates/x.yaml") == text.replace(old, old[:-1] + "new").encode()


def test_each_arm_has_its_guard() -> None:
    document = template(
        CM + "    spark.a=0\n    {{- if .x }}\n    spark.a=1\n    {{- else }}\n    spark.a=2\n    {{- end }}\n"
    )
    guards = [[arm.index for arm in item.guard] for item in document.blocks[0].properties]
    assert guards == [[], [0], [1]]


def test_arms_that_only_parse_one_at_a_time() -> None:
    text = "{{- if .a }}\nsparkConf:\n  spark.driver.host: a\n{{- else }}\nsparkConf: [\n  - spark.driver.host: b\n{{- end }}\n"
    document = template(text)
    assert ("spark.driver.host", "a") in settings(document)


def test_templated_values_keep_their_actions() -> None:
    document = template("sparkConf:\n  spark.a: {{ .Values.a | quote }}\n  spark.driver.host: a\n")
    assert settings(document)[0] == ("spark.a", "{{ .Values.a | quote }}")
    assert item_of(document, "spark.a").templated


def test_computed_keys_are_locked() -> None:
    document = template(CM + "    spark.{{ .x }}.y=1\n    spark.b=1\n")
    locked = [item.key for item in document.blocks[0].properties if item.locked]
    assert locked == ["spark.{{ .x }}.y"]


def test_define_body_with_properties_text() -> None:
    text = (
        '{{- define "x.conf" -}}\nspark.driver.host=a\nspark.b=1\n{{- end -}}\n{{ define "y" }}{{ end }}\nspark.no=1\n'
    )
    document = opened(text, "templates/_helpers.tpl")
    assert settings(document) == [("spark.driver.host", "a"), ("spark.b", "1")]
    assert document.blocks[0].where == "the template `x.conf`"
    assert set_host(text, "templates/_helpers.tpl") == text.replace("host=a", "host=new").encode()


def test_define_body_with_yaml() -> None:
    text = 'Read me: spark.x\n{{- define "x" }}\nsparkConf:\n  spark.driver.host: a\n{{- end }}\nSpark: [\n'
    assert set_host(text, "templates/_helpers.tpl") == text.replace("host: a", "host: new").encode()


def test_values_with_quoted_templates() -> None:
    text = "host: '{{ .Release.Name }}'\nsparkConf:\n  spark.a: \"{{ .x }}-{{ .y }}\"\n  spark.driver.host: a\n"
    assert set_host(text) == text.replace("host: a", "host: new").encode()


def test_jinja_is_told_and_does_not_crash() -> None:
    document = opened("{% if x %}\nsparkConf:\n  spark.driver.host: {{ a }}\n{% endif %}\n")
    assert document.problems or settings(document)


def test_unbalanced_template_is_told() -> None:
    document = template("sparkConf:\n  {{ if .a }}\n  spark.driver.host: a\n")
    assert "never ended" in document.problems[0].reason


def test_several_edits_in_one_file() -> None:
    document = opened("# é\nsparkConf:\n  spark.a: 1\n  spark.driver.host: a\n  spark.c: 3\n")
    after = changed(
        document,
        SetValue(item_of(document, "spark.driver.host"), "b"),
        Remove(item_of(document, "spark.a")),
        Add(item_of(document, "spark.c"), "spark.d", "x"),
    )
    assert after == "# é\nsparkConf:\n  spark.driver.host: b\n  spark.c: 3\n  spark.d: x\n".encode()


def test_lists_of_pairs_with_more_fields_keep_them() -> None:
    document = opened("conf:\n- name: spark.a\n  value: '1'\n  note: x\n- name: spark.b\n  value: '2'\n")
    after = changed(document, SetValue(item_of(document, "spark.a"), "3"))
    assert after == b"conf:\n- name: spark.a\n  value: '3'\n  note: x\n- name: spark.b\n  value: '2'\n"


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("spark.a  1\nspark.connect.grpc.binding.port  15002\n", "spark.connect.grpc.binding.address  0.0.0.0\n"),
        (
            "spark.a.bcdefghi                 1\nspark.connect.grpc.binding.port  15002\n",
            "spark.connect.grpc.binding.address 0.0.0.0\n",
        ),
    ],
    ids=["the same blanks everywhere", "one column"],
)  # fmt: skip
def test_blanks_of_the_neighbours(before: str, line: str) -> None:
    document = open_document(SourceText("spark-defaults.conf", before.encode()))
    port = document.blocks[0].all("spark.connect.grpc.binding.port")[0]
    edits = render(Add(port, "spark.connect.grpc.binding.address", "0.0.0.0", before=True))
    first, second = before.splitlines(keepends=True)
    assert splice(before.encode(), edits).decode() == first + line + second
