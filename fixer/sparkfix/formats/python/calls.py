"""Settings that calls make: `.config("k", "v")` of a builder, `.set("k", "v")` of a `SparkConf`, and their kin.

What a call sets is PySpark's own code (SOURCE 3.5 and 4.0, python/pyspark/sql/session.py, python/pyspark/conf.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sparkfix.formats.code.chains import (
    ENV,
    LONE,
    OF_BUILDERS,
    PAIRS,
    TWINS,
    kind_of_name,
    kinds_of,
    sets_twin,
)
from sparkfix.formats.code.places import Link, Statement, gap_before
from sparkfix.formats.code.settings import Value
from sparkfix.formats.code.slots import Form, Slot
from sparkfix.formats.python.found import KEY, Module
from sparkfix.formats.python.literals import Quotes, StringLiteral
from sparkfix.model import Property, Refused

_SQL = re.compile(
    r"\s*set\s+(?P<key>spark\.[A-Za-z][\w.\-]*)\s*=\s*(?P<value>[\w.\-+/:@,*%\[\]]+)\s*;?\s*\Z", re.IGNORECASE
)
_SQL_VALUE = re.compile(r"[\w.\-+/:@,*%\[\]]+", re.ASCII)
_SQL_KEY = re.compile(r"[A-Za-z][\w.\-]*", re.ASCII)


@dataclass(frozen=True)
class Chain:
    """Calls one behind the other, first to last, and what the first one is called on.

    `kinds` says of each call what it configures: a `builder`, a `conf`, `runtime` settings, or nothing that is known.
    """

    calls: tuple[Any, ...]
    root: Any
    kinds: tuple[str, ...]


def chain_of(module: Module, call: Any) -> Chain:
    """The chain whose last call is given."""
    calls: list[Any] = []
    below: list[tuple[int, str]] = []  # names and how many calls stand behind each
    node = call
    while True:
        kind = type(node).__name__
        if kind == "Call" and type(node.func).__name__ == "Attribute":
            calls.append(node)
            below.append((len(calls), node.func.attr.value))
            node = node.func.value
        elif kind == "Attribute":
            below.append((len(calls), node.attr.value))
            node = node.value
        else:
            break
    kinds = kinds_of(below, len(calls), _kind_of_root(module, node))
    return Chain(tuple(reversed(calls)), node, tuple(reversed(kinds)))


def _kind_of_root(module: Module, root: Any) -> str:
    if type(root).__name__ == "Call":
        return "conf" if getattr(root.func, "value", "") == "SparkConf" else ""
    return kind_of_name(root.value, module.source.folded) if type(root).__name__ == "Name" else ""


def is_setting(module: Module, chain: Chain) -> bool:
    """Does each call of a chain set a property, so that as a statement it does nothing else?"""
    settings = [_setting(module, kind, call) for call, kind in zip(chain.calls, chain.kinds, strict=True)]
    return bool(settings) and all(settings)


def settings_of(
    module: Module, chain: Chain, statement: Statement | None, *, closed: bool
) -> list[tuple[Any, Property]]:
    """The calls of a chain that set a property, each with it.

    `statement` is given where the chain is one (see `is_setting`); `closed` says that brackets are open around it.
    """
    statement = statement if len(chain.calls) == 1 else None
    calls = zip(chain.calls, chain.kinds, strict=True)
    settings = [(call, kind, setting) for call, kind in calls if (setting := _setting(module, kind, call))]
    found = []
    for call, kind, (key, value, made) in settings:
        if statement is None and (kind in ("builder", "conf") or len(settings) > 1):
            place: Link | Statement = _link(module, chain, call, closed=closed)
            start, end = _dot(module, call)[1], module.tree.range(call)[1]
        else:
            start, end = module.tree.range(call)
            place = statement or Statement(start, end, "#", bound="it is no statement of its own")
            made = module.source.text(start, _dot(module, call)[0]) + made
        within = start <= key.slot.start and key.slot.end < value.slot.start and value.slot.end < end
        twin = key.slot.start == module.tree.range(call.func.attr)[0]
        form = Form(start, end, key.slot, value.slot) if within and not twin else None
        fixed = LONE if call.func.attr.value == "setIfMissing" else ""
        found.append((call, module.setting(key, value, place, form, made, fixed)))
    return found


def _link(module: Module, chain: Chain, call: Any, *, closed: bool) -> Link:
    """The place of a call in its chain: others are put beside it with the gap that it or the next one has."""
    index = chain.calls.index(call)
    gap = _gap(module, call)
    if "\n" not in gap and index + 1 < len(chain.calls):
        gap = _gap(module, chain.calls[index + 1])
    brackets = closed or any(outer.lpar for outer in chain.calls[index:])
    start, dot = _dot(module, call)
    return Link(start, dot, module.tree.range(call)[1], "#", gap, brackets)


def _gap(module: Module, call: Any) -> str:
    """What stands before a call's dot."""
    start, dot = _dot(module, call)
    return gap_before(module.source.text(start, dot), "#")


