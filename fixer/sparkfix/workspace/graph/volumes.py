"""The volumes of a pod: what they are made of, and which file of them a container finds at a path."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import Container, GraphNode, KubernetesObject, Node, Place, Span, Workload
from sparkfix.spark.names import written
from sparkfix.workspace.graph.pieces import at, find, keys_of, reference, shown

_NAMED = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}
_CLAIM = "PersistentVolumeClaim"


@dataclass(frozen=True, slots=True)
class Source:
    """What a volume is made of: its node, kind and name, and the keys that the volume picks, each with its place."""

    node: GraphNode
    kind: str
    name: str = ""
    keys: tuple[tuple[str, Span], ...] = ()


def mounted_at(mount: Node) -> str:
    return posixpath.normpath(shown(mount.text("mountPath")) or "/")


def volume_of(container: Container, mount: Node, workload: Workload) -> Node | None:
    """The volume that a mount names, also among the claims that a StatefulSet makes for each pod."""
    name = written(mount.text("name"))
    found = next((one for one in container.pod.items("volumes") if written(one.text("name")) == name), None)
    if found is not None or workload.pod is None:
        return found
    claims = workload.pod.node.items("spec", "volumeClaimTemplates")
    return next((one for one in claims if written(one.text("metadata", "name")) == name), None)


def sources_of(volume: Node, container: Container, workload: Workload) -> Iterator[Source]:
    """The ConfigMaps, Secrets and claims that a volume is made of; any other volume is a node of its own."""
    named = list(_named(volume))
    for kind, entry, name in named:
        keys = tuple((key.text(), key.span) for item in entry.items("items") if (key := item.get("key")) is not None)
        node = reference(kind, name, container.path, workload, optional=entry.text("optional") == "true")
        yield Source(node, kind, name.text(), keys)
    if not named:
        kinds = list(volume.value) if isinstance(volume.value, dict) else []
        kind = next((key for key in kinds if key not in ("name", "metadata", "spec")), "")
        kind = "claim for each pod" if volume.get("metadata") is not None else kind
        name = volume.get("name") or volume.get("metadata", "name") or volume
        place = Place(container.path, name.span)
        details = (shown(kind),) if kind else ()
        yield Source(
            GraphNode(at("volume", container.path, volume.span), "volume", shown(name.text()), place, details), ""
        )


def _named(volume: Node) -> Iterator[tuple[str, Node, Node]]:
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


@dataclass(frozen=True, slots=True)
class Mounted:
    """A key of a ConfigMap or Secret that a container finds as a file: the object, the key and its value's node."""

    object: KubernetesObject
    key: str
    node: Node


def file_at(path: str, container: Container, workload: Workload) -> Mounted | None:
    """The key that a container finds at an absolute path; None if no mount is known to hold it."""
    mounts = [
        (place, mount)
        for mount in container.node.items("volumeMounts")
        if path == (place := mounted_at(mount)) or path.startswith(place.rstrip("/") + "/")
    ]
    if not mounts:
        return None
    place, mount = max(mounts, key=lambda pair: len(pair[0]))
    volume = volume_of(container, mount, workload)
    below = posixpath.relpath(path, place)
    file = mount.text("subPath") + ("" if below == "." else f"/{below}") if mount.text("subPath") else below
    for kind, entry, name in _named(volume) if volume is not None else ():
        item = find(kind, name.text(), workload)
        picked = {one.text("path"): one.text("key") for one in entry.items("items")}
        key = picked.get(file, "") if picked else file
        if item is not None and key in keys_of(item):
            return Mounted(item, key, keys_of(item)[key])
    return None
