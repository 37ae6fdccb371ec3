"""Expressions of templates as trees: calls, values and literals, for the few forms whose truth can be decided by values.

Syntax: https://pkg.go.dev/text/template, "Pipelines", "Arguments". What is not understood is an `Unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:\\.|[^"\\])*"|`[^`]*`)|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<mark>[()|])'
    r"|(?P<name>\$?[\w.]+|\$))"
)
_DEEPEST = 30
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "nil": None}

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the chart: `.Values.a.b` is `("a", "b")`."""

    path: Path


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything whose result values do not decide, or not in a form that is understood."""


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Node, ...]


Node: TypeAlias = "Value | Literal | Unknown | Call"


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean at a place: `dot` is the path from the root that `.` stands for (None: not known).

    `variable` gives the node that a variable (with its `$`) was set to.
    """

    dot: Path | None
    variable: Callable[[str], Node]


def read_expression(text: str, scope: Scope) -> Node:
    """The tree of an expression."""
    tokens: list[tuple[str, str, bool]] = []
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            return Unknown()
        kind = found.lastgroup
        tokens.append((kind, found[kind], found.start(kind) == position))
        position = found.end()
    node, rest = _pipeline(tokens, 0, scope, 0)
    return node if rest == len(tokens) else Unknown()


def references(text: str, scope: Scope) -> Iterator[Node]:
    """The nodes of all names in a text, whatever is around them."""
    for found in _TOKEN.finditer(text):
        if found["name"] and not found["name"].isidentifier():
            yield _reference(found["name"], scope)


Tokens: TypeAlias = "list[tuple[str, str, bool]]"


def _pipeline(tokens: Tokens, at: int, scope: Scope, depth: int) -> tuple[Node, int]:
    node, at = _command(tokens, at, scope, depth, ())
    while at < len(tokens) and tokens[at][1] == "|" and tokens[at][0] == "mark":
        node, at = _command(tokens, at + 1, scope, depth, (node,))
    return node, at


def _command(tokens: Tokens, at: int, scope: Scope, depth: int, last: tuple[Node, ...]) -> tuple[Node, int]:
    """A call with its arguments, or a single operand; `last` is what a pipe hands on."""
    function = ""
    if at < len(tokens) and tokens[at][0] == "name" and tokens[at][1].isidentifier() and tokens[at][1] not in _WORDS:
        function = tokens[at][1]
        at += 1
    arguments: list[Node] = []
    while at < len(tokens) and not (tokens[at][0] == "mark" and tokens[at][1] in "|)"):
        node, at = _operand(tokens, at, scope, depth)
        arguments.append(node)
    if function:
        return _called(function, (*arguments, *last)), at
    return (arguments[0] if len(arguments) == 1 and not last else Unknown()), at


def _operand(tokens: Tokens, at: int, scope: Scope, depth: int) -> tuple[Node, int]:
    kind, text, _ = tokens[at]
    if kind == "text":
        return Literal(text[1:-1].replace('\\"', '"')), at + 1
    if kind == "number":
        return Literal(float(text) if "." in text else int(text)), at + 1
    if kind == "name":
        return (Literal(_WORDS[text]) if text in _WORDS else _reference(text, scope)), at + 1
    if depth > _DEEPEST or text != "(":
        return Unknown(), len(tokens)
    node, at = _pipeline(tokens, at + 1, scope, depth + 1)
    at += 1
    if at < len(tokens) and tokens[at][0] == "name" and tokens[at][1].startswith(".") and tokens[at][2]:
        names = tuple(tokens[at][1].strip(".").split("."))
        node, at = (Value((*node.path, *names)) if isinstance(node, Value) else Unknown()), at + 1
    return node, at


def _reference(text: str, scope: Scope) -> Node:
    """`.a.b`, `$.a.b` or `$x.a.b`; the values of a chart may also be reached through a map (`.root.Values.a`)."""
    head, _, rest = text.partition(".")
    names = tuple(name for name in rest.split(".") if name)
    if "Values" in names:
        return Value(names[names.index("Values") + 1 :])
    if head not in ("", "$"):
        node = scope.variable(head) if head.startswith("$") else Unknown()
        return Value((*node.path, *names)) if isinstance(node, Value) else node if not names else Unknown()
    if head == "" and scope.dot is not None and scope.dot[:1] == ("Values",):
        return Value((*scope.dot[1:], *names))
    return Unknown()


def _called(name: str, arguments: tuple[Node, ...]) -> Node:
    """A call; those that only pick a value out of a map become that value."""
    first = arguments[0] if arguments else Unknown()
    keys = [str(node.value) for node in arguments[1:] if isinstance(node, Literal)]
    if name in ("index", "get") and isinstance(first, Value) and len(keys) == len(arguments) - 1:
        return Value((*first.path, *keys))
    if name == "dig" and len(arguments) > 2 and isinstance(arguments[-1], Value):
        names = [str(node.value) for node in arguments[:-2] if isinstance(node, Literal)]
        return Value((*arguments[-1].path, *names)) if len(names) == len(arguments) - 2 else Unknown()
    return Call(name, arguments)
