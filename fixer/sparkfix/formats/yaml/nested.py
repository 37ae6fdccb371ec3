"""Nested maps that spell Spark keys: `driver: {host: x}` below `spark:` in a `sparkConf:` map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.formats.yaml.compose import Composed, MappingNode, ScalarNode, style_of
from sparkfix.formats.yaml.entries import Item, MapEntry, Piece
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import Edit, Property, Refused

_CONTAINERS = re.compile(
    r"(?:spark[-_]?(?:conf|config|configs|configuration|properties|defaults|overrides)(?:\.conf)?|spark-defaults\.conf)\Z",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"spark\.[A-Za-z][\w.\-]*\Z")


def nested_properties(
    text: YamlText, document: Composed, node: MappingNode, route: tuple[str, ...], shared: set[int]
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
            properties = tuple(_leaves(text, document, value, str(key.value), shared))
            if properties:
                yield str(key.value), properties


def _leaves(
    text: YamlText, document: Composed, node: MappingNode, prefix: str, shared: set[int], above: tuple[int, ...] = ()
) -> Iterator[Property]:
    if id(node) in above:
        return
    ends = [(text.start(document, key), text.end(document, value)) for key, value in node.value]
    for index, (key, value) in enumerate(node.value):
        if not isinstance(key, ScalarNode):
            continue
        name = f"{prefix}.{key.value}"
        if isinstance(value, MappingNode):
            yield from _leaves(text, document, value, name, shared, (*above, id(node)))
        elif isinstance(value, ScalarNode):
            start, value_start, value_end = ends[index][0], text.start(document, value), ends[index][1]
            item = Item(
                start, value_end, bool(node.flow_style), len(node.value),
                previous_end=ends[index - 1][1] if index else None,
                next_start=ends[index + 1][0] if index + 1 < len(ends) else None,
            )  # fmt: skip
            key_piece = Piece(start, text.end(document, key), style_of(key))
            entry = NestedEntry(
                MapEntry(text.source, key_piece, Piece(value_start, value_end, style_of(value)), item), prefix
            )
            yield Property(
                path=text.source.path,
                key=name,
                value=text.scalar(document, value),
                key_span=text.span(document, key),
                value_span=text.source.span(value_start, value_end),
                guard=text.guard(start),
                templated=text.has_actions(value_start, value_end),
                locked="it is shared through a YAML alias" if id(value) in shared or value_start < start else "",
                entry=entry,
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
