"""New fields of custom resources that become properties: proofs compare those as settings, not as YAML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.resources import resources_of
from sparkfix.formats.yaml.scalars import text_of_scalar
from sparkfix.model import AddField, Guard, Node, PropertyBlock
from sparkfix.spark.resources import CARRIER, Resource, Route, field_at, resource_of


@dataclass(frozen=True, slots=True)
class NewSetting:
    """A property that a new field becomes: the block that it is a part of, and the arms it stands under."""

    block: PropertyBlock
    key: str
    value: str
    guard: Guard


def new_settings(document: Document, change: AddField) -> tuple[NewSetting, ...]:
    """The properties that a new field, or the fields in a new map, become."""
    found = _place(document, change)
    if found is None:
        return ()
    resource, route, block = found
    leaves = _leaves(change.value, (*route, change.key))
    return tuple(
        NewSetting(block, twin, text_of_scalar(data), change.owner.guard)
        for here, data in leaves
        if (twin := _twin(resource, here))
    )


def other_data(document: Document, change: AddField) -> Any:
    """What a new field brings besides properties: nothing (None) for one that is a property itself."""
    found = _place(document, change)
    return change.value if found is None else _without(change.value, (*found[1], change.key), found[0])


def _place(document: Document, change: AddField) -> tuple[Resource, Route, PropertyBlock] | None:
    """The resource that gets a field, the route to the field's map, and the block of the resource's fields."""
    for item in resources_of(document):
        resource = resource_of(item.kind, item.api_version) if item.span.covers(change.owner.span) else None
        spec = item.node.get(*resource.root) if resource is not None else None
        route = _route_to(spec, change.owner) if spec is not None else None
        blocks = (one for one in document.blocks if one.carrier == CARRIER and item.span.covers(one.span))
        block = next(blocks, None)
        if resource is not None and route is not None and block is not None:
            return resource, route, block
    return None


def _twin(resource: Resource, route: Route) -> str:
    taken = field_at(resource, route)
    return taken.twin(route[-1]) if taken is not None and not taken.made else ""


def _leaves(data: Any, route: Route) -> Iterator[tuple[Route, Any]]:
    if isinstance(data, dict):
        for name, child in data.items():
            yield from _leaves(child, (*route, name))
    elif not isinstance(data, (list, tuple)):
        yield route, data


def _without(data: Any, route: Route, resource: Resource) -> Any:
    """Plain data without what becomes a property."""
    if isinstance(data, dict):
        kept = {name: _without(child, (*route, name), resource) for name, child in data.items()}
        return {name: child for name, child in kept.items() if child is not None}
    return None if not isinstance(data, (list, tuple)) and _twin(resource, route) else data


def _route_to(node: Node, wanted: Node) -> Route | None:
    """The keys that lead from a map to one at or below it."""
    if node.span == wanted.span:
        return ()
    for name, child in node.value.items() if isinstance(node.value, dict) else ():
        if child.span.covers(wanted.span):
            found = _route_to(child, wanted)
            return (name, *found) if found is not None else None
    return None
