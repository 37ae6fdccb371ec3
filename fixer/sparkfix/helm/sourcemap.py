"""Which source line made each rendered line: a marked copy of the templates is rendered and read beside the plain one.

The plain rendering is the truth. A rendered line has a source only where the marked rendering, freed of its marks, is
the same text in the same place; elsewhere it is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sparkfix.formats.helm.lexer import parse
from sparkfix.helm.archive import ChartFiles, is_template
from sparkfix.helm.marks import INCLUDES, Effort, Kind, Mark, Marked, holds_bodies, mark_templates
from sparkfix.helm.renderer import Job, Renderer, Rendering

_BASE = "BasePath"

Trail = tuple[str, ...]
"""The text of a rendered file, and then what it was with marks, try by try: of equal trails the lines are the same."""


@dataclass(frozen=True, slots=True)
class Source:
    """A line (from 1) of a file in the workspace."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class RenderedLine:
    """A rendered line, and where it comes from if that is known.

    `source` is the template line whose text comes first: of an included body the body's own, unless the line that includes
    it prints text of its own behind it. `callers` are the other
    lines that took part: those that included it, innermost first, and those that a trim marker joined with it.
    `marks` tell the exact places.
    """

    text: str
    source: Source | None = None
    callers: tuple[Source, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """A rendering with the source of its lines, by template."""

    rendering: Rendering
    files: Mapping[str, tuple[RenderedLine, ...]]

    def share(self) -> tuple[int, int]:
        """How many lines have a source, of how many."""
        lines = [line for file in self.files.values() for line in file]
        return sum(line.source is not None for line in lines), len(lines)


@dataclass(frozen=True, slots=True)
class _Read:
    """The lines of a file, and whether nothing more is to be found out about them."""

    lines: tuple[RenderedLine, ...]
    whole: bool


def rendered_lines(text: str) -> list[str]:
    """The lines of a rendered file, without their line breaks; a final line break begins no line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def map_sources(renderer: Renderer, chart: ChartFiles, jobs: Sequence[Job]) -> list[Mapped]:
    """Render a chart plainly and with marks, and tell the source of each line. One result per job, in order."""
    return add_sources(renderer, chart, jobs, renderer.render(chart.archive(), jobs))


def add_sources(
    renderer: Renderer,
    chart: ChartFiles,
    jobs: Sequence[Job],
    plain: Sequence[Rendering],
    only: Collection[str] | None = None,
) -> list[Mapped]:
    """The sources for renderings that were made already: with all marks, and with fewer for files that need it.

    With `only` just for the lines that these templates (paths in the chart) make: others stay without a source.
    """
    everything = chart.templates()
    templates = everything if only is None else {path: everything[path] for path in everything if path in only}
    idle = frozenset[str]() if only is None else _idle(chart, templates, jobs)
    trails: list[dict[str, Trail]] = [{file: (body,) for file, body in one.files.items()} for one in plain]
    read = {
        trail: _Read(tuple(map(RenderedLine, rendered_lines(trail[0]))), False)
        for trail in {trail for files in trails for trail in files.values()}
    }
    left = [set(files) if templates else set() for files in trails]
    attempts = [*([(Effort.ALL, idle)] if idle else []), *((effort, frozenset[str]()) for effort in Effort)]
    for effort, without in attempts:
        todo = [index for index, files in enumerate(left) if files]
        if not todo:
            break
        marked = mark_templates(templates, effort, everything)
        results = renderer.render(chart.archive(marked.texts, without), [jobs[index] for index in todo])
        for index, result in zip(todo, results, strict=True):
            if without and not result.error:
                left[index] -= {file for file in left[index] if file.partition("/")[2] in without}
            for file in sorted(left[index]):
                before = trails[index][file]
                trail = trails[index][file] = (*before, result.files.get(file, ""))
                if trail not in read:
                    read[trail] = _read(chart, marked, read[before].lines, trail[-1], partly=only is not None)
                left[index] -= {file} if read[trail].whole else set()
    return [
        Mapped(rendering, {file: read[trail].lines for file, trail in files.items()})
        for rendering, files in zip(plain, trails, strict=True)
    ]


def _idle(chart: ChartFiles, chosen: Mapping[str, str], jobs: Sequence[Job]) -> frozenset[str]:
    """The templates that neither print what some chosen ones do nor are needed by those or by others that may.

    Templates include each other by the names of bodies, or by their own paths, of which `.Template.BasePath` is a part.
    """
    others = {path: text for path, text in chart.templates().items() if path not in chosen}
    settings = [
        content
        for path, content in chart.contents.items()
        if path.endswith((".yaml", ".yml")) and not is_template(path)
    ]
    if (
        any(holds_bodies(parse(text)) or _BASE in text for text in chosen.values())
        or any(_BASE.encode() in content for content in settings)
        or any(_BASE in repr(job) for job in jobs)
    ):
        return frozenset()
    including = [text for text in others.values() if _BASE in text]
    words = ("define", "block", _BASE, *(path.rpartition("/")[2] for path in chosen))
    return frozenset(
        path
        for path, text in others.items()
        if not any(word in text for word in words) and not any(path.rpartition("/")[2] in other for other in including)
    )


def _is_same(marked: Marked, lines: Sequence[RenderedLine], texts: Sequence[str]) -> bool:
    """Is a file the same with marks, once they are taken out?"""
    return len(lines) == len(texts) and all(
        marked.without(text) == line.text for line, text in zip(lines, texts, strict=True)
    )


def _is_open(lines: Iterable[RenderedLine]) -> bool:
    return any(line.source is None for line in lines)


def _read(chart: ChartFiles, marked: Marked, lines: tuple[RenderedLine, ...], body: str, *, partly: bool) -> _Read:
    """The lines with the sources that a marked rendering tells; as they were where it has other lines.

    With `partly` lines may stay without a source.
    """
    texts = rendered_lines(body)
    if len(lines) == len(texts):
        lines = tuple(
            line if line.source or line.text == text else _line(chart, marked, line.text, text)
            for line, text in zip(lines, texts, strict=True)
        )
    return _Read(lines, _is_same(marked, lines, texts) if partly else not _is_open(lines))


def _line(chart: ChartFiles, marked: Marked, text: str, with_marks: str) -> RenderedLine:
    if marked.without(with_marks) != text:
        return RenderedLine(text)
    marks = [marked.marks[int(number)] for _, number in marked.found.findall(with_marks)]
    # A line that prints nothing but its line break made this line only if nothing else did.
    marks = [mark for mark in marks if mark.kind is not Kind.BLANK] or marks[:1]
    marks = _printing_first(chart, marks)
    sources = list(dict.fromkeys(Source(chart.places[mark.file], mark.line) for mark in marks))
    if not sources:
        return RenderedLine(text)
    return RenderedLine(text, sources[0], tuple(sources[1:]), tuple(marks))


def _printing_first(chart: ChartFiles, marks: list[Mark]) -> list[Mark]:
    """The marks of a line, with the line that includes what comes before its own text (`{{ include "n" . }}.svc`) first."""
    own = [
        mark
        for mark in marks[1:]
        if mark.kind is Kind.TEXT and (mark.file, mark.line) != (marks[0].file, marks[0].line)
    ]
    for mark in reversed(own):
        text = chart.contents[mark.file].decode("utf-8")
        line = text[text.rfind("\n", 0, mark.start) + 1 : mark.start]
        if INCLUDES.search(line):
            return [mark, *(one for one in marks if one is not mark)]
    return marks
