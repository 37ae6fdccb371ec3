"""What Terraform and TOML have in common: documents of entries, words and texts, with places of lines or in a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sparkfix.formats.code.arguments import Words, settings_among
from sparkfix.formats.code.places import Item, Statement, lines_of
from sparkfix.formats.code.settings import Pattern, Value, item_of, setting
from sparkfix.formats.code.slots import Form
from sparkfix.formats.code.tree import Tree, first_error, leaves, range_of
from sparkfix.formats.detect import COMMAND, may_hold_settings
from sparkfix.formats.document import Context, Document, Nested, with_nested
from sparkfix.model import Problem, Property, PropertyBlock
from sparkfix.text.source import SourceText

SIGN = re.compile(r"(?<![\w)\].])spark\.[A-Za-z][\w.\-]*[ \t]*[\"'\\]*[ \t]*[=:,)\]\"']|--conf|-Dspark\.|" + COMMAND)
COMMENT = "#"


@dataclass
class Reading:
    """A document that is read, and what was found in it so far."""

    tree: Tree
    context: Context
    blocks: list[PropertyBlock] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)

    def add(self, carrier: str, where: str, properties: Sequence[Property], node: Any) -> None:
        if properties:
            path, span = self.tree.source.path, self.tree.source.span(*range_of(node))
            self.blocks.append(PropertyBlock(path, carrier, where, tuple(properties), span))

    def entry(self, key: Value, value: Value, place: Item | Statement, made: str, node: Any) -> Property:
        """The property of one entry, which is left out of the rest."""
        self.tree.omitted.whole.add(range_of(node))
        form = Form(place.start, place.end, key.slot, value.slot)
        return setting(self.tree.source, key, value, place, Pattern(form, made, COMMENT))

    def words(self, nodes: Sequence[Any], values: Sequence[Value | None], where: str, node: Any) -> None:
        """The settings among the words of a list."""
        words = Words(self.tree.source, values, [range_of(one) for one in nodes], COMMENT)
        properties = []
        for item, own in settings_among(words):
            properties.append(item)
            self.tree.omitted.whole.update(range_of(one) for one in nodes[own.start : own.stop])
        self.add(words.carrier, where, properties, node)

    def open(self, inner: SourceText | None, name: str, where: str, node: Any) -> None:
        """Read a string as a text of its own."""
        if inner is None or not may_hold_settings(inner.folded):
            return
        document = self.context.open_inner(inner, name, None)
        if document is not None:
            self.tree.omitted.whole.add(range_of(node))
            self.nested.append(Nested(document, where))


def tree_of(source: SourceText, grammar: Any) -> Tree:
    """The tree of a text by a parser, with the places at which settings may stand."""
    signs = tuple(found.start() for found in SIGN.finditer(source.folded))
    return Tree(source, grammar.parse(source.folded.encode("ascii")).root_node, signs)


def place_of(tree: Tree, nodes: Sequence[Any], index: int, *, commas: bool, last_comma: bool) -> Item | Statement:
    """Where an entry stands: on lines of its own, or in a row with commas."""
    ranges = [(start, start + len(tree.source.folded[start:end].rstrip())) for start, end in map(range_of, nodes)]
    start, end = ranges[index]
    if not commas and lines_of(tree.source, start, end, COMMENT).alone:
        return Statement(start, end, COMMENT)
    item = item_of(ranges, index, COMMENT)
    return item if last_comma else Item(item.start, item.end, COMMENT, item.previous_end, item.next_start, last_comma)


def document_of(reading: Reading, language: str, what: str) -> Document:
    """The document that was read; text that the grammar does not know becomes a `Problem`."""
    source, error = reading.tree.source, first_error(reading.tree.root)
    if error is not None:
        line = source.line_in_file(error)
        return Document(
            source, problems=(Problem(source.path, f"not {what}: a syntax error", line),), language=language
        )
    blocks = tuple(sorted(reading.blocks, key=lambda block: block.span))
    return with_nested(Document(source, blocks=blocks, language=language, syntax=reading.tree), reading.nested)


def words_besides(tree: Tree) -> object:
    """The words of a document without its settings."""
    return tuple(leaves(tree, without=("comment", ",")))
