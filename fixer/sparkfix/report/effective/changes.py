"""What changes between two states of effective configuration, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sparkfix.report.effective.data import as_data, head
from sparkfix.report.effective.text import head_lines, set_by
from sparkfix.report.effective.words import Means, Workload, title, value_of
from sparkfix.report.text import printable
from sparkfix.spark.precedence import Setting


@dataclass(frozen=True)
class Changed:
    """A workload before and after (None where it is not there), and the keys whose values differ, with their settings."""

    before: Workload | None
    after: Workload | None
    keys: tuple[tuple[str, Setting | None, Setting | None], ...]

    @property
    def workload(self) -> Workload:
        """The workload as it is, or as it was if it is gone."""
        found = self.after or self.before
        assert found is not None
        return found


def compared(before: Sequence[Workload], after: Sequence[Workload], *, same_values: bool) -> list[Changed]:
    """The workloads in which something changes. With `same_values` each is compared with that of the same values set.

    They are matched by name, and else by what they are and the file that they stand in: values may name them.
    """
    pairs: list[tuple[Workload | None, Workload | None]] = []
    left, right = list(before), list(after)
    for key in (_by_name, _by_file):
        for item in list(right):
            values = item.values if same_values else ""
            twin = next(
                (one for one in left if key(one) == key(item) and (one.values if same_values else "") == values), None
            )
            if twin is not None:
                pairs.append((twin, item))
                left.remove(twin)
                right.remove(item)
    order = {id(item): number for number, item in enumerate(after)}
    pairs.sort(key=lambda pair: order[id(pair[1])])
    pairs += [(None, item) for item in right]
    pairs += [(item, None) for item in left]
    found = [Changed(old, new, tuple(_differing(old, new))) for old, new in pairs]
    return [item for item in found if item.keys or item.before is None or item.after is None]


def _by_name(item: Workload) -> tuple[str, ...]:
    return (item.kind, item.name, item.container, item.namespace)


def _by_file(item: Workload) -> tuple[str, ...]:
    return (item.kind, item.container, item.where.path if item.where is not None else "")


def _differing(before: Workload | None, after: Workload | None) -> Iterator[tuple[str, Setting | None, Setting | None]]:
    """The keys whose values differ; with arms of a template all that may count is compared."""
    old, new = _settings(before), _settings(after)
    for key in sorted({*old, *new}):
        left, right = old.get(key, []), new.get(key, [])
        if [item.value for item in left] != [item.value for item in right]:
            yield key, next(iter(left), None), next(iter(right), None)


def _settings(item: Workload | None) -> dict[str, list[Setting]]:
    found: dict[str, list[Setting]] = {}
    for one in item.effective.properties if item is not None else ():
        found.setdefault(one.setting.key, []).append(one.setting)
    return found


def changes_text(changes: Sequence[Changed], before: Means, after: Means) -> str:
    """All changes, `-` before and `+` after."""
    return "\n\n".join("\n".join(_changed(item, before, after)) for item in changes)


def _changed(item: Changed, before: Means, after: Means) -> Iterator[str]:
    means = after if item.after is not None else before
    state = " is new" if item.before is None else " is gone" if item.after is None else ""
    yield means.paint(title(item.workload), "path") + state
    yield from head_lines(item.workload, means)
    for key, old, new in item.keys:
        for sign, setting, own, style in (("-", old, before, "error"), ("+", new, after, "good")):
            if setting is not None:
                shown = f"{sign} {printable(key)} = {printable(value_of(setting))}"
                yield f"  {own.paint(shown, style)}  by {set_by(setting, own)}"


def changes_json(changes: Sequence[Changed], before: Means, after: Means) -> str:
    """All changes as one JSON list: `[{"workload", …, "state", "changes": [{"key", "before", "after"}]}]`."""
    return json.dumps([_as_data(item, before, after) for item in changes], indent=1) + "\n"


def _as_data(item: Changed, before: Means, after: Means) -> dict[str, object]:
    return {
        **head(item.workload, after if item.after is not None else before),
        "state": "new" if item.before is None else "gone" if item.after is None else "changed",
        "changes": [
            {
                "key": key,
                "before": as_data(old, before) if old is not None else None,
                "after": as_data(new, after) if new is not None else None,
            }
            for key, old, new in item.keys
        ],
    }
