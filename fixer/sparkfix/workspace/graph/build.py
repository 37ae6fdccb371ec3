"""From workloads to their graph: each workload's pieces, made one, under readable ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sparkfix.model import Graph, GraphEdge, GraphNode, KubernetesObject, Property, Role, Workload
from sparkfix.spark.resources import CARRIER
from sparkfix.workspace.graph.access import account_pieces
from sparkfix.workspace.graph.containers import container_pieces
from sparkfix.workspace.graph.network import service_pieces
from sparkfix.workspace.graph.operated import OPERATED, operated_details, operated_pieces
from sparkfix.workspace.graph.pieces import Piece, object_id, object_node, shown
from sparkfix.workspace.graph.settings import block_id, block_pieces, command_files, file_node


def graph_of(title: str, workloads: Sequence[Workload]) -> Graph:
    """The graph of some workloads of one unit, in their order; their `objects` are where names are looked up."""
    drawn = [own for workload in workloads if (own := _without_fields(workload)) is not None]
    objects = [item for workload in workloads[:1] for item in workload.objects]
    pieces = [piece for workload in drawn for piece in _workload_pieces(workload)]
    pieces += [piece for workload in _without_properties(drawn, objects) for piece in _workload_pieces(workload)]
    nodes = _nodes(pieces)
    edges = dict.fromkeys(piece for piece in pieces if isinstance(piece, GraphEdge))
    return _named(title, nodes, [edge for edge in _joined(edges) if edge.source in nodes and edge.target in nodes])


def _workload_pieces(workload: Workload) -> Iterator[Piece]:
    owner = _owner(workload)
    node = object_node(owner, tuple(_details(workload, owner))) if owner is not None else file_node(workload.path)
    yield node
    drawn = list(_running(workload, owner, node.id))
    yield from drawn
    yield from account_pieces(workload, node.id, owner, lambda item: _id_of_block(workload, item, node.id))
    targets = frozenset(piece.target for piece in drawn if isinstance(piece, GraphEdge))
    for block in workload.blocks:
        yield from block_pieces(block, workload.containers, node.id, targets, workload)
    yield from command_files(workload)
    for service in workload.services:
        yield from service_pieces(service, node.id, workload)


def _running(workload: Workload, owner: KubernetesObject | None, root: str) -> Iterator[Piece]:
    """What a workload runs: its pod's containers, and what an operator makes of it."""
    if workload.pod is not None:
        for container in workload.containers:
            yield from container_pieces(container, workload.pod, root, workload)
    if owner is not None and owner.kind in OPERATED:
        yield from operated_pieces(owner, workload)


def _owner(workload: Workload) -> KubernetesObject | None:
    """The manifest that a workload is: its pod's, or the one that holds its properties."""
    if workload.pod is not None:
        return workload.pod
    return next((block.owner for block in workload.blocks if block.owner is not None), None)


def _details(workload: Workload, owner: KubernetesObject) -> Iterator[str]:
    if workload.role is not Role.UNKNOWN:
        yield f"{workload.role.value}, by {workload.evidence}" if workload.evidence else workload.role.value
    if workload.version is not None:
        yield f"Spark {workload.version.number}"
    if owner.namespace:
        yield f"namespace {shown(owner.namespace)}"
    if owner.kind in OPERATED:
        yield from operated_details(owner)


def _id_of_block(workload: Workload, item: Property, otherwise: str) -> str:
    return next((block_id(block) for block in workload.blocks if item in block.properties), otherwise)


def _without_fields(workload: Workload) -> Workload | None:
    """A workload without the properties that the fields of its resource become: they are drawn as what they are.

    None if that is all there is.
    """
    blocks = tuple(block for block in workload.blocks if block.carrier != CARRIER)
    if len(blocks) == len(workload.blocks):
        return workload
    return replace(workload, blocks=blocks) if blocks or workload.pod is not None else None


def _without_properties(workloads: Sequence[Workload], objects: Sequence[KubernetesObject]) -> Iterator[Workload]:
    """Resources of operators that set no Spark property but by fields."""
    known = {object_id(owner) for item in workloads if (owner := _owner(item)) is not None}
    for item in objects:
        if item.kind in OPERATED and object_id(item) not in known:
            role, evidence = Role.APPLICATION, f"the resource kind {item.kind}"
            if item.kind == "SparkConnect":
                role = Role.CONNECT_SERVER
            yield Workload(
                item.path, item.name, role, evidence, (), pod=item, namespace=item.namespace, objects=tuple(objects)
            )


def _nodes(pieces: Iterable[Piece]) -> dict[str, GraphNode]:
    """The nodes by id; what several pieces tell of one node is put together, in their order."""
    found: dict[str, GraphNode] = {}
    for piece in pieces:
        if isinstance(piece, GraphNode):
            known = found.get(piece.id, piece)
            details = tuple(dict.fromkeys((*known.details, *piece.details)))
            found[piece.id] = replace(known, details=details, missing=known.missing and piece.missing)
    return found


def _joined(edges: Iterable[GraphEdge]) -> Iterator[GraphEdge]:
    """Edges from one node to another as one, with all that they say; a node does not lead to itself."""
    found: dict[tuple[str, str], list[str]] = {}
    for edge in edges:
        if edge.source != edge.target:
            found.setdefault((edge.source, edge.target), []).append(edge.label)
    for (source, target), labels in found.items():
        yield GraphEdge(source, target, ", ".join(dict.fromkeys(label for label in labels if label)))


def _named(title: str, nodes: dict[str, GraphNode], edges: Sequence[GraphEdge]) -> Graph:
    """The graph with ids that people can read and that do not change with the lines above: `Service/spark-connect`."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for id_, node in nodes.items():
        plain = f"{node.kind}/{node.label}"
        counts[plain] = counts.get(plain, 0) + 1
        name = plain if counts[plain] == 1 else f"{plain}#{counts[plain]}"
        while name in taken:
            counts[plain] += 1
            name = f"{plain}#{counts[plain]}"
        taken.add(name)
        names[id_] = name
    return Graph(
        title,
        tuple(replace(node, id=names[id_]) for id_, node in nodes.items()),
        tuple(GraphEdge(names[edge.source], names[edge.target], edge.label) for edge in edges),
    )
