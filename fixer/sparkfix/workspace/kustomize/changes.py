"""What one kustomization does to the objects that it has gathered.

The order of the steps is that of `configureBuiltinTransformers` in
`api/internal/target/kusttarget_configplugin.go`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sparkfix.workspace.kustomize.config import Config, Specs
from sparkfix.workspace.kustomize.layer import Layer
from sparkfix.workspace.kustomize.objects import Resource, identity
from sparkfix.workspace.kustomize.patch import apply_patch, read_merges, read_patch
from sparkfix.workspace.kustomize.replacements import Replacement, read_replacements, replace_values
from sparkfix.workspace.kustomize.transform import (
    Change,
    in_namespace,
    label_specs,
    with_affix,
    with_image,
    with_pairs,
    with_replicas,
)

Resources = tuple[Resource, ...]


def transformed(layer: Layer, config: Config, resources: Resources) -> Resources:
    """The objects after all changes that the kustomization asks for; what cannot be done is named as a problem."""
    resources = _patched(layer, resources, "patchesStrategicMerge", "patches")
    for change in _changes(layer, config):
        resources = layer.each(resources, change)
    _report_clashes(layer, resources)
    resources = _patched(layer, resources, "patchesJson6902")
    for given in layer.kustomization.mappings("replicas"):
        replicas = partial(with_replicas, given, resources, config.replicas, layer.origin("replicas"))
        resources = layer.attempt(replicas, resources)
    for change in _image_changes(layer, config):
        resources = layer.each(resources, change)
    for item in _replacements(layer):
        resources = layer.attempt(partial(replace_values, resources, item), resources)
    return resources


def _patched(layer: Layer, resources: Resources, *fields: str) -> Resources:
    for field in fields:
        for given in layer.kustomization.fields.get(field, ()):
            resources = layer.attempt(partial(_with_patch, layer, field, resources, given), resources)
    return resources


def _with_patch(layer: Layer, field: str, resources: Resources, given: Any) -> Resources:
    patch = read_merges(layer, given) if field == "patchesStrategicMerge" else read_patch(layer, field, given)
    return apply_patch(resources, patch)


def _changes(layer: Layer, config: Config) -> list[Change]:
    """The changes to all objects that the simple fields ask for, in kustomize's order."""
    kustomization = layer.kustomization
    changes: list[Change] = []
    if namespace := kustomization.text("namespace"):
        changes.append(in_namespace(namespace, config.namespace, layer.origin("namespace")))
    if prefix := kustomization.text("namePrefix"):
        changes.append(with_affix(prefix, "", config.name_prefix, layer.origin("namePrefix")))
    if suffix := kustomization.text("nameSuffix"):
        changes.append(with_affix("", suffix, config.name_suffix, layer.origin("nameSuffix")))
    for label in kustomization.mappings("labels"):
        nothing: tuple[dict[str, str], Specs] = ({}, ())
        pairs, specs = layer.attempt(partial(label_specs, label, config), nothing)
        changes.append(with_pairs(pairs, specs, layer.origin("labels")))
    if labels := kustomization.mapping("commonLabels"):
        changes.append(with_pairs(labels, config.common_labels, layer.origin("commonLabels")))
    if annotations := kustomization.mapping("commonAnnotations"):
        changes.append(with_pairs(annotations, config.common_annotations, layer.origin("commonAnnotations")))
    return changes


def _image_changes(layer: Layer, config: Config) -> list[Change]:
    changes: list[Change] = []
    for given in layer.kustomization.mappings("images", "imageTags"):
        nothing: Change = _unchanged
        changes.append(layer.attempt(partial(with_image, given, config.images, layer.origin("images")), nothing))
    return changes


def _unchanged(resource: Resource) -> Resource:
    return resource


def _replacements(layer: Layer) -> list[Replacement]:
    found: list[Replacement] = []
    for given in layer.kustomization.mappings("replacements"):
        nothing: list[Replacement] = []
        found.extend(layer.attempt(partial(read_replacements, layer, given), nothing))
    return found


def _report_clashes(layer: Layer, resources: Resources) -> None:
    seen = set()
    for resource in resources:
        who = identity(resource)
        if who in seen:
            layer.reading.report(layer.kustomization.path, f"several objects become {who}")
        seen.add(who)