def _dot(module: Module, call: Any) -> tuple[int, int]:
    """The end of what a call is called on, and the position of its dot."""
    dot = call.func.dot
    return module.tree.range(dot.whitespace_before)[0], module.tree.range(dot)[0]


def _setting(module: Module, kind: str, call: Any) -> tuple[Value, Value, str] | None:
    """Key and value that a call sets, and the form of a call that sets another one."""
    method = call.func.attr.value
    given = dict(arguments(call))
    if method in PAIRS and len(given) == len(call.args) == 2:
        key, value = given.get("key", given.get("0")), given.get("value", given.get("1"))
        return _pair(module, method, key, value) if key is not None and value is not None else None
    if method == "setExecutorEnv" and len(given) == len(call.args) == 2:
        key, value = given.get("key", given.get("0")), given.get("value", given.get("1"))
        return _environment(module, key, value) if key is not None and value is not None else None
    if sets_twin(method, kind) and len(given) == len(call.args) == 1:
        slot = Slot(*module.tree.range(call.func.attr), str)
        made = ".config({}, {})" if method in OF_BUILDERS else ".set({}, {})"
        value = module.values.of(next(iter(given.values())))
        quotes = value.literal.quotes if value.literal else Quotes("", '"')
        key_value = Value(
            TWINS[method], replace(slot, write=quotes.written), locked=f"`.{method}` sets no other property"
        )
        return key_value, value, made
    if method == "sql" and len(given) == len(call.args) == 1:
        return _sql(module, next(iter(given.values())))
    return None


def arguments(call: Any) -> Iterator[tuple[str, Any]]:
    """The arguments of a call by name or position; those with stars are left out."""
    for index, argument in enumerate(call.args):
        if not argument.star:
            yield argument.keyword.value if argument.keyword else str(index), argument.value


def _pair(module: Module, method: str, key: Any, value: Any) -> tuple[Value, Value, str] | None:
    known = module.values.key(key)
    if not KEY.match(known.text):
        return None
    quotes = known.literal.quotes if known.literal else Quotes("", '"')
    return known, module.values.of(value, quotes), f".{method}({{}}, {{}})"


def _environment(module: Module, key: Any, value: Any) -> tuple[Value, Value, str]:
    known = module.values.key(key)
    slot = known.slot

    def write(text: str) -> str:
        if not text.startswith(ENV):
            raise Refused(f"`.setExecutorEnv` sets properties that begin with `{ENV}`")
        return slot.write(text.removeprefix(ENV))

    named = replace(known, text=ENV + known.text, slot=replace(slot, write=write))
    quotes = known.literal.quotes if known.literal else Quotes("", '"')
    return named, module.values.of(value, quotes), ".setExecutorEnv({}, {})"


def _sql(module: Module, node: Any) -> tuple[Value, Value, str] | None:
    """`SET spark.a=1` as the whole text of a query."""
    literal = module.values.of(node).literal
    found = _SQL.match(literal.text) if literal is not None else None
    if literal is None or found is None:
        return None

    def part(name: str, allowed: re.Pattern[str]) -> Value:
        return Value(found[name], _inside(literal, *found.span(name), allowed))

    return part("key", _SQL_KEY), part("value", _SQL_VALUE), '.sql("SET {}={}")'


def _inside(literal: StringLiteral, start: int, end: int, allowed: re.Pattern[str]) -> Slot:
    def write(text: str) -> str:
        if not allowed.fullmatch(text):
            raise Refused("SQL would read it otherwise")
        return text

    return Slot(*literal.range_of(start, end), write)
