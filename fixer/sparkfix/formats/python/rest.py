"""What a module says besides its settings: its syntax tree without them, without blanks, comments and commas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sparkfix.formats.python.found import Omitted

_BLANKS = frozenset((
    "SimpleWhitespace", "ParenthesizedWhitespace", "TrailingWhitespace", "EmptyLine", "Newline", "Comment", "Comma",
    "Semicolon", "LeftParen", "RightParen",
))  # fmt: skip
_OF_THE_TEXT = frozenset(("encoding", "default_indent", "default_newline", "has_trailing_newline", "indent"))


@dataclass(frozen=True)
class Syntax:
    """A module's tree, and what of it is settings."""

    module: Any
    omitted: Omitted


def rest_of(syntax: Syntax) -> object:
    """A value that is the same for two modules that differ in their settings only."""
    return _plain(syntax.module, syntax.omitted)


def _plain(node: Any, omitted: Omitted) -> object:
    import libcst

    if isinstance(node, (list, tuple)):
        return _items(node, omitted)
    if not isinstance(node, libcst.CSTNode):
        return node if isinstance(node, str) else None
    while isinstance(node, libcst.Call) and isinstance(node.func, libcst.Attribute) and node in omitted.links:
        node = node.func.value
    name = type(node).__name__
    if name in _BLANKS:
        return None
    if node in omitted.literals:
        return (name, "\0text")
    parts = [name]
    found: list[object] = [*parts]
    for field in fields(node):
        if field.name not in _OF_THE_TEXT:
            found.append(_plain(getattr(node, field.name), omitted))
    return tuple(found)


def _items(nodes: Sequence[Any], omitted: Omitted) -> tuple[object, ...]:
    kept = (_plain(node, omitted) for node in nodes if _hashed(node) not in omitted.entries)
    return tuple(one for one in kept if one is not None)


def _hashed(node: Any) -> Any:
    return node if node.__hash__ is not None else None
