"""Where the boxes of a graph stand: columns from left to right, in which no box lies over another.

Each node stands one column behind the last of those that lead to it. One of these is its parent; a parent and all
below it have a strip of the picture to themselves, which is why nothing can overlap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sparkfix.model import Graph, GraphEdge
from sparkfix.report.graph.looks import shortened

MARGIN = 16
LABEL_WIDEST = 34
LABEL_WIDTH = 6
_GAP = 12
_BETWEEN = 48


@dataclass(frozen=True, slots=True)
class Box:
    """A box by its corner and its size."""

    x: int
    y: int
    width: int
    height: int


def slots_of(graph: Graph) -> dict[str, list[str]]:
    """The different labels of the edges that lead to each node: each gets one end on the left of its box."""
    found: dict[str, list[str]] = {}
    for edge in graph.edges:
        labels = found.setdefault(edge.target, [])
        if edge.label not in labels:
            labels.append(edge.label)
    return found


def boxes_of(graph: Graph, sizes: Mapping[str, tuple[int, int]]) -> dict[str, Box]:
    """A box for each node by its id, given the width and height that each needs."""
    columns, followed = _columns(graph)
    below = _children(graph, columns, followed)
    starts = _starts(graph, columns, sizes)
    strips = _strips(columns, below, sizes)
    found: dict[str, Box] = {}
    top = MARGIN
    children = {child for items in below.values() for child in items}
    for node in graph.nodes:
        if node.id not in children:
            _place(node.id, top, columns, below, starts, strips, sizes, found)
            top += strips[node.id] + _GAP
    return found


def _columns(graph: Graph) -> tuple[dict[str, int], frozenset[GraphEdge]]:
    """The column of each node, and the edges that lead to the right; of a circle one edge leads back."""
    leading: dict[str, list[GraphEdge]] = {}
    waiting = {node.id: 0 for node in graph.nodes}
    for edge in graph.edges:
        leading.setdefault(edge.source, []).append(edge)
        waiting[edge.target] += 1
    columns: dict[str, int] = {}
    reached = dict.fromkeys(waiting, 0)
    followed: set[GraphEdge] = set()
    ready = [id_ for id_, count in waiting.items() if not count]
    rest = iter(waiting)
    while len(columns) < len(waiting):
        id_ = ready.pop() if ready else next(id_ for id_ in rest if id_ not in columns)
        if id_ in columns:
            continue
        columns[id_] = reached[id_]
        for edge in leading.get(id_, ()):
            if edge.target not in columns:
                followed.add(edge)
                reached[edge.target] = max(reached[edge.target], columns[id_] + 1)
                waiting[edge.target] -= 1
                if not waiting[edge.target]:
                    ready.append(edge.target)
    return columns, frozenset(followed)


def _children(graph: Graph, columns: Mapping[str, int], followed: frozenset[GraphEdge]) -> dict[str, list[str]]:
    """What stands in the strip of each node: those of the next column that it is the first to lead to."""
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for edge in graph.edges:
        if edge in followed and edge.target not in taken and columns[edge.target] == columns[edge.source] + 1:
            taken.add(edge.target)
            found.setdefault(edge.source, []).append(edge.target)
    return found


def _starts(graph: Graph, columns: Mapping[str, int], sizes: Mapping[str, tuple[int, int]]) -> list[int]:
    """Where each column begins: behind the widest box before it, with room for the labels of its edges."""
    labels = [0] * (max(columns.values(), default=0) + 1)
    widths = [*labels]
    for id_, column in columns.items():
        widths[column] = max(widths[column], sizes[id_][0])
    for edge in graph.edges:
        length = len(shortened(edge.label, LABEL_WIDEST)) * LABEL_WIDTH
        labels[columns[edge.target]] = max(labels[columns[edge.target]], length)
    starts = [MARGIN + (labels[0] + _BETWEEN if labels[0] else 0)]
    for width, label in zip(widths, labels[1:], strict=False):
        starts.append(starts[-1] + width + _BETWEEN + label)
    return starts


def _strips(
    columns: Mapping[str, int], below: Mapping[str, list[str]], sizes: Mapping[str, tuple[int, int]]
) -> dict[str, int]:
    """The height of each node's strip: that of its box, or of all strips below it."""
    found: dict[str, int] = {}
    for id_ in sorted(columns, key=lambda one: -columns[one]):
        children = [found[child] for child in below.get(id_, ())]
        found[id_] = max(sizes[id_][1], sum(children) + _GAP * max(len(children) - 1, 0))
    return found


def _place(
    id_: str, top: int, columns: Mapping[str, int], below: Mapping[str, list[str]], starts: list[int],
    strips: Mapping[str, int], sizes: Mapping[str, tuple[int, int]], found: dict[str, Box],
) -> None:  # fmt: skip
    """Put a node in the middle of its strip, and all below it into theirs."""
    width, height = sizes[id_]
    found[id_] = Box(starts[columns[id_]], top + (strips[id_] - height) // 2, width, height)
    children = below.get(id_, [])
    total = sum(strips[child] for child in children) + _GAP * max(len(children) - 1, 0)
    position = top + (strips[id_] - total) // 2
    for child in children:
        _place(child, position, columns, below, starts, strips, sizes, found)
        position += strips[child] + _GAP
