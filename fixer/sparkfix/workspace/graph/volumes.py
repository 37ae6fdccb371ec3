"""The volumes of a pod: what they are made of, and which file of them a container finds at a path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import Container, GraphNode, Node, Place, Span, Workload
from sparkfix.workspace import mounted
from sparkfix.workspace.graph.pieces import at, reference, shown
from sparkfix.workspace.mounted import Mounted


@dataclass(frozen=True, slots=True)
class Source:
    """What a volume is made of: its node, kind and name, and the keys that the volume picks, each with its place."""

    node: GraphNode
    kind: str
    name: str = ""
    keys: tuple[tuple[str, Span], ...] = ()


def sources_of(volume: Node, container: Container, workload: Workload) -> Iterator[Source]:
    """The ConfigMaps, Secrets and claims that a volume is made of; any other volume is a node of its own."""
    named = list(mounted.named_by(volume))
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


def file_at(path: str, container: Container, workload: Workload) -> Mounted | None:
    """The key that a container finds at an absolute path; None if no mount is known to hold it."""
    return mounted.file_at(path, container, workload.pod, workload.objects) if workload.pod is not None else None
