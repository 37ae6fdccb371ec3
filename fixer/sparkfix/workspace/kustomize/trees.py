"""Plain values as immutable trees: reading at a route, and changing by copying the way down to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Tree: TypeAlias = Any
Mapping: TypeAlias = dict[str, Any]


class Unresolved(Exception):
    """A part of a kustomization that cannot be carried out; the text is the reason, for the user."""


def at(tree: Tree, *route: str) -> Any:
    """The value at the end of a route of mapping keys, or None."""
    for key in route:
        if not isinstance(tree, dict):
            return None
        tree = tree.get(key)
    return tree


def mapping_at(tree: Tree, *route: str) -> Mapping:
    """The mapping at the end of a route; an empty one if there is none."""
    found = at(tree, *route)
    return found if isinstance(found, dict) else {}


def put(tree: Tree, route: Sequence[str], value: Any) -> Mapping:
    """The tree with a value at the end of a route; mappings on the way are made where they are missing."""
    head, *rest = route
    own = tree if isinstance(tree, dict) else {}
    return {**own, head: put(own.get(head), rest, value) if rest else value}


def drop(tree: Mapping, route: Sequence[str]) -> Mapping:
    """The tree without the key at the end of a route."""
    head, *rest = route
    if head not in tree:
        return tree
    if rest:
        below = tree[head]
        return {**tree, head: drop(below, rest)} if isinstance(below, dict) else tree
    return {key: value for key, value in tree.items() if key != head}


def put_or_drop(tree: Mapping, route: Sequence[str], value: Any) -> Mapping:
    """The tree with a value at the end of a route, or without that key if the value is empty."""
    return put(tree, route, value) if value else drop(tree, route)


def text(value: Any) -> str:
    """A scalar as text, as YAML would write it."""
    if isinstance(value, str):
        return value
    return json.dumps(value)


def texts(values: Mapping) -> dict[str, str]:
    return {key: text(value) for key, value in values.items()}


def each_mapping(tree: Tree, change: Callable[[Mapping], Mapping]) -> Tree:
    """The tree with a function applied to all mappings in it, the innermost first; what stays equal stays the same."""
    if isinstance(tree, dict):
        below = {key: each_mapping(value, change) for key, value in tree.items()}
        return change(tree if all(below[key] is tree[key] for key in tree) else below)
    if isinstance(tree, list):
        items = [each_mapping(item, change) for item in tree]
        return tree if all(new is old for new, old in zip(items, tree, strict=True)) else items
    return tree
