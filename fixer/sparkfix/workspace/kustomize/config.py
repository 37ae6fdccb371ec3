"""Which fields the transformers of kustomize look at, and how `configurations` files add to them.

Source: `api/internal/plugins/builtinconfig/transformerconfig.go`. The tables are in `defaults`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sparkfix.workspace.kustomize.fields import FieldSpec, merge_specs
from sparkfix.workspace.kustomize.trees import Unresolved, text

Specs = tuple[FieldSpec, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """The kind of object whose name other objects hold, and the fields in which they hold it."""

    kind: str
    group: str = ""
    version: str = ""
    referrers: Specs = ()

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.group, self.version, self.kind)


@dataclass(frozen=True, slots=True)
class Config:
    """Field specifications by transformer; the names are those of a `configurations` file in Python's spelling."""

    name_prefix: Specs = ()
    name_suffix: Specs = ()
    namespace: Specs = ()
    common_labels: Specs = ()
    labels: Specs = ()
    template_labels: Specs = ()
    volume_claim_template_labels: Specs = ()
    common_annotations: Specs = ()
    name_reference: tuple[Target, ...] = ()
    var_reference: Specs = ()
    images: Specs = ()
    replicas: Specs = ()


def merge_configs(one: Config, other: Config) -> Config:
    """Both together. Raises `Unresolved` where they disagree."""
    if one is other:
        return one
    merged: dict[str, Any] = {
        item.name: merge_specs(getattr(one, item.name), getattr(other, item.name))
        for item in fields(Config)
        if item.name != "name_reference"
    }
    return Config(**merged, name_reference=_merge_targets(one.name_reference, other.name_reference))


def _merge_targets(targets: tuple[Target, ...], more: Iterable[Target]) -> tuple[Target, ...]:
    known = {target.key: target for target in targets}
    for new in more:
        old = known.get(new.key)
        known[new.key] = replace(old, referrers=merge_specs(old.referrers, new.referrers)) if old else new
    return tuple(known.values())


def read_config(document: Any) -> Config:
    """The contents of a `configurations` file. Raises `Unresolved` for what it does not know."""
    if not isinstance(document, dict):
        raise Unresolved("a transformer configuration must be a mapping")
    read: dict[str, Callable[[Any], Any]] = {_camel(item.name): _read_specs for item in fields(Config)}
    read["nameReference"] = _read_targets
    strange = [key for key in document if key not in read]
    if strange:
        raise Unresolved(f"unknown field {strange[0]} in a transformer configuration")
    return Config(**{_SNAKE[key]: read[key](value) for key, value in document.items()})


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


_SNAKE = {_camel(item.name): item.name for item in fields(Config)}


def read_specs(value: Any) -> Specs:
    """Field specifications as a kustomization file has them. Raises `Unresolved`."""
    return _read_specs(value)


def _read_specs(value: Any) -> Specs:
    return tuple(
        FieldSpec(
            path=_word(item, "path"),
            kind=_word(item, "kind"),
            group=_word(item, "group"),
            version=_word(item, "version"),
            create=item.get("create") is True,
        )
        for item in _mappings(value)
    )


def _read_targets(value: Any) -> tuple[Target, ...]:
    return tuple(
        Target(_word(item, "kind"), _word(item, "group"), _word(item, "version"), _read_specs(item.get("fieldSpecs")))
        for item in _mappings(value)
    )


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    items = [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unresolved("field specifications must be a list of mappings")
    return items


def _word(item: Mapping[str, Any], key: str) -> str:
    return text(item.get(key) or "")
