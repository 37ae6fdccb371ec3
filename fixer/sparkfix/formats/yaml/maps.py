"""Spark properties as entries of YAML maps."""

from __future__ import annotations

from dataclasses import replace

from sparkfix.formats.properties.parse import looks_like_properties
from sparkfix.formats.yaml.compose import MappingNode, ScalarNode, style_of
from sparkfix.formats.yaml.entries import Item, MapEntry, Piece
from sparkfix.formats.yaml.text import YamlText
from sparkfix.formats.yaml.walk import ALIASED, Found, Walk, next_text, value_lock
from sparkfix.model import Property
from sparkfix.spark.names import is_property_key

_REST = "the template makes the rest of its map"
_REACH = 4000  # bytes above a map in which the colon of its parent is looked for


def is_setting(key: ScalarNode, value: ScalarNode) -> bool:
    """Is `key: value` a property, and not a file (`spark.conf: |`) in a ConfigMap?"""
    return (
        is_property_key(key.value)
        and key.value not in ("spark.conf", "spark.properties")
        and not (value.style in ("|", ">") and looks_like_properties(value.value))
    )


def map_block(
    walk: Walk,
    node: MappingNode,
    own: list[tuple[ScalarNode, ScalarNode]],
    route: tuple[str, ...],
    locked: str,
    *,
    confidential: bool,
) -> Found:
    """The block of a map's `own` entries that are properties; `locked` is a reason that holds for all of them."""
    text, document = walk.text, walk.document
    ends = [(text.start(document, key), text.end(document, value)) for key, value in node.value]
    order = {start: index for index, (start, _) in enumerate(ends)}
    map_start = text.start(document, node)
    parent_end = _parent_end(text, map_start)
    properties = []
    for key, value in own:
        start = text.start(document, key)
        index = order[start]
        value_start, value_end = text.start(document, value), text.end(document, value)
        aliased = not (start < value_start) or id(value) in walk.shared or id(key) in walk.shared
        if value_start < start:
            value_start = value_end = text.end(document, key)
        item = Item(
            start,
            max(value_end, text.end(document, key)),
            bool(node.flow_style),
            len(node.value),
            previous_end=ends[index - 1][1] if index else None,
            next_start=ends[index + 1][0] if index + 1 < len(ends) else None,
            parent_end=parent_end,
        )
        if len(node.value) == 1 and not node.flow_style and _has_made_rest(text, map_start, item.end):
            item = replace(item, parent_end=None, alone=_REST)
        key_piece, value_piece = walk.piece(key), Piece(value_start, value_end, style_of(value))
        properties.append(
            Property(
                path=text.source.path,
                key=text.scalar(document, key),
                value=text.scalar(document, value),
                key_span=text.span(document, key),
                value_span=text.source.span(value_start, value_end),
                guard=text.guard(start),
                templated=text.has_actions(value_start, value_end),
                locked=locked or (ALIASED if aliased else value_lock(walk, key_piece, value_piece, value)),
                entry=MapEntry(text.source, key_piece, value_piece, item),
            )
        )
    return Found("map", route, tuple(properties), map_start, text.end(document, node), confidential=confidential)


def _has_made_rest(text: YamlText, start: int, end: int) -> bool:
    """Do template actions beside or below a map's only entry print more entries?"""
    return any(action.kind == "output" for action in text.template.within(end, next_text(text, end)))


def _parent_end(text: YamlText, start: int) -> int | None:
    """Where ` {}` would have to stand if a block map that begins at `start` became empty: behind its parent's colon."""
    before = text.masked[max(start - _REACH, 0) : start].rstrip(" \t\r\n")
    at = max(start - _REACH, 0) + len(before)
    line = text.masked.rfind("\n", 0, at) + 1
    if before.endswith(":") and "#" not in text.masked[line:at] and not text.has_actions(line, start):
        return at
    return None
