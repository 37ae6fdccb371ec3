"""A YAML text with its template, ready to be walked: raw text of nodes, guards, lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from sparkfix.formats.helm.extent import closed_end, own_lines_end
from sparkfix.formats.helm.lexer import NO_TEMPLATE, Template
from sparkfix.formats.helm.mask import SOLID_BLANK
from sparkfix.formats.yaml.compose import Composed, MappingNode, Node, ScalarNode, SequenceNode, style_of
from sparkfix.formats.yaml.scalars import decode
from sparkfix.model import Guard, Span
from sparkfix.model import Node as ModelNode
from sparkfix.spark.flags import OWN
from sparkfix.text.source import SourceText

_SPARK = re.compile("spark|" + "|".join(map(re.escape, sorted(OWN))))
_NODE_PROPERTIES = re.compile(r"(?:[&!]\S*(?:[ \t]+|\Z))+")


def _last_child(node: Node) -> Node | None:
    """The last value of a block collection."""
    if not isinstance(node, (MappingNode, SequenceNode)) or node.flow_style or not node.value:
        return None
    nodes = [*node.value[-1]] if isinstance(node.value[-1], tuple) else node.value[-2:]
    first, last = nodes[0], nodes[-1]
    aliased = last is not first and last.start_mark.index < first.end_mark.index
    return None if aliased else last


@dataclass(frozen=True)
class YamlText:
    """A file's source, the text that was parsed (masked where it is a template) and its documents.

    `models` are the model nodes that were made of the documents, by where these begin (see `nodes.root_node`).
    """

    source: SourceText
    masked: str
    documents: tuple[Composed, ...]
    template: Template = field(default=NO_TEMPLATE)
    models: dict[int, ModelNode] = field(default_factory=dict, compare=False, repr=False)
    _ends: dict[int, int] = field(default_factory=dict, compare=False, repr=False)

    def start(self, document: Composed, node: Node) -> int:
        """Offset of a node; a scalar begins behind its anchor and tag."""
        start: int = document.base + node.start_mark.index
        if isinstance(node, ScalarNode) and self.masked[start : start + 1] in ("&", "!"):
            found = _NODE_PROPERTIES.match(self.masked, start, document.base + int(node.end_mark.index))
            return found.end() if found else start
        return start

    def end(self, document: Composed, node: Node) -> int:
        """Offset after a node; marks of block collections point at the next token, so they end with their last child."""
        known = self._ends.get(id(node))
        if known is None:
            known = self._ends[id(node)] = self._end(document, node)
        return known

    def _end(self, document: Composed, node: Node) -> int:
        end = document.base + int(node.end_mark.index)
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return self.block_scalar_end(document, node)[0]
        last = _last_child(node)
        if last is not None and node.end_mark.index > last.end_mark.index >= node.start_mark.index:
            end = self.end(document, last)
        start = self.start(document, node)
        while end > start and self.masked[end - 1] in " \t\r\n":
            end -= 1
        if isinstance(node, ScalarNode) and not node.style:
            return closed_end(self.template, self.source.folded, start, end)
        return end

    def block_scalar_end(self, document: Composed, node: ScalarNode) -> tuple[int, bool]:
        """Offset after a block scalar without the template actions behind it that are not its own; True where an
        action behind it may print more of it."""
        start, end = self.start(document, node), document.base + int(node.end_mark.index)
        body = self.source.line_end(start)
        if not self.has_actions(body, end):
            return end, False
        first = self.masked[body:end].lstrip("\r\n")
        return own_lines_end(self.template, self.source.folded, body, end, len(first) - len(first.lstrip(" ")))

    def span(self, document: Composed, node: Node) -> Span:
        return self.source.span(self.start(document, node), self.end(document, node))

    def guard(self, offset: int) -> Guard:
        return self.template.guard(offset) if self.template.branches else ()

    def has_actions(self, start: int, end: int) -> bool:
        return bool(self.template.actions) and bool(self.template.within(start, end))

    def scalar(self, document: Composed, node: ScalarNode) -> str:
        """The text of a scalar as a reader of YAML gets it, template actions left as written."""
        block = node.style in ("|", ">")
        if not block and self.source.ascii and not self.template.actions:
            return str(node.value)
        start, end = self.start(document, node), self.end(document, node)
        if block:
            return self.block_scalar(start, end, folded=node.style == ">")
        raw = self.source.text(start, end)
        actions = self.has_actions(start, end)
        if raw.isascii() and not actions:
            return str(node.value)
        return decode(raw, style_of(node), actions=actions)

    def block_scalar(self, start: int, end: int, *, folded: bool) -> str:
        """The raw lines of a block scalar without their common indent (folding is not undone)."""
        body = self.source.line_end(start)
        lines = self.source.text(body, end).splitlines(keepends=True)
        indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
        text = "".join(line[indent:] if line.strip() else line.lstrip(" ") for line in lines)
        return " ".join(text.split("\n")) if folded else text

    @cached_property
    def readable(self) -> str:
        """The masked text for readers of the text in a scalar, to whom the mask's non-blank blanks are blanks."""
        return self.masked.replace(SOLID_BLANK, " ")

    @cached_property
    def mentions(self) -> list[int]:
        """Offsets of the word `spark` and of Spark's own options in the masked text, so that a walk can skip what never
        says them."""
        return [match.start() for match in _SPARK.finditer(self.masked)]

    def mentioned(self, start: int, end: int) -> bool:
        index = bisect_left(self.mentions, start)
        return index < len(self.mentions) and self.mentions[index] < end
