"""Where patches say something of an object that no manifest says: by the pointers of JSON patches, and in patches that stand
as texts inside kustomization files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.model import Node, Place, Span
from sparkfix.text.source import SourceText
from sparkfix.workspace.kustomize.objects import EffectiveObject
from sparkfix.workspace.kustomize.operations import Route, at

_POINTER = re.compile(r"""(?<![\w-])["']?path["']?[ \t]*:[ \t]*["']?(/[^\s"',}]*)""")
PATCHES = ("patches", "patchesJson6902")


def operation_at(document: Document, item: EffectiveObject, root: Node, route: Route) -> tuple[Place, ...]:
    """The last operation of JSON patches in a file that sets what is at a route in an object, or all that holds it.

    `root` is the object as it is built, where the steps of the route have positions.
    """
    steps = tuple(_names(root, route))
    found = [place for text in _patches(document, item) for place in _operations(document.source, text, steps)]
    return tuple(found[-1:])


def merge_at(document: Document, item: EffectiveObject, route: Route) -> tuple[Place, ...]:
    """The line of a patch inside a kustomization file that writes what is at a route in an object."""
    found = [place for text in _patches(document, item) for place in _merges(document.source, text, route)]
    return tuple(found[-1:])


def _names(root: Node, route: Route) -> Iterator[tuple[str, ...]]:
    """What JSON pointers may call each step of a route: positions in lists, of the last item also `-`."""
    node: Node | None = root
    for step in route:
        inner = at(node, (step,)) if node is not None else None
        items = node.value if node is not None and isinstance(node.value, list) else ()
        position = next((number for number, one in enumerate(items) if one is inner), None)
        if position is None:
            yield (str(step),)
        else:
            yield (str(position), "-") if position + 1 == len(items) else (str(position),)
        node = inner


def _patches(document: Document, item: EffectiveObject) -> Iterator[Node]:
    """The patches for an object in a kustomization file, or all of a file of its own."""
    for root in document.nodes:
        if not isinstance(root.value, dict):
            yield root
            continue
        for one in (patch for field in PATCHES for patch in root.items(field)):
            kind, name = one.text("target", "kind"), one.text("target", "name")
            text = one.get("patch")
            if text is not None and kind in ("", item.kind) and name in item.name:
                yield text


def _operations(source: SourceText, text: Node, steps: Sequence[Sequence[str]]) -> Iterator[Place]:
    """The pointers of operations that lead to a place or above it."""
    start, end = source.offset(text.span.start), source.offset(text.span.end)
    for found in _POINTER.finditer(source.folded, start, end):
        names = [name.replace("~1", "/").replace("~0", "~") for name in found[1].split("/")[1:]]
        if len(names) <= len(steps) and all(name in step for name, step in zip(names, steps, strict=False)):
            yield Place(source.path, source.span(found.start(1), found.end(1)))


def _merges(source: SourceText, text: Node, route: Route) -> Iterator[Place]:
    """The line of a patch that stands as a block of text in a kustomization file."""
    if not isinstance(text.value, str) or not source.span_text(text.span).startswith(("|", ">")):
        return
    inner = open_document(SourceText(source.path, text.value.encode()))
    header = source.position(text.span.start)[0]
    for root in inner.nodes:
        node = at(root, route) if isinstance(root.value, dict) else None
        if node is not None:
            number = header + inner.source.position((node.key_span or node.span).start)[0]
            line, shown = source.line_span(number), source.line_text(number)
            start = line.start + len(source.encode(shown)) - len(source.encode(shown.lstrip()))
            yield Place(source.path, Span(start, line.start + len(source.encode(shown.rstrip()))))
