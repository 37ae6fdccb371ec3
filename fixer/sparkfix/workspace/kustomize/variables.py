"""`vars`: values of objects that are put where `$(NAME)` stands.

Sources: `api/types/var.go`, `api/internal/accumulator/resaccumulator.go` (`MergeVars`, `ResolveVars`) and
`api/filters/refvar/`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sparkfix.workspace.kustomize.config import Config
from sparkfix.workspace.kustomize.fields import applies, change_field
from sparkfix.workspace.kustomize.objects import Identity, Resource, all_identities, changed, group_version
from sparkfix.workspace.kustomize.paths import look_up
from sparkfix.workspace.kustomize.trees import Unresolved, at, mapping_at, text

_INDEX = re.compile(r"\[(\d+)\]")
_VARIABLE = re.compile(r"\$(?:\$|\(([^)]*)\))")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: the object that it is read from, the field, and the file that defines it."""

    name: str
    source: Identity
    field: str
    path: str


def read_variable(given: Mapping[str, Any], path: str) -> Variable:
    """An item of `vars`. An empty namespace in its source stands for any. Raises `Unresolved`."""
    name = given.get("name")
    source = mapping_at(dict(given), "objref")
    if not isinstance(name, str) or not source.get("kind") or not source.get("name"):
        raise Unresolved("vars: an item must have a name and an objref with kind and name")
    group, version = group_version(text(source.get("apiVersion") or ""))
    who = Identity(
        group or text(source.get("group") or ""),
        version or text(source.get("version") or ""),
        text(source["kind"]),
        text(source["name"]),
        text(source.get("namespace") or ""),
    )
    field = text(at(dict(given), "fieldref", "fieldPath") or "metadata.name")
    return Variable(name, who, _INDEX.sub(r".\1", field), path)


def marked(resources: tuple[Resource, ...], variable: Variable) -> tuple[Resource, ...]:
    """The objects with the one that a variable is read from marked. Raises `Unresolved` if it may be several."""
    places = [place for place, one in enumerate(resources) if _is_source(variable.source, one)]
    if len(places) > 1:
        raise Unresolved(f"vars: {variable.name} may be read from several objects")
    return tuple(
        replace(one, variables=(*one.variables, variable.name)) if place in places else one
        for place, one in enumerate(resources)
    )


def _is_source(source: Identity, resource: Resource) -> bool:
    return any(
        (who.group, who.version, who.kind, who.name) == (source.group, source.version, source.kind, source.name)
        and source.namespace in ("", who.namespace)
        for who in all_identities(resource)
    )


def value_of(variable: Variable, resources: Sequence[Resource]) -> Any:
    """What a variable stands for. Raises `Unresolved` if there is no such object or field."""
    for resource in resources:
        if variable.name in resource.variables:
            value = look_up(resource.data, variable.field)
            if value is None or isinstance(value, dict | list):
                raise Unresolved(f"vars: {variable.source} has no scalar {variable.field} for {variable.name}")
            return value
    raise Unresolved(f"vars: there is no {variable.source.kind} {variable.source.name} for {variable.name}")


def with_variables(resource: Resource, values: Mapping[str, Any], config: Config) -> Resource:
    """The object with the variables in it replaced. Raises `Unresolved`."""
    data = resource.data
    for spec in config.var_reference:
        if applies(spec, resource):
            data = change_field(data, spec, partial(_replaced, values))
    return changed(resource, data, resource.origins[-1])


def _replaced(values: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return [_replaced_text(values, item) for item in value]
    if isinstance(value, dict):
        return {key: _replaced_text(values, item) for key, item in value.items()}
    return _replaced_text(values, value)


def _replaced_text(values: Mapping[str, Any], value: Any) -> Any:
    if not isinstance(value, str):
        return value
    whole = _VARIABLE.fullmatch(value)
    if whole and whole[1] in values:
        return values[whole[1]]

    def one(match: re.Match[str]) -> str:
        if match[1] is None:
            return "$"
        return text(values[match[1]]) if match[1] in values else match[0]

    return _VARIABLE.sub(one, value)
