"""Nested maps that spell Spark keys: `driver: {host: x}` below `spark:` in a `sparkConf:` map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.formats.yaml.compose import MappingNode, ScalarNode
from sparkfix.formats.yaml.entries import Item, MapEntry
from sparkfix.formats.yaml.walk import ALIASED, Walk, value_lock
from sparkfix.model import Edit, Property, Refused

_CONTAINERS = re.compile(
    r"(?:spark[-_]?(?:conf|config|configs|configuration|properties|defaults|overrides)(?:\.conf)?|spark-defaults\.conf)\Z",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"spark\.[A-Za-z][\w.\-]*\Z")


def nested_properties(
    walk: Walk, node: MappingNode, route: tuple[str, ...]
) -> Iterator[tuple[str, tuple[Property, ...]]]:
    """For each key of a map below which keys are spelt by nesting: that key and the properties below it.

    Only where Spark is plainly meant: `spark:` directly in a map called `sparkConf` or the like, or a dotted
    `spark.…` key with a map as value. A plain Helm value `spark.driver.host` stays what it is.
    """
    container = bool(route) and bool(_CONTAINERS.match(route[-1]))
    for key, value in node.value:
        if not isinstance(key, ScalarNode) or not isinstance(value, MappingNode):
            continue
        if _DOTTED.match(key.value) or (container and key.value == "spark"):
            properties = tuple(_leaves(walk, value, str(key.value)))
            if properties:
                yield str(key.value), properties


def _leaves(walk: Walk, node: MappingNode, prefix: str, above: tuple[int, ...] = ()) -> Iterator[Property]:
    text, document = walk.text, walk.document
    if id(node) in above:
        return
    ends = [(text.start(document, key), text.end(document, value)) for key, value in node.value]
    for index, (key, value) in enumerate(node.value):
        if not isinstance(key, ScalarNode):
            continue
        name = f"{prefix}.{key.value}"
        if isinstance(value, MappingNode):
            yield from _leaves(walk, value, name, (*above, id(node)))
        elif isinstance(value, ScalarNode):
            key_piece, value_piece = walk.piece(key), walk.piece(value)
            aliased = id(value) in walk.shared or value_piece.start < key_piece.start
            value_span = text.source.span(value_piece.start, value_piece.end)
            item = Item(
                key_piece.start, max(value_piece.end, key_piece.end), bool(node.flow_style), len(node.value),
                previous_end=ends[index - 1][1] if index else None,
                next_start=ends[index + 1][0] if index + 1 < len(ends) else None,
            )  # fmt: skip
            yield Property(
                path=text.source.path,
                key=name,
                value=text.scalar(document, value),
                key_span=text.span(document, key),
                value_span=text.source.span(key_piece.end, key_piece.end) if aliased else value_span,
                guard=text.guard(key_piece.start),
                templated=text.has_actions(value_piece.start, value_piece.end),
                locked=ALIASED if aliased else value_lock(walk, key_piece, value_piece, value),
                entry=NestedEntry(MapEntry(text.source, key_piece, value_piece, item), prefix),
            )


@dataclass(frozen=True)
class NestedEntry:
    """A leaf of a nested map; its key is written relative to `prefix`."""

    entry: MapEntry
    prefix: str

    def _relative(self, key: str) -> str:
        if not key.startswith(self.prefix + "."):
            raise Refused(f"the key does not belong below `{self.prefix}`")
        return key[len(self.prefix) + 1 :]

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return self.entry.set_value(value)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return self.entry.rename(self._relative(key))

    def remove(self) -> tuple[Edit, ...]:
        return self.entry.remove()

    def comment_out(self) -> tuple[Edit, ...]:
        return self.entry.comment_out()

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        return self.entry.add_beside(self._relative(key), value, before=before)
