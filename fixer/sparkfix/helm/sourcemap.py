"""Which source line made each rendered line: a marked copy of the templates is rendered and read beside the plain one.

The plain rendering is the truth. A rendered line has a source only where the marked rendering, freed of its marks, is
the same text in the same place; elsewhere it is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.marks import INCLUDES, Effort, Kind, Mark, Marked, mark_templates
from sparkfix.helm.renderer import Job, Renderer, Rendering


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
    known = [
        {file: tuple(map(RenderedLine, rendered_lines(body))) for file, body in rendering.files.items()}
        for rendering in plain
    ]
    templates = chart.templates()
    if only is not None:
        templates = {path: text for path, text in templates.items() if path in only}
    left = [set(files) if templates else set() for files in known]
    for effort in Effort:
        todo = [index for index, files in enumerate(left) if files]
        if not todo:
            break
        marked = mark_templates(templates, effort, chart.templates() if only is not None else None)
        results = renderer.render(chart.archive(marked.texts), [jobs[index] for index in todo])
        for index, result in zip(todo, results, strict=True):
            for file in sorted(left[index]):
                texts = rendered_lines(result.files.get(file, ""))
                read = _read(chart, marked, known[index][file], texts)
                known[index][file] = read
                whole = _is_same(marked, read, texts) if only is not None else not _is_open(read)
                left[index] -= {file} if whole else set()
    return [Mapped(rendering, files) for rendering, files in zip(plain, known, strict=True)]


def _is_same(marked: Marked, lines: Sequence[RenderedLine], texts: Sequence[str]) -> bool:
    """Is a file the same with marks, once they are taken out?"""
    return len(lines) == len(texts) and all(
        marked.without(text) == line.text for line, text in zip(lines, texts, strict=True)
    )


def _is_open(lines: Iterable[RenderedLine]) -> bool:
    return any(line.source is None for line in lines)


def _read(
    chart: ChartFiles, marked: Marked, lines: tuple[RenderedLine, ...], texts: Sequence[str]
) -> tuple[RenderedLine, ...]:
    """The lines with the sources that a marked rendering tells; as they were where it has other lines."""
    if len(lines) != len(texts):
        return lines
    return tuple(
        line if line.source else _line(chart, marked, line.text, text) for line, text in zip(lines, texts, strict=True)
    )


def _line(chart: ChartFiles, marked: Marked, text: str, with_marks: str) -> RenderedLine:
    if with_marks == text or marked.without(with_marks) != text:
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
