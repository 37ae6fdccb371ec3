"""Where the nodes of a graph are, for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sparkfix.model import GraphNode, Place
from sparkfix.report.text import Shown, Sources, printable

Locate: TypeAlias = Callable[[Place], tuple[str, int]]
"""Gives the file that people see a place in, and its line, 0 if that is not known."""

MISSING = "not found here"


def locate_in(sources: Sources, shown: Shown) -> Locate:
    """Places by the sources of their files; a path that leads to none is shown as `shown` has it."""

    def locate(place: Place) -> tuple[str, int]:
        source = sources(place.path)
        if source is None:
            return printable(shown(place.path)), 0
        return printable(source.path), source.position(min(place.span.start, len(source.data)))[0]

    return locate


def where(node: GraphNode, locate: Locate) -> str:
    """`path:line` of a node, or as much of it as is known."""
    if node.place is None:
        return ""
    file, line = locate(node.place)
    return f"{file}:{line}" if line else file
