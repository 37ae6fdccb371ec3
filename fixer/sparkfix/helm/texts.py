"""Texts of several lines that templates print as a whole: the line in the values file, or in the file of the chart.

Such texts are values (`{{ .Values.config | nindent 4 }}`) and files (`{{ .Files.Get "x.conf" | nindent 4 }}`).

A rendered line belongs to a line of such a text only where both are the same but for indentation, and so are the lines
around them, as far as either has some; where several lines would do, none is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sparkfix.helm.archive import ChartFiles, chart_prefix, is_template
from sparkfix.helm.defaults import effective_values, places_of, value_at
from sparkfix.helm.inline import Data
from sparkfix.helm.marks import Mark
from sparkfix.helm.sourcemap import RenderedLine, Source
from sparkfix.helm.trace import values_named
from sparkfix.helm.values import ValuesSet

_AROUND = 3
_FILES = ".Files"


def line_of_text(
    chart: ChartFiles, values: ValuesSet, data: Data, file: str, lines: Sequence[RenderedLine], number: int
) -> Source | None:
    """The line of a values file that a rendered line (from 1) repeats; None if there is none, or it is not known."""
    rendered = lines[number - 1]
    known = effective_values(chart, values.job(data))
    found = set()
    for path in values_named(chart, file, rendered.marks):
        text = value_at(known, path)
        place = places_of(chart, values, data, path) if isinstance(text, str) and "\n" in text else None
        if place is None or not isinstance(text, str):
            continue
        own = (data(place.path) or b"").decode("utf-8-sig", "replace").splitlines()
        for at in _matching(text.split("\n"), [line.text for line in lines], number - 1):
            line = place.line + at
            if line < len(own) and own[line].strip() == rendered.text.strip():
                found.add(Source(place.path, line + 1))
    return found.pop() if len(found) == 1 else None


def line_of_file(chart: ChartFiles, lines: Sequence[RenderedLine], number: int) -> Source | None:
    """The line of a file of the chart that a rendered line (from 1) repeats, where its template line reads files."""
    rendered = lines[number - 1]
    prefixes = {chart_prefix(mark.file) for mark in rendered.marks if _FILES in _template_line(chart, mark)}
    found: set[Source] = set()
    for path, content in chart.contents.items():
        if chart_prefix(path) not in prefixes or is_template(path) or rendered.text.strip().encode() not in content:
            continue
        text = content.decode("utf-8-sig", "replace").splitlines()
        found.update(
            Source(chart.places[path], at + 1) for at in _matching(text, [one.text for one in lines], number - 1)
        )
    return found.pop() if len(found) == 1 else None


def _template_line(chart: ChartFiles, mark: Mark) -> str:
    """The text of the template line that a mark stands for."""
    return chart.contents[mark.file].decode("utf-8").split("\n")[mark.line - 1]


def _matching(text: Sequence[str], rendered: Sequence[str], at: int) -> Iterator[int]:
    """The positions in a text whose line, and the lines around it, are those at a position of what was rendered."""
    for position, line in enumerate(text):
        if line.strip() and line.strip() == rendered[at].strip():
            around = [step for step in range(-_AROUND, _AROUND + 1) if 0 <= position + step < len(text)]
            here = [step for step in around if 0 <= at + step < len(rendered)]
            if all(text[position + step].strip() == rendered[at + step].strip() for step in here):
                yield position
