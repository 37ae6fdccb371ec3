"""Variables that hold one literal value for one property."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sparkfix.formats.shell.entries import FlagEntry, SettingEntry, VariableEntry
from sparkfix.formats.shell.syntax import Assignment, Script
from sparkfix.model import Property

_WHOLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_SOURCED = re.compile(r"(?m)(?:^|[;&|({])[ \t]*(?:\.|source|eval)[ \t]")


def literals(script: Script) -> dict[str, Assignment]:
    """The variables that get one value, spelt out, and are named at most once besides: nothing else can read them."""
    found = {}
    for assignment in script.assignments:
        value = assignment.value
        if assignment.exported or assignment.appends or value.computed:
            continue
        if len(re.findall(rf"(?<!\w){re.escape(assignment.name)}(?!\w)", script.text)) <= 2:
            found[assignment.name] = assignment
    return found


def with_variables(
    properties: Sequence[Property], script: Script, known: dict[str, Assignment]
) -> tuple[Property, ...]:
    """Properties whose whole value is such a variable get its value, which is edited where it is assigned."""
    return tuple(_with_variable(item, script, known) for item in properties)


def _with_variable(item: Property, script: Script, known: dict[str, Assignment]) -> Property:
    entry, named = item.entry, _WHOLE.fullmatch(item.value)
    assignment = known.get(named[1] or named[2]) if named is not None else None
    if assignment is None or not isinstance(entry, (SettingEntry, FlagEntry)):
        return item
    start = entry.place.start
    low, high = assignment.scope
    if entry.word.source is not assignment.value.source or not low <= start < high:
        return item
    if _SOURCED.search(script.text, low, start):
        return item
    value = assignment.value.source.span(assignment.value.start, assignment.value.end)
    return replace(
        item, value=assignment.value.text, templated=False, locked="", entry=VariableEntry(entry, assignment.value),
        elsewhere=value,
    )  # fmt: skip
