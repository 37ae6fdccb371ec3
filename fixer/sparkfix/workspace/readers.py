"""Which pods read which property blocks: by the ConfigMaps and Secrets that they mount, or because one only can be meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sparkfix.formats.kubernetes.objects import containers_of
from sparkfix.model import Command, Container, KubernetesObject, PropertyBlock, Role
from sparkfix.spark.names import written
from sparkfix.workspace.names import may_be_one_namespace, nearest_to
from sparkfix.workspace.roles import role_of
from sparkfix.workspace.scripts import commands_with_scripts


@dataclass(frozen=True)
class Pod:
    """An object that runs pods: its containers, their commands, and the names of what they mount."""

    object: KubernetesObject
    containers: tuple[Container, ...]
    commands: tuple[Command, ...]
    mounted: frozenset[str]


def pod_from(item: KubernetesObject, objects: Sequence[KubernetesObject]) -> Pod:
    """The pods of an object; `objects` are those beside it, whose scripts they may run."""
    containers = containers_of(item)
    commands = tuple(command for container in containers for command in commands_with_scripts(container, item, objects))
    return Pod(item, containers, commands, frozenset(_mounted(containers)))


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


def assign(blocks: Sequence[PropertyBlock], pods: Sequence[Pod], *, chart: bool) -> dict[int, list[PropertyBlock]]:
    """Blocks by the index of the pod that reads them."""
    found: dict[int, list[PropertyBlock]] = {}
    owners = [block.owner for block in blocks if block.owner is not None]
    for block in blocks:
        for index in _readers(block, owners, pods, chart=chart):
            found.setdefault(index, []).append(block)
    return found


def _readers(
    block: PropertyBlock, owners: Sequence[KubernetesObject], pods: Sequence[Pod], *, chart: bool
) -> list[int]:
    """The indexes of the pods that read a block; `owners` are all objects that hold blocks."""
    owner = block.owner
    own = [index for index, pod in enumerate(pods) if owner is not None and pod.object == owner]
    if own:
        return own
    if owner is not None and owner.kind in ("ConfigMap", "Secret"):
        mounting = _mounting(owner, owners, pods)
        if mounting:
            return mounting
    elif owner is not None:
        return []
    return _only_candidate(block, owners, pods) if chart else []


def _mounting(owner: KubernetesObject, owners: Sequence[KubernetesObject], pods: Sequence[Pod]) -> list[int]:
    """The pods that mount an object by its name, in its namespace; of objects and pods with equal names those that
    stand in one file belong together."""
    mounting = [
        index
        for index, pod in enumerate(pods)
        if owner.name
        and written(owner.name) in pod.mounted
        and may_be_one_namespace(owner.namespace, pod.object.namespace)
    ]
    near = nearest_to(owner.path, mounting, lambda index: pods[index].object.path)
    return [index for index in near if owner.path in {item.path for item in _twins_for(owner, owners, pods[index])}]


def _twins_for(owner: KubernetesObject, owners: Sequence[KubernetesObject], pod: Pod) -> list[KubernetesObject]:
    """The objects of the same name that a pod may mean: those of its own file, if any."""
    twins = [item for item in owners if item.kind == owner.kind and written(item.name) == written(owner.name)]
    return nearest_to(pod.object.path, twins, lambda item: item.path)


def _only_candidate(block: PropertyBlock, owners: Sequence[KubernetesObject], pods: Sequence[Pod]) -> list[int]:
    """The pod of a chart for a body that a ConfigMap includes, a values file or a `.Files` text, if only one can be
    meant."""
    named = frozenset(written(item.name) for item in owners)
    candidates = [
        index for index, pod in enumerate(pods) if _runs_spark(pod) and (not block.owner or _may_mount(pod, named))
    ]
    if any(item.key.startswith("spark.connect.") for item in block.properties):
        servers = [index for index in candidates if _is_server(pods[index])]
        candidates = servers or candidates
    return candidates if len(candidates) == 1 else []


def _is_server(pod: Pod) -> bool:
    return role_of((), pod.object, pod.containers, pod.commands)[0] is Role.CONNECT_SERVER


def _may_mount(pod: Pod, named: frozenset[str]) -> bool:
    """May a pod read one more object than those that it mounts by their names?"""
    return not pod.mounted & named or bool(pod.mounted - named - {""})


def _runs_spark(pod: Pod) -> bool:
    return any("spark" in container.image.lower() or "spark" in container.name for container in pod.containers) or any(
        "spark" in word.text for command in pod.commands for word in command.words
    )
