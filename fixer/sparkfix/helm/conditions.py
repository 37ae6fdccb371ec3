"""Which values make a condition of a template true or false. The answers are proposals: a rendering tells if they do.

Truth: https://pkg.go.dev/text/template, "Actions" (`if`); functions: its "Functions", and sprig's.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sparkfix.helm.expressions import Call, Literal, Node, Path, Value

Needs: TypeAlias = "dict[Path, Any]"
"""What values have to be, by path; None deletes the chart's default."""

Current: TypeAlias = Callable[[Path], Any]
"""The value at a path now; None if there is none."""

_FILLER = "sparkfix"
_MOST = 12
_SAME = frozenset(
    {"toString", "int", "int64", "float64", "lower", "upper", "trim", "quote", "squote", "print", "toYaml"}
)
_OF_KIND: Mapping[str, Any] = {
    "string": _FILLER, "map": {_FILLER: _FILLER}, "slice": [_FILLER], "bool": True, "int": 1, "float64": 1,
}  # fmt: skip


def proposals(conditions: Sequence[tuple[Node, bool]], current: Current) -> list[Needs]:
    """Values that give each condition its wanted truth, likely ones first; empty where no way is known."""
    found: list[Needs] = [{}]
    for node, wanted in conditions:
        options = list(itertools.islice(_solve(node, wanted, current), _MOST))
        joined = (joined_needs(left, right) for left in found for right in options)
        found = list(itertools.islice((needs for needs in joined if needs is not None), _MOST))
    return found


def joined_needs(left: Needs, right: Needs) -> Needs | None:
    """Both needs together; None if they exclude each other."""
    found: Needs | None = dict(left)
    for path, value in right.items():
        found = _with_need(found, path, value) if found is not None else None
    return found


def _with_need(needs: Needs, path: Path, value: Any) -> Needs | None:
    known = needs.get(path, value)
    if isinstance(known, dict) and isinstance(value, dict):
        value = {**known, **value}
    elif known != value:
        return None
    inside = [other for other in needs if other != path and other[: len(path)] == path]
    around = [other for other in needs if other != path and path[: len(other)] == other]
    outer = [*(needs[other] for other in around), *([value] if inside else [])]
    if any(not item or isinstance(item, list) for item in outer):
        return None
    # A map with something in it is true as well, so that the need of what is inside serves for what is around it.
    kept = {other: item for other, item in needs.items() if other not in around}
    return kept if inside else {**kept, path: value}


def as_values(needs: Needs, prefix: Path = ()) -> dict[str, Any]:
    """Needs as a map of values, below `prefix`."""
    found: dict[str, Any] = {}
    for path, value in sorted(needs.items(), key=lambda item: len(item[0])):
        place = found
        for name in (*prefix, *path)[:-1]:
            inner = place.get(name)
            if not isinstance(inner, dict):
                inner = place[name] = {}
            place = inner
        place[(*prefix, *path)[-1]] = value
    return found


def _solve(node: Node, wanted: bool, current: Current) -> Iterator[Needs]:
    if isinstance(node, Literal):
        if bool(node.value) is wanted:
            yield {}
    elif isinstance(node, Value):
        now = current(node.path)
        if bool(now) is wanted:
            yield {}
        yield from ({node.path: value} for value in _truths(now, wanted) if node.path)
    elif isinstance(node, Call):
        yield from _solve_call(node, wanted, current)


def _truths(now: Any, wanted: bool) -> Iterator[Any]:
    """Values of the wanted truth and, if there is one now, of its type."""
    if not wanted:
        yield {bool: False, int: 0, float: 0, str: "", list: []}.get(type(now))
    elif isinstance(now, (bool, int, float)):
        yield True if isinstance(now, bool) else 1
    elif isinstance(now, str):
        yield from (_FILLER, True)
    elif isinstance(now, list):
        yield from ([_FILLER], [{"name": _FILLER}])
    elif isinstance(now, dict):
        yield {_FILLER: _FILLER}
    else:
        yield from (True, _FILLER, {_FILLER: _FILLER}, [_FILLER], [{"name": _FILLER}])


