"""What the parts of the graph share: nodes of manifests, places, and looking up what a manifest names.

Ids here say where a thing stands (`_at`), so that whoever speaks of it makes the same node; `build` replaces them by
readable ones at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sparkfix.model import Container, GraphEdge, GraphNode, KubernetesObject, Node, Place, Span, Workload
from sparkfix.spark.names import literal, written
from sparkfix.workspace import mounted
from sparkfix.workspace.mounted import DATA, keys_of

Piece: TypeAlias = GraphNode | GraphEdge

_MADE_BY_TEMPLATE = "a template makes its name"
# Kinds that make a Secret of their own name, or of the one below `spec.target`, in the cluster.
_MAKERS = {"Secret": ("SealedSecret", "ExternalSecret")}
_SECRETIVE_URL = re.compile(r"(?<=//)[^/@\s]*@")


def shown(text: str) -> str:
    """A given text on one line."""
    return " ".join(text.split())


def safe_path(text: str) -> str:
    """A path or an address without a user's name and password, and without a query."""
    return shown(_SECRETIVE_URL.sub("", text).partition("?")[0])


def at(kind: str, path: str, span: Span) -> str:
    """The id of what stands somewhere."""
    return f"{kind} {path} {span.start}"


def container_id(container: Container) -> str:
    return at("container", container.path, container.node.span)


def object_id(item: KubernetesObject) -> str:
    return at(item.kind, item.path, item.span)


def object_node(item: KubernetesObject, details: Sequence[str] = ()) -> GraphNode:
    """The node of a manifest, at its name."""
    name = item.node.get("metadata", "name")
    place = Place(item.path, name.span if name is not None else item.span)
    return GraphNode(object_id(item), item.kind, shown(item.name) or "(no name)", place, tuple(details))


def same_object(left: KubernetesObject, right: KubernetesObject) -> bool:
    """Are two objects one manifest? Several may be equal in name and file, in other arms of a template."""
    return (left.path, left.span) == (right.path, right.span)


def find(kind: str, name: str, workload: Workload) -> KubernetesObject | None:
    """The manifest that a workload means by a name: in its namespace, in its own file if there are several."""
    return mounted.find(kind, name, workload.objects, workload.path, workload.namespace)


def reference(kind: str, name: Node, path: str, workload: Workload, *, optional: bool = False) -> GraphNode:
    """The node of what a manifest names: its manifest, what generates it, or a missing node where it is named."""
    text = name.text()
    item = find(kind, text, workload) or _maker(kind, text, workload)
    if item is not None:
        return object_node(item, _keys_line(item))
    generated = next(_generators(kind, text, workload), None)
    if generated is not None:
        return generated
    details = ("optional",) if optional else ()
    return missing(kind, text, Place(path, name.span), workload.namespace, details)


def missing(kind: str, name: str, place: Place, namespace: str = "", details: Sequence[str] = ()) -> GraphNode:
    """The node of what is named and not found."""
    made = () if literal(name) else (_MADE_BY_TEMPLATE,)
    id_ = f"missing {kind} {written(name)} {written(namespace)}"
    return GraphNode(id_, kind, safe_path(name) or "(no name)", place, (*details, *made), missing=True)


def _maker(kind: str, name: str, workload: Workload) -> KubernetesObject | None:
    """The resource from which an operator makes an object of this kind and name."""
    for maker in _MAKERS.get(kind, ()):
        for item in workload.objects:
            names = (item.node.text("spec", "target", "name") or item.name, item.name)
            if item.kind == maker and written(name) == written(names[0]):
                return item
    return None


def _generators(kind: str, name: str, workload: Workload) -> Iterator[GraphNode]:
    """The entries of kustomizations that generate a ConfigMap or Secret of this name."""
    field = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}.get(kind, "")
    for item in workload.objects if field else ():
        for entry in item.node.items(field) if item.kind == "Kustomization" else ():
            if entry.text("name") == name:
                files = [file.text().partition("=")[0].rpartition("/")[2] for file in entry.items("files")]
                keys = (*files, *(pair.text().partition("=")[0] for pair in entry.items("literals")))
                details = (f"made by {field}", *((f"keys: {', '.join(map(shown, keys))}",) if keys else ()))
                yield GraphNode(at(kind, item.path, entry.span), kind, name, Place(item.path, entry.span), details)


def may_have_more_keys(item: KubernetesObject) -> bool:
    """May a template, or whatever fills a Secret in the cluster, add keys to those that are written out?"""
    if item.kind not in ("ConfigMap", "Secret"):
        return True
    parts = [part for field in DATA if (part := item.node.get(field)) is not None]
    return not parts or item.node.filled or any(part.filled for part in parts) or not all(map(literal, keys_of(item)))


def _keys_line(item: KubernetesObject) -> tuple[str, ...]:
    keys = keys_of(item) if item.kind in ("ConfigMap", "Secret") else {}
    return (f"keys: {', '.join(map(shown, keys))}",) if keys else ()
