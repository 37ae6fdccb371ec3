"""Composed YAML as `sparkfix.model.Node` trees, and what sparkfix needs of Kubernetes objects in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sparkfix.formats.yaml.compose import Composed, MappingNode, Node, ScalarNode, SequenceNode, style_of
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import Guard, Span
from sparkfix.model import Node as ModelNode

_INDENT = re.compile(r"\bn?indent\s+(\d+)")


@dataclass(frozen=True)
class Origin:
    """Where a model node comes from, for the writers of this package, and what reads it (`sparkfix.model.Node`).

    `key` is the mapping key that leads to it; `above` are the identities of the nodes around it, as aliases may form
    circles.
    """

    text: YamlText
    document: Composed
    node: Node
    key: ScalarNode | None = None
    above: frozenset[int] = frozenset()

    def span(self) -> Span:
        return self.text.span(self.document, self.node)

    def start(self) -> int:
        return self.text.source.byte(self.text.start(self.document, self.node))

    def key_start(self) -> int | None:
        return self.text.source.byte(self.text.start(self.document, self.key)) if self.key is not None else None

    def key_span(self) -> Span | None:
        return self.text.span(self.document, self.key) if self.key is not None else None

    def guard(self) -> Guard:
        return self.text.guard(self.text.start(self.document, self.key or self.node))

    def value(self) -> str | dict[str, ModelNode] | list[ModelNode] | None:
        node = self.node
        if isinstance(node, ScalarNode):
            text = self.text.scalar(self.document, node)
            return None if style_of(node) is None and text in ("", "~", "null") else text
        if id(node) in self.above:
            return None
        if isinstance(node, SequenceNode):
            above = self.above | {id(node)}
            return [ModelNode(Origin(self.text, self.document, item, None, above)) for item in node.value]
        return self._pairs(node) if isinstance(node, MappingNode) else None

    def _pairs(self, node: MappingNode) -> dict[str, ModelNode]:
        """A map by its keys. Of two equal keys the last one counts, as in Kubernetes."""
        above, found = self.above | {id(node)}, dict[str, ModelNode]()
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                name = self.text.scalar(self.document, key)
                child = ModelNode(Origin(self.text, self.document, value, key, above))
                merged = child.value if name == "<<" else None
                if isinstance(merged, dict):
                    for inner, one in merged.items():
                        found.setdefault(inner, one)
                else:
                    found[name] = child
        return found

    def filled(self) -> bool:
        """Do template actions print more content of this node, on lines of their own or behind its key?

        Lines of a block scalar are that scalar's. An action that says its indent (`nindent 12`) belongs to the map whose
        keys stand there, or to a list at or below its key; one that does not may belong to any node around it.
        """
        text, source, start = self.text, self.text.source, self.text.start(self.document, self.node)
        if not text.template.actions:
            return False
        is_map = isinstance(self.node, MappingNode) and bool(self.node.value)
        column = start - source.line_start(start)
        if self.key is not None and not is_map:
            start = text.start(self.document, self.key)
            column = start - source.line_start(start)
        end = blank_until(text.masked, source.line_end(max(start, self.text.end(self.document, self.node) - 1)))
        for action in text.template.within(start, end):
            alone = action.kind == "output" and not text.masked[action.start : action.end].strip(" #_")
            if alone and not self._in_block_scalar(self.node, action.start):
                indent = _INDENT.search(action.text)
                if indent is None or (int(indent[1]) == column if is_map else int(indent[1]) >= column):
                    return True
        return False

    def _in_block_scalar(self, node: Node, position: int) -> bool:
        """Does a position lie in a block scalar below a node?"""
        if isinstance(node, ScalarNode):
            return node.style in ("|", ">") and (
                self.text.start(self.document, node) <= position < self.text.end(self.document, node)
            )
        children = (
            node.value if isinstance(node, SequenceNode) else _flat(node) if isinstance(node, MappingNode) else []
        )
        return any(self._in_block_scalar(child, position) for child in children)


def blank_until(masked: str, position: int) -> int:
    """Start of the first line at or behind a position that is not blank in the masked text."""
    while position < len(masked):
        stop = masked.find("\n", position)
        stop = len(masked) if stop < 0 else stop + 1
        if masked[position:stop].strip():
            break
        position = stop
    return position


def stands_in_flow(origin: Origin) -> bool:
    """Is a node inside a map or list that is written in flow style (`{a: b}`)?"""
    here: Node | None = origin.document.root
    start = origin.node.start_mark.index
    while here is not None and here is not origin.node:
        if isinstance(here, (MappingNode, SequenceNode)) and here.flow_style:
            return True
        children = (
            here.value if isinstance(here, SequenceNode) else _flat(here) if isinstance(here, MappingNode) else []
        )
        here = next((one for one in children if one.start_mark.index <= start < one.end_mark.index), None)
    return False


def _flat(node: MappingNode) -> list[Node]:
    return [one for pair in node.value for one in pair]


def root_node(text: YamlText, document: Composed) -> ModelNode:
    """The root of a document as a model node, and with it all below; made once."""
    known = text.models.get(document.base)
    if known is None:
        known = text.models[document.base] = ModelNode(Origin(text, document, document.root))
    return known
