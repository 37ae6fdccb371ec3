"""What is known of a chart's arms: which values sets reach them, which derived values do, and which none does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from sparkfix.helm.arms import ArmPlace, shown_conditions
from sparkfix.helm.explore import Explored
from sparkfix.helm.values import ValuesSet
from sparkfix.report.rendering import Show
from sparkfix.report.text import plural


def explored_text(found: Explored, sets: Sequence[ValuesSet], show: Show) -> str:
    """The arms as text: totals, values sets, each derived set with what it reaches, and what is left."""
    derived = [place for places in _by_set(found).values() for place in places]
    total = len(found.reached) + len(derived) + len(found.unreached)
    lines = [
        f"{plural(total, 'arm')} with text of their own: {len(found.reached)} reached by the values sets here, "
        f"{len(derived)} by derived values, {len(found.unreached)} by none",
        *(f"values set: {item.name}{_error(found, item)}" for item in sets),
    ]
    for name, places in _by_set(found).items():
        lines += [name, *(f"  {_arm(place, show)}" for place in places)]
    if found.unreached:
        lines += ["not reached:", *(f"  {_arm(place, show)}" for place in found.unreached)]
    return "\n".join(lines) + "\n"


def explored_json(found: Explored, show: Show) -> str:
    """Each arm with its place, condition and how it is reached: by `sets`, by derived `values`, or not at all."""
    values = {item.name: item.values for item in found.derived}
    items = [
        {"file": show(place.source.path), "line": place.source.line, "condition": shown_conditions(place), **how}
        for place, how in _ways(found, values)
    ]
    return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n]\n"


def _ways(found: Explored, values: Mapping[str, object]) -> Iterator[tuple[ArmPlace, dict[str, object]]]:
    for place in found.reached:
        yield place, {"reached": "sets"}
    for name, places in _by_set(found).items():
        for place in places:
            yield place, {"reached": "derived", "values": values[name]}
    for place in found.unreached:
        yield place, {"reached": None}


def _by_set(found: Explored) -> dict[str, list[ArmPlace]]:
    places: dict[str, list[ArmPlace]] = {item.name: [] for item in found.derived}
    for place in found.by_derived:
        places[found.by[place.key]].append(place)
    return places


def _arm(place: ArmPlace, show: Show) -> str:
    return f"{show(place.source.path)}:{place.source.line} {shown_conditions(place)}"


def _error(found: Explored, item: ValuesSet) -> str:
    return f" (does not render: {found.errors[item.name]})" if item.name in found.errors else ""
