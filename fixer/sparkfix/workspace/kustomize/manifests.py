"""From documents to objects: what counts as one, and lists of them.

Sources: `api/resource/factory.go` (`inlineAnyEmbeddedLists`, `dropBadNodes`), kyaml `yaml/rnode.go`
(`GetValidatedMetadata`) and kyaml `kio/byteio_reader.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sparkfix.workspace.kustomize.kinds import effective_namespace
from sparkfix.workspace.kustomize.objects import Identity, group_version
from sparkfix.workspace.kustomize.trees import Unresolved, at, text


def unpacked(documents: Iterable[Any], path: str) -> list[dict[str, Any]]:
    """The objects in documents, those of lists one by one at the end. Raises `Unresolved` for what is no object."""
    waiting = list(documents)
    found = []
    while waiting:
        document = waiting.pop(0)
        if document in (None, {}):
            continue
        if not isinstance(document, dict):
            raise Unresolved(f"{path}: holds something that is no Kubernetes object")
        kind = text(document.get("kind") or "")
        if kind.endswith("List") and "items" in document:
            items = document["items"]
            if items is not None and not isinstance(items, list):
                raise Unresolved(f"{path}: the items of a {kind} must be a list")
            waiting.extend(items or [])
            continue
        _check(document, kind, path)
        found.append(document)
    return found


def _check(document: dict[str, Any], kind: str, path: str) -> None:
    name = at(document, "metadata", "name")
    if not kind:
        raise Unresolved(f"{path}: an object without a kind")
    if name in (None, "") and not kind.endswith("List"):
        raise Unresolved(f"{path}: a {kind} without metadata.name")


def identity_of(data: dict[str, Any]) -> Identity:
    """What an object or a patch says it is."""
    api_version = text(data.get("apiVersion") or "")
    kind = text(data.get("kind") or "")
    group, version = group_version(api_version)
    namespace = text(at(data, "metadata", "namespace") or "")
    name = text(at(data, "metadata", "name") or "")
    return Identity(group, version, kind, name, effective_namespace(api_version, kind, namespace))
