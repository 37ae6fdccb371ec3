"""The order in which objects are given out. Source: `api/internal/builtins/SortOrderTransformer.go`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sparkfix.workspace.kustomize.kinds import ORDER_FIRST, ORDER_LAST
from sparkfix.workspace.kustomize.objects import Resource, group_version
from sparkfix.workspace.kustomize.trees import Unresolved, mapping_at


def ordered(resources: tuple[Resource, ...], options: Mapping[str, Any]) -> tuple[Resource, ...]:
    """The objects in the order that `sortOptions` asks for; without it, kustomize's command line sorts by kind.

    Raises `Unresolved` for an order that is not known.
    """
    order = options.get("order", "legacy")
    if order == "fifo":
        return resources
    if order != "legacy":
        raise Unresolved(f"sortOptions: unknown order {order}")
    own = mapping_at(dict(options), "legacySortOptions")
    first = _kinds(own, "orderFirst") if own else ORDER_FIRST
    last = _kinds(own, "orderLast") if own else ORDER_LAST
    places = {kind: place - len(first) for place, kind in enumerate(first)}
    places.update({kind: place + 1 for place, kind in enumerate(last)})
    return tuple(sorted(resources, key=lambda resource: _key(resource, places)))


def _kinds(own: Mapping[str, Any], field: str) -> tuple[str, ...]:
    kinds = own.get(field) or []
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise Unresolved(f"sortOptions: {field} must be a list of kinds")
    return tuple(kinds)


def _key(resource: Resource, places: Mapping[str, int]) -> tuple[int, str, str, str]:
    group, version = group_version(resource.api_version)
    kind = "_".join((group or "~G", version or "~V", resource.kind or "~K"))
    return (places.get(resource.kind, 0), kind, resource.namespace or "~X", resource.name or "~N")
