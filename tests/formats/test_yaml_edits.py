"""Every edit in every YAML carrier: the bytes outside stay, and a plain YAML parser reads just what was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.engine.expect import expected_settings, settings_of
from sparkfix.engine.verify import verify
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Property, Refused, Remove, RenameKey, SetValue
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

Pairs = list[tuple[str, str]]
OPERATIONS = ["set", "rename", "remove", "comment", "before", "after"]
_KEYS = [f"spark.{name}" for name in ("a", "bb.c", "driver.host", "executor.extraJavaOptions", "x-y.z")]
_NEW = "spark.new.key"
VALUES = st.text(st.sampled_from("ab1:#= '\"\\,{}[]$é&*!|>%@`-?/"), max_size=10).map(str.strip)
SIMPLE = st.from_regex(r"\A[a-z][a-z0-9:/.]{0,8}[a-z0-9]\Z")
NEW_VALUES = st.one_of(
    VALUES, st.sampled_from(["true", "no", "1", "1.5", "0x1F", "~", "null", "a: b", "a #b", "", "12e3", "=", "<<"])
)


@dataclass(frozen=True)
class Carrier:
    """A text with settings, and how a plain YAML reader finds them."""

    text: str
    route: tuple[str | int, ...]
    kind: str


def read(carrier: Carrier, text: str) -> tuple[Pairs, Any]:
    """The settings that PyYAML sees, and all other data (the settings' place emptied)."""
    data = yaml.load(text, yaml.BaseLoader)
    parent, here = None, data
    for step in carrier.route:
        parent, here = here, here[step]
    assert parent is not None
    parent[carrier.route[-1]] = None
    if carrier.kind == "text":
        lines = [line.strip() for line in here.split("\n")]
        pairs = [line.split("=", 1) for line in lines if line and line[0] not in "#!"]
        return [(key, re.sub(r"\\(.)", r"\1", value)) for key, value in pairs], data
    if carrier.kind == "map":
        return list(here.items()), data
    if carrier.kind == "pairs":
        return [(item["name"], item["value"]) for item in here], data
    words = [word for word in here if word not in ("--conf", "driver", "app.py")]
    return [tuple(word.removeprefix("--conf=").split("=", 1)) for word in words], data


def _quoted(draw: st.DrawFn, text: str, *, flow: bool = False) -> str:
    style = draw(st.sampled_from(["plain", "single", "double"]))
    plain = text and text[0].isalpha() and not any(char in text for char in ":#,[]{}?")
    if style == "plain" and plain:
        return text
    if style == "single":
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _around(draw: st.DrawFn, body: list[str], opening: list[str], closing: list[str]) -> str:
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines = [*draw(st.sampled_from([[], ["# top é"], ["---"], ["# é", "---"]])), *opening, *body, *closing]
    last = draw(st.sampled_from(["", newline]))
    return newline.join(lines) + last


def _keys(draw: st.DrawFn) -> list[str]:
    return draw(st.lists(st.sampled_from(_KEYS), min_size=1, max_size=4, unique=True))


_CLOSING = st.sampled_from([[], ["after: 1 # é"], ["# end", "after: [a, b]"]])


@st.composite
def block_texts(draw: st.DrawFn) -> Carrier:
    digit = draw(st.sampled_from(["", "", "1", "2", "4", "9"]))
    header = "|" + draw(st.sampled_from([digit, digit + "-", digit + "+", "-" + digit]))
    listed = draw(st.booleans())
    base = 4 if listed else 2
    indent = " " * ((base if listed else 2) + (int(digit) if digit else draw(st.integers(1, 4))))
    body = []
    for key in _keys(draw):
        body.append(indent + key + "=" + draw(st.one_of(SIMPLE, st.just(""))).strip())
        body += draw(st.sampled_from([[], [], [indent + "# note é"], [""], [indent.rstrip()]]))
    if listed:
        opening = ["items:", "  - name: x", f"    spark-defaults.conf: {header}"]
        return Carrier(_around(draw, body, opening, draw(_CLOSING)), ("items", 0, "spark-defaults.conf"), "text")
    opening = ["data:", "  other: x", f"  spark-defaults.conf: {header}"]
    return Carrier(_around(draw, body, opening, draw(_CLOSING)), ("data", "spark-defaults.conf"), "text")


@st.composite
def maps(draw: st.DrawFn) -> Carrier:
    body = []
    for key in _keys(draw):
        line = f"  {_quoted(draw, key)}:{draw(st.sampled_from([' ', '   ']))}{_quoted(draw, draw(VALUES))}"
        body.append(line + draw(st.sampled_from(["", "  ", " # why é"])))
        body += draw(st.sampled_from([[], [], ["  # note é"], [""], ["# left"], ["   "]]))
    if draw(st.booleans()):
        body.insert(0, "  plain: x")
    return Carrier(_around(draw, body, ["sparkConf:"], draw(_CLOSING)), ("sparkConf",), "map")


@st.composite
def flow_maps(draw: st.DrawFn) -> Carrier:
    items = [f"{_quoted(draw, key)}: {_quoted(draw, draw(VALUES))}" for key in _keys(draw)]
    comma = draw(st.sampled_from([", ", ","]))
    pad = draw(st.sampled_from(["", " "]))
    body = [f"sparkConf: {{{pad}{comma.join(items)}{pad}}} # é"]
    return Carrier(_around(draw, body, ["a: 1"], draw(_CLOSING)), ("sparkConf",), "map")


@st.composite
def pair_lists(draw: st.DrawFn) -> Carrier:
    body, dash = [], draw(st.sampled_from(["- ", "-   "]))
    for key in _keys(draw):
        body.append(f"  {dash}name: {_quoted(draw, key)}" + draw(st.sampled_from(["", " # é"])))
        body.append(f"  {' ' * len(dash)}value: {_quoted(draw, draw(VALUES))}")
        body += draw(st.sampled_from([[], [], ["  # note é"], [""]]))
    return Carrier(_around(draw, body, ["conf:"], draw(_CLOSING)), ("conf",), "pairs")


@st.composite
def arguments(draw: st.DrawFn) -> Carrier:
    body, flow = ["  - driver"], draw(st.booleans())
    for key in _keys(draw):
        form = draw(st.sampled_from(["--conf", "--conf="]))
        if form == "--conf":
            body.append("  - --conf" + ("" if flow else draw(st.sampled_from(["", " # é"]))))
        word = ("--conf=" if form == "--conf=" else "") + key + "=" + draw(SIMPLE)
        body.append("  - " + (_quoted(draw, word)))
    body.append("  - app.py")
    if flow:
        body = ["args: [" + ", ".join(line[4:] for line in body) + "]"]
    return Carrier(_around(draw, body, ["x: y"] if flow else ["args:"], draw(_CLOSING)), ("args",), "args")


CARRIERS = st.one_of(block_texts(), maps(), flow_maps(), pair_lists(), arguments())


def change_of(operation: str, item: Property, value: str) -> Change:
    match operation:
        case "set":
            return SetValue(item, value)
        case "rename":
            return RenameKey(item, _NEW)
        case "remove":
            return Remove(item)
        case "comment":
            return CommentOut(item)
    return Add(item, _NEW, value, before=operation == "before")


def intended(before: Pairs, position: int, operation: str, value: str) -> Pairs:
    own = before[position]
    middle = {
        "set": [(own[0], value)], "rename": [(_NEW, own[1])], "remove": [], "comment": [],
        "before": [(_NEW, value), own], "after": [own, (_NEW, value)],
    }[operation]  # fmt: skip
    return [*before[:position], *middle, *before[position + 1 :]]


def properties_of(text: str) -> list[Property]:
    document = open_document(SourceText("values.yaml", text.encode()))
    assert not document.problems, (document.problems, text)
    return [item for block in document.blocks for item in block.properties]


def proven(text: str, change: Change) -> tuple[Workspace, str] | None:
    """The result of a change, or None where it is refused."""
    old = Workspace(MemoryStore({"values.yaml": text.encode()}), ("values.yaml",))
    try:
        edits = render(change)
        after = splice(text.encode(), edits)
        new = old.with_edits({"values.yaml": after})
        verify(old, new, [change], {"values.yaml": edits})
    except Refused:
        return None
    return new, after.decode()


@given(CARRIERS, st.integers(0, 9), st.sampled_from(OPERATIONS), NEW_VALUES)
def test_each_operation_does_what_it_says(carrier: Carrier, index: int, operation: str, value: str) -> None:
    items = properties_of(carrier.text)
    before, other = read(carrier, carrier.text)
    spark = [index for index, (key, _) in enumerate(before) if key.startswith("spark.")]
    assert [(item.key, item.value) for item in items] == [before[index] for index in spark], carrier.text
    position = index % len(items)
    change = change_of(operation, items[position], value)
    result = proven(carrier.text, change)
    if result is None:
        return
    new, after = result
    found, rest = read(carrier, after) if yaml.load(after, yaml.BaseLoader) else ([], None)
    assert found == intended(before, spark[position], operation, value), after
    assert rest == other, after
    document = new.document("values.yaml")
    assert document is not None
    assert settings_of(document) == expected_settings(
        open_document(SourceText("values.yaml", carrier.text.encode())), [change]
    )


PLAIN_TEXTS = {
    "block text": "data:\n  spark-defaults.conf: |\n    # é\n    spark.a=1\n    spark.b=2\n\n    spark.c=3\nz: 1\n",
    "block map": 'sparkConf: # c\n  spark.a: \'1\' # é\n\n  # x\n  spark.b: 2\n  "spark.c": "3"\nz: 1\n',
    "flow map": 'a: é\nsparkConf: { spark.a: "1", spark.b: 2, spark.c: x } # c\nz: 1\n',
    "pairs": "conf:\n- name: spark.a\n  value: '1'\n# é\n- name: spark.b\n  value: x\n- name: spark.c\n  value: y\nz: 1\n",
    "arguments": "args:\n- --conf\n- spark.a=1\n# é\n- --conf\n- spark.b=2\n- --conf=spark.c=3\nz: 1\n",
    "flow arguments": 'args: [--conf, spark.a=1, --conf, "spark.b=2", --conf=spark.c=3] # é\nz: 1\n',
    "double quoted": 'data:\n  spark-defaults.conf: "spark.a=1\\nspark.b=2\\nspark.c=3\\n" # é\nz: 1\n',
    "nested": "sparkConf:\n  spark:\n    a: 1\n    b: 2 # é\n    c: 3\nz: 1\n",
}
_NO_COMMENT = {"flow map", "flow arguments"}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", PLAIN_TEXTS)
@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_plain_cases_are_edited_not_refused(name: str, operation: str, position: int, newline: str) -> None:
    text = PLAIN_TEXTS[name].replace("\n", newline)
    item = properties_of(text)[position]
    value = "yes-please"
    change = change_of(operation, item, value)
    if operation == "comment" and name in _NO_COMMENT:
        with pytest.raises(Refused):
            render(change)
        return
    edits = render(change)
    after = splice(text.encode(), edits)
    old = Workspace(MemoryStore({"values.yaml": text.encode()}), ("values.yaml",))
    if operation == "comment" and name == "double quoted":
        assert b"# spark." in after
    verify(old, old.with_edits({"values.yaml": after}), [change], {"values.yaml": edits})
    before = [(one.key, one.value) for one in properties_of(text)]
    assert [(one.key, one.value) for one in properties_of(after.decode())] == intended(
        before, position, operation, value
    )
    assert after.count(b"\r") == (after.count(b"\n") if newline == "\r\n" else 0)
