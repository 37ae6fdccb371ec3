"""The way back from what a chart is rendered to: the template lines and the values that made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.formats.yaml.scalars import text_of_scalar
from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.charts import Charts
from sparkfix.helm.defaults import effective_values, value_at
from sparkfix.helm.layers import overridden
from sparkfix.helm.sourcemap import Mapped, RenderedLine, Source
from sparkfix.helm.texts import line_of_file, line_of_text
from sparkfix.helm.trace import Origin, trace
from sparkfix.helm.values import ValuesSet
from sparkfix.model import Command, Node, Place, Property, Refused, Span
from sparkfix.text.source import SourceText
from sparkfix.workspace.views import ValuePart
from sparkfix.workspace.workspace import Workspace

_SET_HERE = "the value is set here"
_PRINTED_HERE = "it is rendered here"


@dataclass
class ChartSources:
    """The way back from a rendered chart (see `sparkfix.workspace.views.Sources`); rendered with marks when first asked."""

    charts: Charts
    workspace: Workspace
    chart: ChartFiles
    values: ValuesSet
    rendered: Workspace
    files: Mapping[str, str]
    _origins: dict[tuple[str, int], tuple[Origin, ...]] = field(default_factory=dict)

    @cached_property
    def _mapped(self) -> Mapped:
        [found] = self.charts.mapped(self.chart, [self.values.job(self.workspace.data)])
        return found

    def place(self, path: str, span: Span) -> tuple[Place, ...]:
        """The template line that prints a place, and the values in it; the values first where they bring the key."""
        sources = self._sources(path, span)
        text = self._document(path).source.span_text(span).split("\n")[0]
        printed = self._printed(path, span, sources, text)
        setting = self._setting(path, span, sources)
        origins = [place for source in setting if (place := self._in_line(source, text))]
        if printed is None:
            return tuple(origins)
        if not origins:
            return (printed,)
        if _key(text) in self._text(printed):
            return (printed, *(replace(place, label=_SET_HERE) for place in origins if place.path != printed.path))
        return (*origins, replace(printed, label=_PRINTED_HERE))

    def _printed(self, path: str, span: Span, sources: Sequence[Source], text: str) -> Place | None:
        """The place in the template line that has the key of a rendered line; a helper may print but the value."""
        line, _ = self._line(path, span)
        key = _key(line.text.strip().removeprefix("- ")) if line is not None else ""
        ordered = sorted(sources, key=lambda source: not key or key not in self._line_text(source))
        return next((place for source in ordered if (place := self._in_line(source, text))), None)

    def line(self, path: str, number: int) -> tuple[str, int] | None:
        """The file and line that a line comes from."""
        sources = self._sources(path, self._document(path).source.line_span(number))
        return (sources[0].path, sources[0].line) if sources else None

    def property(self, item: Property) -> Property:
        """The property of a template, or else of a values file, that a rendered one comes from. Raises `Refused`."""
        sources = self._sources(item.path, item.key_span)
        found = [one for source in sources for one in self._properties(source, item.key)]
        if not found:
            setting = self._setting(item.path, item.key_span, sources)
            found = [one for source in setting for one in self._properties(source, item.key)]
        if len({(one.path, one.key_span) for one in found}) != 1:
            raise Refused(f"where `{item.key}` is written could not be found")
        return found[0]

    def value(self, item: Property) -> tuple[Property | ValuePart, ...]:
        """The property with this very value, or the values that are printed into it. Raises `Refused`."""
        sources = self._sources(item.path, item.key_span)
        written = [one for source in sources for one in self._properties(source, item.key) if not one.templated]
        if len(written) == 1 and written[0].value == item.value:
            return (written[0],)
        setting = self._setting(item.path, item.key_span, sources)
        found: list[Property | ValuePart] = [
            one for source in setting for one in self._properties(source, item.key) if one.value == item.value
        ]
        if not found:
            for origin in self._traced(item.path, item.key_span, sources):
                found += self._parts(origin, item.value, self._line(item.path, item.key_span)[1], item.path)
        if not found:
            raise Refused(self._why_not(item.path, item.key_span, sources))
        return tuple(found)

    def node(self, path: str, node: Node) -> tuple[str, Node]:
        """The template's node that a rendered one comes from. Raises `Refused`."""
        at = node.key_span or node.span
        key = self._document(path).source.span_text(at) if node.key_span else ""
        for source in self._sources(path, at):
            document = self.workspace.document(source.path)
            for root in document.nodes if document else ():
                for one in root.walk():
                    begin = one.key_span or one.span
                    if (
                        document is not None
                        and type(one.value) is type(node.value)
                        and document.source.position(begin.start)[0] == source.line
                        and (one.key_span is None) == (node.key_span is None)
                        and (not key or document.source.span_text(begin) == key)
                    ):
                        return source.path, one
        raise Refused("where it is written could not be found")

    def scalar(self, path: str, node: Node) -> tuple[ValuePart, ...]:
        """The template's scalar with the same text, or the values that are printed into it. Raises `Refused`."""
        try:
            file, own = self.node(path, node)
            if own.text() == node.text():
                return (ValuePart(file, own),)
        except Refused:
            pass
        span = node.span
        sources = self._sources(path, span)
        origins = self._traced(path, span, sources)
        number = self._line(path, span)[1]
        found = [part for origin in origins for part in self._parts(origin, node.text(), number, path)]
        if not found:
            raise Refused(self._why_not(path, span, sources))
        return tuple(found)

    def overridden(self, path: str, span: Span, value: str) -> tuple[tuple[Place, str], ...]:
        """What other values files set where a line passes on one value, and that stands once in the property's."""
        origins = self._traced(path, span, self._sources(path, span))
        if len(origins) != 1:
            return ()
        job = self.values.job(self.workspace.data)
        shown = text_of_scalar(value_at(effective_values(self.chart, job), origins[0].value))
        if not shown or value.count(shown) != 1:
            return ()
        return tuple(
            (place, value.replace(shown, text_of_scalar(other)))
            for source, other in overridden(self.chart, self.values, self.workspace.data, origins[0].value)
            # What a template makes of an empty value cannot be told from its text.
            if not isinstance(other, (dict, list))
            and other != ""
            and (place := self._in_line(source, str(origins[0].value[-1]))) is not None
        )

    def command(self, command: Command) -> Command:
        """The template's command that a rendered one comes from. Raises `Refused`."""
        for source in self._sources(command.path, command.words[0].span):
            document = self.workspace.document(source.path)
            for one in commands_in(document.objects) if document else ():
                same = one.shell == command.shell and len(one.words) == len(command.words)
                if same and document and document.source.position(one.words[0].span.start)[0] == source.line:
                    return one
        raise Refused("the command has other words in its template")

    def template_of(self, path: str) -> str | None:
        """The template that a file of the view is rendered from; None for subcharts that go by another name."""
        return self.chart.places.get(self.files[path].partition("/")[2])

    # What is behind a rendered line

    def _document(self, path: str) -> Document:
        document = self.rendered.document(path)
        assert document is not None
        return document

    def _line(self, path: str, span: Span) -> tuple[RenderedLine | None, int]:
        number = self._document(path).source.position(span.start)[0]
        lines = self._mapped.files.get(self.files[path], ())
        return (lines[number - 1] if number <= len(lines) else None), number

    def _sources(self, path: str, span: Span) -> tuple[Source, ...]:
        line, _ = self._line(path, span)
        return (line.source, *line.callers) if line is not None and line.source is not None else ()

    def _traced(self, path: str, span: Span, sources: Sequence[Source]) -> tuple[Origin, ...]:
        """The values that a rendered line passes on; none are looked for where its template lines print none."""
        if not any("{{" in self._line_text(source) for source in sources):
            return ()
        _, number = self._line(path, span)
        key = (self.files[path], number)
        if key not in self._origins:
            self._origins[key] = trace(
                self.charts.renderer, self.chart, self.values, self.workspace.data, self._mapped, key
            )
        return self._origins[key]

    def _setting(self, path: str, span: Span, sources: Sequence[Source]) -> tuple[Source, ...]:
        """The lines of values files that set what stands in a rendered line."""
        traced = tuple(origin.place for origin in self._traced(path, span, sources) if origin.place is not None)
        if traced or not any("{{" in self._line_text(source) for source in sources):
            return traced
        file = self.files[path]
        number = self._line(path, span)[1]
        lines = self._mapped.files[file]
        line = line_of_text(self.chart, self.values, self.workspace.data, file, lines, number)
        line = line or line_of_file(self.chart, lines, number)
        return (line,) if line is not None else ()

    def _why_not(self, path: str, span: Span, sources: Sequence[Source]) -> str:
        elsewhere = [origin for origin in self._traced(path, span, sources) if origin.place is None]
        if elsewhere:
            names = ", ".join(".".join(str(name) for name in origin.value) for origin in elsewhere)
            return f"the value {names} is not set in a values file here, but by {self.values.name}"
        texts = {at.path for at in self.values.inline_at if at is not None}
        inside = [one.place for one in self._traced(path, span, sources) if one.place and one.place.path in texts]
        if inside:
            return f"the value stands in {inside[0].path}:{inside[0].line} in a form that is not edited"
        return "a template computes the value"

    # Places in files

    def _properties(self, source: Source, key: str) -> list[Property]:
        """The properties with a key that begin in a line of a file."""
        document = self.workspace.document(source.path)
        return [
            item
            for block in (document.blocks if document else ())
            for item in block.properties
            if item.key == key and document and document.source.position(item.key_span.start)[0] == source.line
        ]

    def _parts(self, origin: Origin, text: str, number: int, path: str) -> list[ValuePart]:
        """The scalar that sets a value, if what it is set to stands once in a rendered text."""
        if origin.place is None:
            return []
        known = effective_values(self.chart, self.values.job(self.workspace.data))
        old = value_at(known, origin.value)
        shown = text_of_scalar(old)
        document = self.workspace.document(origin.place.path)
        if document is None or text.count(shown) != 1 or not shown:
            return []
        head, _, tail = text.partition(shown)
        for root in _roots(document):
            for node in root.walk():
                begin = node.key_span or node.span
                at_line = document.source.position(begin.start)[0] == origin.place.line
                if at_line and isinstance(node.value, str) and node.text() == shown:
                    others = [line for line in origin.lines if line != (self.files[path], number)]
                    also = self._told(*others[0]) if others else ""
                    inside = {file: name for name, file in self.files.items()}
                    lines = frozenset((inside.get(file, ""), at) for file, at in others)
                    return [ValuePart(origin.place.path, node, head, tail, also, (path, number), lines)]
        return []

    def _told(self, file: str, number: int) -> str:
        """The words for a line of a rendered file: the template line that prints it, if it is known."""
        lines = self._mapped.files.get(file, ())
        source = lines[number - 1].source if number <= len(lines) else None
        return f"{source.path}:{source.line}" if source is not None else f"{file}:{number} (as rendered)"

    def _in_line(self, source: Source, text: str) -> Place | None:
        """The text in a line of a file; if it is not there, all from its key on; else the whole line without indent."""
        document = self.workspace.document(source.path)
        return in_line(document.source, source.line, text) if document else None

    def _text(self, place: Place) -> str:
        document = self.workspace.document(place.path)
        return document.source.span_text(place.span) if document else ""

    def _line_text(self, source: Source) -> str:
        document = self.workspace.document(source.path)
        return document.source.line_text(source.line) if document else "{{"


