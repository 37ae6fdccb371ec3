"""Syntax trees of tree-sitter: making them, walking where something stands, and comparing what is left of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sparkfix.text.source import SourceText


def parser(language: Any) -> Any:
    """A parser for what a grammar's `language()` gives."""
    import tree_sitter

    return tree_sitter.Parser(tree_sitter.Language(language))


@dataclass
class Omitted:
    """The nodes of a tree that are settings, by their ranges: whole ones, and calls of which what they are called on stays."""

    whole: set[tuple[int, int]] = field(default_factory=set)
    links: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True)
class Tree:
    """The tree of a text, and the offsets of what a reader looks for in it."""

    source: SourceText
    root: Any
    signs: tuple[int, ...]
    omitted: Omitted = field(default_factory=Omitted)

    def matters(self, node: Any) -> bool:
        """Does a sign stand in a node?"""
        index = bisect_left(self.signs, node.start_byte)
        return index < len(self.signs) and self.signs[index] < node.end_byte

    def code(self, node: Any) -> str:
        return self.source.text(node.start_byte, node.end_byte)

    def folded(self, node: Any) -> str:
        return self.source.folded[node.start_byte : node.end_byte]


def range_of(node: Any) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def is_broken(node: Any) -> bool:
    """Does a node stand in, or hold, text that the grammar does not know?"""
    if node.has_error:
        return True
    while node is not None:
        if node.type == "ERROR":
            return True
        node = node.parent
    return False


def leaves(tree: Tree, *, without: Collection[str]) -> Iterator[str]:
    """The words of a text but for its settings and for nodes of some types (comments, commas)."""
    stack = [tree.root]
    while stack:
        node = stack.pop()
        own = range_of(node)
        if node.type in without or own in tree.omitted.whole:
            continue
        if own in tree.omitted.links and node.children:
            # What the call is made on is the first part of its first part, or that itself.
            first = node.children[0]
            stack.append(first.children[0] if first.type == "field_expression" else first)
        elif node.children:
            stack.extend(reversed(node.children))
        else:
            yield tree.code(node)


def first_error(root: Any) -> int | None:
    """The offset of the first text that the grammar does not know; None if there is none."""
    if not root.has_error:
        return None
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "ERROR" or node.is_missing:
            return int(node.start_byte)
        stack.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
    return 0
