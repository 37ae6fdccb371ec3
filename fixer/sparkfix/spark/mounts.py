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
    """A volume mount: its path, what is mounted (in words), and the files that stand below, or None if not known."""

    path: str
    node: Node
    source: str
    files: frozenset[str] | None


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
        source, files = _content(volume, objects, namespace) if volume is not None else ("a volume", None)
        part = node.text("subPath") or node.text("subPathExpr")
        if part:
            files = frozenset({""}) if files is not None and part in files else None
        if not literal(node.text("mountPath") or "/"):
            return None
        found.append(Mount(posixpath.normpath(node.text("mountPath") or "/"), node, source, files))
    return tuple(found)


def _content(volume: Node, objects: Sequence[KubernetesObject], namespace: str) -> tuple[str, frozenset[str] | None]:
    """What a volume is in words, and its files; None if they are not known."""
    for key, (kind, name) in _KINDS.items():
        source = volume.get(key)
        if source is not None:
            items = source.get("items")
            shown = f"{kind} `{source.text(name)}`"
            if items is not None:
                paths = frozenset(item.text("path") for item in source.items("items"))
                return shown, None if items.filled or not all(map(literal, paths)) else paths
            return shown, _keys(kind, source.text(name), objects, namespace)
    return "a volume", None


def _keys(kind: str, name: str, objects: Iterable[KubernetesObject], namespace: str) -> frozenset[str] | None:
    """The keys of a ConfigMap or Secret that is here once; None if it is not, or if a template makes keys."""
    found = [
        item
        for item in objects
        if item.kind == kind and written(item.name) == written(name) and may_be_one_namespace(item.namespace, namespace)
    ]
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
