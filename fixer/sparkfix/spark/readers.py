"""Which pods name which ConfigMaps, seen from a ConfigMap that no pod was found to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sparkfix.model import KubernetesObject, Node, Span, Workload
from sparkfix.spark.names import written


@dataclass(frozen=True, slots=True)
class Pod:
    """An object with containers: its pod specification, and where its containers stand."""

    object: KubernetesObject
    node: Node
    span: Span


def only_spark_pod(workload: Workload) -> Pod | None:
    """The one pod of a unit that runs Spark, by its images and commands; None if there is none or more than one.

    Where the workload's own file holds some, only those count: files often hold one environment each. None as well where
    a template adds to the pod.
    """
    everywhere = [pod for item in workload.objects for pod in _pods(item, item.node) if _runs_spark(pod.node)]
    found = [pod for pod in everywhere if pod.object.path == workload.path] or everywhere
    if len(found) != 1:
        return None
    volumes = found[0].node.get("volumes")
    return None if found[0].node.filled or (volumes is not None and volumes.filled) else found[0]


def runs_elsewhere(workload: Workload, pod: Pod) -> bool:
    """Does another object of the unit run Spark as well?"""
    others = (item for item in workload.objects if (item.path, item.span) != (pod.object.path, pod.object.span))
    return any(_runs_spark(one.node) for item in others for one in _pods(item, item.node))


def _pods(item: KubernetesObject, node: Node) -> Iterator[Pod]:
    """The pod specifications in an object, at any depth."""
    if isinstance(node.value, dict):
        containers = node.get("containers")
        if containers is not None and containers.key_span is not None and node.items("containers"):
            yield Pod(item, node, containers.key_span)
        for child in node.value.values():
            yield from _pods(item, child)


def _runs_spark(node: Node) -> bool:
    parts = [one.get(key) for one in node.items("containers") for key in ("image", "command", "args", "name")]
    return any("spark" in text.lower() for part in parts if part is not None for text in part.texts())


def is_named_elsewhere(owner: KubernetesObject, objects: Sequence[KubernetesObject]) -> bool:
    """Does any other object say a ConfigMap's name, or may a kustomization make it another one?"""
    name = written(owner.name)
    others = [item for item in objects if item.span != owner.span or item.path != owner.path]
    return any(item.kind == "Kustomization" for item in others) or any(
        name in written(text) for item in others for text in item.node.texts()
    )


def reads_others(pod: Pod, owner: KubernetesObject, objects: Sequence[KubernetesObject]) -> bool:
    """Does a pod read other ConfigMaps, all of which are here under exactly these names?"""
    here = {written(item.name) for item in objects if item.kind == "ConfigMap"} - {written(owner.name)}
    wanted = set(_references(pod.node))
    return bool(wanted) and wanted <= here


def _references(pod: Node) -> Iterator[str]:
    """The names of the ConfigMaps that a pod mounts or takes variables from."""
    if isinstance(pod.value, dict):
        for key, child in pod.value.items():
            if key in ("configMap", "configMapRef", "configMapKeyRef"):
                yield written(child.text("name"))
            yield from _references(child)
    elif isinstance(pod.value, list):
        for child in pod.value:
            yield from _references(child)


def command_names(pod: Pod, file: str) -> bool:
    """Does a command of a pod without any ConfigMap name a file by this name, and nothing else that could bring it?"""
    if not file or pod.node.get("volumes") is not None or set(_references(pod.node)):
        return False
    parts = [one.get(key) for one in pod.node.items("containers") for key in ("command", "args")]
    return any(text.endswith("/" + file) for part in parts if part is not None for text in part.texts())