def _roots(document: Document) -> Iterator[Node]:
    """The roots of the YAML documents of a text and of the texts inside it."""
    yield from document.nodes
    for inner in document.nested:
        yield from _roots(inner)


def in_line(source: SourceText, number: int, text: str) -> Place:
    """Where a text stands as a whole word in a line (from 1); if it does not, all from its key on; else the whole line.

    Without the line's indent.
    """
    line = source.line_span(number)
    data = source.data[line.start : line.end]
    end = line.start + len(source.encode(source.decode(data).rstrip()))
    own = _word_in(data, source.encode(text))
    if own is not None:
        return Place(source.path, Span(line.start + own.start(), line.start + own.end()))
    key = _word_in(data, source.encode(_key(text)))
    if key is not None:
        return Place(source.path, Span(line.start + key.start(), max(end, line.start + key.start())))
    indent = len(source.encode(source.decode(data))) - len(source.encode(source.decode(data).lstrip()))
    return Place(source.path, Span(min(line.start + indent, end), end))


def _word_in(data: bytes, text: bytes) -> re.Match[bytes] | None:
    """The first place of a text that is no part of a longer name: `x` in `x: y`, not in `x.name`."""
    before = rb"(?<![\w.-])" if re.match(rb"\w", text) else b""
    after = rb"(?![\w-]|\.\w)" if re.search(rb"\w\Z", text) else b""
    return re.search(before + re.escape(text) + after, data) if text else None


def _key(text: str) -> str:
    """What a line sets: the text up to what ends a key."""
    for position, letter in enumerate(text):
        if letter in " \t=" or text.startswith((": ", ":\n"), position):
            return text[:position].strip("\"'")
    return text.strip().removesuffix(":").strip("\"'")
