"""Model nodes: read when they are asked for, equal when what they say and where they stand is equal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_nodes_say_where_they_begin_at_any_depth(encoding: str) -> None:
    inner = '    sparkConf:\n      "spark.ui.port": "1"\n      spark.a: é\n'
    json = '{"sparkConf": {"spark.ui.port": 1}}'
    outer = f"kind: ConfigMap\nmetadata: {{name: é}}\ndata:\n  a.yaml: |\n{inner}  b.json: '{json}'\n"
    found = open_document(SourceText("a.yaml", outer.encode(encoding)))
    assert len(found.nested) == 2
    nodes = [node for one in (found, *found.nested) for root in one.nodes for node in _all(root)]
    assert len(nodes) > 8
    assert all(node.start == node.span.start for node in nodes)
    assert all(node.key_start == (node.key_span.start if node.key_span else None) for node in nodes)


def _all(node: Node) -> Iterator[Node]:
    yield node
    value = node.value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _all(child)
