"""ConfigMaps and Secrets made from files, literals and environment files, and their name suffixes.

Sources: `api/kv/kv.go` (sources), `api/internal/generators/*.go` and kyaml `yaml/datamap.go` (objects),
`api/hasher/hasher.go` (suffix), `api/types/generatoroptions.go`, `api/resmap/reswrangler.go` (`behavior`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sparkfix.workspace.kustomize.layer import Layer
from sparkfix.workspace.kustomize.objects import (
    Resource,
    all_identities,
    changed,
    identity,
    read_resource,
    remembered,
    with_metadata,
)
from sparkfix.workspace.kustomize.trees import Unresolved, drop, mapping_at, put, put_or_drop, text, texts

GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_FIELDS = frozenset(("name", "namespace", "behavior", "files", "literals", "env", "envs", "options", "type"))
_OPTIONS = frozenset(("labels", "annotations", "disableNameSuffixHash", "immutable"))
_KEY = re.compile(r"[-._a-zA-Z0-9]+\Z")
_LINE = 70
_HASH_LETTERS = str.maketrans("013ae", "ghkmt")
_ESCAPES = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its contents and the file that holds them."""

    key: str
    value: bytes
    path: str


def generate(layer: Layer, field: str, given: Mapping[str, Any]) -> Resource:
    """The ConfigMap or Secret that an item of the generator `field` asks for. Raises `Unresolved`."""
    name = given.get("name")
    if not isinstance(name, str) or not name:
        raise Unresolved(f"{field}: an item without a name")
    strange = [key for key in given if key not in _FIELDS]
    if strange:
        raise Unresolved(f"{field} {name}: unknown field {strange[0]}")
    try:
        options = _options(given.get("options"), layer.kustomization.mapping("generatorOptions"))
        found = list(_entries(layer, given))
    except Unresolved as error:
        raise Unresolved(f"{field} {name}: {error}") from None
    _check_keys(field, name, found)
    data = _object(GENERATORS[field], name, given, found, options)
    sources = {entry.key: entry.path for entry in found}
    resource = read_resource(data, replace(layer.origin(field), sources=sources))
    return replace(resource, texts=sources, generated=True, hashed=options.get("disableNameSuffixHash") is not True)


def _options(own: Any, common: Mapping[str, Any]) -> dict[str, Any]:
    """The options of one item: what is set for it wins, but a switch that is on for all stays on."""
    own = own if isinstance(own, dict) else {}
    strange = [key for key in (*own, *common) if key not in _OPTIONS]
    if strange:
        raise Unresolved(f"unknown option {strange[0]}")
    merged: dict[str, Any] = {
        field: {**mapping_at(dict(common), field), **mapping_at(own, field)} for field in ("labels", "annotations")
    }
    for switch in ("disableNameSuffixHash", "immutable"):
        merged[switch] = own.get(switch) is True or common.get(switch) is True
    return merged


def _entries(layer: Layer, given: Mapping[str, Any]) -> Iterator[Entry]:
    for reference in (*_texts(given, "envs"), *_texts({"env": [given["env"]] if given.get("env") else []}, "env")):
        path = layer.locate(reference)
        yield from (Entry(key, value, path) for key, value in _env_lines(layer.reading.data(path, counts=False), path))
    for literal in _texts(given, "literals"):
        key, separator, value = literal.partition("=")
        if not separator or not key:
            raise Unresolved(f"{literal} is no literal; it should be key=value")
        yield Entry(key, _unquoted(value).encode("utf-8", "surrogateescape"), layer.kustomization.path)
    for reference in _texts(given, "files"):
        key, path = _file_source(reference)
        path = layer.locate(path)
        yield Entry(key, layer.reading.data(path, counts=False), path)


def _texts(given: Mapping[str, Any], field: str) -> list[str]:
    items = given.get(field) or []
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise Unresolved(f"{field} must be a list of text")
    return items


def _file_source(reference: str) -> tuple[str, str]:
    key, separator, path = reference.partition("=")
    if not separator:
        return reference.rpartition("/")[2], reference
    if not key or not path or "=" in path:
        raise Unresolved(f"{reference} is no file source; it should be path or key=path")
    return key, path


def _env_lines(data: bytes, path: str) -> Iterator[tuple[str, bytes]]:
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unresolved(f"{path}: not UTF-8 text") from None
    for line in content.split("\n"):
        line = line.removesuffix("\r").lstrip()
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            yield key, value.encode()


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def _check_keys(field: str, name: str, found: Iterable[Entry]) -> None:
    seen = set()
    for entry in found:
        if not _KEY.match(entry.key):
            raise Unresolved(f"{field} {name}: {entry.key!r} cannot be a key")
        if entry.key in seen:
            raise Unresolved(f"{field} {name}: the key {entry.key} is given twice")
        seen.add(entry.key)


