"""From files to workloads: which pod runs what, with which properties, behind which Services.

Names are compared as they are written, template actions included: `{{ include "x.fullname" . }}-config` in a volume
is the ConfigMap of the same text. Rendering makes this exact later; nothing here guesses between two candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sparkfix.formats.kubernetes.commands import commands_of
from sparkfix.formats.kubernetes.objects import containers_of, pod_labels
from sparkfix.model import (
    Command,
    Container,
    KubernetesObject,
    Node,
    PropertyBlock,
    Role,
    Service,
    Workload,
)
from sparkfix.spark.facts import CONNECT_CLASS, CONNECT_PORT, mentions_connect
from sparkfix.workspace.version import detect_version
from sparkfix.workspace.workspace import Workspace

_EXPANDS = re.compile(r"\b(envsubst|gomplate|confd|dockerize|esh)\b|\bsed\b.*\$\{|\beval\b|<<-?\s*[\"']?\w+")
_INCLUDED = re.compile(r"(?:include|template)\s+\"([^\"]+)\"")


@dataclass(frozen=True)
class _Pod:
    object: KubernetesObject
    containers: tuple[Container, ...]
    commands: tuple[Command, ...]
    mounted: frozenset[str]


def written(text: str) -> str:
    """A name as written, with blanks in template actions folded and quotes dropped."""
    folded = " ".join(text.strip().strip("\"'").split())
    return re.sub(
        r"\{\{-?\s*(.*?)\s*-?\}\}", lambda match: "{{" + match[1].replace("| quote", "").strip() + "}}", folded
    )


def workloads_of(workspace: Workspace, unit: str) -> tuple[Workload, ...]:
    """All Spark workloads of a unit, in the order of their files."""
    paths = workspace.unit_files(unit)
    documents = [document for path in paths if _matters(workspace, path) and (document := workspace.document(path))]
    objects = [item for document in documents for item in document.objects]
    blocks = [_owned(block, objects) for document in documents for block in document.blocks]
    pods = [_pod(item) for item in objects if containers_of(item)]
    assigned = _assign(blocks, pods, chart=unit.startswith("chart:"))
    found = [
        workload
        for index, pod in enumerate(pods)
        for workload in _pod_workloads(workspace, unit, pod, assigned.get(index, []), objects)
    ]
    for owner, group in _loose(blocks, assigned):
        found.append(_loose_workload(workspace, unit, owner, group))
    return tuple(sorted(_with_sharing(found), key=lambda item: (item.path, item.name)))


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
                if container != item.server
            ),
        )
        for item in workloads
    ]


def _matters(workspace: Workspace, path: str) -> bool:
    """May a file hold a manifest or Spark properties? Others of a chart are not parsed for its workloads."""
    data = workspace.data(path)
    return data is not None and (b"kind:" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff") or workspace.relevant(path))


def _owned(block: PropertyBlock, objects: Iterable[KubernetesObject]) -> PropertyBlock:
    for item in objects:
        if item.path == block.path and item.span.start <= block.span.start < item.span.end:
            return replace(block, owner=item)
    return block


def _pod(item: KubernetesObject) -> _Pod:
    containers = containers_of(item)
    commands = tuple(command for container in containers for command in commands_of(container, item))
    return _Pod(item, containers, commands, frozenset(_mounted(containers)))


def _mounted(containers: Sequence[Container]) -> Iterable[str]:
    for volume in containers[0].pod.items("volumes"):
        yield written(volume.text("configMap", "name"))
        yield written(volume.text("secret", "secretName"))
        for source in volume.items("projected", "sources"):
            yield written(source.text("configMap", "name"))
            yield written(source.text("secret", "name"))
    for container in containers:
        for source in container.node.items("envFrom"):
            yield written(source.text("configMapRef", "name"))
            yield written(source.text("secretRef", "name"))


def _assign(blocks: Sequence[PropertyBlock], pods: Sequence[_Pod], *, chart: bool) -> dict[int, list[PropertyBlock]]:
    """Blocks by the index of the pod that reads them."""
    found: dict[int, list[PropertyBlock]] = {}
    named = frozenset(written(block.owner.name) for block in blocks if block.owner)
    for block in blocks:
        owner = block.owner
        for index in _readers(block, owner, pods, named, chart=chart):
            found.setdefault(index, []).append(block)
    return found


def _readers(
    block: PropertyBlock, owner: KubernetesObject | None, pods: Sequence[_Pod], named: frozenset[str], *, chart: bool
) -> list[int]:
    """The pods that read a block; `named` are the names of all objects that hold blocks."""
    own = [index for index, pod in enumerate(pods) if owner is not None and pod.object == owner]
    if own:
        return own
    if owner is not None and owner.kind in ("ConfigMap", "Secret"):
        mounting = [index for index, pod in enumerate(pods) if written(owner.name) in pod.mounted and owner.name]
        if mounting:
            return mounting
    elif owner is not None:
        return []
    if not chart:
        return []
    # A body that a ConfigMap includes, a values file or a `.Files` text: only one pod can be meant, or none is.
    connect = _has_connect_keys([block])
    candidates = [index for index, pod in enumerate(pods) if _runs_spark(pod) and (not owner or _may_mount(pod, named))]
    if connect:
        servers = [index for index in candidates if _connect_evidence(pods[index])]
        candidates = servers or candidates
    return candidates if len(candidates) == 1 else []


def _may_mount(pod: _Pod, named: frozenset[str]) -> bool:
    """May a pod read one more object than those that it mounts by their names?"""
    return not pod.mounted & named or bool(pod.mounted - named - {""})


def _runs_spark(pod: _Pod) -> bool:
    return any("spark" in container.image.lower() or "spark" in container.name for container in pod.containers) or any(
        "spark" in word.text for command in pod.commands for word in command.words
    )


def _has_connect_keys(blocks: Iterable[PropertyBlock]) -> bool:
    return any(item.key.startswith("spark.connect.") for block in blocks for item in block.properties)


def _connect_evidence(pod: _Pod) -> str:
    texts = [word.text for command in pod.commands for word in command.words]
    found = mentions_connect(texts)
    if found:
        return found
    for container in pod.containers:
        for port in container.node.items("ports"):
            if port.text("containerPort") == CONNECT_PORT:
                return f"container port {CONNECT_PORT}"
    return ""


def _role(blocks: Sequence[PropertyBlock], pod: _Pod | None, owner: KubernetesObject | None) -> tuple[Role, str]:
    """What runs here, and why we think so."""
    if owner is not None and owner.kind in ("SparkConnect", "SparkConnectServer"):
        return Role.CONNECT_SERVER, f"the resource kind {owner.kind}"
    if owner is not None and owner.node.text("spec", "mainClass") == CONNECT_CLASS:
        return Role.CONNECT_SERVER, "its main class"
    if pod is not None and (evidence := _connect_evidence(pod)):
        return Role.CONNECT_SERVER, evidence
    for block in blocks:
        for item in block.properties:
            if item.key.startswith("spark.connect.grpc."):
                return Role.CONNECT_SERVER, f"`{item.key}`"
    texts = " ".join(word.text for command in (pod.commands if pod else ()) for word in command.words)
    if "HiveThriftServer2" in texts or "start-thriftserver.sh" in texts:
        return Role.THRIFT_SERVER, "its command"
    if "HistoryServer" in texts or "start-history-server.sh" in texts:
        return Role.HISTORY_SERVER, "its command"
    if owner is not None and owner.kind in ("SparkApplication", "ScheduledSparkApplication"):
        return Role.APPLICATION, f"the resource kind {owner.kind}"
    return (Role.APPLICATION, "spark-submit") if "spark-submit" in texts else (Role.UNKNOWN, "")


def _server(pod: _Pod, role: Role) -> Container | None:
    """The container that runs the driver: by its command, its port, its image, or because it is the only one."""
    mains = [container for container in pod.containers if not container.init]
    for container in mains:
        texts = [word.text for command in pod.commands if command.container == container for word in command.words]
        if role is Role.CONNECT_SERVER and mentions_connect(texts):
            return container
        if role is not Role.CONNECT_SERVER and any("spark" in text for text in texts):
            return container
    for container in mains:
        if role is Role.CONNECT_SERVER and any(
            port.text("containerPort") == CONNECT_PORT or "connect" in port.text("name") or "grpc" in port.text("name")
            for port in container.node.items("ports")
        ):
            return container
    named = [container for container in mains if "spark" in container.image.lower() or "spark" in container.name]
    if len(named) == 1:
        return named[0]
    return mains[0] if len(mains) == 1 else None


def _pod_workloads(
    workspace: Workspace, unit: str, pod: _Pod, blocks: list[PropertyBlock], objects: Sequence[KubernetesObject]
) -> list[Workload]:
    """The pod's driver, and one workload more for each other container with arguments of its own."""
    role, evidence = _role([block for block in blocks if _holder(pod, block) is None], pod, None)
    server = _server(pod, role)
    others: dict[int, list[PropertyBlock]] = {}
    for block in blocks:
        holder = _holder(pod, block)
        if holder is not None and holder != server:
            others.setdefault(pod.containers.index(holder), []).append(block)
    taken = {id(block) for group in others.values() for block in group}
    own = [block for block in blocks if id(block) not in taken]
    role, evidence = (role, evidence) if role is not Role.UNKNOWN else _role(own, pod, None)
    found = (
        [_driver(workspace, unit, pod, own, objects, server, (role, evidence))]
        if own or role is not Role.UNKNOWN
        else []
    )
    for index, group in others.items():
        alone = replace(pod, commands=tuple(item for item in pod.commands if item.container == pod.containers[index]))
        alone = replace(alone, containers=(pod.containers[index],))
        found.append(_driver(workspace, unit, alone, group, objects, pod.containers[index], _role(group, alone, None)))
    return found


