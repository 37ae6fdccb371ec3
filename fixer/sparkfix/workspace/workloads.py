"""From files to workloads: which pod runs what, with which properties, behind which Services."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sparkfix.formats.kubernetes.objects import containers_of
from sparkfix.model import Command, Container, KubernetesObject, PropertyBlock, Role, Workload
from sparkfix.spark.daemons import daemon_of
from sparkfix.spark.facts import launch_of
from sparkfix.spark.flags import AS_CONF, FLAGS
from sparkfix.spark.names import written
from sparkfix.spark.programs import launcher_at
from sparkfix.spark.resources import CARRIER
from sparkfix.workspace.claims import Claims, claims_of
from sparkfix.workspace.expanders import folder_expander, pod_expander
from sparkfix.workspace.readers import Pod, assign, pod_from
from sparkfix.workspace.roles import Evidence, role_of, server_of
from sparkfix.workspace.services import services_of
from sparkfix.workspace.version import detect_version
from sparkfix.workspace.workspace import Workspace

_OF_THE_CLUSTER = frozenset((
    "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace", "PersistentVolume", "PriorityClass",
    "StorageClass",
))  # fmt: skip


def workloads_of(workspace: Workspace, unit: str) -> tuple[Workload, ...]:
    """All Spark workloads of a unit, in the order of their files."""
    paths = workspace.unit_files(unit)
    documents = [document for path in paths if _matters(workspace, path) and (document := workspace.document(path))]
    objects = [_in_namespace(workspace, item) for document in documents for item in document.objects]
    blocks = _with_owners([block for document in documents for block in document.blocks], objects)
    pods = [pod_from(item, objects) for item in objects if containers_of(item)]
    assigned = assign(blocks, pods, chart=unit.startswith("chart:"))
    claims = {index: claims_of(pods[index], group, objects) for index, group in assigned.items()}
    read = {index: _without(group, claims[index].unread) for index, group in assigned.items()}
    found = [
        workload
        for index, pod in enumerate(pods)
        for workload in _pod_workloads(workspace, unit, pod, read.get(index, []), objects, claims.get(index, Claims()))
    ]
    unread = {id(block) for one in claims.values() for block in one.unread}
    for owner, group in _loose(blocks, read):
        evidence = role_of(group, owner) if not any(id(block) in unread for block in group) else (Role.UNKNOWN, "")
        found.append(_loose_workload(workspace, unit, owner, group, evidence))
    everything, neighbours = tuple(objects), tuple(blocks)
    shared = (replace(item, objects=everything, neighbours=neighbours) for item in _with_sharing(found))
    return tuple(sorted(shared, key=lambda item: (item.path, item.name)))


def _in_namespace(workspace: Workspace, item: KubernetesObject) -> KubernetesObject:
    """The object in the namespace that it is applied to, as far as the workspace says something of it."""
    if item.namespace and item.namespace == workspace.unnamed_namespace:
        return replace(item, namespace="")
    if not item.namespace and workspace.default_namespace and item.kind not in _OF_THE_CLUSTER:
        return replace(item, namespace=workspace.default_namespace)
    return item


def _with_sharing(workloads: Sequence[Workload]) -> list[Workload]:
    """The workloads, each told which other drivers' containers read one of its blocks."""
    readers: dict[tuple[str, int], list[Container]] = {}
    for item in workloads:
        for block in item.blocks:
            if item.server is not None:
                readers.setdefault((block.path, block.span.start), []).append(item.server)
    return [
        replace(
            item,
            sharing=tuple(
                container
                for block in item.blocks
                for container in readers.get((block.path, block.span.start), ())
                if not _is_one(container, item.server)
            ),
        )
        for item in workloads
    ]


def _is_one(left: Container, right: Container | None) -> bool:
    """Are two containers the same one? Containers of two pods may well have one name and one image."""
    return right is not None and (left.path, left.node.span) == (right.path, right.node.span)