def _object(
    kind: str, name: str, given: Mapping[str, Any], found: Iterable[Entry], options: Mapping[str, Any]
) -> dict[str, Any]:
    data: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
    if given.get("namespace"):
        data = put(data, ("metadata", "namespace"), text(given["namespace"]))
    for field in ("labels", "annotations"):
        data = put_or_drop(data, ("metadata", field), texts(options[field]))
    if kind == "Secret":
        data = {**data, "type": text(given.get("type") or "Opaque"), "data": {}}
    for entry in sorted(found, key=lambda entry: entry.key):
        route, value = _place(kind, entry)
        data = put(data, route, value)
    if options["immutable"]:
        data = {**data, "immutable": True}
    return data


def _place(kind: str, entry: Entry) -> tuple[tuple[str, str], str]:
    """Where an entry goes, and as what."""
    if kind == "ConfigMap":
        try:
            return ("data", entry.key), entry.value.decode()
        except UnicodeDecodeError:
            return ("binaryData", entry.key), encoded(entry.value)
    return ("data", entry.key), encoded(entry.value)


def encoded(value: bytes) -> str:
    """Base64 as kustomize writes it: in lines of 70 characters if it is longer than that."""
    plain = base64.b64encode(value).decode()
    if len(plain) < _LINE:
        return plain
    return "".join(plain[start : start + _LINE] + "\n" for start in range(0, len(plain), _LINE))


# How a generated object joins those that are there


def absorb(resources: tuple[Resource, ...], new: Resource, behavior: str) -> tuple[Resource, ...]:
    """The objects with a generated one added, merged or put in the place of the one of its name.

    Raises `Unresolved` if `behavior` does not fit what is there.
    """
    who = identity(new)
    if behavior not in ("", "create", "merge", "replace"):
        raise Unresolved(f"{who}: unknown behavior {behavior}")
    places = [place for place, old in enumerate(resources) if who in all_identities(old)]
    if len(places) > 1:
        raise Unresolved(f"{who}: several objects of this name; which one to {behavior or 'create'}?")
    if not places:
        if behavior in ("merge", "replace"):
            raise Unresolved(f"{who} does not exist; there is nothing to {behavior}")
        return (*resources, new)
    if behavior not in ("merge", "replace"):
        raise Unresolved(f"{who} exists already; behavior must be merge or replace")
    place = places[0]
    joined = _joined(resources[place], new, merge=behavior == "merge")
    return (*resources[:place], joined, *resources[place + 1 :])


def _joined(old: Resource, new: Resource, *, merge: bool) -> Resource:
    data = new.data
    for field in ("labels", "annotations"):
        both = {**mapping_at(old.data, "metadata", field), **mapping_at(new.data, "metadata", field)}
        data = with_metadata(data, field, both)
    data = put(data, ("metadata", "name"), old.name)
    data = put_or_drop(data, ("metadata", "namespace"), old.namespace)
    kept: dict[str, str] = {}
    if merge:
        normal = _with_encoded_text(old.data) if old.kind == "Secret" else old.data
        for field in ("data", "binaryData"):
            both = {**mapping_at(normal, field), **mapping_at(new.data, field)}
            data = put_or_drop(data, (field,), texts(both))
        kept = {key: path for key, path in old.texts.items() if key not in new.texts}
    joined = changed(old, data, new.origins[0])
    return replace(joined, texts={**kept, **new.texts}, hashed=old.hashed and new.hashed)


def _with_encoded_text(data: dict[str, Any]) -> dict[str, Any]:
    """A Secret with its `stringData` among its `data`, as the API server would store it."""
    plain = mapping_at(data, "stringData")
    for key, value in plain.items():
        data = put(data, ("data", key), encoded(text(value).encode("utf-8", "surrogateescape")))
    return drop(data, ("stringData",))


# Name suffixes


def with_hash(resource: Resource) -> Resource:
    """The object with the hash of its contents behind its name, if it was generated so."""
    if not resource.hashed:
        return resource
    name = f"{resource.name}-{hash_of(resource.data)}"
    return replace(remembered(resource), data=put(resource.data, ("metadata", "name"), name))


def hash_of(data: dict[str, Any]) -> str:
    """The ten letters that kustomize puts behind the name of a ConfigMap or Secret."""
    # kustomize means to take the name in, too, but looks for it under the key "metadata/name".
    fields = {"kind": text(data["kind"]), "name": "", "data": data.get("data", "")}
    if fields["kind"] == "Secret":
        fields["type"] = data.get("type", "")
    more = "stringData" if fields["kind"] == "Secret" else "binaryData"
    if isinstance(data.get(more), dict):
        fields[more] = data[more]
    plain = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for letter, escape in _ESCAPES.items():
        plain = plain.replace(letter, escape)
    digest = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:10].translate(_HASH_LETTERS)