def _holder(pod: _Pod, block: PropertyBlock) -> Container | None:
    """The container whose own arguments a block is."""
    inside = (item for item in pod.containers if item.path == block.path and item.node.span.covers(block.span))
    return next(inside, None)


def _driver(
    workspace: Workspace, unit: str, pod: _Pod, blocks: Sequence[PropertyBlock], objects: Sequence[KubernetesObject],
    server: Container | None, role: tuple[Role, str],
) -> Workload:  # fmt: skip
    return Workload(
        path=pod.object.path,
        name=pod.object.name,
        role=role[0],
        evidence=role[1],
        blocks=tuple(blocks),
        containers=pod.containers,
        server=server,
        pod=pod.object,
        services=_services(pod, objects),
        commands=pod.commands,
        namespace=written(pod.object.namespace),
        version=detect_version(
            workspace, unit, pod.object.path, owner=None, server=server, blocks=blocks, commands=pod.commands
        ),
        templated=workspace.in_chart_templates(pod.object.path),
        expands_variables=_expander(pod) or _unit_expander(workspace, unit),
    )


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
    workspace: Workspace, unit: str, owner: KubernetesObject | None, blocks: list[PropertyBlock]
) -> Workload:
    role, evidence = _role(blocks, None, owner)
    path = blocks[0].path
    return Workload(
        path=path,
        name=owner.name if owner else path.rpartition("/")[2],
        role=role,
        evidence=evidence,
        blocks=tuple(blocks),
        namespace=written(owner.namespace) if owner else "",
        version=detect_version(workspace, unit, path, owner=owner, server=None, blocks=blocks, commands=()),
        templated=workspace.in_chart_templates(path),
        expands_variables=_unit_expander(workspace, unit),
    )


