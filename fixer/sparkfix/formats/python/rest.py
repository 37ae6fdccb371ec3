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


@dataclass(frozen=True, eq=False)
class _Apart:
    """A literal whose text is compared elsewhere: read on its own, or the value of the one setting that takes it.

    It equals the same literal where it is not compared elsewhere, as before a change that leaves it one setting."""

    literal: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Apart) or self.literal == other

    __hash__ = None  # type: ignore[assignment]


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
    own = (field.name for field in fields(node) if field.name not in _OF_THE_TEXT)
    found = (name, *(_plain(getattr(node, each), omitted) for each in own))
    return _Apart(found) if node in omitted.literals else found


def _items(nodes: Sequence[Any], omitted: Omitted) -> tuple[object, ...]:
    kept = (_plain(node, omitted) for node in nodes if _hashed(node) not in omitted.entries)
    return tuple(one for one in kept if one is not None)


def _hashed(node: Any) -> Any:
    return node if node.__hash__ is not None else None
