"""Scalars of an object by their path (`spec.driver.cores`, `spec.deps.jars.0`), to be edited like properties.

What is found here is no property of Spark, and in no block; its key is the path. Proofs compare it as YAML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sparkfix.formats.yaml.compose import MappingNode, Node, ScalarNode, SequenceNode, style_of
from sparkfix.formats.yaml.entries import MapEntry, Piece, value_edit
from sparkfix.formats.yaml.maps import map_block
from sparkfix.formats.yaml.nodes import Origin
from sparkfix.formats.yaml.text import YamlText
from sparkfix.formats.yaml.walk import ALIASED, Walk, shared_nodes, value_lock
from sparkfix.model import Edit, KubernetesObject, Property, Refused
from sparkfix.model import Node as ModelNode


@dataclass(frozen=True)
class PathEntry:
    """A scalar in a map; `path` leads to the map."""

    entry: MapEntry
    path: str

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return self.entry.set_value(value)

    def rename(self, key: str) -> tuple[Edit, ...]:
        above, _, name = key.rpartition(".")
        if above != self.path:
            raise Refused(f"`{key}` does not stand in `{self.path}`")
        return self.entry.rename(name)

    def remove(self) -> tuple[Edit, ...]:
        return self.entry.remove()

    def comment_out(self) -> tuple[Edit, ...]:
        return self.entry.comment_out()

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        raise Refused("a field is added to its map")


@dataclass(frozen=True)
class ItemEntry:
    """A scalar that is an item of a list: its text can be changed, nothing else."""

    text: YamlText
    piece: Piece
    flow: bool

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return (value_edit(self.text.source, self.piece, value, flow=self.flow),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        raise Refused("an item of a list has no key")

    def remove(self) -> tuple[Edit, ...]:
        raise Refused("an item of a list is not removed alone")

    comment_out = remove

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        raise Refused("an item of a list has no key")


def is_path(item: Property) -> bool:
    """Was this found by its path, and is no property of a block?"""
    return isinstance(item.entry, (PathEntry, ItemEntry))


def scalars_at(item: KubernetesObject, path: str) -> Iterator[Property]:
    """The scalars at a path in an object, one for each arm of a template that has it.

    What is no scalar is told by a lock. Keys may hold dots; the longest one that fits is meant.
    """
    origin = item.node.origin
    if isinstance(origin, Origin):
        walk = Walk(origin.text, origin.document, shared_nodes(origin.text, origin.document))
        yield from _scalars(walk, origin.node, path.split("."), path, False)


def map_at(item: KubernetesObject, path: Sequence[str]) -> tuple[ModelNode, Sequence[str]]:
    """The innermost map on the way to a path, and the steps that are missing there."""
    here, rest = item.node, list(path)
    while len(rest) > 1 and isinstance(here.value, dict):
        found = here.get(rest[0])
        if found is None or not isinstance(found.value, dict):
            break
        here, rest = found, rest[1:]
    return here, rest


def _scalars(walk: Walk, node: Node, steps: Sequence[str], path: str, flow: bool) -> Iterator[Property]:
    if isinstance(node, MappingNode):
        yield from _in_map(walk, node, steps, path, flow or bool(node.flow_style))
    elif isinstance(node, SequenceNode) and steps[0].isdigit() and int(steps[0]) < len(node.value):
        child = node.value[int(steps[0])]
        inside = flow or bool(node.flow_style)
        if len(steps) > 1:
            yield from _scalars(walk, child, steps[1:], path, inside)
        else:
            yield _item(walk, child, path, inside)


def _in_map(walk: Walk, node: MappingNode, steps: Sequence[str], path: str, flow: bool) -> Iterator[Property]:
    names = [
        (walk.text.scalar(walk.document, key), key, value) for key, value in node.value if isinstance(key, ScalarNode)
    ]
    for size in range(len(steps), 0, -1):
        name = ".".join(steps[:size])
        found = [(key, value) for own, key, value in names if own == name]
        for key, value in found:
            if size < len(steps):
                yield from _scalars(walk, value, steps[size:], path, flow)
            elif isinstance(value, ScalarNode):
                [item] = map_block(walk, node, [(key, value)], (), "", confidential=False).properties
                if isinstance(item.entry, MapEntry):
                    entry = replace(item.entry, item=replace(item.entry.item, flow=flow))
                    yield replace(item, key=path, entry=PathEntry(entry, path[: -len(name) - 1]))
            else:
                yield _locked(walk, key, path, "it is a map or a list")
        if found:
            return


def _item(walk: Walk, node: Node, path: str, flow: bool) -> Property:
    if not isinstance(node, ScalarNode):
        return _locked(walk, node, path, "it is a map or a list")
    text, document = walk.text, walk.document
    start, end = text.start(document, node), text.end(document, node)
    piece = Piece(start, end, style_of(node))
    return Property(
        path=text.source.path,
        key=path,
        value=text.scalar(document, node),
        key_span=text.source.span(start, start),
        value_span=text.source.span(start, end),
        guard=text.guard(start),
        templated=text.has_actions(start, end),
        locked=ALIASED if id(node) in walk.shared else value_lock(walk, Piece(start, start, None), piece, node),
        entry=ItemEntry(text, piece, flow),
    )


def _locked(walk: Walk, node: Node, path: str, reason: str) -> Property:
    start = walk.text.start(walk.document, node)
    span = walk.text.source.span(start, start)
    return Property(walk.text.source.path, path, "", span, span, walk.text.guard(start), locked=reason)
