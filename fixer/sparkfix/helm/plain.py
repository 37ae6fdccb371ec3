"""What rendering found out about a chart as plain data, to be kept between runs. What is not of this form is nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sparkfix.helm.arms import ArmPlace
from sparkfix.helm.explore import Explored
from sparkfix.helm.marks import Kind, Mark
from sparkfix.helm.renderer import Rendering
from sparkfix.helm.sourcemap import Mapped, RenderedLine, Source, rendered_lines
from sparkfix.helm.values import ValuesSet
from sparkfix.model import Arm


def written_explored(found: Explored) -> Any:
    """Plain data that `read_explored` makes the same of; None where a derived value is none that JSON can hold."""
    try:
        values = json.loads(json.dumps([[item.name, item.values] for item in found.derived]))
    except (TypeError, ValueError):
        return None
    return {
        "derived": values,
        "base": found.base,
        "by": [[list(key), name] for key, name in found.by.items()],
        "errors": dict(found.errors),
        **{name: list(map(_arm, getattr(found, name))) for name in ("reached", "by_derived", "unreached")},
    }


def read_explored(data: Any, given: Sequence[ValuesSet]) -> Explored | None:
    """What was found out, from plain data; `given` are the same values sets as then."""
    try:
        base = next((item for item in given if item.name == data["base"]), None)
        return Explored(
            reached=tuple(map(_read_arm, data["reached"])),
            by_derived=tuple(map(_read_arm, data["by_derived"])),
            derived=tuple(
                replace(base, name=name, values=values, derived=True) for name, values in data["derived"] if base
            ),
            by={(key[0], key[1], key[2]): name for key, name in data["by"]},
            unreached=tuple(map(_read_arm, data["unreached"])),
            errors=data["errors"],
            base=data["base"],
        )
    except (TypeError, KeyError, ValueError, IndexError):
        return None


def _arm(place: ArmPlace) -> Any:
    guard = [[arm.branch, arm.index, arm.condition, list(arm.conditions)] for arm in place.guard]
    return [list(place.key), place.source.path, place.source.line, place.condition, guard]


def _read_arm(data: Any) -> ArmPlace:
    key, path, line, condition, guard = data
    arms = tuple(Arm(branch, index, text, tuple(texts)) for branch, index, text, texts in guard)
    return ArmPlace((key[0], key[1], key[2]), Source(path, line), condition, arms)


def written_lines(found: Mapped) -> Any:
    """The sources of rendered lines as plain data that `read_lines` makes the same of, without their texts."""
    return {
        file: [
            [_place(line.source), list(map(_place, line.callers)), list(map(_mark, line.marks))]
            if line.source
            else None
            for line in lines
        ]
        for file, lines in found.files.items()
    }


def read_lines(data: Any, plain: Rendering) -> Mapped | None:
    """A rendering with the sources of its lines, from plain data."""
    try:
        files = {file: tuple(map(_read_line, rendered_lines(text), data[file])) for file, text in plain.files.items()}
        if any(len(lines) != len(data[file]) for file, lines in files.items()):
            return None
        return Mapped(plain, files)
    except (TypeError, KeyError, ValueError, IndexError):
        return None


def _place(source: Source | None) -> Any:
    return [source.path, source.line] if source is not None else None


def _mark(mark: Mark) -> Any:
    return [mark.kind.value, mark.file, mark.line, mark.start, mark.end]


def _read_line(text: str, data: Any) -> RenderedLine:
    if data is None:
        return RenderedLine(text)
    source, callers, marks = data
    return RenderedLine(
        text,
        Source(source[0], source[1]),
        tuple(Source(path, line) for path, line in callers),
        tuple(Mark(Kind(kind), file, line, start, end) for kind, file, line, start, end in marks),
    )
