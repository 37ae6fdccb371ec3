"""Texts inside texts: what is read at any depth is edited in the outermost file, and nothing else changes."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.engine.verify import verify
from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Edit, Property, Refused, Remove, RenameKey, SetValue
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

WORKFLOW = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
spec:
  templates:
    - name: job
      resource:
        manifest: |
          apiVersion: sparkoperator.k8s.io/v1beta2
          kind: SparkApplication
          metadata:
            name: pi
          spec:
            sparkConf:
              "spark.a": "1"  # one
              spark.b: "2"
    - name: other
"""


def opened(text: str, path: str = "a.yaml") -> Document:
    return open_document(SourceText(path, text.encode()), in_chart_templates=path.startswith("templates/"))


def found(document: Document, key: str) -> Property:
    return next(item for block in document.blocks for item in block.all(key))


def after(text: str, change: Change, path: str = "a.yaml") -> str:
    return splice(text.encode(), render(change)).decode()


def test_a_manifest_in_a_block_scalar_is_read_with_its_place() -> None:
    document = opened(WORKFLOW)
    (block,) = document.blocks
    assert block.where == "Workflow spec.templates.0.resource.manifest: SparkApplication spec.sparkConf"
    assert [(item.key, item.value) for item in block.properties] == [("spark.a", "1"), ("spark.b", "2")]
    assert [item.kind for item in document.objects] == ["Workflow", "SparkApplication"]
    item = block.properties[0]
    assert document.source.data[item.key_span.start : item.value_span.end] == b'"spark.a": "1"'


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (lambda one: SetValue(one, "9"), '"spark.a": "1"', '"spark.a": "9"'),
        (lambda one: RenameKey(one, "spark.c"), '"spark.a": "1"', '"spark.c": "1"'),
        (lambda one: Remove(one), '              "spark.a": "1"  # one\n', ""),
        (lambda one: CommentOut(one), '"spark.a": "1"', '# "spark.a": "1"'),
        (
            lambda one: Add(one, "spark.c", "3"),
            '"spark.a": "1"  # one\n',
            '"spark.a": "1"  # one\n              "spark.c": "3"\n',
        ),
        (lambda one: Add(one, "spark.c", "3", before=True), '"spark.a"', '"spark.c": "3"\n              "spark.a"'),
    ],
)
def test_each_change_in_a_nested_manifest(change: object, old: str, new: str) -> None:
    item = found(opened(WORKFLOW), "spark.a")
    assert after(WORKFLOW, change(item)) == WORKFLOW.replace(old, new)  # type: ignore[operator]


def test_the_last_line_of_a_block_scalar_is_removed_with_its_indent() -> None:
    item = found(opened(WORKFLOW), "spark.b")
    assert after(WORKFLOW, Remove(item)) == WORKFLOW.replace('              spark.b: "2"\n', "")


LAST = """\
kind: ConfigMap
data:
  body: "{\\"conf\\": {\\"spark.a\\": \\"1\\"}, \\"n\\": 1}"
  job.json: |
    {"conf": {"spark.b": "2"},
     "n": 1}
  values.yaml: |
    sparkConf:
      spark.c: "3"
    n: 1
"""


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("spark.a", '\\"spark.a\\": \\"1\\"', ""),
        ("spark.b", '"spark.b": "2"', ""),
        ("spark.c", 'sparkConf:\n      spark.c: "3"', "sparkConf: {}"),
    ],
)
def test_the_last_setting_of_a_text_may_go(key: str, old: str, new: str) -> None:
    change = Remove(found(opened(LAST), key))
    assert proven(LAST, change, after(LAST, change)) == LAST.replace(old, new)


@pytest.mark.parametrize("key", ["spark.a", "spark.b", "spark.c"])
@pytest.mark.parametrize(("old", "new"), [("1", "2"), ("n", "m"), ("onf", "onfig"), ("{}", "1")])
def test_what_a_text_says_besides_its_last_setting_stays(key: str, old: str, new: str) -> None:
    change = Remove(found(opened(LAST), key))
    lines = after(LAST, change).splitlines(keepends=True)
    first = next(index for index, line in enumerate(lines) if "{}" in line)
    last = next(index for index, line in enumerate(lines) if index >= first and "1" in line)
    text = "".join(lines[first : last + 1])
    changed = "".join([*lines[:first], text.replace(old, new), *lines[last + 1 :]])
    with pytest.raises(Refused, match="the result would"):
        proven(LAST, change, changed)


