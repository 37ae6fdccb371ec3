"""Which values a rendered line only passes on, and the places that set them: found by changing each and rendering.

A value is reported only if the change shows in the rendering as exactly the new text where the old one stood, in this
line and maybe in others, and nowhere else but in checksums.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sparkfix.formats.helm.lexer import Template, parse
from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.arms import scope_at
from sparkfix.helm.conditions import as_values
from sparkfix.helm.defaults import ItemPath, children, effective_values, is_given, places_of, value_at
from sparkfix.helm.expressions import Path, Value, references
from sparkfix.helm.inline import Data
from sparkfix.helm.marks import Mark
from sparkfix.helm.protocol import merged
from sparkfix.helm.renderer import Job, Renderer
from sparkfix.helm.sourcemap import Mapped, Source, rendered_lines
from sparkfix.helm.values import ValuesSet

_MOST = 24
_NUMBER = 48_211
_SMALL = 1_000
_STEP = 17
_WORD = "zqtraced"
_CHECKSUM = re.compile(r"\b[0-9a-f]{32,128}\b")

Line = tuple[str, int]
"""A rendered file and a line in it (from 1)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A value (its path in the top chart's values) that rendered lines pass on, and the place that sets it.

    The place is None where no file sets it: `--set`, values inside a release, or nothing at all.
    """

    value: ItemPath
    place: Source | None
    lines: tuple[Line, ...]


def trace(
    renderer: Renderer, chart: ChartFiles, values: ValuesSet, data: Data, mapped: Mapped, line: Line
) -> tuple[Origin, ...]:
    """The values that a line of `mapped`, the rendering of `values`, passes on; empty if there are none."""
    file, number = line
    rendered = mapped.files[file][number - 1]
    job = values.job(data)
    known = effective_values(chart, job)
    paths = list(dict.fromkeys(_candidates(chart, known, file, rendered.marks, rendered.text)))[:_MOST]
    probes = [_changed(value_at(known, path), index) for index, path in enumerate(paths)]
    jobs = [_with(job, known, path, probe) for path, probe in zip(paths, probes, strict=True)]
    found = []
    for path, probe, result in zip(paths, probes, renderer.render(chart.archive(), jobs), strict=True):
        old = value_at(known, path)
        if (old is None or "{{" in str(old) or is_given(values, path)) and file in result.files:
            # Set by `--set`, which only Helm can read, or a template that `tpl` prints: what stood where the new text is.
            old = _text_before(rendered.text, rendered_lines(result.files[file])[number - 1 : number], str(probe))
        lines = passed_on(mapped.rendering.files, result.files, old, probe)
        if line in lines:
            found.append(Origin(path, places_of(chart, values, data, path), tuple(lines)))
    return tuple(found)


def values_named(chart: ChartFiles, file: str, marks: Sequence[Mark]) -> Iterator[ItemPath]:
    """The values, by their paths in the top chart's, that the template lines behind a line of a rendered file name."""
    texts = chart.templates()
    prefix = tuple(file.split("/")[2:-1:2]) if file.split("/")[1:2] == ["charts"] else ()
    prefix = _aliases(chart, prefix)
    for path in dict.fromkeys(
        path for mark in marks for path in _named(parse(texts[mark.file]), texts[mark.file], mark)
    ):
        yield path if path[:1] == ("global",) else (*prefix, *path)


def _candidates(
    chart: ChartFiles, known: Mapping[str, Any], file: str, marks: Sequence[Mark], text: str
) -> Iterator[ItemPath]:
    """Values that the template lines behind a rendered line name, and what is in these if it stands in the line."""
    for top in values_named(chart, file, marks):
        for leaf, value in _leaves(value_at(known, top), top):
            if leaf == top or "{{" in str(value) or any(form in text for form in _forms(value) if form):
                yield leaf


def _aliases(chart: ChartFiles, names: Path) -> Path:
    """The part of a rendered file's folders that are subcharts' keys: `charts/one/templates/sub/a.yaml` has one."""
    prefix, found = "", []
    for name in names:
        inner = dict(children(chart, prefix)).get(name)
        if inner is None:
            break
        prefix = inner
        found.append(name)
    return tuple(found)


def _named(template: Template, text: str, mark: Mark) -> Iterator[Path]:
    """The values in the actions of a mark's line and in the conditions around it."""
    start = text.rfind("\n", 0, mark.inside) + 1
    end = text.find("\n", mark.inside)
    scope = scope_at(template, mark.inside)
    actions = [item for item in template.actions if item.start <= (len(text) if end < 0 else end) and item.end > start]
    words = [action.inner for action in actions] + [arm.condition for arm in template.guard(mark.inside)]
    for word in words:
        for node in references(word, scope):
            if isinstance(node, Value) and node.path:
                yield node.path


def _leaves(value: Any, path: ItemPath) -> Iterator[tuple[ItemPath, Any]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, number))
    else:
        yield path, value


def _changed(value: Any, index: int) -> Any:
    """A value of the same type that stands nowhere else; a boolean can only be the other one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        # A number that stays small: it may say how often a loop runs.
        return value + _STEP + index if abs(value) < _SMALL else _NUMBER + index
    return f"{_WORD}{index}x"


def _with(job: Job, known: Mapping[str, Any], path: ItemPath, value: Any) -> Job:
    """The job with one value changed. A list is given as a whole, because Helm replaces lists."""
    depth = next((at for at, name in enumerate(path) if isinstance(name, int)), len(path))
    names = tuple(str(name) for name in path[:depth])
    if depth < len(path):
        whole = copy.deepcopy(value_at(known, names))
        place = value_at(whole, path[depth:-1])
        place[path[-1]] = value
        value = whole
    return replace(job, values=merged(job.values, as_values({names: value})))


def passed_on(plain: Mapping[str, str], probe: Mapping[str, str], old: Any, new: Any) -> list[Line]:
    """The lines that show the new text where the old one was; none if anything else differs, too."""
    if plain.keys() != probe.keys():
        return []
    found: list[Line] = []
    for file, text in plain.items():
        if text == probe[file]:
            continue
        left, right = rendered_lines(text), rendered_lines(probe[file])
        if len(left) != len(right):
            return []
        for number, (before, after) in enumerate(zip(left, right, strict=True), start=1):
            if before == after or _CHECKSUM.sub("", before) == _CHECKSUM.sub("", after):
                continue
            if not any(_replaced(before, after, one, other) for one in _forms(old) for other in _forms(new)[:1]):
                return []
            found.append((file, number))
    return found


def _text_before(before: str, after: list[str], new: str) -> str | None:
    """What `before` has where the line `after` has `new`."""
    head, found, tail = after[0].partition(new) if after else ("", "", "")
    fits = found and before.startswith(head) and before.endswith(tail) and len(before) >= len(head) + len(tail)
    return before[len(head) : len(before) - len(tail)] if fits else None


def _forms(value: Any) -> list[str]:
    """How a value may be printed: as it is, or quoted."""
    text = "" if value is None else json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)
    return [text, f'"{text}"', f"'{text}'"]


def _replaced(before: str, after: str, old: str, new: str) -> bool:
    """Is `after` the same as `before` with `new` in some places of `old`?"""
    left = right = 0
    while right < len(after) or left < len(before):
        if after.startswith(new, right) and before.startswith(old, left):
            left, right = left + len(old), right + len(new)
        elif left < len(before) and right < len(after) and before[left] == after[right]:
            left, right = left + 1, right + 1
        else:
            return False
    return True
