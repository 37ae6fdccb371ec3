"""A chart with one values set as a view: its manifests as a workspace, and the way back to templates and values files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.charts import Charts
from sparkfix.helm.coverage import unreached
from sparkfix.helm.defaults import effective_values, value_at
from sparkfix.helm.layers import overridden
from sparkfix.helm.loading import packed_in
from sparkfix.helm.releases import release_of
from sparkfix.helm.renderer import CannotRender, Rendering
from sparkfix.helm.sourcemap import Mapped, RenderedLine, Source
from sparkfix.helm.texts import line_of_file, line_of_text
from sparkfix.helm.trace import Origin, trace
from sparkfix.helm.values import ValuesSet, set_of, top_chart
from sparkfix.model import Command, Node, Place, Property, Refused, Span, Workload
from sparkfix.text.source import SourceText
from sparkfix.workspace.kustomize.charts import Chart
from sparkfix.workspace.kustomize.trees import Unresolved
from sparkfix.workspace.mentions import words_in
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.views import ValuePart, View, completed
from sparkfix.workspace.workspace import Workspace

_SET_HERE = "the value is set here"
_PRINTED_HERE = "it is rendered here"


@dataclass
class ChartViews:
    """Makes views of charts (see `sparkfix.workspace.views.ViewsOfCharts`); `notes` tell what did not render, and why."""

    charts: Charts
    notes: dict[str, None] = field(default_factory=dict)
    _known: dict[str, tuple[ChartFiles, tuple[View, ...]]] = field(default_factory=dict)
    _inflated: dict[str, tuple[ChartFiles, View | None]] = field(default_factory=dict)
    _packs_spark: dict[str, bool] = field(default_factory=dict)

    def top(self, workspace: Workspace, chart: str) -> str:
        """The chart that carries this one, directly or not; itself if none does."""
        return top_chart(workspace, chart)

    def packs_spark(self, workspace: Workspace, chart: str) -> bool:
        """May a packed chart in the `charts/` of a chart say something of Spark? Archives are never edited: asked once."""
        if chart not in self._packs_spark:
            contents = packed_in(workspace.data, workspace.store.names, chart)
            found = self._packs_spark[chart] = any(words_in(data).spark for data in contents)
            if found:
                self.notes[
                    f"{chart or 'the chart'} has Spark in packed charts only: told is what its values do there"
                ] = None
        return self._packs_spark[chart]

    def linked(self, workspace: Workspace, chart: str) -> frozenset[str]:
        """The files of a chart that stand in no chart: symbolic links lead to them."""
        return self.charts.linked(workspace, chart)

    def of(self, workspace: Workspace, chart: str) -> tuple[View, ...]:
        """One view for each values set with which the chart in a folder renders."""
        files = self.charts.files(workspace, chart)
        known = self._known.get(chart)
        if known is None or known[0] is not files:
            known = self._known[chart] = (files, self._rendered(workspace, chart, files))
        return known[1]

    def inflated(self, workspace: Workspace, path: str, chart: Chart) -> View | None:
        """The view of a chart as the kustomization file `path` has it rendered; None if it does not render so."""
        try:
            values = set_of(release_of(workspace, path, chart))
            files = self.charts.files(workspace, chart.folder)
            known = self._inflated.get(repr(values))
            if known is None or known[0] is not files:
                [rendering] = self.charts.rendered(files, [values.job(workspace.data)])
                view = (
                    None if rendering.error else _view(self.charts, workspace, chart.folder, files, values, rendering)
                )
                known = self._inflated[repr(values)] = (files, view)
            return known[1]
        except (CannotRender, Unresolved):
            return None

    def unreached(self, workspace: Workspace, place: Place) -> str:
        """A remark for a place in a template that no values of the repository render, else an empty text."""
        return unreached(self.charts, workspace, place)

    def _rendered(self, workspace: Workspace, chart: str, files: ChartFiles) -> tuple[View, ...]:
        try:
            sets = self.charts.sets(workspace, chart)
            rendered = self.charts.rendered(files, [item.job(workspace.data) for item in sets])
        except CannotRender as reason:
            self.notes[str(reason)] = None
            return ()
        self.notes.update(dict.fromkeys(files.notes))
        refused = self.charts.refused(workspace, chart)
        self.notes.update((f"{file} is not used as values: {why}", None) for file, why in refused.items())
        found = []
        given = {file for values in sets for file in values.sources}
        for values, rendering in zip(sets, rendered, strict=True):
            view = (
                None
                if rendering.error
                else _view(
                    self.charts, workspace, chart, files, values, rendering, frozenset(given.difference(values.sources))
                )
            )
            broken = _not_yaml(view) if view is not None else ""
            if view is not None and not broken:
                found.append(view)
            elif not values.derived:
                # Values that we made up may well be none that a chart can do with.
                why = f"does not render with {values.label}: {rendering.error}"
                why = f"renders to what is not YAML with {values.label}: {broken}" if broken else why
                self.notes[f"{chart or 'the chart'} {why}"] = None
        return tuple(found)


def _not_yaml(view: View) -> str:
    """The first file of a view that is not YAML: what is missing in the view then would look like a fault."""
    for path in view.workspace.targets:
        document = view.workspace.document(path)
        if document is not None and document.problems:
            return f"{path.replace('!', '/')}:{document.problems[0].line}"
    return ""


def _view(
    charts: Charts, workspace: Workspace, folder: str, chart: ChartFiles, values: ValuesSet, rendering: Rendering,
    others: frozenset[str] = frozenset(),
) -> View:  # fmt: skip
    """The view of one rendering of the chart in a folder; `others` are the values files that only other views have."""
    files = {
        f"{file.replace('/', '!').rpartition('.')[0]}.yaml": file
        for file in rendering.files
        if file.endswith((".yaml", ".yml", ".json")) and not file.rpartition("/")[2].startswith("_")
    }
    contents = {name: rendering.files[file].encode() for name, file in files.items()}
    # A release in the namespace `default` is most often one of which nobody said where it goes.
    known = values.deployed and values.namespace != "default"
    inside = Workspace(
        MemoryStore(contents),
        tuple(contents),
        spark_version=workspace.spark_version,
        unnamed_namespace="" if known else values.namespace,
        default_namespace=values.namespace if known else "",
    ).sharing(charts.manifests)
    read = frozenset((*chart.places.values(), *values.files))
    sources = ChartSources(charts, workspace, chart, values, inside, files)
    return View(
        values.label, inside, sources, values.derived, chart=folder, release=values.path, bare=values.bare,
        complete=lambda workload: _completed(workspace, sources, workload),
        keeps=lambda place: bool(unreached(charts, workspace, place)),
        reads=lambda path: path in read and path not in others,
    )  # fmt: skip


def _completed(workspace: Workspace, sources: ChartSources, workload: Workload) -> Workload:
    path = sources.template_of(workload.path)
    return completed(workspace, workload, path) if path is not None else workload


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
        shown = shown_value(value_at(effective_values(self.chart, job), origins[0].value))
        if not shown or value.count(shown) != 1:
            return ()
        return tuple(
            (place, value.replace(shown, shown_value(other)))
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
        shown = shown_value(old)
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


def shown_value(value: object) -> str:
    """A value as a template prints it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


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
