"""TOML files: tables of settings, lists of words, and texts in strings (TOML 1.0).

A quoted key that begins with `spark.` is a property. A bare one (`spark.executor.memory = "4g"`) is a path of tables, and
is taken for one if it has three parts at least.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sparkfix.formats.code.maps import SIGN, Reading, document_of, place_of, tree_of, words_besides
from sparkfix.formats.code.quoted import Dialect, quoted_literal
from sparkfix.formats.code.settings import Value
from sparkfix.formats.code.slots import Slot
from sparkfix.formats.code.tree import Tree, parser, range_of
from sparkfix.formats.document import Context, Document
from sparkfix.model import Property, Refused
from sparkfix.spark.names import is_property_key
from sparkfix.text.placing import placed
from sparkfix.text.source import SourceText

_DIALECT = Dialect()
_BARE_KEY = re.compile(r"[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*")
_BARE = ("integer", "float", "boolean")
_TABLES = ("document", "table", "table_array_element")


@cache
def _parser() -> Any:
    import tree_sitter_toml

    return parser(tree_sitter_toml.language())


def read_toml(source: SourceText, context: Context) -> Document:
    """A TOML file. What does not parse becomes a `Problem`."""
    if not SIGN.search(source.folded):
        return Document(source, language="toml")
    reading = Reading(tree_of(source, _parser()), context)
    _visit(reading, reading.tree.root, "")
    return document_of(reading, "toml", "TOML")


def rest_of_toml(document: Document) -> object:
    """The words of a file without its settings."""
    return words_besides(document.syntax or tree_of(document.source, _parser()))


def _visit(reading: Reading, node: Any, name: str) -> None:
    tree = reading.tree
    if not tree.matters(node):
        return
    if node.type in ("table", "table_array_element") and node.named_children:
        name = tree.code(node.named_children[0])
    if node.type in (*_TABLES, "inline_table"):
        _table(reading, node, name)
    elif node.type == "array":
        parts = [child for child in node.named_children if child.type != "comment"]
        reading.words(parts, [_text(tree, part) for part in parts], name or "the file", node)
    elif node.type == "string":
        reading.open(_inner(tree, node), name.rpartition(".")[2], name or "the file", node)
        return
    for child in node.named_children:
        if range_of(child) not in tree.omitted.whole:
            below = name
            if child.type == "pair":
                below = ".".join(part for part in (name, tree.code(child.named_children[0])) if part)
            _visit(reading, child, below)


def _table(reading: Reading, node: Any, name: str) -> None:
    pairs = [child for child in node.named_children if child.type == "pair" and child.named_child_count >= 2]
    inline = node.type == "inline_table"
    properties: list[Property] = []
    for index, pair in enumerate(pairs):
        left, right = pair.named_children[0], pair.named_children[1]
        key = _key(reading.tree, left)
        if key is not None and right.type not in ("array", "inline_table"):
            place = place_of(reading.tree, pairs, index, commas=inline, last_comma=False)
            properties.append(reading.entry(key, _value(reading.tree, right), place, "{} = {}", pair))
    reading.add("TOML table", name or "the file", properties, node)


def _key(tree: Tree, node: Any) -> Value | None:
    """A key that is a property; None for any other."""
    start, end = range_of(node)
    code = tree.code(node)
    if node.type == "quoted_key":
        value = _string(tree, start, end)
        return value if value is not None and is_property_key(value.text) else None
    if node.type == "dotted_key" and code.startswith("spark.") and code.count(".") >= 2 and _BARE_KEY.fullmatch(code):
        return Value(code, Slot(start, end, _bare_key))
    return None


def _bare_key(text: str) -> str:
    if not _BARE_KEY.fullmatch(text):
        raise Refused("the key needs quotes")
    return text


def _string(tree: Tree, start: int, end: int) -> Value | None:
    """A string of one line; None for any other value."""
    literal = quoted_literal(tree.source, start, end, _DIALECT)
    if literal is not None:
        return Value(literal.text, Slot(start, end, _DIALECT.written), "{{" in literal.text, literal=literal)
    code = tree.source.text(start, end)
    if len(code) > 1 and code[0] == code[-1] == "'" and not code.startswith("'''"):
        return Value(code[1:-1], Slot(start, end, _literal), "{{" in code)
    return None


def _literal(text: str) -> str:
    """A text in single quotes, in which nothing is escaped; in double ones where it cannot stand there."""
    plain = "'" not in text and text.isprintable()
    return f"'{text}'" if plain else _DIALECT.written(text)


def _value(tree: Tree, node: Any) -> Value:
    start, end = range_of(node)
    code = tree.code(node)
    found = _string(tree, start, end) if node.type == "string" else None
    if found is not None:
        return found
    if node.type in _BARE:
        return Value(code, Slot(start, end, lambda text: _DIALECT.bare(code, text)))
    return Value(code, Slot(start, end, _DIALECT.written), locked="it is neither a text of one line nor a plain number")


def _text(tree: Tree, node: Any) -> Value | None:
    value = _value(tree, node) if node.type == "string" else None
    return value if value is not None and value.literal is not None else None


def _inner(tree: Tree, node: Any) -> SourceText | None:
    """The text of a string, to be read on its own; of several lines only where nothing in it is escaped."""
    start, end = range_of(node)
    literal = quoted_literal(tree.source, start, end, _DIALECT)
    if literal is not None:
        return literal.inner()
    code = tree.source.folded[start:end]
    quotes = code[:3]
    if quotes not in ('"""', "'''") or "\\" in code:
        return None
    first = start + 3 + (2 if code[3:5] == "\r\n" else 1 if code[3:4] == "\n" else 0)
    return placed(tree.source, _lines(tree.source, first, end - 3), _unescaped(quotes), at=first)


def _lines(source: SourceText, start: int, end: int) -> Sequence[tuple[str, int, int]]:
    return [(source.text(start, end), start, end)] if end > start else []


def _unescaped(quotes: str) -> Callable[[str], str]:
    def escape(text: str) -> str:
        if quotes in text or "\\" in text or not all(char in "\t\r\n" or char.isprintable() for char in text):
            raise Refused("a string of several lines cannot hold this without escapes")
        return text

    return escape
