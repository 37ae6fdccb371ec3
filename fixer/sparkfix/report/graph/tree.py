"""A graph as an indented tree for each workload: how it is reached, kind, name and place, then details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sparkfix.model import Graph, GraphEdge, GraphNode
from sparkfix.report.graph.places import MISSING, Locate, where
from sparkfix.report.text import Paint, plain, printable

# What leads to a workload from outside is shown below it.
_OUTSIDE = "Service"
_STEP = "  "


def graphs_text(graphs: Sequence[Graph], locate: Locate, paint: Paint = plain) -> str:
    """All graphs, each below its title. A node that was shown further up is only named again."""
    return "\n".join("\n".join(_lines(graph, locate, paint)) + "\n" for graph in graphs)


def _lines(graph: Graph, locate: Locate, paint: Paint) -> Iterator[str]:
    yield paint(printable(graph.title), "dim")
    nodes = {node.id: node for node in graph.nodes}
    below = _below(graph, nodes)
    reached = {target for reachable in below.values() for target, _ in reachable}
    seen: set[str] = set()
    # Nodes of a circle that nothing leads to come last, as roots.
    for root in (*(id_ for id_ in nodes if id_ not in reached), *nodes):
        if root not in seen:
            yield from _node(root, "", 0, nodes, below, seen, locate, paint)


def _below(graph: Graph, nodes: dict[str, GraphNode]) -> dict[str, list[tuple[str, str]]]:
    """What stands below each node, with how it is reached; Services that select a node stand below it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for edge in graph.edges:
        source, target, label = _turned(edge, nodes)
        found.setdefault(source, []).append((target, label))
    return found


def _turned(edge: GraphEdge, nodes: dict[str, GraphNode]) -> tuple[str, str, str]:
    if nodes[edge.source].kind == _OUTSIDE and edge.label == "selects":
        return edge.target, edge.source, "selected by"
    return edge.source, edge.target, edge.label


def _node(
    id_: str, label: str, depth: int, nodes: dict[str, GraphNode], below: dict[str, list[tuple[str, str]]],
    seen: set[str], locate: Locate, paint: Paint,
) -> Iterator[str]:  # fmt: skip
    node, again = nodes[id_], id_ in seen
    seen.add(id_)
    if again:
        yield _line(node, label, depth, "  (above)", paint)
        return
    yield _line(node, label, depth, _place(node, locate, paint), paint)
    for detail in node.details:
        yield f"{_STEP * (depth + 1)}{paint('- ' + printable(detail), 'dim')}"
    for child, how in below.get(id_, ()):
        yield from _node(child, how, depth + 1, nodes, below, seen, locate, paint)


def _place(node: GraphNode, locate: Locate, paint: Paint) -> str:
    text = where(node, locate)
    return "  " + paint(text, "dim") if text else ""


def _line(node: GraphNode, label: str, depth: int, place: str, paint: Paint) -> str:
    how = f"{printable(label)}: " if label else ""
    name = paint(printable(f"{node.kind} {node.label}"), "path")
    missing = "  " + paint(MISSING, "error") if node.missing else ""
    return f"{_STEP * depth}{how}{name}{place}{missing}"
