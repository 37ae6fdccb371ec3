"""Which environment variables a container has, as far as its manifest and the objects beside it tell.

Kubernetes documentation, "Define Environment Variables for a Container", "Configure a Pod to Use a ConfigMap".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sparkfix.model import Container, KubernetesObject, Node
from sparkfix.spark.names import written

_SOURCES = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
# What a Downward-API variable of a well-known name holds.
FIELDS = {
    "POD_IP": "status.podIP",
    "POD_NAME": "metadata.name",
    "POD_NAMESPACE": "metadata.namespace",
    "NODE_NAME": "spec.nodeName",
}


def has(container: Container, name: str, objects: Iterable[KubernetesObject]) -> bool | None:
    """Does a container set a variable? None where a template, or an object that is not here, may set it."""
    if name in container.environment():
        return True
    env, sources = container.node.get("env"), container.node.get("envFrom")
    if container.node.filled or (env is not None and env.filled) or (sources is not None and sources.filled):
        return None
    if any("{{" in entry for entry in container.environment()):
        return None
    known = [_brings(source, name, list(objects)) for source in container.node.items("envFrom")]
    return True if True in known else None if None in known else False


def _brings(source: Node, name: str, objects: Sequence[KubernetesObject]) -> bool | None:
    """Does an entry of `envFrom` bring a variable? None where its object is not here or not spelt out."""
    prefix = source.text("prefix")
    for reference, kind in _SOURCES.items():
        wanted = source.text(reference, "name")
        found = [item for item in objects if item.kind == kind and wanted and written(item.name) == written(wanted)]
        for item in found:
            parts = [part for key in ("data", "stringData") if (part := item.node.get(key)) is not None]
            names = [prefix + key for part in parts if isinstance(part.value, dict) for key in part.value]
            if name in names:
                return True
            if any("{{" in key for key in names) or any(part.filled for part in parts) or item.node.filled:
                return None
        if found:
            return False
    return None
