"""Graphs in the language of Graphviz: one `digraph` with a cluster for each graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sparkfix.model import Graph, GraphNode
from sparkfix.report.graph.looks import colour_of, shortened, shown_details
from sparkfix.report.graph.places import MISSING, Locate, where
from sparkfix.report.text import printable


def graphs_dot(graphs: Sequence[Graph], locate: Locate) -> str:
    """All graphs as one text for `dot`."""
    lines = [line for number, graph in enumerate(graphs) for line in _cluster(graph, number, locate)]
    head = [
        "digraph sparkfix {",
        "  rankdir=LR;",
        '  node [shape=box, style=filled, fontname="monospace", fontsize=10];',
        '  edge [fontname="monospace", fontsize=9];',
    ]
    return "\n".join([*head, *lines, "}"]) + "\n"


def _cluster(graph: Graph, number: int, locate: Locate) -> Iterator[str]:
    yield f"  subgraph cluster_{number} {{"
    yield f"    label={_quoted([graph.title])};"
    for node in graph.nodes:
        yield f"    {_id(number, node.id)} [{_attributes(node, locate)}];"
    for edge in graph.edges:
        label = f" [label={_quoted([shortened(edge.label)])}]" if edge.label else ""
        yield f"    {_id(number, edge.source)} -> {_id(number, edge.target)}{label};"
    yield "  }"


def _attributes(node: GraphNode, locate: Locate) -> str:
    missing = [MISSING] if node.missing else []
    label = [node.kind, *map(shortened, (node.label, *missing, *shown_details(node)))]
    found = [f"label={_quoted(label)}", f"tooltip={_quoted([where(node, locate)])}"]
    if node.missing:
        return ", ".join([*found, 'style="filled,dashed"', 'color="#b00020"', f'fillcolor="{colour_of(node)}"'])
    return ", ".join([*found, f'fillcolor="{colour_of(node)}"'])


def _id(number: int, text: str) -> str:
    return _quoted([f"{number}/{text}"])


def _quoted(lines: Sequence[str]) -> str:
    """Lines as one quoted string, in which Graphviz sees no escape, no entity and no end of ours."""
    texts = [printable(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines]
    return '"' + "\\n".join(texts) + '"'
