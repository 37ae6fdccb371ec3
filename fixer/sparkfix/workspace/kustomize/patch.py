"""Patches: `patches`, `patchesStrategicMerge` and `patchesJson6902`.

Sources: `api/internal/builtins/Patch*Transformer.go`, `api/resource/resource.go` (`ApplySmPatch`) and
`api/filters/patchjson6902/patchjson6902.go`. This is the home of `jsonpatch`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sparkfix.workspace.kustomize.kinds import shape_of
from sparkfix.workspace.kustomize.layer import Layer
from sparkfix.workspace.kustomize.manifests import identity_of, unpacked
from sparkfix.workspace.kustomize.merge import GONE, merge
from sparkfix.workspace.kustomize.objects import (
    Origin,
    Resource,
    all_identities,
    changed,
    remembered,
    with_metadata,
)
from sparkfix.workspace.kustomize.reading import parse, parse_manifests
from sparkfix.workspace.kustomize.select import Selector, read_selector, selects
from sparkfix.workspace.kustomize.trees import Unresolved, at, drop, mapping_at, put, put_or_drop

_PATCH_FIELDS = frozenset(("path", "patch", "target", "options"))
_ANNOTATIONS = ("metadata", "annotations")


@dataclass(frozen=True, slots=True)
class Options:
    """May a patch change the name or the kind of what it patches?"""

    name: bool = False
    kind: bool = False


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch with its contents: mappings to merge, or the operations of a JSON patch."""

    origin: Origin
    merges: tuple[dict[str, Any], ...] = ()
    operations: tuple[Any, ...] = ()
    target: Selector | None = None
    options: Options = Options()
    remembers: bool = True


_LONGEST = 120


def read_patch(layer: Layer, field: str, given: Mapping[str, Any]) -> Patch:
    """An item of `patches` or `patchesJson6902`. Raises `Unresolved`."""
    strange = [key for key in given if key not in _PATCH_FIELDS]
    if strange:
        raise Unresolved(f"{field}: unknown field {strange[0]}")
    inline, reference = given.get("patch") or "", given.get("path") or ""
    if not isinstance(inline, str) or not isinstance(reference, str) or bool(inline.strip()) == bool(reference):
        raise Unresolved(f"{field}: an item must have either a patch or a path")
    path = layer.locate(reference) if reference else layer.kustomization.path
    data = layer.reading.data(path) if reference else inline.strip().encode("utf-8", "surrogatepass")
    target = read_selector(given["target"]) if given.get("target") is not None else None
    options = given.get("options") if isinstance(given.get("options"), dict) else {}
    own = Options(at(options, "allowNameChange") is True, at(options, "allowKindChange") is True)
    patch = Patch(layer.origin(field, path), target=target, options=own, remembers=field == "patches")
    return _with_contents(patch, data, field)


def _with_contents(patch: Patch, data: bytes, field: str) -> Patch:
    path = patch.origin.path
    if data.lstrip().startswith(b"["):
        try:
            return _with_operations(patch, json.loads(data))
        except ValueError as error:
            raise Unresolved(f"{path}: a JSON patch that is no JSON: {error}") from None
    documents = parse_manifests(data.decode("utf-8", "surrogateescape"), path)
    if documents and isinstance(documents[0], list):
        return _with_operations(patch, parse(data, path, old_booleans=True)[0])
    if field == "patchesJson6902":
        raise Unresolved(f"{path}: a JSON patch must be a list of operations")
    return replace(patch, merges=tuple(unpacked(documents, path)))


def _with_operations(patch: Patch, operations: Any) -> Patch:
    if patch.target is None:
        raise Unresolved(f"{patch.origin.path}: a JSON patch must have a target")
    return replace(patch, operations=tuple(operations))


def read_merges(layer: Layer, reference: str) -> Patch:
    """An item of `patchesStrategicMerge`: the path of a file, or the patch itself. Raises `Unresolved`."""
    field = "patchesStrategicMerge"
    if "\n" in reference or reference.lstrip().startswith("{"):
        path = layer.kustomization.path
        documents = parse_manifests(reference, path)
    else:
        path = layer.locate(reference)
        documents = layer.reading.manifests(path)
    return Patch(layer.origin(field, path), tuple(unpacked(documents, path)))


