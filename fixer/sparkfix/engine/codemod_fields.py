"""Codemods on fields of custom resources, by kind and path: `spec.sparkVersion` of each `SparkApplication`.

A field that becomes a property of Spark is edited as that property, and its proof is that of properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from sparkfix.engine.codemod import AllOf, Holds, checked_key, finding_for
from sparkfix.formats.yaml.fields import FieldEntry
from sparkfix.formats.yaml.paths import map_at, scalars_at
from sparkfix.model import (
    AddField,
    Applicability,
    Change,
    CustomResource,
    Finding,
    Fix,
    Place,
    Property,
    Remove,
    RenameKey,
    Rule,
    SetValue,
    Severity,
    SparkfixError,
    Workload,
)
from sparkfix.spark.resources import KINDS, Kind, field_at, resource_of, twin_at, type_problem
from sparkfix.text.similar import nearest

Check = Callable[[CustomResource], Iterator[Finding]]


def checked_kind(kind: str) -> str:
    """A kind of resource that is known. Raises `SparkfixError` for one that is not."""
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise SparkfixError(f"--kind {kind}: not a resource of a Spark operator{nearest(kind, KINDS) or f' ({known})'}")
    return kind


def checked_path(path: str) -> str:
    """A path to a field. Raises `SparkfixError` for what can be none."""
    if not re.fullmatch(r"[^.]+(?:\.[^.]+)+", checked_key(path)):
        raise SparkfixError(f"{path}: write a field as a path from the top of the resource, like spec.driver.memory")
    return path


def set_field_rule(kind: str, path: str, value: str, where: AllOf | None = None, *, add: bool = False) -> Rule:
    """Set a field of all resources of a kind where it stands; with `add` also in those that do not have it."""

    def check(resource: CustomResource) -> Iterator[Finding]:
        standing = list(_standing(resource, kind, path))
        for item in standing:
            if item.value != value or item.locked:
                yield finding_for(f"set `{path}` to the value given", item, SetValue(item, value))
        if add and not standing and resource.object.kind == kind:
            yield _addition(resource, path, value)

    return _rule("set", check, f"Set `{path}` where it stands.", kind, where)


def unset_field_rule(kind: str, path: str, where: AllOf | None = None) -> Rule:
    """Remove a field of all resources of a kind."""
    return _rule("unset", _each(kind, path, f"remove `{path}`", Remove), f"Remove `{path}`.", kind, where)


def rename_field_rule(kind: str, old: str, new: str, where: AllOf | None = None) -> Rule:
    """Give a field of all resources of a kind another name in its map."""

    def check(resource: CustomResource) -> Iterator[Finding]:
        clash = f"`{new}` is set already" if any(_standing(resource, kind, new)) else ""
        for item in _standing(resource, kind, old):
            wanted = _key_at(resource, item, new)
            change = RenameKey(item, wanted)
            yield finding_for(f"rename `{old}` to `{new}`", item, change, clash)

    return _rule("rename", check, f"Rename `{old}`.", kind, where)


def _each(kind: str, path: str, message: str, change: Callable[[Property], Change]) -> Check:
    def check(resource: CustomResource) -> Iterator[Finding]:
        for item in _standing(resource, kind, path):
            yield finding_for(message, item, change(item))

    return check


def _standing(resource: CustomResource, kind: str, path: str) -> Iterator[Property]:
    """What stands at a path: where that is a property, the property."""
    if resource.object.kind != kind:
        return
    known = {item.value_span.start: item for block in resource.blocks for item in block.properties if item.entry}
    for item in scalars_at(resource.object, path):
        own = known.get(item.value_span.start)
        yield own if own is not None and own.key_span == item.key_span else item


def _key_at(resource: CustomResource, item: Property, path: str) -> str:
    """The property that a field at a path would become, for a field that is one; else the path."""
    if not isinstance(item.entry, FieldEntry):
        return path
    known = resource_of(resource.object.kind, resource.object.api_version)
    return (known and twin_at(known, tuple(path.split(".")))) or path


def _addition(resource: CustomResource, path: str, value: str) -> Finding:
    """Adding a field to the innermost map on its way, with the maps that are missing."""
    message, item = f"add `{path}`", resource.object
    owner, rest = map_at(item, path.split("."))
    known = resource_of(item.kind, item.api_version)
    taken = known and field_at(known, tuple(path.split("."))[len(known.root) :])
    data: object = value if taken and taken.kind is Kind.TEXT else _typed(value)
    for step in reversed(rest[1:]):
        data = {step: data}
    blocked = ""
    if not isinstance(owner.value, dict) or rest[0] in owner.value or any(step.isdigit() for step in rest):
        blocked = f"there is no map at `{path.rpartition('.')[0]}`"
    elif owner.filled:
        blocked = "the template makes more of the map, and it may hold this field"
    blocked = (taken and type_problem(taken, value)) or blocked
    change = AddField(item.path, owner, rest[0], data)
    place = Place(item.path, (owner.key_span or owner.span), "is missing here")
    return Finding(message, (place,), (Fix(message, (change,), Applicability.SAFE, blocked=blocked),))


def _typed(value: str) -> object:
    """A value as the type that fields have: whole numbers and switches; all else is text, versions like 3.5, too."""
    if re.fullmatch(r"0|-?[1-9]\d*", value):
        return int(value)
    return value == "true" if value in ("true", "false") else value


def _rule(name: str, check: Check, page: str, kind: str, where: AllOf | None) -> Rule:
    needles = (kind.encode(),)
    if where is None or not where.conditions:
        return Rule(name, Severity.NOTE, CustomResource, check, page, needles)
    return Rule(name, Severity.NOTE, Workload, _under(where, check, kind), page, needles)


def _under(where: AllOf, check: Check, kind: str) -> Callable[[Workload], Iterator[Finding]]:
    """The same where conditions hold for the workload that a resource is."""

    def check_workload(workload: Workload) -> Iterator[Finding]:
        for owner in dict.fromkeys(block.owner for block in workload.blocks):
            if owner is None or owner.kind != kind:
                continue
            blocks = tuple(block for block in workload.blocks if block.owner == owner)
            answers = [where.holds(workload, block, None) for block in blocks]
            answer = next((one for one in (Holds.ALWAYS, Holds.SOMETIMES) if one in answers), Holds.NEVER)
            if answer is not Holds.NEVER:
                for finding in check(CustomResource(owner, blocks)):
                    fixes = tuple(replace(fix, blocked=fix.blocked or answer.blocked) for fix in finding.fixes)
                    yield replace(finding, fixes=fixes)

    return check_workload
