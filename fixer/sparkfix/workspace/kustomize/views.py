"""A kustomize overlay as a view: its effective objects as a workspace, and the way back to the files that hold the text.

Names stand without the hashes of their contents, so that they are the same before and after a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.formats.yaml.tolerant import dump_manifest
from sparkfix.model import Command, Node, Place, Property, PropertyBlock, Refused, Span
from sparkfix.spark.resources import CARRIER
from sparkfix.workspace.kustomize.inline import BY, Writer, is_part, meant_for, pointing_inline, written_inline
from sparkfix.workspace.kustomize.kustomization import find_kustomizations
from sparkfix.workspace.kustomize.objects import Built, EffectiveObject, Origin
from sparkfix.workspace.kustomize.operations import Route, added_by, at, fields_giving, leading_to
from sparkfix.workspace.kustomize.parts import CHARTS, ChartPart, part_of
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.views import ValuePart, View, completed
from sparkfix.workspace.workspace import Workspace

_NAMESPACE = ("metadata", "namespace")
_TEXTS = ("data", "stringData", "binaryData")


@dataclass(frozen=True)
class WorkspaceStore:
    """The files of a snapshot, edited ones included, as a build reads them (see `sparkfix.workspace.store.Store`)."""

    workspace: Workspace

    def read(self, path: str) -> bytes | None:
        return self.workspace.data(path)

    def exists(self, path: str) -> bool:
        return path in self.workspace.edited or self.workspace.store.exists(path)

    def names(self, folder: str) -> list[tuple[str, bool]]:
        return list(self.workspace.store.names(folder))

    def outside(self, folder: str) -> list[str]:
        return list(self.workspace.store.outside(folder))

    def resolved(self, path: str) -> str:
        return self.workspace.store.resolved(path)

    def writable(self, path: str) -> bool:
        return self.workspace.store.writable(path)


Charts = Callable[[str], Sequence[View]]
"""The charts that a kustomization file names, each with the values that it gets there; none where that is not known."""


def _no_charts(path: str) -> Sequence[View]:
    del path
    return ()


def overlay_view(
    workspace: Workspace, folder: str, built: Built, name: str, manifests: Workspace, charts: Charts = _no_charts
) -> View:
    """The view of the overlay in a folder; `manifests` shares what is understood of objects that stay the same."""
    objects = {_file(item): item for item in built.objects}
    contents = {name: dump_manifest(item.data).encode("utf-8", "surrogateescape") for name, item in objects.items()}
    inside = Workspace(MemoryStore(contents), tuple(contents), spark_version=workspace.spark_version)
    sources = OverlaySources(workspace, inside.sharing(manifests), objects, charts)
    made = (name for name, item in objects.items() if any(origin.by == CHARTS for origin in item.origins))
    return View(
        name, sources.rendered, sources, opaque=frozenset(made),
        values=frozenset(path for _, chart in built.charts for path in (chart.values_file, *chart.additional)),
        complete=lambda workload: completed(workspace, workload, sources.file_of(workload.path)),
        reads=lambda path: path in built.files,
        asked=folder in find_kustomizations(workspace.targets),
    )  # fmt: skip


def _file(item: EffectiveObject) -> str:
    group = str(item.data.get("apiVersion") or "").replace("/", "_")
    return "!".join((item.namespace, group, item.kind, item.name)).replace("/", "_") + ".yaml"


@dataclass(frozen=True)
class OverlaySources:
    """The way back from an overlay (see `sparkfix.workspace.views.Sources`): by the route in the object."""

    workspace: Workspace
    rendered: Workspace
    objects: Mapping[str, EffectiveObject]
    charts: Charts = _no_charts
    _parts: dict[str, ChartPart | None] = field(default_factory=dict, repr=False, compare=False)

    def file_of(self, path: str) -> str:
        """A file beside the text that an object comes from first: the manifest, or a file of the chart."""
        part = self._part(path)
        if part is not None and part.view.chart is not None:
            return f"{part.view.chart}/Chart.yaml".lstrip("/")
        return self.objects[path].origins[0].path

    def _part(self, path: str) -> ChartPart | None:
        """What a chart gave for an object; None if no chart did, or it is not known."""
        if path not in self._parts:
            first = self.objects[path].origins[0]
            charts = self.charts(first.kustomization) if first.by == CHARTS else ()
            self._parts[path] = part_of(self.objects[path], charts)
        return self._parts[path]

    def place(self, path: str, span: Span) -> tuple[Place, ...]:
        """The last file that sets what stands at a place, or that a generator takes it from; else what is around it."""
        setting, part = self._property_at(path, span), self._part(path)
        if setting is not None:
            if part is not None and (own := self._of_chart(setting, part)):
                return part.view.sources.place(part.path, own.place("").span)
            try:
                return (self.property(setting).place(""),)
            except Refused:
                pass
        route = self._route(path, span)
        if transformed := self._transformed(path, route):
            return (transformed,)
        here = at(self._document(path).nodes[0], route)
        for length in range(len(route), -1, -1):
            for writer in self._written(path, route[:length]):
                return (writer.place(whole=length == len(route)),)
            if part is not None and length == len(route) and (given := part.place(route, here)):
                return given
            if length == len(route) and (found := self._generated(path, route) or self._pointed(path, route)):
                return (found,)
            if part is not None and (given := part.place(route[:length], None)):
                return given
        return self._named(path)

    def _named(self, path: str) -> tuple[Place, ...]:
        """Where a kustomization names an object that it generates."""
        item = self.objects[path]
        document = self.workspace.document(item.origins[0].path)
        for root in document.nodes if document else ():
            for node in root.walk():
                name = node.get("name")
                if name is not None and name.text() and name.text() in item.name and node is not root:
                    return (Place(item.origins[0].path, name.span),)
        return ()

    def line(self, path: str, number: int) -> tuple[str, int] | None:
        """The file and line that set what stands in a line of an object."""
        document = self._document(path)
        line = document.source.line_span(number)
        text = document.source.span_text(line)
        start = line.start + len(text) - len(text.lstrip())
        found = self.place(path, Span(start, max(start, line.end)))
        own = self.workspace.document(found[0].path) if found else None
        return (found[0].path, own.source.position(found[0].span.start)[0]) if own else None

    def property(self, item: Property) -> Property:
        """The property of the file that holds its text. Raises `Refused`."""
        part = self._part(item.path)
        if part is not None and (given := self._of_chart(item, part)):
            return part.view.sources.property(given)
        block, route = self._block_of(item), self._route_of(item)
        found = list(self._candidates(item, block, route))
        same = [one for one in found if one.value == item.value] or found
        # Of equal settings of one block, the one at the same position is meant.
        twins = [one for one in block.properties if one.key == item.key and one.value == item.value]
        if len(same) > 1 and len(same) == len(twins):
            return same[twins.index(item)]
        if len(same) != 1:
            raise Refused(f"where `{item.key}` is written could not be found")
        return same[0]

    def value(self, item: Property) -> tuple[Property | ValuePart, ...]:
        """The property with this very value, or what a chart prints it from. Raises `Refused`."""
        part = self._part(item.path)
        if part is not None and (given := self._of_chart(item, part)):
            return part.view.sources.value(given)
        try:
            own = self.property(item)
        except Refused:
            operand = self._operand(item)
            if operand is None:
                raise
            return (operand,)
        if own.value != item.value:
            raise Refused(f"`{item.key}` is written as `{own.value}` in {own.path}, and changed on the way")
        return (own,)

    def _operand(self, item: Property) -> ValuePart | None:
        """The scalar that an operation of a JSON patch sets a property to, where no other one decides."""
        if self._block_of(item).carrier == "properties text":
            return None
        for own in self._written(item.path, self._route_of(item)):
            same = isinstance(own.node.value, str) and own.node.text() == item.value
            return ValuePart(own.path, own.node) if own.editable and same else None
        return None

    def node(self, path: str, node: Node) -> tuple[str, Node]:
        """The last file that writes this map, list or scalar. Raises `Refused`."""
        route, part = self._route(path, node.key_span or node.span, node), self._part(path)
        for own in self._written(path, route):
            if not own.editable and isinstance(node.value, str):
                raise Refused(f"it is written by a patch that stands as a text in {own.path}, which is not edited")
            if own.editable and type(own.node.value) is type(node.value):
                return own.path, own.node
        if part is not None and (given := part.node(node, route)) is not None:
            return part.view.sources.node(part.path, given)
        raise Refused("where it is written could not be found")

    def scalar(self, path: str, node: Node) -> tuple[ValuePart, ...]:
        """The scalar with this text, or with the text that was put before or behind it. Raises `Refused`."""
        route, part = self._route(path, node.key_span or node.span, node), self._part(path)
        if part is not None and not any(self._written(path, route)) and (given := part.node(node, route)) is not None:
            before, after = _around(node.text(), given.text(), "the chart")
            found = part.view.sources.scalar(part.path, given)
            return tuple(replace(one, before=before + one.before, after=one.after + after) for one in found)
        file, own = self.node(path, node)
        return (ValuePart(file, own, *_around(node.text(), own.text(), file)),)

    def overridden(self, path: str, span: Span, value: str) -> tuple[tuple[Place, str], ...]:
        """What manifests and patches further down write at the same place of an object."""
        part, item = self._part(path), self._property_at(path, span)
        if item is None or self._block_of(item).carrier == "properties text":
            given = self._of_chart(item, part) if item is not None and part is not None else None
            return part.view.sources.overridden(part.path, given.key_span, value) if part and given else ()
        writers = [one for one in self._written(path, self._route_of(item)) if isinstance(one.node.value, str)]
        return tuple((one.place(whole=True), one.node.text()) for one in writers[1:])

    def command(self, command: Command) -> Command:
        """The command with the same words. Raises `Refused`."""
        texts, part = [word.text for word in command.words], self._part(command.path)
        if part is not None and (given := part.command(command)) is not None:
            return part.view.sources.command(given)
        for origin in reversed(self.objects[command.path].origins):
            document = self.workspace.document(origin.path)
            for one in commands_in(document.objects) if document else ():
                if one.shell == command.shell and [word.text for word in one.words] == texts:
                    return one
        raise Refused("where the command is written could not be found")

    # From a place in an object to its route, and from a route to files

    def _document(self, path: str) -> Document:
        document = self.rendered.document(path)
        assert document is not None
        return document

    def _property_at(self, path: str, span: Span) -> Property | None:
        items = (item for block in self._document(path).blocks for item in block.properties)
        return next((item for item in items if item.key_span.start == span.start), None)

    def _block_of(self, item: Property) -> PropertyBlock:
        blocks = self._document(item.path).blocks
        return next(block for block in blocks if any(one.key_span == item.key_span for one in block.properties))

    def _route_of(self, item: Property) -> Route:
        """The way to a property, or to the text that holds it."""
        block = self._block_of(item)
        return self._route(item.path, block.span if block.carrier == "properties text" else item.key_span)

    def _of_chart(self, item: Property, part: ChartPart) -> Property | None:
        """The property that a chart gave, if nothing has replaced the text that it stands in."""
        effective, route = self.objects[item.path], self._route_of(item)
        taken = route[:1] and route[0] in _TEXTS and len(route) > 1
        if taken and effective.texts.get(str(route[1])) != effective.origins[0].path:
            return None
        return part.property(item, route)

    def _route(self, path: str, span: Span, to: Node | None = None) -> Route:
        """The keys and positions that lead to a node, or to the innermost one at a place; of list items by their names."""
        for root in self._document(path).nodes:
            return tuple(_route_in(root, span.start, to))
        return ()

    def _written(self, path: str, route: Route) -> Iterator[Writer]:
        """What writes at a route of an object, the last one that was applied first: manifests, patches, operations."""
        item, [effective, *_] = self.objects[path], self._document(path).nodes
        for origin in reversed(item.origins):
            document = self.workspace.document(origin.path)
            if document is None:
                continue
            if _is_inline(origin):
                yield from written_inline(document, item, effective, route)
                continue
            for one in document.objects:
                if is_part(one, item) and (node := at(one.node, route)) is not None:
                    yield Writer(origin.path, node)
            if not document.objects:
                yield from (Writer(origin.path, node) for node in added_by(document.nodes, effective, route))

    def _pointed(self, path: str, route: Route) -> Place | None:
        """The pointer of the last operation that leads to a route or above it."""
        item, [effective, *_] = self.objects[path], self._document(path).nodes
        for origin in reversed(item.origins):
            document = self.workspace.document(origin.path) if origin.by in BY else None
            if document is not None and _is_inline(origin):
                found = list(pointing_inline(document, item, effective, route))
            else:
                nodes = leading_to(document.nodes, effective, route) if document is not None else ()
                found = [Place(origin.path, node.span) for node in nodes]
            if found:
                return found[0]
        return None

    def _transformed(self, path: str, route: Route) -> Place | None:
        """The field of a kustomization that gives an object its namespace, or an image its tag or name."""
        by = "namespace" if route == _NAMESPACE else "images" if route[-1:] == ("image",) else ""
        wanted = at(self._document(path).nodes[0], route) if by else None
        for origin in reversed(self.objects[path].origins) if wanted is not None else ():
            document = self.workspace.document(origin.path) if origin.by == by else None
            if document is not None and wanted is not None:
                for span in fields_giving(document, by, wanted.text()):
                    return Place(origin.path, span)
        return None

    def _generated(self, path: str, route: Route) -> Place | None:
        """The literal, or the first setting of the file, that a generator makes the text at a route from."""
        key = str(route[1]) if len(route) == 2 and route[0] in _TEXTS else ""
        document = self.workspace.document(self.objects[path].texts.get(key, "")) if key else None
        if document is None:
            return None
        literals = (one for root in document.nodes for one in root.walk() if one.text().startswith(f"{key}="))
        settings = (item for block in document.blocks for item in block.properties)
        spans = (*(one.span for one in literals), *(item.key_span for item in settings), Span(0, 0))
        return Place(document.source.path, spans[0])

    def _candidates(self, item: Property, block: PropertyBlock, route: Route) -> Iterator[Property]:
        """The properties with the same key in the file that holds the text of a block."""
        effective = self.objects[item.path]
        if route[:1] and route[0] in _TEXTS and len(route) > 1:
            path = effective.texts.get(str(route[1]))
            document = self.workspace.document(path) if path is not None else None
            for one in document.blocks if document else ():
                generated = block.carrier == "properties text" and one.owner is None and not _kind_of(document, one)
                if generated or one.name == block.name or one.carrier == block.carrier != "properties text":
                    yield from one.all(item.key)
            return
        for origin in reversed(effective.origins):
            document = self.workspace.document(origin.path)
            blocks = [] if document is None else [one for one in document.blocks if meant_for(document, one, effective)]
            own = [
                one
                for other in blocks
                if (other.carrier == CARRIER) == (block.carrier == CARRIER)
                for one in other.all(item.key)
            ]
            if own or self._is_set_by_operation(origin, document, item.path, route):
                yield from own
                return

    def _is_set_by_operation(self, origin: Origin, document: Document | None, path: str, route: Route) -> bool:
        """Does an operation of a JSON patch set what is at a route? Its value is no property to us."""
        effective = self._document(path).nodes[0]
        if document is None or origin.by not in BY:
            return False
        if _is_inline(origin):
            return any(written_inline(document, self.objects[path], effective, route))
        return not document.objects and any(added_by(document.nodes, effective, route))


def _is_inline(origin: Origin) -> bool:
    """Is an origin a patch that stands as a text in a kustomization file?"""
    return origin.by in BY and origin.path == origin.kustomization


def _around(text: str, written: str, where: str) -> tuple[str, str]:
    """What was put before and behind a written text. Raises `Refused` if it was changed otherwise."""
    if not written or text.count(written) != 1:
        raise Refused(f"it is written as `{written}` in {where}, and changed on the way")
    before, _, after = text.partition(written)
    return before, after


def _kind_of(document: Document | None, block: PropertyBlock) -> str:
    """The kind of the object that a block stands in; empty in a file that is no manifest."""
    objects = document.objects if document else ()
    return next((one.kind for one in objects if one.span.covers(block.span)), "")


def _route_in(node: Node, start: int, to: Node | None) -> Iterator[str | int]:
    if to is not None and node.span == to.span and type(node.value) is type(to.value):
        return
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            begin = child.key_span or child.span
            if begin.start <= start < max(child.span.end, begin.end):
                yield key
                yield from _route_in(child, start, to)
                return
    elif isinstance(node.value, list):
        for position, child in enumerate(node.value):
            if child.span.start <= start < child.span.end:
                yield child.text("name") or position
                yield from _route_in(child, start, to)
                return
