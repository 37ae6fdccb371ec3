"""Patches that stand as texts inside kustomization files: what they write at a route of an object, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.formats.yaml.compose import ScalarNode
from sparkfix.formats.yaml.inner import scalar_source
from sparkfix.formats.yaml.nodes import Origin
from sparkfix.model import KubernetesObject, Node, Place, PropertyBlock, Span
from sparkfix.text.source import SourceText
from sparkfix.workspace.kustomize.kustomization import COMPONENT
from sparkfix.workspace.kustomize.objects import EffectiveObject
from sparkfix.workspace.kustomize.operations import Route, added_by, at, leading_to

_PATCHES = ("patches", "patchesJson6902", "patchesStrategicMerge")
BY = frozenset(_PATCHES)
_KUSTOMIZATIONS = ("Kustomization", COMPONENT)


@dataclass(frozen=True, slots=True)
class Writer:
    """What writes at a route of an object: a node, which can be edited unless its text is not read on its own."""

    path: str
    node: Node
    editable: bool = True
    told: Span | None = None

    def place(self, *, whole: bool) -> Place:
        """A map that many files write to is named by its key, not by all that it holds."""
        if self.told is not None:
            return Place(self.path, self.told)
        begin = self.node.key_span or self.node.span
        scalar = whole and not isinstance(self.node.value, (dict, list)) and self.node.key_span
        return Place(self.path, Span(begin.start, self.node.span.end if scalar else begin.end))


def written_inline(document: Document, item: EffectiveObject, effective: Node, route: Route) -> Iterator[Writer]:
    """What the patches inside a kustomization file write at a route of an object, the last one first.

    `effective` is the object as it is built, where the steps of the route have positions.
    """
    for text in reversed(list(_texts(document, item))):
        opened = _opened(document, text)
        for root in opened.roots:
            operations = isinstance(root.value, list)
            for node in added_by([root], effective, route) if operations else _merged(root, item, route):
                told = _told(root, node) if opened.placed else text.key_span or text.span
                yield Writer(document.path, node, opened.editable, told)


def pointing_inline(document: Document, item: EffectiveObject, effective: Node, route: Route) -> Iterator[Place]:
    """The pointers of operations inside a kustomization file that lead to a route or above it, the last one first."""
    for text in reversed(list(_texts(document, item))):
        opened = _opened(document, text)
        for pointer in leading_to(opened.roots, effective, route):
            yield Place(document.path, pointer.span if opened.placed else text.key_span or text.span)


def meant_for(document: Document, block: PropertyBlock, item: EffectiveObject) -> bool:
    """Is a block of a file meant for an object, as far as the manifest or the patch that it stands in says?"""
    around = [one for one in document.objects if one.span.covers(block.span) and one.kind not in _KUSTOMIZATIONS]
    if around:
        return is_part(min(around, key=lambda one: len(one.span)), item)
    texts = [text for text in _all_texts(document) if text.span.covers(block.span)]
    mine = {text.span for text in _texts(document, item)}
    return not texts or any(text.span in mine and _names(_opened(document, text), item) for text in texts)


def _names(opened: _Opened, item: EffectiveObject) -> bool:
    """Is a patch for an object, as far as it says itself? Operations say nothing of it."""
    return any(isinstance(root.value, list) or _is_meant(root, item) for root in opened.roots)


def _is_meant(root: Node, item: EffectiveObject) -> bool:
    """Does a patch in the form of a manifest name an object, by its kind and a part of its name?"""
    return root.text("kind") in ("", item.kind) and root.text("metadata", "name") in item.name


def is_part(written: KubernetesObject, effective: EffectiveObject) -> bool:
    """Is an object in a file, or a patch, one that an effective object was made of? Its name may have grown since."""
    return written.kind == effective.kind and bool(written.name) and written.name in effective.name


def _merged(root: Node, item: EffectiveObject, route: Route) -> list[Node]:
    """What a patch in the form of a manifest says at a route, if it names the object."""
    node = at(root, route) if _is_meant(root, item) and route else None
    return [node] if node is not None else []


def _told(patch: Node, node: Node) -> Span | None:
    """What to point at of what an operation brings as a whole: a scalar itself, of a map or a list the path."""
    for operation in patch.items():
        path = operation.get("path")
        if operation.get("value") is node and path is not None:
            return node.span if isinstance(node.value, str) else path.span
    return None


def _all_texts(document: Document) -> Iterator[Node]:
    for root in document.nodes:
        for one in (patch for field in _PATCHES for patch in root.items(field)):
            text = one.get("patch") if isinstance(one.value, dict) else one
            if text is not None and text.text():
                yield text


def _texts(document: Document, item: EffectiveObject) -> Iterator[Node]:
    """The texts of patches for an object, in the order of a kustomization file."""
    for root in document.nodes:
        for one in (patch for field in _PATCHES for patch in root.items(field)):
            kind, name = one.text("target", "kind"), one.text("target", "name")
            text = one.get("patch") if isinstance(one.value, dict) else one
            if text is not None and text.text() and kind in ("", item.kind) and name in item.name:
                yield text


@dataclass(frozen=True, slots=True)
class _Opened:
    """The documents of a text; `placed` if they have places in the file, `editable` if what changes there is proven."""

    roots: tuple[Node, ...]
    placed: bool
    editable: bool


def _opened(document: Document, text: Node) -> _Opened:
    nested = next((one for one in document.nested if text.span.covers(one.source.span(0, 0))), None)
    if nested is not None and nested.nodes:
        return _Opened(nested.nodes, placed=True, editable=True)
    origin = text.origin
    source = None
    if isinstance(origin, Origin) and isinstance(origin.node, ScalarNode):
        start, end = (origin.text.source.offset(at) for at in (text.span.start, text.span.end))
        source = scalar_source(origin.text, origin.node, start, end)
    loose = SourceText(document.path, text.text().encode("utf-8", "surrogateescape"))
    inner = open_document(source if source is not None else loose)
    return _Opened(inner.nodes, placed=source is not None, editable=False)