def _matters(workspace: Workspace, path: str) -> bool:
    """May a file hold a manifest or Spark properties? Others of a chart are not parsed for its workloads."""
    data = workspace.data(path)
    return data is not None and (b"kind:" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff") or workspace.relevant(path))


def _with_owners(blocks: Sequence[PropertyBlock], objects: Iterable[KubernetesObject]) -> list[PropertyBlock]:
    """The blocks, each with the object that holds it, if one does."""
    found: dict[str, list[KubernetesObject]] = {}
    for item in sorted(objects, key=lambda item: item.span.start):
        found.setdefault(item.path, []).append(item)
    starts = {path: [item.span.start for item in items] for path, items in found.items()}
    owned = []
    for block in blocks:
        index = bisect_right(starts.get(block.path, ()), block.span.start) - 1
        owner = found[block.path][index] if index >= 0 else None
        owned.append(replace(block, owner=owner) if owner and block.span.start < owner.span.end else block)
    return owned


def _without(blocks: Sequence[PropertyBlock], others: Sequence[PropertyBlock]) -> list[PropertyBlock]:
    return [block for block in blocks if not any(block is one for one in others)]


def _pod_workloads(
    workspace: Workspace, unit: str, pod: Pod, blocks: list[PropertyBlock], objects: Sequence[KubernetesObject],
    claims: Claims,
) -> list[Workload]:  # fmt: skip
    """The pod's driver, and one workload more for each other container with arguments or a properties file of its own."""
    role = role_of([block for block in blocks if _holder(pod, block) is None], pod.object, pod.containers, pod.commands)
    server = server_of(pod.object, pod.containers, pod.commands, role[0])
    others: dict[int, list[PropertyBlock]] = {}
    for block in blocks:
        holder = _holder(pod, block)
        if holder is not None and holder != server:
            others.setdefault(pod.containers.index(holder), []).append(block)
        readers = claims.by(block)
        if readers and server is not None and pod.containers.index(server) not in readers:
            for index in readers:
                others.setdefault(index, []).append(block)
    taken = {id(block) for group in others.values() for block in group}
    own = [block for block in blocks if id(block) not in taken]
    role = role if role[0] is not Role.UNKNOWN else role_of(own, pod.object, pod.containers, pod.commands)
    found = []
    if own or role[0] is not Role.UNKNOWN or any(map(daemon_of, pod.commands)):
        found.append(_driver(workspace, unit, pod, own, objects, server, role))
    for index, group in others.items():
        container = pod.containers[index]
        alone = replace(
            pod,
            commands=tuple(item for item in pod.commands if item.container == container),
            containers=(container,),
        )
        own_role = role_of(group, None, alone.containers, alone.commands)
        found.append(_driver(workspace, unit, alone, group, objects, container, own_role))
    return found


def _holder(pod: Pod, block: PropertyBlock) -> Container | None:
    """The container whose own arguments a block is. A script's block may end with the line break behind the container."""
    inside = (
        item
        for item in pod.containers
        if item.path == block.path and item.node.span.start <= block.span.start < item.node.span.end
    )
    return next(inside, None)


def _driver(
    workspace: Workspace, unit: str, pod: Pod, blocks: Sequence[PropertyBlock], objects: Sequence[KubernetesObject],
    server: Container | None, role: Evidence,
) -> Workload:  # fmt: skip
    return Workload(
        path=pod.object.path,
        name=pod.object.name,
        role=role[0],
        evidence=role[1],
        blocks=_in_order(blocks),
        containers=pod.containers,
        server=server,
        pod=pod.object,
        services=services_of(pod.object, objects),
        commands=pod.commands,
        command_line=tuple(_command_line(item for item in pod.commands if server is None or item.container == server)),
        namespace=written(pod.object.namespace),
        version=detect_version(
            workspace, unit, pod.object.path, owner=pod.object, server=server, blocks=blocks, commands=pod.commands,
            role=role[0],
        ),
        templates=_templates(workspace, pod.object.path, blocks),
        expands_variables=pod_expander(pod.containers, pod.mounted, objects) or folder_expander(workspace, unit),
    )  # fmt: skip


def _command_line(commands: Iterable[Command]) -> Iterator[tuple[str, str]]:
    """The settings that commands make, the weakest first: with `--conf` and what the launcher turns into it, then with
    other named options. All win over files."""
    for command in commands:
        launch = launch_of(command)
        end = launch.resource if launch is not None and launch.resource is not None else len(command.words)
        texts = [word.text for word in command.words[:end]]
        known = launch is not None or launcher_at(texts) is not None
        named = [*_named_options(texts)] if known else [one for one in _named_options(texts) if one[1] == "--master"]
        weak = [*_settings(texts), *(one for one in named if one[1] in AS_CONF)]
        yield from (one[2:] for one in sorted(weak))
        yield from (one[2:] for one in named if one[1] not in AS_CONF)


_Given = tuple[int, str, str, str]
"""The position of a word, the option, and the key and the value that it sets."""


def _settings(texts: Sequence[str]) -> Iterator[_Given]:
    for at, (text, following) in enumerate(zip(texts, [*texts[1:], ""], strict=True)):
        if text in ("--conf", "-c") or text.startswith("--conf="):
            key, separator, value = (text.removeprefix("--conf=") if "=" in text else following).partition("=")
            if separator:
                yield at, "--conf", key, value


def _named_options(texts: Sequence[str]) -> Iterator[_Given]:
    for at, (text, following) in enumerate(zip(texts, [*texts[1:], ""], strict=True)):
        name, separator, value = text.partition("=")
        if name in FLAGS:
            yield at, name, FLAGS[name], value if separator else following


def _in_order(blocks: Iterable[PropertyBlock]) -> tuple[PropertyBlock, ...]:
    """Blocks in the order of their files; what fields of resources become stands behind what is written as properties."""
    return tuple(sorted(blocks, key=lambda block: block.carrier == CARRIER))


def _templates(workspace: Workspace, path: str, blocks: Iterable[PropertyBlock]) -> frozenset[str]:
    """Which of a workload's files are templates of a chart."""
    return frozenset(one for one in {path, *(block.path for block in blocks)} if workspace.in_chart_templates(one))


def _loose(
    blocks: Sequence[PropertyBlock], assigned: dict[int, list[PropertyBlock]]
) -> list[tuple[KubernetesObject | None, list[PropertyBlock]]]:
    """Blocks that no pod reads, grouped by the object or the file that holds them."""
    taken = {id(block) for group in assigned.values() for block in group}
    groups: dict[tuple[str, int], tuple[KubernetesObject | None, list[PropertyBlock]]] = {}
    for block in blocks:
        if id(block) not in taken:
            key = (block.path, block.owner.span.start if block.owner else block.span.start)
            groups.setdefault(key, (block.owner, []))[1].append(block)
    return list(groups.values())


def _loose_workload(
    workspace: Workspace, unit: str, owner: KubernetesObject | None, blocks: list[PropertyBlock], shown: Evidence
) -> Workload:
    role, evidence = shown
    path = blocks[0].path
    return Workload(
        path=path,
        name=owner.name if owner else path.rpartition("/")[2],
        role=role,
        evidence=evidence,
        blocks=_in_order(blocks),
        namespace=written(owner.namespace) if owner else "",
        version=detect_version(workspace, unit, path, owner=owner, server=None, blocks=blocks, commands=(), role=role),
        templates=_templates(workspace, path, blocks),
        expands_variables=folder_expander(workspace, unit),
    )
