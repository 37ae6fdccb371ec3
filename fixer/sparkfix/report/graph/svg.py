"""Graphs as one self-contained SVG picture, one below the other; nothing but text is needed to draw it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from sparkfix.model import Graph, GraphEdge, GraphNode
from sparkfix.report.graph.layout import LABEL_WIDEST, MARGIN, Box, boxes_of, slots_of
from sparkfix.report.graph.looks import colour_of, shortened, shown_details
from sparkfix.report.graph.places import MISSING, Locate, where
from sparkfix.report.text import printable

_CHARACTER = 7
_LINE = 15
_SLOT = 13
_PADDING = 8
_TITLE = 28
_STYLE = (
    "text{font:11px monospace;fill:#1f2933}.k{fill:#52606d}.n{font-weight:bold}.t{font-size:14px;font-weight:bold}"
    ".l{font-size:10px;fill:#52606d;text-anchor:end;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    "rect{stroke:#7b8794}.m{stroke:#b00020;stroke-dasharray:5 3}path{fill:none;stroke:#9aa5b1}"
)


def graphs_svg(graphs: Sequence[Graph], locate: Locate) -> str:
    """All graphs in one picture."""
    parts: list[str] = []
    width, height = 2 * MARGIN, 0
    for graph in graphs:
        boxes = boxes_of(graph, _sizes(graph))
        parts += [f'<g transform="translate(0 {height})">', *_drawn(graph, boxes, locate), "</g>"]
        title = MARGIN + len(graph.title) * 9
        width = max(width, title + MARGIN, *(box.x + box.width + MARGIN for box in boxes.values()))
        height += _TITLE + max((box.y + box.height for box in boxes.values()), default=0) + MARGIN
    height = max(height, 2 * MARGIN)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" style="fill:#fff;stroke:none"/>',
        '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" style="fill:#9aa5b1;stroke:none"/></marker></defs>',
    )
    return "\n".join([*head, *parts, "</svg>"]) + "\n"


def _texts(node: GraphNode) -> list[tuple[str, str]]:
    """The lines of a box, each with its class."""
    missing = [(MISSING, "k")] if node.missing else []
    details = [(detail, "k") for detail in shown_details(node)]
    found = [(node.kind, "k"), (node.label, "n"), *missing, *details]
    return [(shortened(printable(text)), kind) for text, kind in found]


def _sizes(graph: Graph) -> dict[str, tuple[int, int]]:
    """The width and height that each node needs: for its lines, and for the ends of its edges."""
    slots = slots_of(graph)
    found = {}
    for node in graph.nodes:
        texts = _texts(node)
        width = max(len(text) for text, _ in texts) * _CHARACTER + 2 * _PADDING
        ends = (len(slots.get(node.id, ())) + 1) * _SLOT
        found[node.id] = (width, max(len(texts) * _LINE + 2 * _PADDING, ends))
    return found


def _drawn(graph: Graph, boxes: Mapping[str, Box], locate: Locate) -> Iterator[str]:
    yield f'<text class="t" x="{MARGIN}" y="20">{escape(printable(graph.title))}</text>'
    yield f'<g transform="translate(0 {_TITLE - MARGIN})">'
    slots = slots_of(graph)
    ends = {(edge.target, edge.label): _end(edge, boxes[edge.target], slots[edge.target]) for edge in graph.edges}
    for edge in graph.edges:
        yield _path(boxes[edge.source], *ends[edge.target, edge.label])
    for node in graph.nodes:
        yield from _box(node, boxes[node.id], locate)
    for (_, label), (x, y) in ends.items():
        if label:
            text = escape(shortened(printable(label), LABEL_WIDEST))
            yield f'<text class="l" x="{x - 10}" y="{y - 2}">{text}</text>'
    yield "</g>"


def _end(edge: GraphEdge, box: Box, labels: Sequence[str]) -> tuple[int, int]:
    """Where an edge ends: edges with one label meet on the left of the box that they lead to."""
    return box.x, box.y + box.height * (labels.index(edge.label) + 1) // (len(labels) + 1)


def _path(source: Box, x: int, y: int) -> str:
    start, middle = source.x + source.width, source.y + source.height // 2
    bend = max(24, min(80, abs(x - start) // 2))
    return f'<path marker-end="url(#a)" d="M{start} {middle}C{start + bend} {middle} {x - bend} {y} {x} {y}"/>'


def _box(node: GraphNode, box: Box, locate: Locate) -> Iterator[str]:
    state = f" ({MISSING})" if node.missing else ""
    title = [f"{node.kind} {node.label}{state}", where(node, locate), *node.details]
    shape = ' class="m"' if node.missing else ""
    yield f'<g id={quoteattr(printable(node.id))} class="node">'
    yield f"<title>{escape(chr(10).join(printable(line) for line in title if line))}</title>"
    yield (
        f'<rect{shape} x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="4" '
        f'style="fill:{colour_of(node)}"/>'
    )
    for number, (text, kind) in enumerate(_texts(node)):
        y = box.y + _PADDING + 11 + number * _LINE
        yield f'<text class="{kind}" x="{box.x + _PADDING}" y="{y}">{escape(text)}</text>'
    yield "</g>"