def _expander(pod: _Pod) -> str:
    """What in a pod's commands replaces variables in files before Spark reads them."""
    for container in pod.containers:
        for key in ("command", "args"):
            node = container.node.get(key)
            texts = [item.text() for item in (container.node.items(key) or ((node,) if node else ()))]
            for text in texts:
                if found := _EXPANDS.search(text):
                    return f"`{found[1] or found[0].split()[0]}` in container `{container.name}`"
    return ""


_SCRIPTS = re.compile(r"(?:^Dockerfile|\.sh$|^entrypoint|^docker-entrypoint|^Makefile$)")


def _unit_expander(workspace: Workspace, unit: str) -> str:
    """A script or Dockerfile beside the configuration that calls envsubst."""
    folder = unit.partition(":")[2]
    for name, is_folder in workspace.store.names(folder):
        path = f"{folder}/{name}" if folder else name
        if not is_folder and _SCRIPTS.search(name) and b"envsubst" in (workspace.data(path) or b""):
            return f"`envsubst` in {path}"
    return ""


def _labels(node: Node | None) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """The label pairs of a map, and the names of the helpers that add more of them."""
    if node is None:
        return frozenset(), frozenset()
    pairs = node.value.items() if isinstance(node.value, dict) else ()
    helpers: set[str] = set()
    origin = node.origin
    if origin is not None:
        source, text = origin.text.source, origin.text
        start, end = source.offset((node.key_span or node.span).start), source.offset(node.span.end)
        end = max(end, source.line_end(end))
        for action in text.template.within(start, _block_end(text.masked, start, end)):
            helpers.update(_INCLUDED.findall(action.text))
    return frozenset((key, written(value.text())) for key, value in pairs), frozenset(helpers)


def _block_end(masked: str, start: int, end: int) -> int:
    """End of the blank lines below a key whose content is made by template actions."""
    while end < len(masked):
        stop = masked.find("\n", end)
        stop = len(masked) if stop < 0 else stop + 1
        if masked[end:stop].strip():
            break
        end = stop
    return end


def _services(pod: _Pod, objects: Sequence[KubernetesObject]) -> tuple[Service, ...]:
    """The Services that select a pod: their pairs and helpers are among those of the pod's labels."""
    pairs, helpers = _labels(pod_labels(pod.object))
    pods = [item for item in objects if containers_of(item)]
    found = []
    for item in objects:
        if item.kind != "Service" or item.path.endswith(".tgz"):
            continue
        wanted, wanted_helpers = _labels(item.node.get("spec", "selector"))
        if not wanted and not wanted_helpers:
            continue
        same_helpers = wanted_helpers <= helpers or (bool(helpers) and len(pods) == 1)
        if wanted <= pairs and same_helpers:
            found.append(
                Service(
                    item,
                    item.name,
                    written(item.namespace),
                    item.node.text("spec", "clusterIP") == "None",
                    item.node.text("spec", "publishNotReadyAddresses") == "true",
                )
            )
    return tuple(found)
