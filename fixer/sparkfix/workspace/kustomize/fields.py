"""Fields named by kustomize's field specifications, and changing them.

Sources: `api/filters/fieldspec/fieldspec.go` and `api/types/fieldspec.go`. A path has no parts for list items: a list
on the way is walked item by item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sparkfix.workspace.kustomize.objects import Resource, group_version
from sparkfix.workspace.kustomize.trees import Unresolved

_SLASH = re.compile(r"(?<!\\)/")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of some kinds; empty `group`, `version` and `kind` stand for all. `create`: make it where it is missing."""

    path: str
    kind: str = ""
    group: str = ""
    version: str = ""
    create: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(part.replace("\\/", "/") for part in _SLASH.split(self.path.removeprefix("/")))

    def selects(self, group: str, version: str, kind: str) -> bool:
        """Is it meant for this kind?"""
        return (
            (not self.kind or self.kind == kind)
            and (not self.group or self.group == group)
            and (not self.version or self.version == version)
        )


def applies(spec: FieldSpec, resource: Resource) -> bool:
    """Is a field specification meant for an object?"""
    return spec.selects(*group_version(resource.api_version), resource.kind)


def merge_specs(specs: tuple[FieldSpec, ...], more: Iterable[FieldSpec]) -> tuple[FieldSpec, ...]:
    """The specifications with those of `more` that they do not cover. Raises `Unresolved` where the two disagree."""
    for new in more:
        same = [old for old in specs if old.path == new.path and _covers(old, new)]
        if not same:
            specs = (*specs, new)
        elif same[0].create != new.create:
            raise Unresolved(f"two field specifications for {new.path} disagree in `create`")
    return specs


def _covers(old: FieldSpec, new: FieldSpec) -> bool:
    return new.selects(old.group, old.version, old.kind)


def change_field(
    data: dict[str, Any], spec: FieldSpec, change: Callable[[Any], Any], *, new: Any = None
) -> dict[str, Any]:
    """`data` with `change` applied to all values that the field specification leads to.

    A missing field is made if the specification says so and `new` is given: mappings on the way, `new` at its end.
    Raises `Unresolved` if the way leads into a scalar.
    """
    result: dict[str, Any] = _walk(data, spec.parts, change, new if spec.create else None)
    return result


def _walk(value: Any, parts: tuple[str, ...], change: Callable[[Any], Any], new: Any) -> Any:
    if not parts:
        return change(value)
    if value is None:
        return None
    if isinstance(value, list):
        items = [_walk(item, parts, change, new) for item in value]
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    if not isinstance(value, dict):
        raise Unresolved(f"{parts[0]} is looked for in a scalar")
    return _walk_mapping(value, parts, change, new)


def _walk_mapping(value: dict[str, Any], parts: tuple[str, ...], change: Callable[[Any], Any], new: Any) -> Any:
    name = parts[0].removesuffix("[]")
    must_be_list = name != parts[0]
    creates = new is not None and not must_be_list
    if name not in value and not creates:
        return value
    below = value.get(name)
    if below is None and creates:
        below = new if len(parts) == 1 else {}
    elif below is None and must_be_list:
        below = []
    result = _walk(below, parts[1:], change, new)
    return value if name in value and result is value[name] else {**value, name: result}