def _solve_call(node: Call, wanted: bool, current: Current) -> Iterator[Needs]:
    name, arguments = node.name, node.arguments
    if name in ("not", "empty") and len(arguments) == 1:
        yield from _solve(arguments[0], not wanted, current)
    elif name in ("and", "or"):
        yield from (
            _joined(arguments, wanted, current) if (name == "and") is wanted else _any(arguments, wanted, current)
        )
    elif name == "default" and len(arguments) == 2:
        yield from _joined(arguments, False, current) if not wanted else _any(arguments[::-1], True, current)
    elif name in ("eq", "ne") and len(arguments) >= 2:
        yield from _equal(arguments, wanted is (name == "eq"), current)
    elif name in ("gt", "ge", "lt", "le") and len(arguments) == 2:
        yield from _ordered(name, arguments, wanted)
    elif name == "hasKey" and _is_lookup(arguments):
        container, key = arguments
        assert isinstance(container, Value)
        assert isinstance(key, Literal)
        place = (*container.path, str(key.value))
        yield from ({place: value} for value in ((True, _FILLER, {_FILLER: _FILLER}) if wanted else (None,)))
    elif name in ("contains", "hasPrefix", "hasSuffix") and _is_lookup(arguments[::-1]):
        text, value = arguments
        assert isinstance(text, Literal)
        yield from _set(value, text.value if wanted else "")
    elif name == "has" and len(arguments) == 2 and isinstance(arguments[0], Literal):
        yield from _set(arguments[1], [arguments[0].value] if wanted else [])
    elif name == "kindIs" and len(arguments) == 2 and isinstance(arguments[0], Literal):
        kind = str(arguments[0].value)
        other = _FILLER if kind != "string" else {_FILLER: _FILLER}
        yield from _set(arguments[1], _OF_KIND.get(kind) if wanted else other)
    elif (name in _SAME and len(arguments) == 1) or (
        name in ("len", "keys", "values", "first", "last", "coalesce") and arguments
    ):
        yield from _solve(arguments[0], wanted, current)


def _is_lookup(arguments: Sequence[Node]) -> bool:
    return len(arguments) == 2 and isinstance(arguments[0], Value) and isinstance(arguments[1], Literal)


def _joined(nodes: Iterable[Node], wanted: bool, current: Current) -> Iterator[Needs]:
    """All nodes of the wanted truth at once."""
    yield from proposals([(node, wanted) for node in nodes], current)


def _any(nodes: Iterable[Node], wanted: bool, current: Current) -> Iterator[Needs]:
    """One node of the wanted truth."""
    for node in nodes:
        yield from _solve(node, wanted, current)


def _equal(arguments: Sequence[Node], wanted: bool, current: Current) -> Iterator[Needs]:
    """The first argument equal to one of the others, or to none."""
    first, *others = arguments
    if isinstance(first, Literal):
        first, others = others[0], [first, *others[1:]]
    literals = [node.value for node in others if isinstance(node, Literal)]
    if len(literals) < len(others):
        return
    if wanted:
        for literal in literals:
            yield from _set(first, literal)
        return
    inner = _inner(first)
    differs = isinstance(inner, Value) and current(inner.path) not in (None, *literals)
    if not differs:
        yield from _set(first, _other(literals[0]))
    # Another condition may ask for a certain value, which then differs as well.
    yield {}


def _other(literal: Any) -> Any:
    if isinstance(literal, bool):
        return not literal
    return literal + 1 if isinstance(literal, (int, float)) else f"{literal}-other"


def _ordered(name: str, arguments: Sequence[Node], wanted: bool) -> Iterator[Needs]:
    left, right = arguments
    if isinstance(left, Literal):
        name, left, right = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}[name], right, left
    if not isinstance(right, Literal) or not isinstance(right.value, (int, float)):
        return
    if not wanted:
        name = {"gt": "le", "le": "gt", "lt": "ge", "ge": "lt"}[name]
    number = right.value + {"gt": 1, "lt": -1}.get(name, 0)
    if isinstance(left, Call) and left.name == "len" and len(left.arguments) == 1:
        yield from _set(left.arguments[0], [_FILLER] * max(int(number), 0))
    else:
        yield from _set(left, number)


def _inner(node: Node) -> Node:
    """The value below functions that leave it as it is, for our purposes."""
    while isinstance(node, Call) and node.arguments and (node.name in _SAME or node.name == "default"):
        node = node.arguments[-1]
    return node


def _set(node: Node, value: Any) -> Iterator[Needs]:
    inner = _inner(node)
    if isinstance(inner, Value) and inner.path:
        yield {inner.path: value}
