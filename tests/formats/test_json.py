"""JSON files and JSON in other texts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Property, Refused, Remove, RenameKey, SetValue
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText

JOB = """\
{
\t"name": "job",
\t"configurationOverrides": {
\t\t"applicationConfiguration": [{
\t\t\t"classification": "spark-defaults",
\t\t\t"properties": {
\t\t\t\t"spark.a": "1",
\t\t\t\t"spark.b": 2
\t\t\t}
\t\t}]
\t}
}
"""


def opened(text: str, path: str = "job.json") -> Document:
    return open_document(SourceText(path, text.encode()))


def found(document: Document, key: str) -> Property:
    return next(item for block in document.blocks for item in block.all(key))


def after(text: str, change: Change) -> str:
    return splice(text.encode(), render(change)).decode()


def test_a_map_with_its_route() -> None:
    (block,) = opened(JOB).blocks
    assert (block.carrier, block.where) == ("JSON map", "configurationOverrides.applicationConfiguration.0.properties")
    assert [(item.key, item.value) for item in block.properties] == [("spark.a", "1"), ("spark.b", "2")]


@pytest.mark.parametrize(
    ("key", "change", "old", "new"),
    [
        ("spark.a", lambda one: SetValue(one, 'x"\\'), '"1"', '"x\\"\\\\"'),
        ("spark.b", lambda one: SetValue(one, "3"), ": 2", ": 3"),
        ("spark.b", lambda one: SetValue(one, "x"), ": 2", ': "x"'),
        ("spark.b", lambda one: SetValue(one, "03"), ": 2", ': "03"'),
        ("spark.a", lambda one: RenameKey(one, "spark.c"), '"spark.a"', '"spark.c"'),
        ("spark.a", Remove, '\t\t\t\t"spark.a": "1",\n', ""),
        ("spark.b", Remove, ',\n\t\t\t\t"spark.b": 2', ""),
        ("spark.b", lambda one: Add(one, "spark.c", "x"), ": 2", ': 2,\n\t\t\t\t"spark.c": "x"'),
        ("spark.a", lambda one: Add(one, "spark.c", "x", before=True), '"spark.a"', '"spark.c": "x",\n\t\t\t\t"spark.a"'),
    ],
)  # fmt: skip
def test_each_change(key: str, change: object, old: str, new: str) -> None:
    result = after(JOB, change(found(opened(JOB), key)))  # type: ignore[operator]
    assert result == JOB.replace(old, new)
    json.loads(result)


def test_nothing_can_be_commented_out() -> None:
    with pytest.raises(Refused, match="JSON has no comments"):
        render(CommentOut(found(opened(JOB), "spark.a")))


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ('{"spark.a": "1",}', "not JSON", 1),
        ('{\n// why\n"spark.a": "1"}', "not JSON", 2),
        ("[" * 2000 + '"spark.a=1"', "not JSON", 1),
    ],
)
def test_what_is_no_json_is_a_problem(text: str, reason: str, line: int) -> None:
    (problem,) = opened(text).problems
    assert problem.reason.startswith(reason)
    assert problem.line == line


def test_an_event_log_is_no_configuration() -> None:
    text = '{"Event":"org.apache.spark.scheduler.SparkListenerEnvironmentUpdate","Spark Properties":{"spark.a":"1"}}'
    assert opened(text).blocks == ()


def test_arguments_in_an_array() -> None:
    text = '{"args": ["--conf", "spark.a=1", "--conf", "spark.b=2", "app.py"]}'
    assert after(text, Remove(found(opened(text), "spark.b"))) == '{"args": ["--conf", "spark.a=1", "app.py"]}'
    assert after(text, SetValue(found(opened(text), "spark.a"), 'x "y"')) == text.replace("a=1", 'a=x \\"y\\"')


def test_json_in_a_yaml_scalar_is_edited_there() -> None:
    text = 'kind: ConfigMap\ndata:\n  job.json: |\n    {\n      "spark.a": "1"\n    }\n'
    item = found(opened(text, "a.yaml"), "spark.a")
    assert after(text, Add(item, "spark.b", "2")) == text.replace('"1"', '"1",\n      "spark.b": "2"')


@given(value=st.text(max_size=10), new=st.text(max_size=10), depth=st.integers(0, 3))
def test_a_value_at_any_depth_of_json_in_json(value: str, new: str, depth: int) -> None:
    data: object = {"properties": {"spark.a": f"v{value}", "spark.b": "1"}}
    for _ in range(depth):
        data = {"inner": json.dumps(data)}
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
        edits = render(SetValue(found(opened(text), "spark.a"), f"n{new}"))
    except (Refused, UnicodeEncodeError):
        return
    result = json.loads(splice(text.encode(), edits))
    for _ in range(depth):
        result = json.loads(result["inner"])
    assert result == {"properties": {"spark.a": f"n{new}", "spark.b": "1"}}
