"""A graph of what runs and what it reads, as plain data: made in `workspace`, drawn in `report`."""

from __future__ import annotations

from dataclasses import dataclass

from sparkfix.model.places import Place


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One thing: a manifest, a container, a file, a block of properties…

    `id` is unique in its graph. `details` are short lines about it; they hold names and keys, never values. `place` is
    where it is defined. A `missing` node is named, but found nowhere: `place` is then where it is named.
    """

    id: str
    kind: str
    label: str
    place: Place | None
    details: tuple[str, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """One thing leads to another: ids of two nodes, and how, in a few words."""

    source: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A title, nodes and edges, in the order in which they are to be shown."""

    title: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
