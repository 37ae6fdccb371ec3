"""Kubernetes objects in YAML documents, and the containers of their pods."""

from __future__ import annotations

from sparkfix.formats.yaml.compose import Composed, MappingNode, ScalarNode
from sparkfix.formats.yaml.nodes import model_node
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import Container, KubernetesObject, Node

_TEMPLATE = ("spec", "template", "spec")
POD_ROUTES: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "Deployment": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "Job": _TEMPLATE,
    "Rollout": _TEMPLATE,
    "DeploymentConfig": _TEMPLATE,
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "SparkConnect": ("spec", "server", "template", "spec"),
}
# The container that an operator runs Spark in, within the pod template of its resource (kubeflow/spark-operator).
OPERATOR_SERVER = {"SparkConnect": "spark-kubernetes-driver"}


def objects_in(text: YamlText, document: Composed) -> list[KubernetesObject]:
    """The object of a document, or the items of a `List`; nothing if it is no manifest."""
    root = document.root
    if not isinstance(root, MappingNode):
        return []
    keys = {key.value for key, _ in root.value if isinstance(key, ScalarNode)}
    if "kind" not in keys or not keys & {"apiVersion", "metadata", "spec", "data"}:
        return []
    node = model_node(text, document, root)
    if node.text("kind").endswith("List") and node.get("items") is not None:
        return [object_of(text.source.path, item) for item in node.items("items") if item.text("kind")]
    return [object_of(text.source.path, node)]


def object_of(path: str, node: Node) -> KubernetesObject:
    """The object that a map of a file is."""
    kind = node.get("kind")
    return KubernetesObject(
        path=path,
        kind=node.text("kind"),
        api_version=node.text("apiVersion"),
        name=node.text("metadata", "name"),
        namespace=node.text("metadata", "namespace"),
        node=node,
        guard=kind.guard if kind else node.guard,
        span=node.span,
    )


def pod_of(item: KubernetesObject) -> Node | None:
    """The pod specification of an object, if it runs pods."""
    route = POD_ROUTES.get(item.kind)
    pod = item.node.get(*route) if route else None
    return pod if pod is not None and pod.get("containers") is not None else None


def pod_labels(item: KubernetesObject) -> Node | None:
    """The labels of an object's pods."""
    route = POD_ROUTES.get(item.kind)
    return item.node.get(*route[:-1], "metadata", "labels") if route else None


def containers_of(item: KubernetesObject) -> tuple[Container, ...]:
    """All containers of an object's pod, init containers first."""
    pod = pod_of(item)
    if pod is None:
        return ()
    found = []
    for field, init in (("initContainers", True), ("containers", False)):
        for node in pod.items(field):
            if isinstance(node.value, dict):
                name, image = node.text("name"), node.text("image")
                found.append(Container(item.path, name, image, node, pod, init, node.span.start))
    return tuple(found)
