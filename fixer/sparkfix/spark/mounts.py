"""Which files a container finds at which paths, as far as its volumes and the objects beside it tell.

Kubernetes documentation, "Volumes" (ConfigMap, Secret, projected; `items`, `subPath`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sparkfix.model import Container, KubernetesObject, Node, Workload
from sparkfix.spark.names import literal, may_be_one_namespace, written

_STOCK = re.compile(r"(?:docker\.io/)?(?:apache/|library/)?spark(?:-py)?:.*")
_SCRIPT = re.compile(r"\A\s*#!|(?m:^\s*(?:cp|mv|cat|envsubst|sed|exec)\s)")
_READING = re.compile(r"--properties-file(?:\s+|=)\S+|spark\.[\w.]+=\S+")
_KINDS = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume mount: its path, what is mounted (in words), and the files that stand below, or None if not known.

    `here` tells whether all objects that it is made of are among those that were read.
    """

    path: str
    node: Node
    source: str
    files: frozenset[str] | None
    here: bool = False


def is_stock_image(image: str) -> bool:
    """Is this one of Spark's own images, whose files are known?"""
    return bool(_STOCK.fullmatch(image.strip().strip("\"'")))


def mounts_of(container: Container, objects: Sequence[KubernetesObject], namespace: str) -> tuple[Mount, ...] | None:
    """A container's mounts; None where a template adds mounts or volumes, or makes the path of a mount."""
    for node in (container.node.get("volumeMounts"), container.pod.get("volumes")):
        if node is not None and node.filled:
            return None
    if container.node.filled or container.pod.filled:
        return None
    volumes = {written(volume.text("name")): volume for volume in container.pod.items("volumes")}
    found = []
    for node in container.node.items("volumeMounts"):
        volume = volumes.get(written(node.text("name")))
        content = _content(volume, objects, namespace) if volume is not None else _UNKNOWN
        part, files = node.text("subPath") or node.text("subPathExpr"), content.files
        if part:
            files = frozenset({""}) if files is not None and part in files else None
        if not literal(node.text("mountPath") or "/"):
            return None
        path = posixpath.normpath(node.text("mountPath") or "/")
        found.append(Mount(path, node, content.source, files, content.here))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a volume is in words, its files (None if they are not known), and whether its objects are here."""

    source: str
    files: frozenset[str] | None = None
    here: bool = False


_UNKNOWN = _Content("a volume")


def _content(volume: Node, objects: Sequence[KubernetesObject], namespace: str) -> _Content:
    for key, (kind, name) in _KINDS.items():
        source = volume.get(key)
        if source is not None:
            return _named(kind, source, source.text(name), objects, namespace)
    parts = volume.items("projected", "sources")
    listed = volume.get("projected", "sources")
    if not parts or (listed is not None and listed.filled):
        return _UNKNOWN
    found = [_part(part, objects, namespace) for part in parts]
    files = (
        None
        if any(one.files is None for one in found)
        else frozenset(file for one in found for file in one.files or ())
    )
    return _Content("a projected volume", files, all(one.here for one in found))


def _part(part: Node, objects: Sequence[KubernetesObject], namespace: str) -> _Content:
    """One source of a projected volume."""
    for key, (kind, _) in _KINDS.items():
        source = part.get(key)
        if source is not None:
            return _named(kind, source, source.text("name"), objects, namespace)
    return _UNKNOWN


def _named(kind: str, source: Node, name: str, objects: Sequence[KubernetesObject], namespace: str) -> _Content:
    """What is mounted of a ConfigMap or a Secret: its keys, or those that are picked, under their new names."""
    shown = f"{kind} `{name}`"
    found = [
        item
        for item in objects
        if item.kind == kind and written(item.name) == written(name) and may_be_one_namespace(item.namespace, namespace)
    ]
    items = source.get("items")
    if items is None:
        return _Content(shown, _keys(found), bool(found))
    paths = frozenset(item.text("path") for item in source.items("items"))
    return _Content(shown, None if items.filled or not all(map(literal, paths)) else paths, bool(found))


def _keys(found: Sequence[KubernetesObject]) -> frozenset[str] | None:
    """The keys of a ConfigMap or Secret that is here once; None if it is not, or if a template makes keys."""
    if len(found) != 1 or found[0].node.filled:
        return None
    parts = [part for key in ("data", "stringData", "binaryData") if (part := found[0].node.get(key)) is not None]
    keys = frozenset(key for part in parts if isinstance(part.value, dict) for key in part.value)
    return None if any(part.filled for part in parts) or not all(map(literal, keys)) else keys


def covering(path: str, mounts: Iterable[Mount]) -> Mount | None:
    """The mount that a path lies under: the one with the longest path."""
    under = [item for item in mounts if path == item.path or path.startswith(item.path.rstrip("/") + "/")]
    return max(under, key=lambda item: len(item.path), default=None)


def holds(mount: Mount, path: str) -> bool | None:
    """Does a mount hold a file at a path below it? None if its content is not known."""
    below = posixpath.relpath(path, mount.path)
    return None if mount.files is None else ("" if below == "." else below) in mount.files


def same_name_elsewhere(path: str, mounts: Iterable[Mount]) -> tuple[str, ...]:
    """Where mounts hold a file of the same name."""
    name = posixpath.basename(path)
    return tuple(
        dict.fromkeys(
            posixpath.join(item.path, file) if file else item.path
            for item in mounts
            for file in sorted(item.files or ())
            if posixpath.basename(posixpath.join(item.path, file) if file else item.path) == name
        )
    )


def is_made_by_a_script(workload: Workload, path: str) -> bool:
    """May a command of the pod, or a script in a ConfigMap beside it, make the file, or one in its folder?

    Options and settings that only name a file to be read do not count.
    """
    texts = [
        " ".join(node.texts())
        for one in workload.containers
        for key in ("command", "args")
        if (node := one.node.get(key))
    ]
    for item in workload.objects:
        data = item.node.get("data") if item.kind == "ConfigMap" else None
        texts += [text for text in data.texts() if _SCRIPT.search(text)] if data is not None else []
    folder = posixpath.dirname(path)
    for text in texts:
        rest = _READING.sub(" ", text)
        if path in rest or folder in {word.strip("\"';").rstrip("/") for word in rest.split()}:
            return True
    return False
