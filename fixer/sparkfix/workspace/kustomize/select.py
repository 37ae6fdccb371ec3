"""Which objects a `target` or `select` means.

Sources: `api/types/selector.go` (expressions are anchored), `api/resmap/reswrangler.go` (`Select`), and for label and
annotation selectors the documentation of Kubernetes ("Labels and Selectors").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sparkfix.workspace.kustomize.expressions import compiled
from sparkfix.workspace.kustomize.objects import Identity, Resource, first_identity, identity
from sparkfix.workspace.kustomize.trees import Unresolved, mapping_at, text, texts

_FIELDS = ("group", "version", "kind", "name", "namespace")
_SELECTORS = ("labelSelector", "annotationSelector")
_SET = re.compile(r"(?P<key>[^\s!=,()]+)\s+(?P<how>in|notin)\s+\((?P<values>[^()]*)\)\Z")
_EQUAL = re.compile(r"(?P<key>[^\s!=,()<>]+)\s*(?P<how>==|=|!=)\s*(?P<value>[^\s!=,()]*)\Z")
_ORDER = re.compile(r"(?P<key>[^\s!=,()<>]+)\s*(?P<how>[<>])\s*(?P<value>\d+)\Z")
_EXISTS = re.compile(r"(?P<how>!?)\s*(?P<key>[^\s!=,()<>]+)\Z")
_COMMA = re.compile(r",(?![^(]*\))")


@dataclass(frozen=True, slots=True)
class Selector:
    """Anchored expressions by field; a missing one lets everything through."""

    patterns: Mapping[str, re.Pattern[str]]
    labels: str = ""
    annotations: str = ""

    @property
    def is_empty(self) -> bool:
        """Does it name no field of an identity?"""
        return not self.patterns

    def lets(self, field: str, value: str) -> bool:
        pattern = self.patterns.get(field)
        return pattern is None or bool(pattern.match(value))

    def lets_kind(self, who: Identity) -> bool:
        return self.lets("group", who.group) and self.lets("version", who.version) and self.lets("kind", who.kind)

    def lets_metadata(self, resource: Resource) -> bool:
        """Do the label and annotation selectors match? Raises `Unresolved` for a selector that is none."""
        return all(
            matches(selector, texts(mapping_at(resource.data, "metadata", field)))
            for selector, field in ((self.labels, "labels"), (self.annotations, "annotations"))
            if selector
        )


def read_selector(target: Any) -> Selector:
    """A selector as a kustomization file has it. Raises `Unresolved`."""
    if not isinstance(target, dict):
        raise Unresolved("a selector must be a mapping")
    strange = [key for key in target if key not in (*_FIELDS, *_SELECTORS)]
    if strange:
        raise Unresolved(f"unknown field {strange[0]} in a selector")
    patterns = {field: compiled(f"(?:{text(target[field])})\\Z") for field in _FIELDS if target.get(field)}
    return Selector(patterns, text(target.get("labelSelector") or ""), text(target.get("annotationSelector") or ""))


def selects(selector: Selector, resource: Resource) -> bool:
    """Does the `target` of a patch mean this object, by its first or its present name and namespace?"""
    now, first = identity(resource), first_identity(resource)
    return (
        selector.lets_kind(now)
        and (selector.lets("namespace", first.namespace) or selector.lets("namespace", now.namespace))
        and (selector.lets("name", first.name) or selector.lets("name", now.name))
        and selector.lets_metadata(resource)
    )


def matches(selector: str, values: Mapping[str, str]) -> bool:
    """Does a Kubernetes selector (`a=b,c!=d,e in (f,g),!h`) match labels? Raises `Unresolved` if it is none."""
    parts = [part.strip() for part in _COMMA.split(selector)]
    return all(_holds(part, values) for part in parts if part)


def _holds(part: str, values: Mapping[str, str]) -> bool:
    if found := _SET.match(part):
        listed = {value.strip() for value in found["values"].split(",")}
        inside = values.get(found["key"]) in listed
        return inside if found["how"] == "in" else not inside
    if found := _EQUAL.match(part):
        same = values.get(found["key"]) == found["value"]
        return same if found["how"] != "!=" else not same
    if found := _ORDER.match(part):
        value = values.get(found["key"], "")
        if not value.lstrip("-").isdigit():
            return False
        return int(value) > int(found["value"]) if found["how"] == ">" else int(value) < int(found["value"])
    if found := _EXISTS.match(part):
        return (found["key"] in values) != bool(found["how"])
    raise Unresolved(f"{part} is no selector")
