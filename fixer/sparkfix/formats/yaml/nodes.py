"""Composed YAML as `sparkfix.model.Node` trees, and what sparkfix needs of Kubernetes objects in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sparkfix.formats.yaml.compose import Composed, MappingNode, Node, ScalarNode, SequenceNode, style_of
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import Node as ModelNode
from sparkfix.model import Span

_INDENT = re.compile(r"\bn?indent\s+(\d+)")


@dataclass(frozen=True)
class Origin:
    """Where a model node comes from, for the writers of this package."""

    text: YamlText
    document: Composed
    node: Node

    def filled(self, key_span: Span | None) -> bool:
        """Do template actions print more content of this node, on lines of their own or behind its key?

        Lines of a block scalar are that scalar's. An action that says its indent (`nindent 12`) belongs to the map whose
        keys stand there, or to a list at or below its key; one that does not may belong to any node around it.
        """
        text, source, start = self.text, self.text.source, self.text.start(self.document, self.node)
        is_map = isinstance(self.node, MappingNode) and bool(self.node.value)
        column = start - source.line_start(start)
        if key_span is not None and not is_map:
            start = source.offset(key_span.start)
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
            here = self.text.start(self.document, node) <= position < self.text.end(self.document, node)
            return here and node.style in ("|", ">")
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
    """The root of a document and all below it as model nodes, made once.

    Of two equal keys the last one counts, as in Kubernetes.
    """
    known = text.models.get(document.base)
    if known is None:
        known = text.models[document.base] = _convert(text, document, document.root, None, frozenset())
    return known


def _convert(text: YamlText, document: Composed, node: Node, key_span: Span | None, above: frozenset[int]) -> ModelNode:
    span = text.span(document, node)
    value: str | dict[str, ModelNode] | list[ModelNode] | None
    if isinstance(node, ScalarNode):
        value = text.scalar(document, node)
        if style_of(node) is None and value in ("", "~", "null"):
            value = None
    elif id(node) in above:
        value = None
    elif isinstance(node, SequenceNode):
        value = [_convert(text, document, item, None, above | {id(node)}) for item in node.value]
    elif isinstance(node, MappingNode):
        value = _pairs(text, document, node, above | {id(node)})
    else:
        value = None
    guard_at = text.source.offset(key_span.start if key_span else span.start)
    return ModelNode(value, span, key_span, text.guard(guard_at), Origin(text, document, node))


def _pairs(text: YamlText, document: Composed, node: MappingNode, above: frozenset[int]) -> dict[str, ModelNode]:
    found: dict[str, ModelNode] = {}
    for key, value in node.value:
        if isinstance(key, ScalarNode):
            name = text.scalar(document, key)
            converted = _convert(text, document, value, text.span(document, key), above)
            if name == "<<" and isinstance(converted.value, dict):
                for merged, child in converted.value.items():
                    found.setdefault(merged, child)
            else:
                found[name] = converted
    return found