def proven(text: str, change: Change, result: str) -> str:
    """The result that is taken for what a change made, if it is proven."""
    files = Workspace(MemoryStore({"a.yaml": text.encode()}), ("a.yaml",), named=frozenset({"a.yaml"}))
    verify(files, files.with_edits({"a.yaml": result.encode()}), [change], {"a.yaml": list(render(change))})
    return result


def test_crlf_stays() -> None:
    text = WORKFLOW.replace("\n", "\r\n")
    item = found(opened(text), "spark.a")
    assert after(text, Add(item, "spark.c", "3")) == text.replace(
        "# one\r\n", '# one\r\n              "spark.c": "3"\r\n'
    )


def test_a_manifest_in_a_manifest_in_a_manifest() -> None:
    inner = r"kind: A\nspec:\n  sparkConf:\n    spark.a: \"1\"\n"
    middle = f'apiVersion: v1\nkind: B\ndata:\n  inner.yaml: "{inner}"\n'
    text = "apiVersion: v1\nkind: C\ndata:\n  m.yaml: |\n" + "".join(f"    {line}\n" for line in middle.splitlines())
    item = found(opened(text), "spark.a")
    assert after(text, SetValue(item, 'say "x"')) == text.replace(r"\"1\"", r"\"say \\\"x\\\"\"")
    assert after(text, Add(item, "spark.b", "2")).count(r"\n    spark.b: \"2\"\n") == 1


def test_a_template_guards_what_stands_in_a_scalar() -> None:
    text = (
        "kind: ConfigMap\ndata:\n  job.yaml: |\n    kind: SparkApplication\n    apiVersion: x\n    spec:\n      sparkConf:\n"
        '        {{- if .Values.a }}\n        spark.a: "1"\n        {{- else }}\n        spark.a: "2"\n        {{- end }}\n'
        '        spark.b: {{ .Values.b | quote }}\n{{- if .Values.c }}\n  other: "1"\n{{- end }}\n'
    )
    document = opened(text, "templates/a.yaml")
    items = [item for block in document.blocks for item in block.properties]
    assert [(item.key, item.value, [arm.condition for arm in item.guard]) for item in items] == [
        ("spark.a", "1", ["if .Values.a"]),
        ("spark.a", "2", ["else"]),
        ("spark.b", "{{ .Values.b | quote }}", []),
    ]
    assert items[2].templated
    assert after(text, SetValue(items[1], "3")) == text.replace('"2"', '"3"')


def test_prose_that_names_properties_in_a_scalar_is_no_problem() -> None:
    document = opened("a:\n  note: |\n    Set spark.a: 1, then\n    spark.b: [ and go on\n")
    assert document.problems == ()


values = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\x85\u2028\u2029", exclude_categories=["C"]), max_size=12
)


@given(value=values, new=values, depth=st.integers(0, 3), quoted=st.booleans())
def test_a_value_set_at_any_depth_reads_back_and_all_else_stays(value: str, new: str, depth: int, quoted: bool) -> None:
    text = yaml.safe_dump({"kind": "X", "apiVersion": "v1", "spec": {"sparkConf": {"spark.a": f"v{value}", "spark.b": "1"}}},
                          allow_unicode=True, width=1000)  # fmt: skip
    for level in range(depth):
        if quoted and level == 0:
            text = yaml.safe_dump({"kind": "X", "apiVersion": "v1", "data": {"in.yaml": json.loads(json.dumps(text))}},
                                  default_style='"', allow_unicode=True, width=1_000_000)  # fmt: skip
        else:
            body = "".join("    " + line + "\n" for line in text.splitlines())
            text = f"kind: X\napiVersion: v1\ndata:\n  in.yaml: |\n{body}"
    item = found(opened(text), "spark.a")
    assert item.value == f"v{value}"
    try:
        edits = render(SetValue(item, f"n{new}"))
    except Refused:
        return
    result = splice(text.encode(), edits).decode()
    again = opened(result)
    assert (found(again, "spark.a").value, found(again, "spark.b").value) == (f"n{new}", "1")
    _equal_but_for(text.encode(), result.encode(), edits)


def _equal_but_for(before: bytes, after: bytes, edits: tuple[Edit, ...]) -> None:
    (edit,) = edits
    assert after[: edit.span.start] == before[: edit.span.start]
    assert after[len(after) - (len(before) - edit.span.end) :] == before[edit.span.end :]
