"""Model nodes: read when they are asked for, equal when what they say and where they stand is equal."""

from __future__ import annotations

from sparkfix.formats.document import Document, open_document
from sparkfix.model import Node
from sparkfix.text.source import SourceText


def document(text: str) -> Document:
    return open_document(SourceText("a.yaml", text.encode()))


def root(text: str) -> Node:
    return document(text).nodes[0]


def test_what_nobody_asks_for_is_not_read() -> None:
    [item] = document("kind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: b}]\n").objects
    assert item.name == "a"
    read = [name for name, child in vars(item.node)["value"].items() if "value" in vars(child)]
    assert read == ["kind", "metadata"]


def test_nodes_are_equal_by_content_and_place() -> None:
    assert root("a: {b: [1, x]}\n") == root("a: {b: [1, x]}\n")
    assert root("a: {b: [1, x]}\n") != root("a: {b: [1, y]}\n")
    assert root("a: {b: [1, x]}\n") != root("\na: {b: [1, x]}\n")
    assert len({root("a: 1\n").get("a"), root("a: 1\n").get("a")}) == 1


def test_an_alias_of_what_is_around_it_holds_nothing() -> None:
    found = root("a: &a\n  b: *a\n  c: 1\n")
    assert found.text("a", "c") == "1"
    inner = found.get("a", "b")
    assert inner is not None
    assert inner.value is None


def test_merged_keys_do_not_win_over_written_ones() -> None:
    found = root("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\n")
    assert (found.text("b", "x"), found.text("b", "y")) == ("3", "2")


def test_the_last_of_two_equal_keys_counts() -> None:
    assert root("a: 1\na: 2\n").text("a") == "2"
