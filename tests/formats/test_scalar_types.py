"""What YAML makes of a written value: types, and characters that break lines or may not stand raw."""

from __future__ import annotations

import pytest
import yaml

from sparkfix.engine.verify import verify
from sparkfix.formats.properties.parse import unescape
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.formats.yaml.scalars import encode, type_of
from sparkfix.model import Add, Edit, Refused, RenameKey, SetValue
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

ODD = ["a\u2028b", "a\u2029b", "a\x85b", "a\x07b", "a\x7fb", "a\ufeffb", "\u2028", "a\ufffeb"]


def set_a(text: str, value: str, path: str = "x.yaml") -> str:
    document = open_document(SourceText(path, text.encode()))
    item = next(item for block in document.blocks for item in block.all("spark.a"))
    change = SetValue(item, value)
    edits = render(change)
    after = splice(document.source.data, edits)
    before = Workspace(MemoryStore({path: document.source.data}), (path,))
    verify(before, before.with_edits({path: after}), [change], {path: edits})
    return after.decode()


@pytest.mark.parametrize(
    ("old", "value", "written"),
    [
        ("5", "off", '"off"'), ("5", "null", '"null"'), ("5", "7", "7"), ("5", "1.5", '"1.5"'), ("5", "x", "x"),
        ("true", "false", "false"), ("yes", "off", '"off"'), ("true", "1", '"1"'), ("1.5", "2", '"2"'), ("x", "7", '"7"'),
        ("~", "null", "null"), ("{{ .x }}", "7", '"7"'), ("5", "1e3", '"1e3"'), ("5", "0o7", '"0o7"'), ("x", "n", '"n"'),
        ("5", "=", '"="'), ("5", "<<", '"<<"'), ("5", "", '""'), ("5", "2001-12-14", '"2001-12-14"'), ("5", "1:30", '"1:30"'),
        ("true", "yes", '"yes"'), ("5", "0123", '"0123"'), ("5", "1_000", '"1_000"'), ("5", "0x1F", '"0x1F"'),
        ("5", "-7", "-7"), ("1.5", "2.25", "2.25"), ("1.5", "1.50", '"1.50"'), ("5", "1" * 20, '"' + "1" * 20 + '"'),
    ],
)  # fmt: skip
def test_plain_value_keeps_its_type_or_becomes_text(old: str, value: str, written: str) -> None:
    text = f"sparkConf:\n  spark.a: {old}\n  x: {{y: '{{{{ .z }}}}'}}\n"
    assert set_a(text, value) == text.replace(f"a: {old}", f"a: {written}")


def test_type_of_an_edit_that_says_the_right_text_is_looked_at() -> None:
    data = b"sparkConf:\n  spark.a: 5\n"
    before = Workspace(MemoryStore({"x.yaml": data}), ("x.yaml",))
    document = before.document("x.yaml")
    assert document is not None
    change = SetValue(document.blocks[0].properties[0], "off")
    edits = [Edit("x.yaml", change.property.value_span, b"off")]
    with pytest.raises(Refused, match="a number, a boolean or null"):
        verify(before, before.with_edits({"x.yaml": splice(data, edits)}), [change], {"x.yaml": edits})


def test_setting_beside_a_number_is_no_boolean() -> None:
    document = open_document(SourceText("x.yaml", b"sparkConf:\n  spark.a: 5\n"))
    item = document.blocks[0].properties[0]
    added = [edit.new for value in ("off", "7") for edit in render(Add(item, "spark.b", value))]
    assert added == [b'  spark.b: "off"\n', b"  spark.b: 7\n"]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("old", ["x", "'x'", '"x"', "5", ""])
def test_characters_that_yaml_breaks_lines_at_are_escaped(value: str, old: str) -> None:
    after = set_a(f"sparkConf:\n  spark.a: {old}\n  spark.b: 1\n", value)
    assert yaml.safe_load(after) == {"sparkConf": {"spark.a": value, "spark.b": 1}}
    assert all(line.isprintable() for line in after.split("\n"))


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("spark.a=x\nspark.b=1\n", "spark-defaults.conf"),
        ("data:\n  x: |\n    spark.a=x\n    spark.b=1\n", "x.yaml"),
        ('data:\n  x.conf: "spark.a=x\\nspark.b=1\\n"\n', "x.yaml"),
        ("data:\n  x.conf: 'spark.a=x'\n", "x.yaml"),
    ],
)
def test_characters_that_yaml_breaks_lines_at_are_escaped_as_java_reads_them(value: str, text: str, path: str) -> None:
    after = set_a(text, value, path)
    document = open_document(SourceText(path, after.encode()))
    assert document.blocks[0].all("spark.a")[0].value == value
    assert all(line.isprintable() for line in after.split("\n"))


@pytest.mark.parametrize("value", ["a\u2028b", "a\x85b"])
@pytest.mark.parametrize("raw", ["{0}", "'{0}'", '"{0}"'])
def test_raw_line_separator_in_an_edit_is_seen(value: str, raw: str) -> None:
    data = b"sparkConf:\n  spark.a: x\n"
    before = Workspace(MemoryStore({"x.yaml": data}), ("x.yaml",))
    document = before.document("x.yaml")
    assert document is not None
    change = SetValue(document.blocks[0].properties[0], value)
    edits = [Edit("x.yaml", change.property.value_span, raw.format(value).encode())]
    after = splice(data, edits)
    try:
        sound = yaml.safe_load(after.decode()) == {"sparkConf": {"spark.a": value}}
    except yaml.YAMLError:
        sound = False
    if not sound:
        with pytest.raises(Refused):
            verify(before, before.with_edits({"x.yaml": after}), [change], {"x.yaml": edits})


def test_key_with_odd_characters_is_escaped() -> None:
    document = open_document(SourceText("spark-defaults.conf", b"spark.a=x\n"))
    (edit,) = render(RenameKey(document.blocks[0].properties[0], "spark.b:c\u2028d e"))
    assert edit.new == b"spark.b\\:c\\u2028d\\ e"
    assert unescape(edit.new.decode()) == "spark.b:c\u2028d e"


@pytest.mark.parametrize(
    ("text", "tag"),
    [("y", "bool"), ("1e3", "float"), ("0o7", "int"), ("", "null"), ("x", "str"), ("1_000", "int"), ("e3", "str")],
)
def test_types_of_plain_scalars(text: str, tag: str) -> None:
    assert type_of(text) == f"tag:yaml.org,2002:{tag}"


def test_emoji_and_other_text_stays_as_it_is() -> None:
    assert encode("é漢😀\xa0x", None) == "é漢😀\xa0x"
