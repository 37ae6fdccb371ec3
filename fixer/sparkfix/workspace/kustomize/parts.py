"""What a chart gave to an overlay, found again in the chart's own rendering, from where the way leads to its templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.model import Command, KubernetesObject, Node, Place, Property, Span
from sparkfix.workspace.kustomize.objects import EffectiveObject
from sparkfix.workspace.kustomize.operations import Route, at
from sparkfix.workspace.views import View

CHARTS = "helmCharts"


@dataclass(frozen=True, slots=True)
class ChartPart:
    """An object as a chart gives it (`written`, in `document`), before a kustomization changes it."""

    view: View
    document: Document
    written: KubernetesObject

    @property
    def path(self) -> str:
        return self.document.source.path

    def place(self, route: Route, like: Node | None) -> tuple[Place, ...]:
        """Where the files write what is at a route; with `like` only if that is what the overlay has, or is in it."""
        node = at(self.written.node, route)
        if node is None or (like is not None and not _is_in(node, like)):
            return ()
        begin = node.key_span or node.span
        end = begin.end if isinstance(node.value, (dict, list)) else node.span.end
        return self.view.sources.place(self.path, Span(begin.start, end))

    def property(self, item: Property, route: Route) -> Property | None:
        """The chart's property at a route, if there is just one of this key and value."""
        node = at(self.written.node, route)
        if node is None:
            return None
        within = Span((node.key_span or node.span).start, node.span.end)
        found = [
            own for block in self.document.blocks for own in block.all(item.key)
            if within.covers(own.key_span) and own.value == item.value
        ]  # fmt: skip
        return found[0] if len(found) == 1 else None

    def node(self, node: Node, route: Route) -> Node | None:
        """The chart's map, list or scalar at a route."""
        own = at(self.written.node, route)
        return own if own is not None and type(own.value) is type(node.value) else None

    def command(self, command: Command) -> Command | None:
        """The chart's command with the same words."""
        texts = [word.text for word in command.words]
        same = (
            one for one in commands_in((self.written,))
            if one.shell == command.shell and [word.text for word in one.words] == texts
        )  # fmt: skip
        return next(same, None)


def part_of(item: EffectiveObject, charts: Sequence[View]) -> ChartPart | None:
    """The object of a chart that an effective one was made of: its name may have grown since."""
    found = [part for view in charts for part in _parts(view) if _became(part.written, item)]
    return max(found, key=lambda part: len(part.written.name), default=None)


def _parts(view: View) -> Iterator[ChartPart]:
    for path in view.workspace.targets:
        document = view.workspace.document(path)
        for one in document.objects if document is not None else ():
            if document is not None:
                yield ChartPart(view, document, one)


def _became(written: KubernetesObject, item: EffectiveObject) -> bool:
    return written.kind == item.kind and bool(written.name) and written.name in item.name


def _is_in(node: Node, like: Node) -> bool:
    """Has an overlay what a chart gave, as it was or with something before or behind it?"""
    if isinstance(node.value, (dict, list)):
        return _same(node, like)
    return bool(node.text()) and node.text() in like.text()


def _same(node: Node, other: Node) -> bool:
    if isinstance(node.value, dict) and isinstance(other.value, dict):
        return node.value.keys() == other.value.keys() and all(
            _same(child, other.value[key]) for key, child in node.value.items()
        )
    if isinstance(node.value, list) and isinstance(other.value, list):
        return len(node.value) == len(other.value) and all(map(_same, node.value, other.value))
    return type(node.value) is type(other.value) and node.text() == other.text()
