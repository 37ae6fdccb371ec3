"""A chart's values as its templates get them, and the places that set each: defaults of subcharts below their aliases.

Rules: Helm's "Subcharts and Global Values" page: the parent's values under a subchart's key win over its defaults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sparkfix.formats.yaml.tolerant import key_lines
from sparkfix.helm.archive import ChartFiles, as_map, dependencies, subcharts
from sparkfix.helm.inline import Data
from sparkfix.helm.protocol import merged
from sparkfix.helm.renderer import Job
from sparkfix.helm.sourcemap import Source
from sparkfix.helm.values import ValuesSet

ItemPath = tuple[str | int, ...]


def effective_values(chart: ChartFiles, job: Job) -> dict[str, Any]:
    """The values of a rendering, subcharts' under their keys; without `--set`, which only Helm can read."""
    found = _defaults(chart, "")
    for text in job.texts:
        found = merged(found, as_map(text.encode()))
    return merged(found, job.values)


def value_at(values: Any, path: ItemPath) -> Any:
    """The value at a path; None if there is none."""
    for name in path:
        if isinstance(values, Mapping):
            values = values.get(name)
        elif isinstance(values, list) and isinstance(name, int) and name < len(values):
            values = values[name]
        else:
            return None
    return values


def places_of(chart: ChartFiles, values: ValuesSet, data: Data, path: ItemPath) -> Source | None:
    """The place that decides a value (path in the top chart's values): a map in a release, a values file of
    the set, else a chart's default.

    None if it is not set in a file: by `--set`, as a text in a release, or nowhere.
    """
    if is_given(values, path) or value_at(values.values, path) is not None:
        return None
    for text, at in reversed(list(values.inlined(data))):
        if value_at(as_map(text.encode()), path) is not None:
            own = at.line(data, path) if at is not None else None
            return Source(at.path, own) if at is not None and own is not None else None
    for file in reversed(values.files):
        line = key_lines(data(file) or b"").get(path)
        if line is not None:
            return Source(file, line)
    for file, inner in default_files(chart, path):
        line = key_lines(chart.contents.get(file, b"")).get(inner)
        if line is not None:
            return Source(chart.places[file], line)
    return None


def is_given(values: ValuesSet, path: ItemPath) -> bool:
    """Is a value, or a map around it, given by `--set`?"""
    named = ".".join(str(name) for name in path if isinstance(name, str))
    given = [_named(expression) for expression in (*values.sets, *values.strings)]
    return any(named == name or named.startswith(f"{name}.") for name in given)


def children(chart: ChartFiles, prefix: str) -> Iterator[tuple[str, str]]:
    """The keys under which a chart has its subcharts' values, each with the subchart's prefix; one per alias."""
    listed = list(dependencies(chart.contents, prefix))
    for inner, name in subcharts(chart.contents, prefix).items():
        aliases = [str(item.get("alias") or name) for item in listed if item["name"] == name]
        for alias in aliases or [name]:
            yield alias, inner


def _defaults(chart: ChartFiles, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {key: _defaults(chart, inner) for key, inner in children(chart, prefix)}
    return merged(found, as_map(chart.contents.get(f"{prefix}values.yaml")))


def default_files(chart: ChartFiles, path: ItemPath) -> Iterator[tuple[str, ItemPath]]:
    """The `values.yaml` files that may hold a default, the one that wins first, with the path in each."""
    prefix = ""
    yield "values.yaml", path
    while path:
        inner = next((inner for key, inner in children(chart, prefix) if key == path[0]), None)
        if inner is None:
            return
        prefix, path = inner, path[1:]
        yield f"{prefix}values.yaml", path


def _named(expression: str) -> str:
    return expression.partition("=")[0].partition("[")[0]
