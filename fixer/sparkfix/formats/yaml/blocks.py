"""Spark properties in YAML: maps, nested maps, lists of pairs, arguments, and properties text in scalars."""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.formats.yaml.compose import Composed, MappingNode, Node, ScalarNode, SequenceNode
from sparkfix.formats.yaml.fields import field_block
from sparkfix.formats.yaml.lists import launching_lists, list_blocks
from sparkfix.formats.yaml.maps import is_setting, map_block
from sparkfix.formats.yaml.nested import nested_properties
from sparkfix.formats.yaml.text import YamlText
from sparkfix.formats.yaml.texts import base64_text, scalar_text
from sparkfix.formats.yaml.walk import (
    SECRET,
    Found,
    Walk,
    hands_on_all,
    is_confidential,
    is_foreign,
    is_metadata,
    kind_of,
    objects_of,
    shared_nodes,
    value_of,
    where_of,
)
from sparkfix.model import PropertyBlock
from sparkfix.spark.resources import KINDS, resource_of


def blocks_in(text: YamlText, document: Composed) -> list[PropertyBlock]:
    """All property blocks of one document, in file order."""
    walk = Walk(text, document, shared_nodes(text, document))
    found = [
        (item, where_of((*prefix, *item.route), kind))
        for root, kind, prefix in objects_of(document.root)
        for item in _in_object(walk, root, kind)
    ]
    return [
        PropertyBlock(
            path=text.source.path,
            carrier=item.carrier,
            where=where,
            properties=item.properties,
            span=text.source.span(item.start, max(item.start, item.end)),
            name=item.name,
            confidential=item.confidential,
        )
        for item, where in sorted(found, key=lambda pair: (pair[0].start, pair[0].end))
    ]


def _in_object(walk: Walk, root: Node, kind: str) -> list[Found]:
    """The blocks of one object; those of custom resources of Spark with those of their fields."""
    found = list(_walk(walk, root, (), kind))
    fields = []
    mentioned = any(walk.text.masked.find(name, walk.document.base, walk.document.end) >= 0 for name in KINDS)
    for node, route in _resources(root, ()) if mentioned else ():
        version = value_of(node, "apiVersion")
        api_version = walk.text.scalar(walk.document, version) if isinstance(version, ScalarNode) else ""
        resource = resource_of(kind_of(node), api_version)
        block = field_block(walk, node, resource, route, found) if resource is not None else None
        fields += [block] if block is not None else []
    return [*fields, *found]


def _resources(
    node: Node, route: tuple[str, ...], above: tuple[int, ...] = ()
) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """The custom resources in an object with the routes to them: the object itself, or maps that it holds."""
    if id(node) in above:
        return
    if kind_of(node) in KINDS and value_of(node, "spec") is not None:
        yield node, route
        return
    pairs = node.value if isinstance(node, MappingNode) else ()
    items = enumerate(node.value) if isinstance(node, SequenceNode) else ()
    for key, value in pairs:
        if isinstance(key, ScalarNode) and not isinstance(value, ScalarNode):
            yield from _resources(value, (*route, str(key.value)), (*above, id(node)))
    for index, item in items:
        yield from _resources(item, (*route, str(index)), (*above, id(node)))


def _walk(walk: Walk, node: Node, route: tuple[str, ...], kind: str) -> Iterator[Found]:
    text, document = walk.text, walk.document
    if id(node) in walk.seen or (route and is_metadata(route[-1])):
        return
    walk.seen.add(id(node))
    start = text.start(document, node)
    is_secret_data = kind == "Secret" and route[:1] == ("data",)
    silent = not text.mentioned(start, document.base + node.end_mark.index)
    if silent and not (is_secret_data or hands_on_all(kind, route) or id(node) in walk.launching):
        return
    if isinstance(node, MappingNode):
        yield from _mapping(walk, node, route, kind)
    elif isinstance(node, SequenceNode):
        yield from list_blocks(walk, node, route)
        for index, item in enumerate(node.value):
            if not isinstance(item, ScalarNode):
                yield from _walk(walk, item, (*route, str(index)), kind)


def _mapping(walk: Walk, node: MappingNode, route: tuple[str, ...], kind: str) -> Iterator[Found]:
    secret = kind == "Secret" and route == ("data",)
    all_are_given = hands_on_all(kind, route)
    walk.launching.update(map(id, launching_lists(node)))

    def counts(key: ScalarNode, value: ScalarNode) -> bool:
        return is_setting(key, value) or (all_are_given and is_foreign(key.value))

    own = [
        (key, value)
        for key, value in node.value
        if isinstance(key, ScalarNode) and isinstance(value, ScalarNode) and counts(key, value)
    ]
    if own:
        yield map_block(walk, node, own, route, SECRET if secret else "", confidential=is_confidential(kind))
    yield from _nested(walk, node, route)
    for key, value in node.value:
        name = str(key.value) if isinstance(key, ScalarNode) else ""
        if isinstance(value, ScalarNode):
            if secret:
                yield from base64_text(walk, value, (*route, name))
            elif not (isinstance(key, ScalarNode) and counts(key, value)):
                yield from scalar_text(walk, value, (*route, name), confidential=is_confidential(kind))
        else:
            yield from _walk(walk, value, (*route, name), kind)


def _nested(walk: Walk, node: MappingNode, route: tuple[str, ...]) -> Iterator[Found]:
    """Blocks of nested maps that spell keys (`driver: {host: …}` below `spark:`), where Spark is meant."""
    offset = walk.text.source.offset
    for key, properties in nested_properties(walk, node, route):
        start, end = offset(properties[0].key_span.start), offset(properties[-1].value_span.end)
        yield Found("nested map", (*route, key), properties, start, end)
