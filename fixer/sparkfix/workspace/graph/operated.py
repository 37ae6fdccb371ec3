"""Resources that an operator runs: the parts of a driver and of executors, read as containers are.

kubeflow/spark-operator (SparkApplication, ScheduledSparkApplication, SparkConnect) and apache/spark-kubernetes-operator
(SparkApplication with `driverSpec` and `executorSpec`).
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.model import Container, GraphEdge, KubernetesObject, Node, Workload
from sparkfix.workspace.graph.containers import container_pieces
from sparkfix.workspace.graph.pieces import Piece, object_id, reference, safe_path

OPERATED = ("SparkApplication", "ScheduledSparkApplication", "SparkConnect")
_POD_TEMPLATES = {"driver": "driverSpec", "executor": "executorSpec", "server": "serverSpec"}
_CONFIG_MAPS = ("sparkConfigMap", "hadoopConfigMap")


def operated_pieces(item: KubernetesObject, workload: Workload) -> Iterator[Piece]:
    """What the driver and the executors of an operator's resource run and read."""
    root = object_id(item)
    for spec in (item.node.get("spec"), item.node.get("spec", "template")):
        if spec is None or not isinstance(spec.value, dict):
            continue
        for role in ("driver", "executor", "server"):
            part = spec.get(role)
            if part is not None and isinstance(part.value, dict):
                yield from _part(item, role, part, spec, workload)
            template = spec.get(_POD_TEMPLATES[role], "podTemplateSpec", "spec")
            if template is not None:
                yield from _pod(item, role, template, workload)
        for field in _CONFIG_MAPS:
            name = spec.get(field)
            if name is not None and name.text():
                node = reference("ConfigMap", name, item.path, workload)
                yield node
                yield GraphEdge(root, node.id, field)


def _part(item: KubernetesObject, role: str, part: Node, spec: Node, workload: Workload) -> Iterator[Piece]:
    """A driver or executor as the container that the operator makes of it, and the containers beside it."""
    pod = part.get("template", "spec")
    if pod is None or item.kind != "SparkConnect":
        main = Container(item.path, role, part.text("image") or spec.text("image"), part, spec)
        yield from container_pieces(main, item, object_id(item), workload)
    if pod is not None:
        yield from _pod(item, role, pod, workload)
    for field, init in (("initContainers", True), ("sidecars", False)):
        for node in part.items(field):
            one = Container(item.path, node.text("name"), node.text("image"), node, spec, init)
            yield from container_pieces(one, item, object_id(item), workload)


def _pod(item: KubernetesObject, role: str, pod: Node, workload: Workload) -> Iterator[Piece]:
    for field, init in (("initContainers", True), ("containers", False)):
        for node in pod.items(field):
            if isinstance(node.value, dict):
                name = node.text("name")
                one = Container(item.path, name, node.text("image"), node, pod, init)
                yield from container_pieces(one, item, object_id(item), workload, f"{role} container")


def operated_details(item: KubernetesObject) -> Iterator[str]:
    """What an operator's resource says it runs."""
    for spec in (item.node.get("spec"), item.node.get("spec", "template")):
        for key in ("mainClass", "mainApplicationFile", "mode"):
            if spec is not None and spec.text(key):
                yield f"{key} {safe_path(spec.text(key))}"
