"""Effective configuration as text: each key with its value, what sets it where, and what that overrode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sparkfix.report.effective.words import Means, Workload, by, conditions, declared, title, value_of
from sparkfix.report.text import printable
from sparkfix.spark.precedence import Resolved, Setting, Unread


def effective_text(items: Sequence[Workload], keys: Sequence[str], means: Means) -> str:
    """All workloads, one below the other; `keys` are those that were asked for, none for all."""
    return "\n\n".join("\n".join(_workload(item, keys, means)) for item in items)


def _workload(item: Workload, keys: Sequence[str], means: Means) -> Iterator[str]:
    yield means.paint(title(item), "path") + (f"  {means.where(item.where)}" if item.where is not None else "")
    yield from head_lines(item, means)
    for one in item.effective.properties:
        yield from _property(item, one, means)
    for key in keys:
        if item.effective.get(key) is None:
            yield f"  {printable(key)} is not set here"
    for other in item.effective.unread:
        yield _unread(other, means)


def head_lines(item: Workload, means: Means) -> Iterator[str]:
    """What a workload is rendered with, and its Spark version."""
    if item.values:
        yield f"  with {printable(item.values)}"
    if item.version is not None:
        path = means.shown(item.version.path) if item.version.path else ""
        line = f":{item.version.line}" if item.version.line else ""
        at = f" in {printable(path)}{line}" if path else ""
        yield f"  Spark {item.version.number}, from {item.version.evidence}{at}"


def _property(item: Workload, one: Resolved, means: Means) -> Iterator[str]:
    setting = one.setting
    yield f"  {means.paint(printable(setting.key), 'note')} = {printable(value_of(setting))}"
    yield f"    by {set_by(setting, means)}"
    for name, text in declared(item.environment, setting).items():
        yield f"    {name} is {printable(text)} in the container"
    for other in one.overrides:
        yield f"    over {printable(value_of(other))}, by {set_by(other, means)}"
    if one.note:
        yield f"    {one.note}"


def set_by(setting: Setting, means: Means) -> str:
    """`--conf, a.yaml:3:5, from values.yaml:2:3`."""
    at, held = means.where(setting.place), conditions(setting)
    sources = [found for place in setting.sources if (found := means.where(place)) and found != at]
    parts = [printable(by(setting)), at, f"from {' and '.join(sources)}" if sources else "", held and f"in `{held}`"]
    return ", ".join(part for part in parts if part)


def _unread(other: Unread, means: Means) -> str:
    setting = other.setting
    shown = f"{printable(setting.key)} = {printable(value_of(setting))}"
    return f"  {means.paint('not read', 'dim')}: {shown}, {set_by(setting, means)}: {other.reason}"
