"""Custom resources of Spark operators in a file: its own objects, and those that other objects hold as maps."""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.objects import object_of
from sparkfix.model import KubernetesObject, Node
from sparkfix.spark.resources import KINDS


def resources_of(document: Document) -> Iterator[KubernetesObject]:
    """The objects of known kinds, in the order of the file; those in other objects (tests, triggers) among them."""
    folded = document.source.folded
    if not any(kind in folded for kind in KINDS):
        return
    for item in document.objects:
        if item.kind in KINDS:
            yield item
        else:
            yield from (object_of(item.path, node) for node in _inside(item.node))


def _inside(node: Node) -> Iterator[Node]:
    """The maps below a node that are resources, and not references to some."""
    if isinstance(node.value, dict):
        if node.text("kind") in KINDS and node.get("spec") is not None:
            yield node
            return
        for child in node.value.values():
            yield from _inside(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _inside(child)
