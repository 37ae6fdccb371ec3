"""Updating names that objects hold of each other, after prefixes, suffixes, hashes and namespaces were put on.

Sources: `api/internal/accumulator/namereferencetransformer.go`, `api/filters/nameref/nameref.go` (which candidate is
meant) and `api/resmap/reswrangler.go` (`SubsetThatCouldBeReferencedByResource`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sparkfix.workspace.kustomize.config import Config, Target
from sparkfix.workspace.kustomize.fields import FieldSpec, change_field
from sparkfix.workspace.kustomize.kinds import CLUSTER
from sparkfix.workspace.kustomize.objects import (
    Identity,
    Resource,
    changed,
    first_identity,
    former_identities,
    identity,
)
from sparkfix.workspace.kustomize.trees import Unresolved, at, text


@dataclass(frozen=True, slots=True)
class _Referred:
    """An object that others may name, with what is asked of it often."""

    resource: Resource
    now: Identity
    former: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class _Reference:
    """One field of one object that may hold the name of an object of the kind `target`."""

    referrer: Resource
    now: Identity
    target: Target
    field: FieldSpec


def updating(resources: Sequence[Resource], config: Config) -> Callable[[Resource], Resource]:
    """What brings the names of `resources` in an object up to date. It raises `Unresolved` if a name is ambiguous."""
    others = [_Referred(one, identity(one), former_identities(one)) for one in resources]

    def update(resource: Resource) -> Resource:
        specs = list(_specs(resource, config))
        now = identity(resource)
        near = _near(resource, now, others) if specs else []
        data = resource.data
        for target, spec in specs:
            reference = _Reference(resource, now, target, spec)
            try:
                # Whether the field is meant for the object was asked of its first kind, not of its present one.
                data = change_field(data, FieldSpec(spec.path), partial(_updated, reference, near))
            except Unresolved as error:
                raise Unresolved(f"{now}, field {spec.path}: {error}") from None
        # No file asks for it: the names are where the objects that bear them say so.
        return changed(resource, data, resource.origins[-1])

    return update


def _specs(resource: Resource, config: Config) -> Iterator[tuple[Target, FieldSpec]]:
    first = first_identity(resource)
    for target in config.name_reference:
        for spec in target.referrers:
            if spec.selects(first.group, first.version, first.kind):
                yield target, spec


def _near(referrer: Resource, now: Identity, others: Sequence[_Referred]) -> list[_Referred]:
    """The objects that are near enough to be named by another one."""
    if now.namespace == CLUSTER:
        return list(others)
    namespaces = _bound_namespaces(referrer)
    return [
        one for one in others if one.now.namespace in (now.namespace, CLUSTER) or one.resource.namespace in namespaces
    ]


def _bound_namespaces(referrer: Resource) -> set[str]:
    """The namespaces of the service accounts that a role binding names."""
    subjects = referrer.data.get("subjects") if referrer.kind == "RoleBinding" else None
    return {
        text(subject["namespace"])
        for subject in (subjects if isinstance(subjects, list) else ())
        if isinstance(subject, dict) and subject.get("namespace") and subject.get("kind") == "ServiceAccount"
    }


def _updated(reference: _Reference, near: list[_Referred], value: Any) -> Any:
    """What becomes of the value at the end of a field: a name, a mapping with a name, or a list of those."""
    if isinstance(value, list):
        return [_updated(reference, near, item) for item in value]
    if isinstance(value, dict):
        return _updated_mapping(reference, near, value)
    if value is None:
        return None
    found = _referral(reference, near, text(value), lambda one: one.resource.name)
    return value if found is None else found.resource.name


def _updated_mapping(reference: _Reference, near: list[_Referred], value: dict[str, Any]) -> dict[str, Any]:
    name = value.get("name")
    if name is None:
        raise Unresolved("a reference without a name")
    if value.get("namespace") is not None:
        near = _in_namespace(near, text(value["namespace"]))
    found = _referral(reference, near, text(name), lambda one: (one.resource.name, one.resource.namespace))
    if found is None:
        return value
    value = {**value, "name": found.resource.name}
    return {**value, "namespace": found.resource.namespace} if found.resource.namespace else value


def _in_namespace(near: list[_Referred], namespace: str) -> list[_Referred]:
    """The objects that were in a namespace at first; if there are none at all, those that are in it now."""
    first = [one for one in near if (one.former[0] if one.former else one.now).namespace == namespace]
    return first or [one for one in near if one.now.namespace == namespace]


def _referral(
    reference: _Reference, near: Iterable[_Referred], name: str, same: Callable[[_Referred], Any]
) -> _Referred | None:
    """The object that a name means; None if no candidate bore it. Raises `Unresolved` if several are as likely."""
    wanted = _wanted_kind(reference)
    found = [
        one
        for one in near
        if one.former
        and any(old.name == name for old in one.former)
        and any(_is_target(reference.target, old) for old in one.former)
        and (wanted is None or any((old.group, old.kind) == wanted for old in one.former))
        and _in_reach(reference, one)
    ]
    if len(found) > 1 or not found:
        found = [one for one in found if _same_affixes(one.resource, reference.referrer, strict=False)]
    if len(found) > 1:
        found = [one for one in found if _same_affixes(one.resource, reference.referrer, strict=True)]
    if len({same(one) for one in found}) > 1:
        raise Unresolved(f"{name} may mean any of {', '.join(str(one.now) for one in found)}")
    return found[0] if found else None


def _is_target(target: Target, who: Identity) -> bool:
    return (
        (not target.kind or who.kind == target.kind)
        and (not target.group or who.group == target.group)
        and (not target.version or who.version == target.version)
    )


def _wanted_kind(reference: _Reference) -> tuple[str, str] | None:
    """Group and kind that stand beside the name of a role; None where nothing says so."""
    if not reference.field.path.endswith("roleRef/name"):
        return None
    role = at(reference.referrer.data, "roleRef")
    if not isinstance(role, dict) or role.get("apiGroup") is None or role.get("kind") is None:
        return None
    return text(role["apiGroup"]), text(role["kind"])


def _in_reach(reference: _Reference, one: _Referred) -> bool:
    return (
        reference.now.namespace == CLUSTER
        or one.now.namespace in (CLUSTER, reference.now.namespace)
        or one.resource.kind == "ServiceAccount"
    )


def _same_affixes(one: Resource, other: Resource, *, strict: bool) -> bool:
    """Did both pass through the same kustomizations, as far as prefixes and suffixes tell?"""
    pairs = ((one.prefixes, other.prefixes), (one.suffixes, other.suffixes))
    return all((not strict and (not a or not b)) or _same_end(a, b) for a, b in pairs)


def _same_end(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    short, long = sorted((one, other), key=len)
    if not short:
        return not long
    return long[-len(short) :] == short
