"""Blocks of Spark properties, what holds them, and the files that properties and commands name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sparkfix.model import (
    Command,
    Container,
    GraphEdge,
    GraphNode,
    KubernetesObject,
    Place,
    Property,
    PropertyBlock,
    Span,
    Workload,
)
from sparkfix.spark.mounts import is_made_by_a_script
from sparkfix.spark.names import literal
from sparkfix.spark.paths import literal_path, properties_files
from sparkfix.workspace.graph.containers import command_id
from sparkfix.workspace.graph.pieces import (
    Piece,
    at,
    container_id,
    missing,
    object_id,
    object_node,
    same_object,
    shown,
)
from sparkfix.workspace.graph.volumes import file_at
from sparkfix.workspace.mounted import Mounted, keys_of

_TEMPLATE_KEY = re.compile(r"spark\.kubernetes\.(driver|executor)\.podTemplateFile")
_KEY = re.compile(r"spark\.(?:[\w.\-/:*]|\{\{[^}]*\}\})+")
_HOLDERS = ("ConfigMap", "Secret")


def block_id(block: PropertyBlock) -> str:
    return at("properties", block.path, _first(block))


def _first(block: PropertyBlock) -> Span:
    return block.properties[0].key_span if block.properties else block.span


def block_node(block: PropertyBlock) -> GraphNode:
    """A block by its number of Spark's properties and their keys; of a confidential one no key is shown."""
    keys = list(dict.fromkeys(item.key for item in block.properties))
    own = [shown(key) for key in keys if _KEY.fullmatch(key)]
    count = f"{len(own)} Spark properties" if len(own) != 1 else "1 Spark property"
    name = block.name or block.where
    details = ["not shown"] if block.confidential else own
    if len(own) < len(keys):
        details.append(f"{len(keys) - len(own)} more that {'is' if len(keys) - len(own) == 1 else 'are'} not Spark's")
    return GraphNode(
        block_id(block), "properties", f"{shown(name)}: {count}", Place(block.path, _first(block)), tuple(details)
    )


def block_pieces(
    block: PropertyBlock, containers: Sequence[Container], root: str, mounted: frozenset[str], workload: Workload
) -> Iterator[Piece]:
    """A block below what holds it: a container's arguments, a ConfigMap or Secret, the root itself, or a file.

    `mounted` are the ids that containers lead to already; what holds a block and is not among them hangs on the root.
    """
    own = block_node(block)
    inside = [one for one in containers if one.path == block.path and one.node.span.covers(block.span)]
    owner = block.owner
    if inside:
        yield own
        yield GraphEdge(container_id(inside[0]), own.id, "arguments" if block.on_command_line else "sets")
    elif owner is not None and object_id(owner) == root:
        yield own
        yield GraphEdge(root, own.id, "sets")
    elif owner is not None:
        keys = keys_of(owner) if owner.kind in _HOLDERS else {}
        yield object_node(owner, (f"keys: {', '.join(map(shown, keys))}",) if keys else ())
        if object_id(owner) not in mounted:
            yield GraphEdge(root, object_id(owner), "reads")
        yield own
        yield GraphEdge(object_id(owner), own.id, "holds")
    else:
        file = file_node(block.path)
        yield file
        if file.id != root:
            yield GraphEdge(root, file.id, "reads")
        yield own
        yield GraphEdge(file.id, own.id, "holds")
    yield from _templates(block, own.id, workload)


def file_node(path: str) -> GraphNode:
    """A file of the repository that is no manifest: properties, values of a chart, helpers."""
    return GraphNode(f"file {path}", "file", path.rpartition("/")[2], Place(path, Span(0, 0)))


def _templates(block: PropertyBlock, source: str, workload: Workload) -> Iterator[Piece]:
    """The pod templates that a block names."""
    for item in block.properties:
        if found := _TEMPLATE_KEY.fullmatch(item.key):
            yield from _named_file(item.value, item, source, f"template of the {found[1]}", workload)


def _named_file(value: str, item: Property, source: str, label: str, workload: Workload) -> Iterator[Piece]:
    place = Place(item.path, item.value_span)
    path = literal_path(value)
    server = workload.server
    mounted = file_at(path, server, workload) if path and server is not None else None
    yield from _file(mounted, value.strip(), place, source, label, workload)


def _file(
    mounted: Mounted | None, written_path: str, place: Place, source: str, label: str, workload: Workload
) -> Iterator[Piece]:
    """What a path leads to: properties, another key of a mounted object, a manifest of that name, or nothing known."""
    if mounted is not None:
        item = mounted.object
        block = next((one for one in workload.blocks if _is_key(one, mounted)), None)
        if block is not None:
            yield GraphEdge(source, block_id(block), label)
            return
        span = mounted.node.key_span or mounted.node.span
        id_ = at("file", item.path, span)
        yield GraphNode(id_, "file", shown(mounted.key), Place(item.path, span))
        yield object_node(item, (f"keys: {', '.join(map(shown, keys_of(item)))}",))
        yield GraphEdge(object_id(item), id_, "holds")
        yield GraphEdge(source, id_, label)
        return
    manifest = _manifest(written_path, workload.objects)
    if manifest is not None:
        yield object_node(manifest)
        yield GraphEdge(source, object_id(manifest), label)
        return
    path = literal_path(written_path)
    made = "a script here may make it" if path and is_made_by_a_script(workload, path) else ""
    node = missing("file", written_path, place, "", (made or "no mount here holds it; the image may",))
    yield node
    yield GraphEdge(source, node.id, label)


def _is_key(block: PropertyBlock, mounted: Mounted) -> bool:
    owner = block.owner
    return owner is not None and same_object(owner, mounted.object) and mounted.node.span.covers(_first(block))


def _manifest(path: str, objects: Sequence[KubernetesObject]) -> KubernetesObject | None:
    """The pod's manifest of the same file name, if there is just one."""
    name = path.rpartition("/")[2]
    found = [item for item in objects if item.kind == "Pod" and item.path.rpartition("/")[2] == name]
    return found[0] if len(found) == 1 and literal(path) else None


def command_files(workload: Workload) -> Iterator[Piece]:
    """The properties files, and the pod templates, that commands name."""
    for container in workload.containers:
        for command, word, path in properties_files(workload.commands, container):
            if not word.dynamic:
                mounted = file_at(literal_path(path), container, workload) if literal_path(path) else None
                place = Place(command.path, word.span)
                yield from _file(mounted, path, place, command_id(command), "properties file", workload)
    for command in workload.commands:
        yield from _given_templates(command, workload)


def _given_templates(command: Command, workload: Workload) -> Iterator[Piece]:
    for word in command.words:
        key, _, value = word.text.removeprefix("--conf=").partition("=")
        found = _TEMPLATE_KEY.fullmatch(key)
        read = any(
            item.key == key and item.path == command.path for block in workload.blocks for item in block.properties
        )
        if found and command.container is not None and not read:
            mounted = file_at(literal_path(value), command.container, workload) if literal_path(value) else None
            place, label = Place(command.path, word.span), f"template of the {found[1]}"
            yield from _file(mounted, value, place, command_id(command), label, workload)
