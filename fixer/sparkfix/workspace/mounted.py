"""Which key of a ConfigMap or a Secret a container finds as a file.

Kubernetes documentation, "Volumes" (ConfigMap, Secret, projected; `items`, `subPath`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sparkfix.model import Container, KubernetesObject, Node
from sparkfix.workspace.names import may_be_one_namespace, nearest_to, written

_NAMED = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}
_CLAIM = "PersistentVolumeClaim"
DATA = ("data", "stringData", "binaryData")


@dataclass(frozen=True, slots=True)
class Mounted:
    """A key of a ConfigMap or Secret that a container finds as a file: the object, the key and its value's node."""

    object: KubernetesObject
    key: str
    node: Node


def file_at(
    path: str, container: Container, pod: KubernetesObject, objects: Sequence[KubernetesObject]
) -> Mounted | None:
    """The key that a container finds at an absolute path; None if no mount is known to hold it.

    `pod` is the object that the container stands in; of objects with equal names those of its own file are meant.
    """
    mounts = [
        (place, mount)
        for mount in container.node.items("volumeMounts")
        if path == (place := mounted_at(mount)) or path.startswith(place.rstrip("/") + "/")
    ]
    if not mounts:
        return None
    place, mount = max(mounts, key=lambda pair: len(pair[0]))
    volume = volume_of(container, mount, pod)
    below = posixpath.relpath(path, place)
    file = mount.text("subPath") + ("" if below == "." else f"/{below}") if mount.text("subPath") else below
    for kind, entry, name in named_by(volume) if volume is not None else ():
        item = find(kind, name.text(), objects, pod.path, pod.namespace)
        picked = {one.text("path"): one.text("key") for one in entry.items("items")}
        key = picked.get(file, "") if picked else file
        if item is not None and key in keys_of(item):
            return Mounted(item, key, keys_of(item)[key])
    return None


def mounted_at(mount: Node) -> str:
    """The path of a mount, in its shortest form."""
    return posixpath.normpath(" ".join(mount.text("mountPath").split()) or "/")


def volume_of(container: Container, mount: Node, pod: KubernetesObject | None) -> Node | None:
    """The volume that a mount names, also among the claims that a StatefulSet makes for each pod."""
    name = written(mount.text("name"))
    found = next((one for one in container.pod.items("volumes") if written(one.text("name")) == name), None)
    if found is not None or pod is None:
        return found
    claims = pod.node.items("spec", "volumeClaimTemplates")
    return next((one for one in claims if written(one.text("metadata", "name")) == name), None)


def named_by(volume: Node) -> Iterator[tuple[str, Node, Node]]:
    """The objects that a volume names: kind, the entry that names it, and the name."""
    for field, (kind, key) in _NAMED.items():
        entry = volume.get(field)
        if entry is not None and (name := entry.get(key)) is not None:
            yield kind, entry, name
    claim = volume.get("persistentVolumeClaim")
    if claim is not None and (name := claim.get("claimName")) is not None:
        yield _CLAIM, claim, name
    for part in volume.items("projected", "sources"):
        for field, (kind, _) in _NAMED.items():
            entry = part.get(field)
            if entry is not None and (name := entry.get("name")) is not None:
                yield kind, entry, name


def find(
    kind: str, name: str, objects: Sequence[KubernetesObject], path: str, namespace: str
) -> KubernetesObject | None:
    """The object that a manifest in a file means by a name: in its namespace, in its own file if there are several."""
    found = [
        item
        for item in objects
        if item.kind == kind and written(item.name) == written(name) and may_be_one_namespace(item.namespace, namespace)
    ]
    return next(iter(nearest_to(path, found, lambda item: item.path)), None)


def keys_of(item: KubernetesObject) -> dict[str, Node]:
    """The keys of a ConfigMap or Secret with their values' nodes."""
    parts = [part.value for field in DATA if (part := item.node.get(field)) is not None]
    return {key: node for part in parts if isinstance(part, dict) for key, node in part.items()}
