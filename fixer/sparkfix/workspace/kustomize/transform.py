"""The fields of a kustomization that change many objects: namespace, names, labels, annotations, images, replicas.

Sources: `api/internal/builtins/*Transformer.go`, `api/filters/namespace/namespace.go`, `api/filters/imagetag/`,
`api/internal/image/image.go`, and for the choice of fields `api/internal/target/kusttarget_configplugin.go`.

One thing is done otherwise: where a kustomization sets a label that one below it has set already, kustomize changes
it in all places that the lower one has put it to, selectors as well, whatever the upper one asks for, because those
places share one value in its memory. Here only the fields that are asked for change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sparkfix.workspace.kustomize.config import Config, Specs, read_specs
from sparkfix.workspace.kustomize.expressions import compiled
from sparkfix.workspace.kustomize.fields import FieldSpec, applies, change_field, merge_specs
from sparkfix.workspace.kustomize.kinds import is_cluster_scoped
from sparkfix.workspace.kustomize.objects import (
    Identity,
    Origin,
    Resource,
    all_identities,
    changed,
    first_identity,
    remembered,
)
from sparkfix.workspace.kustomize.trees import Mapping as Tree
from sparkfix.workspace.kustomize.trees import Unresolved, each_mapping, put, text

Change = Callable[[Resource], Resource]

# Which subjects of role bindings get a namespace: those with this value of a field.
_DEFAULT_SUBJECT = ("name", "default")
_SUBJECTS: Mapping[str, tuple[str, str] | None] = {
    "": _DEFAULT_SUBJECT, "defaultOnly": _DEFAULT_SUBJECT, "allServiceAccounts": ("kind", "ServiceAccount"), "none": None,
}  # fmt: skip
_DEFINITION = "CustomResourceDefinition"
_LABEL_FIELDS = frozenset(("pairs", "includeSelectors", "includeTemplates", "includeVolumeClaimTemplates", "fields"))
_IMAGE_FIELDS = frozenset(("name", "newName", "newTag", "tagSuffix", "digest"))
_DIGEST = r"(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?\Z"


def with_fields(
    resource: Resource, specs: Specs, change: Callable[[Any], Any], origin: Origin, *, new: Any = None
) -> Resource:
    """The object with `change` applied to the fields that are meant for its kind. Raises `Unresolved`."""
    data = resource.data
    for spec in specs:
        if applies(spec, resource):
            try:
                data = change_field(data, spec, change, new=new)
            except Unresolved as error:
                raise Unresolved(f"{resource.kind} {resource.name}, field {spec.path}: {error}") from None
    return changed(resource, data, origin)


# Namespace and names


def in_namespace(
    namespace: str, specs: Specs, origin: Origin, *, subjects: str = "", unset_only: bool = False
) -> Change:
    """Puts an object into a namespace, and with it subjects of role bindings: those named `default`, or those that
    `subjects` says (`allServiceAccounts`, `none`). With `unset_only`, only where no namespace stands.

    Not one that a chart gave: the chart was told the namespace. Raises `Unresolved` for unknown `subjects`.
    """
    if subjects not in _SUBJECTS:
        raise Unresolved(f"setRoleBindingSubjects: must be one of {', '.join(filter(None, _SUBJECTS))}")

    def setting(old: Any) -> Any:
        return old if unset_only and old else namespace

    def change(resource: Resource) -> Resource:
        if resource.of_chart:
            return resource
        data = resource.data
        if not is_cluster_scoped(resource.api_version, resource.kind):
            data = put(data, ("metadata", "namespace"), setting(resource.namespace))
        if resource.kind in ("RoleBinding", "ClusterRoleBinding"):
            data = _with_subjects(data, subjects, setting)
        own = tuple(spec for spec in specs if _is_namespace_field(spec, resource))
        moved = changed(remembered(resource), data, origin)
        return with_fields(moved, own, setting, origin, new="")

    return change


def _is_namespace_field(spec: FieldSpec, resource: Resource) -> bool:
    if spec.path == "metadata/namespace":
        return False
    if spec.path == "metadata/name":
        return resource.api_version == "v1"
    return not (spec.path == "subjects/namespace" and spec.kind in ("RoleBinding", "ClusterRoleBinding"))


def _with_subjects(data: Tree, which: str, setting: Callable[[Any], Any]) -> Tree:
    subjects, meant = data.get("subjects"), _SUBJECTS[which]
    if not isinstance(subjects, list) or not meant:
        return data
    key, value = meant
    return {
        **data,
        "subjects": [
            {**subject, "namespace": setting(subject.get("namespace"))}
            if isinstance(subject, dict) and subject.get(key) == value
            else subject
            for subject in subjects
        ],
    }


def with_affix(prefix: str, suffix: str, specs: Specs, origin: Origin) -> Change:
    """Puts a prefix before or a suffix behind an object's name; one of them is empty."""

    def change(resource: Resource) -> Resource:
        first = first_identity(resource)
        if first.kind in (_DEFINITION, "Namespace"):
            return resource
        if (first.group, first.kind) == ("apiregistration.k8s.io", "APIService"):
            return resource
        own = tuple(spec for spec in specs if spec.selects(first.group, first.version, first.kind))
        if any(spec.path == "metadata/name" for spec in own):
            resource = replace(
                remembered(resource),
                prefixes=(*resource.prefixes, prefix) if prefix else resource.prefixes,
                suffixes=(*resource.suffixes, suffix) if suffix else resource.suffixes,
            )
        return with_fields(resource, own, lambda name: f"{prefix}{_word(name)}{suffix}", origin, new="")

    return change


