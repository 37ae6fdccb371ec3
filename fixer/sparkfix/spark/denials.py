"""Keys that the kubeflow operator's webhook refuses in `sparkConf`, and what to do with each.

Source: `internal/webhook/sparkconf_validator.go` of kubeflow/spark-operator (0c707ad0), in releases after 2.5.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import AddField, Applicability, Change, CustomResource, Fix, Property, Remove, SetValue
from sparkfix.spark.contests import Contest, conf_of, contests
from sparkfix.spark.names import literal
from sparkfix.spark.resources import Resource, Route, resource_of

NAMESPACE = "spark.kubernetes.namespace"
MASTER = "spark.master"
_TOKEN = "oauthToken"
_REMOVAL = "remove it from `sparkConf`"


@dataclass(frozen=True, slots=True)
class Denial:
    """A refused property, the webhook's reason, the cure, and the field that sets the same, if one does."""

    item: Property
    reason: str
    fix: Fix
    field: Property | None = None


def denials(item: CustomResource) -> Iterator[Denial]:
    """All properties of a resource that the webhook refuses, in the order of the file."""
    resource = resource_of(item.object.kind, item.object.api_version)
    if resource is None or not resource.denied:
        return
    found = tuple(contests(item))
    for own in conf_of(item):
        if own.key in resource.denied:
            route = resource.denied[own.key]
            contest = next((one for one in found if one.other == own), None)
            yield Denial(
                own, _reason(own.key), _fix(item, resource, own, route, contest), contest.own if contest else None
            )
        elif own.key == NAMESPACE and _differs(own.value, item.object.namespace):
            reason = f"must equal the application namespace `{item.object.namespace}`, got `{own.value}`"
            yield Denial(own, reason, Fix(_REMOVAL, (Remove(own),), Applicability.UNSAFE))


def _differs(value: str, namespace: str) -> bool:
    """Are these two namespaces that are spelt out, and not one? A template or the caller may decide one of them."""
    return bool(namespace) and literal(value) and literal(namespace) and value.strip() != namespace


def _reason(key: str) -> str:
    if key.endswith("serviceAccountName"):
        return "the account belongs into the resource's own field"
    if key.endswith("image"):
        return "the image belongs into the resource's own field"
    managed = "credentials are" if _TOKEN in key else "this value is"
    return f"{managed} managed by the operator"


def _fix(item: CustomResource, resource: Resource, own: Property, route: Route, contest: Contest | None) -> Fix:
    """What takes a key out of `sparkConf` with the same effect as far as there is one."""
    if contest is not None and contest.field_counts:
        return Fix(f"{_REMOVAL}, where it has no effect", (Remove(own),), Applicability.SAFE)
    if not route:
        return _without_field(resource, own)
    name = ".".join(route)
    if contest is not None:
        return Fix(f"move it to `{name}`", (SetValue(contest.own, own.value), Remove(own)), Applicability.SAFE)
    owner = item.object.node.get(*resource.root, *route[:-1])
    if owner is None or not isinstance(owner.value, dict):
        return Fix(f"move it to `{name}`", (), Applicability.DISPLAY)
    changes: tuple[Change, ...] = (Remove(own), AddField(own.path, owner, route[-1], own.value))
    # What lacks the type, which a whole SparkApplication must have, is a patch: what it is put over may have the field.
    # The image of a SparkConnect is also that of its server, if the server's template names none.
    safe = item.object.node.get(*resource.root, "type") is not None
    return Fix(f"move it to `{name}`", changes, Applicability.SAFE if safe else Applicability.UNSAFE)


def _without_field(resource: Resource, own: Property) -> Fix:
    """`--master` of the operator's command counts before the key; without a token or an account others are taken."""
    if own.key == MASTER:
        return Fix(f"{_REMOVAL}, where it has no effect", (Remove(own),), Applicability.SAFE)
    if _TOKEN in own.key or own.key.endswith("master"):
        return Fix(_REMOVAL, (Remove(own),), Applicability.UNSAFE)
    role = "server" if ".driver." in own.key else "executor"
    return Fix(f"say it in `{role}.template`", (), Applicability.DISPLAY)