def apply_patch(resources: tuple[Resource, ...], patch: Patch) -> tuple[Resource, ...]:
    """The objects with a patch applied; deleted ones are left out. Raises `Unresolved` if it fits nothing."""
    if patch.operations:
        return tuple(_with_json_patch(one, patch) if _meant(patch, one) else one for one in resources)
    if patch.target is not None and len(patch.merges) > 1:
        raise Unresolved(f"{patch.origin.path}: several patches in one file cannot share a target")
    for content in patch.merges:
        if patch.target is not None:
            content = _as_text(content)
            chosen = {place for place, one in enumerate(resources) if _meant(patch, one)}
        else:
            content = _as_text(content) if patch.origin.by == "patchesStrategicMerge" else content
            chosen = {_only_place(resources, content, patch.origin.path)}
        merged = [_merged(one, content, patch) if place in chosen else one for place, one in enumerate(resources)]
        resources = tuple(one for one in merged if one is not None)
    return resources


def _meant(patch: Patch, resource: Resource) -> bool:
    return patch.target is not None and selects(patch.target, resource)


def _as_text(content: dict[str, Any]) -> dict[str, Any]:
    """A patch whose labels and annotations are text, nulls as well, as kustomize has it where a patch has a target."""
    for field in ("labels", "annotations"):
        if isinstance(at(content, "metadata", field), dict):
            content = with_metadata(content, field, mapping_at(content, "metadata", field))
    return content


def _only_place(resources: Sequence[Resource], content: dict[str, Any], path: str) -> int:
    who = identity_of(content)
    places = [place for place, one in enumerate(resources) if who in all_identities(one)]
    if len(places) != 1:
        raise Unresolved(f"{path}: {'several objects match' if places else 'no object matches'} the patch for {who}")
    return places[0]


def _merged(resource: Resource, content: dict[str, Any], patch: Patch) -> Resource | None:
    """The object with a strategic merge patch; None if the patch deletes it."""
    if patch.options.name or patch.options.kind:
        resource = remembered(resource)
    shape = shape_of(resource.api_version, resource.kind)
    content = {**content, "apiVersion": resource.data.get("apiVersion")}
    try:
        data = merge(resource.data, content, shape)
    except Unresolved as error:
        raise Unresolved(f"{patch.origin.path}: {resource.kind} {resource.name}: {error}") from None
    if data is GONE or not data:
        return None
    if not patch.options.kind:
        data = put(data, ("kind",), resource.data.get("kind"))
    if not patch.options.name:
        data = put(data, ("metadata", "name"), at(resource.data, "metadata", "name"))
    data = put_or_drop(data, ("metadata", "namespace"), resource.namespace)
    return changed(resource, data, patch.origin)


def _without_data(error: Exception) -> str:
    """What is wrong with a patch, without the object that it was for: that may be a Secret."""
    text = str(error).partition(" in {")[0].partition(" in [")[0]
    return text if len(text) < _LONGEST else "a JSON patch does not fit it"


def _with_json_patch(resource: Resource, patch: Patch) -> Resource:
    import jsonpatch

    if patch.remembers:
        resource = remembered(resource)
    data = resource.data
    # kustomize keeps notes of its own among the annotations: a patch can always add one.
    if (resource.former or resource.generated) and not mapping_at(data, *_ANNOTATIONS):
        data = put(data, _ANNOTATIONS, {})
    try:
        data = jsonpatch.apply_patch(data, list(patch.operations))
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError, KeyError) as error:
        raise Unresolved(f"{patch.origin.path}: {resource.kind} {resource.name}: {_without_data(error)}") from None
    if not isinstance(data, dict):
        raise Unresolved(f"{patch.origin.path}: {resource.kind} {resource.name}: nothing is left of it")
    if at(data, *_ANNOTATIONS) == {}:
        data = drop(data, _ANNOTATIONS)
    return changed(resource, data, patch.origin)
