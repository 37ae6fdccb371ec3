"""Which environment variables a container has, as far as its manifest and the objects beside it tell.

Kubernetes documentation, "Define Environment Variables for a Container", "Configure a Pod to Use a ConfigMap".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sparkfix.model import Command, Container, KubernetesObject, Node, PropertyBlock
from sparkfix.spark.names import written

_SOURCES = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
_SPARKS_ENTRIES = re.compile(
    r"spark\.(?:driver|executor|kubernetes|ui|eventLog|history|connect|blockManager|files|jars|submit|dynamicAllocation)\."
)
# Read by their names or in families, not through entries, so that Spark never expands them.
_NOT_EXPANDED = re.compile(
    r"spark\.kubernetes\.(?:(?:driver|executor)\.(?:label|annotation|node\.selector|secrets|secretKeyRef|volumes|"
    r"service\.label|service\.annotation|hadoopConfigMapName)\b|node\.selector\.|driverEnv\.|executorEnv\.|authenticate\.)|"
    r"spark\.(?:driver|executor)\.(?:resource\.|defaultJavaOptions|libraryPath)|"
    r"spark\.files\.(?:overwrite|fetchTimeout|useFetchCache|io\.)|spark\.history\.ui\.acls"
)
# What images (Java, Python, Spark's own), Kubernetes (links to Services) and cloud webhooks bring without a manifest's word.
_BROUGHT = re.compile(
    r"HOME|HOSTNAME|PATH|USER|LOGNAME|PWD|SHELL|TZ|LANG|LC_\w+|TMPDIR|JAVA_\w+|JDK_\w+|SPARK_\w+|PYSPARK_\w+|PYTHON\w*|"
    r"HADOOP_\w+|HIVE_\w+|SCALA_\w+|CONDA_\w+|VIRTUAL_ENV|R_HOME|KUBERNETES_\w+|\w+_SERVICE_(?:HOST|PORT)\w*|"
    r"\w+_PORT(?:_\w+)?|AWS_ROLE_ARN|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_(?:DEFAULT_)?REGION|AWS_STS_\w+|AZURE_\w+"
)
_HANDED_ON = re.compile(
    r"spark\.executorEnv\.|spark\.kubernetes\.driverEnv\.|spark\.yarn\.appMasterEnv\.|"
    r"spark\.executor\.(?:extraJavaOptions|defaultJavaOptions|extraClassPath|extraLibraryPath)$|.*\.subPathExpr$"
)
_FILES = ("ConfigMap", "Secret", "SparkApplication", "ScheduledSparkApplication", "SparkConnect")
_SHELL_FORM = re.compile(r"\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_])")
# What a Downward-API variable of a well-known name holds.
FIELDS = {
    "POD_IP": "status.podIP",
    "POD_NAME": "metadata.name",
    "POD_NAMESPACE": "metadata.namespace",
    "NODE_NAME": "spec.nodeName",
}


def expanded_by_spark(key: str) -> bool:
    """Does Spark expand `${env:NAME}` in this key's value? It does in its registered entries only.

    Sources: Spark's ConfigReader (3.5); verified on 3.5.8 for labels, environment families and Hadoop's keys.
    """
    return bool(_SPARKS_ENTRIES.match(key)) and not _NOT_EXPANDED.match(key)


def handed_to_kubernetes(key: str) -> bool:
    """Does this key's value end in an environment or a `subPathExpr`, where Kubernetes expands `$(NAME)`?

    Source: docs/running-on-kubernetes.md; Java options and class path of executors become variables of their pods
    (Spark 3.5, BasicExecutorFeatureStep).
    """
    return bool(_HANDED_ON.match(key))


def is_read_as_file(block: PropertyBlock) -> bool:
    """Does a block reach Spark as it is written: a file, one in a ConfigMap or a Secret, a resource's `sparkConf`?

    Maps in values files may end in a container's arguments, and texts in a pod's own manifest in its environment.
    """
    if block.owner is None:
        return block.carrier == "properties text" and not block.path.endswith((".yaml", ".yml"))
    return block.owner.kind in _FILES


def is_kustomized(name: str, objects: Iterable[KubernetesObject]) -> bool:
    """Does a kustomization replace `$(NAME)` in files beside it?"""
    found = (item.node.items("vars") for item in objects if item.kind == "Kustomization")
    return any(entry.text("name") == name for entries in found for entry in entries)


def is_filled_in_before(pod: KubernetesObject, command: Command) -> bool:
    """Does a manifest hold shell variables outside of its commands (`image: $IMAGE`), to be filled in before use?"""
    own = {word.span for word in command.words}
    return any(
        _SHELL_FORM.search(node.text()) for node in _scalars(pod.node, ("command", "args")) if node.span not in own
    )


def _scalars(node: Node, left_out: tuple[str, ...]) -> Iterator[Node]:
    """All scalars at and below a node, but for those below some keys."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if key not in left_out:
                yield from _scalars(child, left_out)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _scalars(child, left_out)
    elif node.value is not None:
        yield node


def field_for(name: str) -> str:
    """The Downward API's field that a variable of this name is meant to hold, or an empty string."""
    return FIELDS.get(re.sub(r"^(?:MY|K8S)_", "", name), "")


def may_come_unasked(name: str) -> bool:
    """May an image, a link to a Service or a webhook bring the variable?"""
    return bool(_BROUGHT.fullmatch(name))


def is_assigned(container: Container, name: str, objects: Iterable[KubernetesObject]) -> bool:
    """Does a script, in the container's command or in a ConfigMap beside it, set the variable?"""
    assignment = re.compile(rf"(?:^|[\s;&\"'(]){re.escape(name)}=|(?:export|read|declare)\s[^\n]*\b{re.escape(name)}\b")
    parts = [container.node.get("command"), container.node.get("args")]
    parts += [item.node.get("data") for item in objects if item.kind == "ConfigMap"]
    return any(assignment.search(text) for part in parts if part is not None for text in part.texts())


def is_part(container: Container) -> bool:
    """Does a container stand in a patch, so that another file holds the rest of it? Kubernetes asks for an image."""
    return container.node.get("image") is None and not container.node.filled


def has(container: Container, name: str, objects: Iterable[KubernetesObject]) -> bool | None:
    """Does a container set a variable? None where a template, a patched file or an object not here may set it."""
    if name in container.environment():
        return True
    if is_part(container):
        return None
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
