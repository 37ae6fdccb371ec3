"""Where a field of a custom resource and its map of properties set the same, and which of the two counts.

Sources: see `sparkfix.spark.resources.tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.guards import can_hold_together
from sparkfix.model import CustomResource, Property, Workload
from sparkfix.spark.facts import SECRET_KEY
from sparkfix.spark.resources import CARRIER, Field, field_of, overrides, resource_of
from sparkfix.units import parse_size

ENABLED = "spark.dynamicAllocation.enabled"
_SIZES = (".memory", ".memoryOverhead")
_ALLOCATION = "spark.dynamicAllocation."


@dataclass(frozen=True, slots=True)
class Contest:
    """A field's property and one of the map that cannot both count; `field_counts` says which one does."""

    field: Field
    own: Property
    other: Property
    field_counts: bool

    @property
    def name(self) -> str:
        """The field by its route, with the key of a map where it is one."""
        return self.field.named(self.own.key)

    @property
    def secret(self) -> bool:
        """May the values be secrets?"""
        return bool(SECRET_KEY.search(self.other.key))

    @property
    def loser(self) -> Property:
        return self.other if self.field_counts else self.own

    @property
    def winner(self) -> Property:
        return self.own if self.field_counts else self.other


def fields_of(item: CustomResource) -> tuple[Property, ...]:
    """The properties that a resource's fields become."""
    return tuple(one for block in item.blocks if block.carrier == CARRIER for one in block.properties)


def conf_of(item: CustomResource) -> tuple[Property, ...]:
    """The properties of a resource's own maps (`sparkConf`)."""
    resource = resource_of(item.object.kind, item.object.api_version)
    if resource is None:
        return ()
    routes = [".".join((*resource.root, *route)) for route in resource.conf]
    ends = tuple(sign + route for sign in " ." for route in routes)
    return tuple(
        one
        for block in item.blocks
        if block.carrier == "map" and block.where.endswith(ends)
        for one in block.properties
    )


def contests(item: CustomResource) -> Iterator[Contest]:
    """All pairs of a field and a property of the map of which one only counts, in the order of the fields."""
    resource = resource_of(item.object.kind, item.object.api_version)
    if resource is None:
        return
    own, others = fields_of(item), conf_of(item)
    present = [one.key for one in own]
    for one in own:
        taken = field_of(resource, one.key)
        for other in others:
            counts = overrides(resource, taken, other.key, present) if taken is not None and _same(one, other) else None
            if taken is not None and counts is not None and can_hold_together(one.guard, other.guard):
                passed = _passed_on(one, own)
                if passed is not None:
                    yield Contest(taken, one, other, counts and passed)


def _same(own: Property, other: Property) -> bool:
    """Are these two settings of one property, or of images, of which one stands for the others?"""
    return own.key == other.key or (own.key.endswith("container.image") and other.key.endswith("container.image"))


def _passed_on(item: Property, fields: tuple[Property, ...]) -> bool | None:
    """Does the operator hand a field to Spark? None where a template decides: `dynamicAllocation` only if enabled."""
    if not item.key.startswith(_ALLOCATION):
        return True
    values = {one.value for one in fields if one.key == ENABLED}
    if any("{{" in value for value in values) or len(values) > 1:
        return None
    return values == {"true"}


def differ(contest: Contest) -> bool:
    """Are the two values known, and not the same?"""
    own, other = contest.own.value.strip(), contest.other.value.strip()
    if "{{" in own + other or own == other:
        return False
    if contest.field.made:
        return [one.strip() for one in own.split(",")] != [one.strip() for one in other.split(",")]
    return not _is_same_size(own, other) if contest.field.key.endswith(_SIZES) else True


def _is_same_size(own: str, other: str) -> bool:
    try:
        return parse_size(own, "m") == parse_size(other, "m")
    except ValueError:
        return False


def is_denied(item: CustomResource, other: Property) -> bool:
    """Does the operator refuse a property in the map?"""
    resource = resource_of(item.object.kind, item.object.api_version)
    return resource is not None and other.key in resource.denied


def outvoted(workload: Workload, item: Property) -> bool:
    """Is a property one that does not count, because the field of its resource, or the map, sets it as well?"""
    block = next((block for block in workload.blocks if item in block.properties), None)
    if block is None or block.owner is None:
        return False
    blocks = tuple(one for one in workload.blocks if one.owner == block.owner)
    return any(contest.loser == item for contest in contests(CustomResource(block.owner, blocks)))
