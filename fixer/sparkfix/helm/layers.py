"""What values files of a chart set and others override."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sparkfix.formats.yaml.tolerant import key_lines
from sparkfix.helm.archive import ChartFiles, as_map
from sparkfix.helm.defaults import ItemPath, default_files, is_given, value_at
from sparkfix.helm.inline import Data
from sparkfix.helm.sourcemap import Source
from sparkfix.helm.values import ValuesSet


def overridden(chart: ChartFiles, values: ValuesSet, data: Data, path: ItemPath) -> list[tuple[Source, Any]]:
    """The places of files that set a value (its path in the top chart's) without effect, the strongest first."""
    found = list(_all(chart, values, data, path))
    return found if is_given(values, path) or value_at(values.values, path) is not None else found[1:]


def _all(chart: ChartFiles, values: ValuesSet, data: Data, path: ItemPath) -> Iterator[tuple[Source, Any]]:
    for text, at in reversed(list(values.inlined(data))):
        value = value_at(as_map(text.encode()), path)
        line = at.line(data, path) if at is not None else None
        if value is not None and at is not None:
            yield Source(at.path, line or 1), value
    for file in reversed(values.files):
        yield from _in(data(file) or b"", file, path)
    for file, inner in default_files(chart, path):
        yield from _in(chart.contents.get(file, b""), chart.places.get(file, file), inner)


def _in(data: bytes, file: str, path: ItemPath) -> Iterator[tuple[Source, Any]]:
    line, value = key_lines(data).get(path), value_at(as_map(data), path)
    if line is not None and value is not None:
        yield Source(file, line), value
