"""`replacements`: copying a value from one object into fields of others.

Sources: `api/filters/replacement/replacement.go` and `api/types/replacement.go`. Not supported: targets inside of the
text of a field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sparkfix.formats.yaml.plain import scalar
from sparkfix.workspace.kustomize.layer import Layer
from sparkfix.workspace.kustomize.objects import (
    Identity,
    Origin,
    Resource,
    changed,
    former_identities,
    identity,
)
from sparkfix.workspace.kustomize.paths import look_up, set_fields
from sparkfix.workspace.kustomize.reading import parse
from sparkfix.workspace.kustomize.select import Selector, read_selector
from sparkfix.workspace.kustomize.trees import Unresolved, text

_NAME = "metadata.name"
_FIELDS = frozenset(("source", "sourceValue", "targets"))


@dataclass(frozen=True, slots=True)
class Replacement:
    """An item of `replacements` and the file that it stands in."""

    given: Mapping[str, Any]
    origin: Origin


def read_replacements(layer: Layer, given: Mapping[str, Any]) -> list[Replacement]:
    """The replacements of an item of a kustomization, which may stand in a file of their own. Raises `Unresolved`."""
    if not given.get("path"):
        return [Replacement(given, layer.origin("replacements"))]
    path = layer.locate(text(given["path"]))
    documents = parse(layer.reading.data(path), path, old_booleans=True)
    found = documents[0] if documents and isinstance(documents[0], list) else documents[:1]
    if not all(isinstance(item, dict) for item in found):
        raise Unresolved(f"{path}: holds no replacements")
    return [Replacement(item, layer.origin("replacements", path)) for item in found]


def replace_values(resources: tuple[Resource, ...], replacement: Replacement) -> tuple[Resource, ...]:
    """The objects after a replacement. Raises `Unresolved` if its source or a field is missing."""
    given = replacement.given
    strange = [key for key in given if key not in _FIELDS]
    if strange:
        raise Unresolved(f"replacements: unknown field {strange[0]}")
    targets = given.get("targets")
    if not isinstance(targets, list) or ("source" in given) == ("sourceValue" in given):
        raise Unresolved("replacements: an item must have a source or a sourceValue, and targets")
    value = text(given["sourceValue"]) if "sourceValue" in given else _source(resources, given["source"])
    for target in targets:
        resources = _with_target(resources, value, target, replacement.origin)
    return resources


def _source(resources: Sequence[Resource], source: Any) -> Any:
    if not isinstance(source, dict):
        raise Unresolved("replacements: a source must be a mapping")
    found = [one for one in resources if any(_is_source(source, who) for who in _identities(one))]
    named = " ".join(text(source[key]) for key in ("kind", "name", "namespace") if source.get(key))
    if len(found) != 1:
        raise Unresolved(
            f"replacements: {'several objects match' if found else 'no object matches'} the source {named}"
        )
    path = text(source.get("fieldPath") or _NAME)
    value = look_up(found[0].data, path)
    if value in (None, "", {}, []):
        raise Unresolved(f"replacements: {named} has no {path}")
    return _refined(value, _options(source))


def _is_source(source: Mapping[str, Any], who: Identity) -> bool:
    return all(
        not source.get(field) or text(source[field]) == value
        for field, value in (
            ("group", who.group),
            ("version", who.version),
            ("kind", who.kind),
            ("name", who.name),
            ("namespace", who.namespace or "default"),
        )
    )


def _identities(resource: Resource) -> tuple[Identity, ...]:
    """An object's names; the present one with the namespace as it is written."""
    now = identity(resource)
    written = Identity(now.group, now.version, now.kind, now.name, resource.namespace)
    return (written, *former_identities(resource))


def _options(given: Mapping[str, Any]) -> Mapping[str, Any]:
    options = given.get("options")
    return options if isinstance(options, dict) else {}


def _index(options: Mapping[str, Any]) -> int:
    index = options.get("index", 0)
    return index if isinstance(index, int) else 0


def _refined(value: Any, options: Mapping[str, Any]) -> Any:
    """The part of a source that is meant."""
    if not options.get("delimiter"):
        return value
    if isinstance(value, dict | list):
        raise Unresolved("replacements: only a scalar can be split by a delimiter")
    parts = text(value).split(text(options["delimiter"]))
    if not 0 <= _index(options) < len(parts):
        raise Unresolved(f"replacements: {text(value)} has no part {_index(options)}")
    return parts[_index(options)]


def _with_target(resources: tuple[Resource, ...], value: Any, target: Any, origin: Origin) -> tuple[Resource, ...]:
    if not isinstance(target, dict) or not isinstance(target.get("select"), dict):
        raise Unresolved("replacements: a target must select something")
    chosen = read_selector(target["select"])
    rejected = [read_selector(item) for item in _items(target.get("reject"))]
    paths = target.get("fieldPaths") or [_NAME]
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise Unresolved("replacements: fieldPaths must be a list of text")
    return tuple(
        _with_value(one, value, paths, _options(target), origin) if _is_target(one, chosen, rejected) else one
        for one in resources
    )


def _items(value: Any) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise Unresolved("replacements: reject must be a list")
    return value or []


def _is_target(resource: Resource, chosen: Selector, rejected: Sequence[Selector]) -> bool:
    who = _identities(resource)
    if not chosen.lets_metadata(resource) or not any(_lets(chosen, one) for one in who):
        return False
    for selector in rejected:
        if (selector.labels or selector.annotations) and selector.lets_metadata(resource):
            return False
        if not selector.is_empty and any(_lets(selector, one) for one in who):
            return False
    return True


def _lets(selector: Selector, who: Identity) -> bool:
    return selector.lets_kind(who) and selector.lets("name", who.name) and selector.lets("namespace", who.namespace)


def _with_value(
    resource: Resource, value: Any, paths: Sequence[str], options: Mapping[str, Any], origin: Origin
) -> Resource:
    begin: Any = None
    if options.get("create") is True:
        begin = {} if isinstance(value, dict) else [] if isinstance(value, list) else ""
    data = resource.data
    for path in paths:
        try:
            data, count = set_fields(data, path, partial(_put, value, options), create=begin)
        except Unresolved as error:
            raise Unresolved(f"replacements: {resource.kind} {resource.name}, {path}: {error}") from None
        if not count:
            raise Unresolved(f"replacements: {resource.kind} {resource.name} has no {path}")
    return changed(resource, data, origin)


def _put(value: Any, options: Mapping[str, Any], old: Any) -> Any:
    """What becomes of a target's field: the value, or the old text with one part of it replaced."""
    if options.get("delimiter"):
        if isinstance(old, dict | list):
            raise Unresolved("only a scalar can be split by a delimiter")
        value = _spliced(text(value), text(options["delimiter"]), _index(options), text(old))
    if isinstance(old, dict | list) or isinstance(value, dict | list):
        return value
    # Between scalars the type of the target stays, as far as the text allows it.
    return text(value) if isinstance(old, str) else scalar(text(value))


def _spliced(value: str, delimiter: str, index: int, old: str) -> str:
    parts = old.split(delimiter)
    if index < 0:
        parts = [value, *parts]
    elif index >= len(parts):
        parts = [*parts, value]
    else:
        parts = [*parts[:index], value, *parts[index + 1 :]]
    return delimiter.join(parts)
