"""Generators and transformers of kustomize that stand in files of their own (`generators`, `transformers`).

Sources: `api/internal/builtins/*.go` (their fields), `api/internal/plugins/loader/loader.go` (what is built in: an
`apiVersion` of `builtin`). What is not built in is a program or an image, and is not run. Other than the fields of a
kustomization file, these change just the fields that their own `fieldSpecs` name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sparkfix.workspace.kustomize.config import read_specs
from sparkfix.workspace.kustomize.generate import absorb, generate
from sparkfix.workspace.kustomize.inflation import inflated
from sparkfix.workspace.kustomize.layer import Layer
from sparkfix.workspace.kustomize.objects import Origin, Resource
from sparkfix.workspace.kustomize.patch import apply_patch, read_merges, read_patch
from sparkfix.workspace.kustomize.replacements import read_replacements, replace_values
from sparkfix.workspace.kustomize.transform import (
    Change,
    in_namespace,
    with_affix,
    with_image,
    with_pairs,
    with_replicas,
)
from sparkfix.workspace.kustomize.trees import Unresolved, at, mapping_at, text

Resources = tuple[Resource, ...]
Apply = Callable[[Layer, "Mapping[str, Any]", Origin, Resources], Resources]

_FRAME = ("apiVersion", "kind", "metadata")
_CHART_HOMES = ("chartHome", "configHome")
_GENERATORS = {"ConfigMapGenerator": "configMapGenerator", "SecretGenerator": "secretGenerator"}
_CHART = "HelmChartInflationGenerator"


def generated(layer: Layer, config: Resource, resources: Resources) -> Resources:
    """The objects with those of a generator. Raises `Unresolved` for one that is not built in, or is faulty."""
    given = _fields(layer, config, "generators")
    bare = replace(layer.kustomization, fields={})
    if config.kind == _CHART:
        homes = {key: given[key] for key in _CHART_HOMES if key in given}
        own = replace(layer, kustomization=replace(bare, fields={"helmGlobals": homes}), inherited="")
        found = inflated(own, {key: value for key, value in given.items() if key not in homes})
        for one in found:
            resources = absorb(resources, one, "")
        return resources
    field = _GENERATORS.get(config.kind)
    if field is None:
        raise Unresolved(f"generators: {config.kind} is not carried out here")
    named = {key: given.get(key) or at(config.data, "metadata", key) for key in ("name", "namespace")}
    # Options for all generators hold for those of the kustomization file.
    new = generate(replace(layer, kustomization=bare), field, {**given, **named})
    return absorb(resources, new, given.get("behavior") or "")


def changed_by(layer: Layer, config: Resource, resources: Resources) -> Resources:
    """The objects after a transformer. Raises `Unresolved` for one that is not built in, or is faulty."""
    given = _fields(layer, config, "transformers")
    apply = _TRANSFORMERS.get(config.kind)
    if apply is None:
        raise Unresolved(f"transformers: {config.kind} is not carried out here")
    try:
        return apply(layer, given, Origin(config.origins[0].path, "transformers", layer.kustomization.path), resources)
    except Unresolved as error:
        raise Unresolved(f"transformers: {config.kind} {config.name}: {error}") from None


def _fields(layer: Layer, config: Resource, field: str) -> dict[str, Any]:
    """What a generator or transformer is told, with its name and namespace left out."""
    if config.api_version != "builtin":
        raise Unresolved(f"{field}: {config.kind} {config.name} is a plugin, which is not run")
    if config.kind == "NamespaceTransformer":
        return {**config.data, "namespace": at(config.data, "metadata", "namespace")}
    return {key: value for key, value in config.data.items() if key not in _FRAME}


# Transformers, each from what it is told to what becomes of the objects


def _each(layer: Layer, changes: Iterable[Change], resources: Resources) -> Resources:
    for change in changes:
        resources = layer.each(resources, change)
    return resources


def _namespace(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
    namespace = text(given.get("namespace") or "")
    if not namespace:
        return resources
    subjects, specs = text(given.get("setRoleBindingSubjects") or ""), read_specs(given.get("fieldSpecs"))
    unset = given.get("unsetOnly") is True
    change = in_namespace(namespace, specs, replace(origin, by="namespace"), subjects=subjects, unset_only=unset)
    return _each(layer, [change], resources)


def _affixes(*which: str) -> Apply:
    def apply(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
        if given.get("fieldSpecs") is None:
            raise Unresolved("fieldSpecs are missing")
        specs = read_specs(given["fieldSpecs"])
        prefix, suffix = (text(given.get(name) or "") if name in which else "" for name in ("prefix", "suffix"))
        changes = [with_affix(prefix, "", specs, origin)] if prefix else []
        changes += [with_affix("", suffix, specs, origin)] if suffix else []
        return _each(layer, changes, resources)

    return apply


def _pairs(field: str) -> Apply:
    def apply(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
        pairs = mapping_at(dict(given), field)
        if not all(isinstance(value, str) for value in pairs.values()):
            raise Unresolved(f"{field} must be a mapping of text to text; quote numbers and booleans")
        return (
            _each(layer, [with_pairs(pairs, read_specs(given.get("fieldSpecs")), origin)], resources)
            if pairs
            else resources
        )

    return apply


def _image(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
    specs = read_specs(given.get("fieldSpecs"))
    change = with_image(mapping_at(dict(given), "imageTag"), specs, replace(origin, by="images"))
    return _each(layer, [change], resources)


def _replicas(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
    del layer
    return with_replicas(mapping_at(dict(given), "replica"), resources, read_specs(given.get("fieldSpecs")), origin)


def _patch(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
    patch = read_patch(layer, "patches", given)
    return apply_patch(resources, patch if given.get("path") else replace(patch, origin=origin))


def _operations(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
    item = {key: value for key, value in given.items() if key != "jsonOp"}
    patch = read_patch(layer, "patchesJson6902", {**item, "patch": given.get("jsonOp") or ""})
    return apply_patch(resources, patch if given.get("path") else replace(patch, origin=origin))


def _merges(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
    paths, inline = given.get("paths") or [], given.get("patches") or ""
    if not isinstance(paths, list) or not isinstance(inline, str) or not (paths or inline):
        raise Unresolved("it must have paths or patches")
    for reference in paths:
        resources = apply_patch(resources, read_merges(layer, text(reference)))
    if inline:
        resources = apply_patch(resources, replace(read_merges(layer, f"{inline}\n"), origin=origin))
    return resources


def _replacements(layer: Layer, given: Mapping[str, Any], origin: Origin, resources: Resources) -> Resources:
    for item in given.get("replacements") or ():
        if not isinstance(item, dict):
            raise Unresolved("replacements must be a list of mappings")
        for one in read_replacements(layer, item):
            own = one if item.get("path") else replace(one, origin=origin)
            resources = replace_values(resources, own)
    return resources


_TRANSFORMERS: Mapping[str, Apply] = {
    "AnnotationsTransformer": _pairs("annotations"),
    "ImageTagTransformer": _image,
    "LabelTransformer": _pairs("labels"),
    "NamespaceTransformer": _namespace,
    "PatchJson6902Transformer": _operations,
    "PatchStrategicMergeTransformer": _merges,
    "PatchTransformer": _patch,
    "PrefixSuffixTransformer": _affixes("prefix", "suffix"),
    "PrefixTransformer": _affixes("prefix"),
    "ReplacementTransformer": _replacements,
    "ReplicaCountTransformer": _replicas,
    "SuffixTransformer": _affixes("suffix"),
}


def apply_all(
    layer: Layer,
    configs: Iterable[Resource],
    action: Callable[[Layer, Resource, Resources], Resources],
    resources: Resources,
) -> Resources:
    """The objects after all generators or transformers; for one that cannot be carried out, there is a problem."""
    for config in configs:
        resources = layer.attempt(partial(action, layer, config, resources), resources)
    return resources
