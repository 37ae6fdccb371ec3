"""The proof refuses every edit that is not the right one, or one with the very same result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.engine.verify import verify
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Edit, Property, Refused, Remove, RenameKey, SetValue, Span
from sparkfix.text.edits import OverlappingEdits, splice
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

PATH = "templates/cm.yaml"
TEXTS = {
    "text": b"""# top
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "x.name" . }}
data:
  other: "kept" # note
  spark-defaults.conf: |
    # comment
    spark.driver.host=svc
    {{- if .Values.a }}
    spark.a 1

    {{- else }}
    spark.a 2
    {{- end }}
    spark.app.name={{ .Values.name }}
  last: x
""",
    "map": b"""# top
sparkConf:
  # comment
  spark.driver.host: "svc" # why

  spark.a: '1'
  "spark.b": x
  {{- if .Values.a }}
  spark.c: y
  {{- end }}
other: [a, b]   # note
""",
    "flow": b"# top\nsparkConf: {spark.driver.host: svc, spark.a: '1', spark.b: x} # note\nother: 1 # c\n",
    "pairs": b"# top\nconf:\n  - name: spark.driver.host # n\n    value: svc\n  # c\n  - name: spark.a\n    value: '1'\nz: 1\n",
    "arguments": b"# top\nargs:\n  - --conf\n  - spark.driver.host=svc # n\n  # c\n  - --conf=spark.a=1\n  - x.py\nz: 1\n",
}


def workspace_of(data: bytes) -> Workspace:
    return Workspace(MemoryStore({PATH: data, "Chart.yaml": b"name: x\n"}), (PATH,))


def properties_of(workspace: Workspace) -> list[Property]:
    document = workspace.document(PATH)
    assert document is not None
    return [item for block in document.blocks for item in block.properties]


def all_changes(items: Sequence[Property]) -> list[Change]:
    return [
        change
        for item in items
        for change in (
            SetValue(item, "other"), RenameKey(item, "spark.renamed"), Remove(item), CommentOut(item),
            Add(item, "spark.new", "v"), Add(item, "spark.new", "v", before=True),
        )
    ]  # fmt: skip


def right_edits(change: Change) -> tuple[Edit, ...]:
    try:
        return render(change)
    except Refused:
        return ()


def accepted(before: Workspace, change: Change, edits: Sequence[Edit]) -> bytes | None:
    """The result if the proof lets it pass."""
    data = before.data(PATH) or b""
    try:
        after = splice(data, edits)
        verify(before, before.with_edits({PATH: after}), [change], {PATH: edits})
    except (Refused, OverlappingEdits, ValueError):
        return None
    return after


@pytest.mark.parametrize("name", TEXTS)
def test_right_edits_pass(name: str) -> None:
    before = workspace_of(TEXTS[name])
    passed = Counter(
        type(change).__name__ for change in all_changes(properties_of(before))
        if (edits := right_edits(change)) and accepted(before, change, edits) is not None
    )  # fmt: skip
    wanted = {"SetValue", "RenameKey", "Remove", "Add"} | (set() if name == "flow" else {"CommentOut"})
    assert set(passed) == wanted


_MUTATIONS = st.sampled_from(
    ["shift", "shift back", "longer", "shorter", "drop", "alter", "append", "prepend", "other"]
)


def mutated(edit: Edit, kind: str, amount: int, size: int) -> Edit:
    start, end, new = edit.span.start, edit.span.end, edit.new
    match kind:
        case "shift":
            start, end = start + amount, end + amount
        case "shift back":
            start, end = start - amount, end - amount
        case "longer":
            end += amount
        case "shorter":
            start = min(start + amount, end)
        case "drop":
            new = new[:amount] + new[amount + 1 :]
        case "alter":
            new = new[:amount] + b"q" + new[amount + 1 :]
        case "append":
            new += [b"\n", b" ", b" # c", b"x", b"\n# c\n"][amount % 5]
        case "prepend":
            new = [b"\n", b" ", b"# c\n", b"x", b"\t"][amount % 5] + new
    start = max(min(start, size), 0)
    return Edit(edit.path, Span(start, max(min(end, size), start)), new)


def equivalent(left: bytes, right: bytes) -> bool:
    """Do two texts differ in nothing but blanks on the edited lines?"""
    return b"".join(left.split()) == b"".join(right.split()) and left.count(b"\n") == right.count(b"\n")


@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 99), st.integers(0, 3), _MUTATIONS, st.integers(1, 12))
def test_corrupted_edits_are_refused(name: str, which: int, index: int, kind: str, amount: int) -> None:
    before = workspace_of(TEXTS[name])
    changes = all_changes(properties_of(before))
    change = changes[which % len(changes)]
    edits = list(right_edits(change))
    right = accepted(before, change, edits) if edits else None
    if right is None:
        return
    size = len(TEXTS[name])
    if kind == "other":
        at = amount * 37 % size
        edits.append(Edit(PATH, Span(at, at), b" " if index % 2 else b"\n"))
    else:
        edits[index % len(edits)] = mutated(edits[index % len(edits)], kind, amount, size)
    after = accepted(before, change, edits)
    assert after is None or after == right or equivalent(after, right), (after.decode(), right.decode())


def one(name: str, key: str) -> tuple[Workspace, Property]:
    before = workspace_of(TEXTS[name])
    return before, next(item for item in properties_of(before) if item.key == key)


def with_extra(name: str, key: str, old: bytes, new: bytes) -> bytes | None:
    """The right edit for a new value, with another replacement beside it."""
    before, item = one(name, key)
    change = SetValue(item, "other")
    at = TEXTS[name].index(old)
    return accepted(before, change, [*render(change), Edit(PATH, Span(at, at + len(old)), new)])


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("map", b"  # comment\n", b""),
        ("map", b" # why", b""),
        ("map", b"# why", b"# what"),
        ("map", b"# note", b"# not"),
        ("map", b"\n\n  spark.a", b"\n  spark.a"),
        ("map", b"]   #", b"] #"),
        ("map", b"{{- end }}", b"{{ end }}"),
        ("text", b"    {{- else }}\n", b""),
        ("text", b"  last: x\n", b"  last: x"),
        ("text", b"1\n\n", b"1\n"),
        ("flow", b"# note\nother", b"# note other"),
        ("pairs", b"# n", b"# m"),
        ("arguments", b"# n", b""),
    ],
)
def test_a_second_change_beside_the_right_one_is_refused(name: str, old: bytes, new: bytes) -> None:
    assert with_extra(name, "spark.driver.host", old, new) is None


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("new", [b"\n", b" ", b"\n\n", b"\r", b"# c\n", b"\t"])
def test_an_insertion_elsewhere_is_refused(name: str, new: bytes) -> None:
    before, item = one(name, "spark.driver.host")
    change = SetValue(item, "other")
    for at in (0, len(TEXTS[name]), TEXTS[name].index(b"# top") + 5):
        assert accepted(before, change, [*render(change), Edit(PATH, Span(at, at), new)]) is None, at


def test_removal_may_not_eat_the_comment_behind_the_line_above() -> None:
    before = workspace_of(b"sparkConf:\n  x: 1 # note\n  spark.a: 1\n  spark.b: 2\n")
    item = next(item for item in properties_of(before) if item.key == "spark.a")
    (edit,) = render(Remove(item))
    longer = Edit(PATH, Span(edit.span.start - 2, edit.span.end), b"\n")
    assert accepted(before, Remove(item), [edit]) is not None
    assert accepted(before, Remove(item), [longer]) is None
