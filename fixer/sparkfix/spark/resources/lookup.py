"""Questions to the tables of custom resources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sparkfix.spark.resources.tables import FIELDS, RESOURCES, Field, Kind, Resource, Route

KINDS = tuple(dict.fromkeys(resource.kind for resource in RESOURCES))
_KIND = re.compile(rb"(?m)^[ \t-]*kind:[ \t]*[\"']?(?:" + b"|".join(kind.encode() for kind in KINDS) + rb")\b")
_GROUPS = tuple(dict.fromkeys(group.encode() for resource in RESOURCES for group in resource.groups))
_IMAGES = ("spark.kubernetes.driver.container.image", "spark.kubernetes.executor.container.image")


def resource_of(kind: str, api_version: str) -> Resource | None:
    """What is known of a kind of resource. Without a group that can be read, only if it has one set of fields."""
    group, separator, _ = api_version.partition("/")
    named = [resource for resource in RESOURCES if resource.kind == kind]
    if not separator or "{{" in api_version:
        return named[-1] if len({resource.fields for resource in named}) == 1 else None
    return next((resource for resource in named if group in resource.groups), None)


def belongs_to_resource(data: bytes) -> bool:
    """May a file hold such a resource?"""
    return any(group in data for group in _GROUPS) or (b"Spark" in data and bool(_KIND.search(data)))


@cache
def spellings(needles: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The names of the fields whose twins hold one of some words."""
    found = dict.fromkeys(
        (field.route[-2] if field.route[-1] == "*" else field.route[-1]).encode()
        for field in FIELDS
        for needle in needles
        if _is_in(needle.decode(), field.key)
    )
    return tuple(found)


def _is_in(needle: str, key: str) -> bool:
    """Is a word in a key, or is it a key that one with a `*` stands for?"""
    return needle in key or (key.endswith("*") and needle.startswith(key[:-1]))


@dataclass(frozen=True, slots=True)
class Index:
    """The fields of a resource by their routes, and the routes of the maps that hold some, for a walk through them."""

    fields: Mapping[Route, Field]
    above: frozenset[Route]

    def field_at(self, route: Route) -> Field | None:
        """The field at a route below the specification."""
        return self.fields.get(route) or self.fields.get((*route[:-1], "*"))


def index_of(resource: Resource) -> Index:
    above = frozenset(field.route[:size] for field in resource.fields for size in range(len(field.route)))
    return Index({field.route: field for field in resource.fields}, above)


def field_at(resource: Resource, route: Route) -> Field | None:
    """The field at a route below the specification."""
    return next((field for field in resource.fields if _matches(field.route, route)), None)


def _matches(route: Route, wanted: Route) -> bool:
    return len(route) == len(wanted) and all(one in ("*", other) for one, other in zip(route, wanted, strict=True))


def route_of(resource: Resource, key: str) -> tuple[Field, Route] | None:
    """The field that becomes a property, and its route, if there is one that can be written."""
    for field in resource.fields:
        if field.made:
            continue
        if field.key == key:
            return field, field.route
        if field.route[-1] == "*" and key.startswith(field.key[:-1]) and len(key) >= len(field.key):
            return field, (*field.route[:-1], key[len(field.key) - 1 :])
    return None


def twin_at(resource: Resource, path: Route) -> str:
    """The property that a field becomes, by the field's path from the top of the object; empty for other fields."""
    size = len(resource.root)
    taken = field_at(resource, path[size:]) if path[:size] == resource.root else None
    return taken.twin(path[-1]) if taken is not None else ""


def field_of(resource: Resource, key: str) -> Field | None:
    """The field that becomes a property, also where it is only read."""
    made = (field for field in resource.fields if field.made and _is_in(key, field.key))
    found = route_of(resource, key)
    return found[0] if found is not None else next(made, None)


def type_problem(field: Field, value: str) -> str:
    """Why the field does not take a value; empty if it does."""
    pattern = {Kind.NUMBER: r"-?\d+", Kind.SWITCH: r"true|false"}.get(field.kind)
    if pattern is None or "{{" in value or re.fullmatch(pattern, value):
        return ""
    return f"`{field.name}` takes {field.kind.value}"


def overrides(resource: Resource, field: Field, key: str, present: Sequence[str]) -> bool | None:
    """Does a field count before `sparkConf` where that sets `key`? None where they have nothing to do with each other.

    `present` are the twins of all fields that are set. kubeflow's operator sets `spec.image` for the driver and for the
    executors once more behind `sparkConf`, where these have no image of their own.
    """
    if key == field.key or (field.key.endswith("*") and key.startswith(field.key[:-1])):
        return field.wins
    if field.route == ("image",) and field.wins and key in _IMAGES and key not in present:
        return True
    return None
