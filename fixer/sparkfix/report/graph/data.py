"""Graphs as JSON: `[{"title", "nodes": [{"id", "kind", "label", "file", "line", "details", "missing"}],
"edges": [{"source", "target", "label"}]}]`; `file` and `line` are null where they are not known."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sparkfix.model import Graph, GraphNode
from sparkfix.report.graph.places import Locate


def graphs_json(graphs: Sequence[Graph], locate: Locate) -> str:
    """All graphs as one JSON list, one node or edge a line."""
    return "[" + ",".join(_graph(graph, locate) for graph in graphs) + "]\n"


def _graph(graph: Graph, locate: Locate) -> str:
    nodes = ",\n".join(_line(_node(node, locate)) for node in graph.nodes)
    edges = ",\n".join(
        _line({"source": edge.source, "target": edge.target, "label": edge.label}) for edge in graph.edges
    )
    return f'{{"title": {json.dumps(graph.title)},\n"nodes": [\n{nodes}\n],\n"edges": [\n{edges}\n]}}'


def _line(item: dict[str, object]) -> str:
    # ASCII only: texts may hold bytes of files that are no text, which have no other form.
    return json.dumps(item)


def _node(node: GraphNode, locate: Locate) -> dict[str, object]:
    file, line = locate(node.place) if node.place is not None else ("", 0)
    return {
        "id": node.id,
        "kind": node.kind,
        "label": node.label,
        "file": file or None,
        "line": line or None,
        "details": list(node.details),
        "missing": node.missing,
    }