def _word(value: Any) -> str:
    if isinstance(value, dict | list):
        raise Unresolved("not a scalar")
    return "" if value is None else text(value)


# Labels and annotations


def with_pairs(pairs: Mapping[str, str], specs: Specs, origin: Origin) -> Change:
    """Adds labels or annotations to the mappings that the specifications lead to."""

    def add(value: Any) -> Any:
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise Unresolved("not a mapping")
        return {**value, **pairs}

    return lambda resource: with_fields(resource, specs, add, origin, new={})


def label_specs(label: Mapping[str, Any], config: Config) -> tuple[dict[str, str], Specs]:
    """The pairs of an item of `labels` and the fields that they go to. Raises `Unresolved`."""
    strange = [key for key in label if key not in _LABEL_FIELDS]
    if strange:
        raise Unresolved(f"labels: unknown field {strange[0]}")
    pairs = label.get("pairs") or {}
    if not isinstance(pairs, dict) or not all(isinstance(value, str) for value in pairs.values()):
        raise Unresolved("labels: pairs must be a mapping of text to text; quote numbers and booleans")
    specs = merge_specs(read_specs(label.get("fields")), config.labels)
    if label.get("includeSelectors") is True:
        return pairs, merge_specs(specs, config.common_labels)
    if label.get("includeTemplates") is True:
        specs = merge_specs(specs, config.template_labels)
    if label.get("includeVolumeClaimTemplates") is True:
        specs = merge_specs(specs, config.volume_claim_template_labels)
    return pairs, merge_specs(specs, (FieldSpec("metadata/labels", create=True),))


# Images and replicas


def with_image(image: Mapping[str, Any], specs: Specs, origin: Origin) -> Change:
    """Renames an image in all containers, wherever they stand. Raises `Unresolved` for a faulty item."""
    strange = [key for key in image if key not in _IMAGE_FIELDS]
    if strange:
        raise Unresolved(f"images: unknown field {strange[0]}")
    wrong = [key for key, value in image.items() if value is not None and not isinstance(value, str)]
    if wrong:
        raise Unresolved(f"images: {wrong[0]} must be text; quote it")
    pattern = compiled(f"{image.get('name') or ''}(:[a-zA-Z0-9_.{{}}-]*)?{_DIGEST}")

    def rename(value: Any) -> Any:
        return renamed_image(value, image) if isinstance(value, str) and pattern.match(value) else value

    def change(resource: Resource) -> Resource:
        if resource.kind == _DEFINITION:
            return resource
        data = each_mapping(resource.data, lambda mapping: _with_containers(mapping, rename))
        return with_fields(changed(resource, data, origin), specs, rename, origin)

    return change


def _with_containers(mapping: Tree, rename: Callable[[Any], Any]) -> Tree:
    for field in ("containers", "initContainers"):
        items = mapping.get(field)
        if isinstance(items, list):
            named = [
                {**item, "image": rename(item["image"])} if isinstance(item, dict) and item.get("image") else item
                for item in items
            ]
            if named != items:
                mapping = {**mapping, field: named}
    return mapping


def renamed_image(value: str, image: Mapping[str, Any]) -> str:
    """An image's name after an item of `images`."""
    name, tag, digest = _split_image(value)
    name = image.get("newName") or name
    if image.get("newTag") or image.get("digest"):
        tag, digest = image.get("newTag") or "", image.get("digest") or ""
    elif image.get("tagSuffix"):
        tag, digest = tag + image["tagSuffix"], ""
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _split_image(value: str) -> tuple[str, str, str]:
    start = max(value.find("/"), 0)
    host, rest = value[:start], value[start:]
    rest, _, digest = rest.partition("@")
    name, _, tag = rest.partition(":")
    return host + name, tag, digest


def with_replicas(
    replica: Mapping[str, Any], resources: tuple[Resource, ...], specs: Specs, origin: Origin
) -> tuple[Resource, ...]:
    """The objects with the number of replicas set on those of one name. Raises `Unresolved` if there are none."""
    name, count = replica.get("name"), replica.get("count")
    if not isinstance(name, str) or isinstance(count, bool) or not isinstance(count, int):
        raise Unresolved("replicas: an item must have a name and a count")

    def meant(who: Iterable[Identity], spec: FieldSpec) -> bool:
        return any(one.name == name and spec.selects(one.group, one.version, one.kind) for one in who)

    result = []
    found = False
    for resource in resources:
        own = tuple(spec for spec in specs if meant(all_identities(resource), spec))
        found = found or bool(own)
        result.append(with_fields(resource, own, lambda _: count, origin, new=0))
    if not found:
        raise Unresolved(f"replicas: there is no Deployment, StatefulSet, ReplicaSet or ReplicationController {name}")
    return tuple(result)
