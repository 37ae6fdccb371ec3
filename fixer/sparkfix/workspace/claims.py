"""Which of the properties files that a pod mounts its containers read: those that their commands name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sparkfix.model import Container, KubernetesObject, PropertyBlock, Workload
from sparkfix.spark.facts import launch_of
from sparkfix.spark.paths import literal_path, properties_files
from sparkfix.workspace.mounted import Mounted, file_at
from sparkfix.workspace.readers import Pod

_HOLDERS = ("ConfigMap", "Secret")
_FILES = ("properties text", "base64 Secret")
_DEFAULTS, _WITH_DEFAULTS = "spark-defaults.conf", "--load-spark-defaults"


@dataclass(frozen=True, slots=True)
class Claims:
    """The blocks that containers name as their properties files, by the containers' positions, and those that none reads.

    A block that is in neither may be read by any container.
    """

    named: dict[int, list[PropertyBlock]] = field(default_factory=dict)
    unread: tuple[PropertyBlock, ...] = ()

    def by(self, block: PropertyBlock) -> list[int]:
        """The positions of the containers that name a block."""
        return [index for index, blocks in self.named.items() if any(one is block for one in blocks)]


def claims_of(pod: Pod, blocks: Sequence[PropertyBlock], objects: Sequence[KubernetesObject]) -> Claims:
    """Which blocks `--properties-file` names; Spark then reads no other file (docs/submitting-applications.md), but for
    `spark-defaults.conf` where it is asked to (4.0, `--load-spark-defaults`).

    Nothing is unread where a container that starts Spark names no file, or one whose place is not known.
    """
    launching = [
        index
        for index, one in enumerate(pod.containers)
        if any(command.container == one and launch_of(command) is not None for command in pod.commands)
    ]
    files = {index: _files(pod, pod.containers[index], objects) for index in launching}
    both = any(word.text == _WITH_DEFAULTS for command in pod.commands for word in command.words)
    named: dict[int, list[PropertyBlock]] = {}
    rest: list[PropertyBlock] = []
    for block in blocks:
        if block.owner is None or block.owner.kind not in _HOLDERS or block.carrier not in _FILES:
            continue
        claimed = [index for index, found in files.items() if any(_is_at(block, one) for one in found or ())]
        for index in claimed:
            named.setdefault(index, []).append(block)
        rest += [] if claimed or (both and block.name == _DEFAULTS) else [block]
    known = named and all(found is not None for found in files.values())
    return Claims(named, tuple(rest) if known else ())


def is_named_file(workload: Workload, block: PropertyBlock) -> bool:
    """Do a workload's commands name a block as their properties file, as its container finds it mounted?"""
    container, pod = workload.server, workload.pod
    if container is None or pod is None or block.owner is None or block.carrier not in _FILES:
        return False
    found = (
        literal_path(written) for _, word, written in properties_files(workload.commands, container) if not word.dynamic
    )
    mounted = (file_at(path, container, pod, workload.objects) for path in found if path)
    return any(_is_at(block, one) for one in mounted if one is not None)


def _files(pod: Pod, container: Container, objects: Sequence[KubernetesObject]) -> list[Mounted] | None:
    """The mounted keys that a container's commands name as properties files; None if it may read others."""
    found: list[Mounted] = []
    for _, word, written in properties_files(pod.commands, container):
        path = "" if word.dynamic else literal_path(written)
        mounted = file_at(path, container, pod.object, objects) if path else None
        if mounted is None:
            return None
        found.append(mounted)
    return found or None


def _is_at(block: PropertyBlock, mounted: Mounted) -> bool:
    """Is a block the text of a mounted key?"""
    start = block.properties[0].key_span if block.properties else block.span
    return block.path == mounted.object.path and mounted.node.span.covers(start)
