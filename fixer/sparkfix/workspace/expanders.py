"""What fills in variables in configuration files before Spark reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sparkfix.model import Container, KubernetesObject, Node
from sparkfix.spark.names import written
from sparkfix.workspace.workspace import Workspace

_PROGRAM = re.compile(r"\b(envsubst|gomplate|confd|dockerize|esh|eval)\b|\b(sed|perl)\b[^\n]*\$[\[\\{]*\w*\]?\{")
_WRITES_PROPERTIES = re.compile(r"(?m)^(?=[^\n]*<<)[^\n]*\b(?:spark[\w.\-]*\.(?:conf|properties)|spark-defaults)\b")
_SCRIPTS = re.compile(r"(?:^Dockerfile|\.sh$|^entrypoint|^docker-entrypoint|^Makefile$)")


def pod_expander(containers: Sequence[Container], mounted: frozenset[str], objects: Iterable[KubernetesObject]) -> str:
    """What in a pod's commands, or in scripts that it mounts, fills in variables; empty if nothing does."""
    for container in containers:
        for text in _texts(container):
            if found := program_in(text):
                return f"`{found}` in container `{container.name}`"
    for item in objects:
        if item.kind == "ConfigMap" and written(item.name) in mounted:
            for name, text in _scripts(item.node.get("data")):
                if found := program_in(text):
                    return f"`{found}` in `{name}` of ConfigMap `{item.name}`"
    return ""


def folder_expander(workspace: Workspace, unit: str) -> str:
    """A script or Dockerfile beside the configuration that calls envsubst; empty if there is none."""
    folder = unit.partition(":")[2]
    for name, is_folder in workspace.store.names(folder):
        path = f"{folder}/{name}" if folder else name
        if not is_folder and _SCRIPTS.search(name) and b"envsubst" in (workspace.data(path) or b""):
            return f"`envsubst` in {path}"
    return ""


def program_in(text: str) -> str:
    """The program in a script that fills in variables of a text, or a heredoc that writes Spark's properties."""
    found = _PROGRAM.search(text)
    if found:
        return found[1] or found[2]
    return "<<" if _WRITES_PROPERTIES.search(text) else ""


def _texts(container: Container) -> Iterator[str]:
    for key in ("command", "args"):
        node = container.node.get(key)
        items = container.node.items(key) or ((node,) if node is not None else ())
        yield from (item.text() for item in items)


def _scripts(data: Node | None) -> Iterator[tuple[str, str]]:
    """The texts of a ConfigMap that are scripts, by their key or their first line."""
    values = data.value.items() if data is not None and isinstance(data.value, dict) else ()
    for name, node in values:
        text = node.text()
        if _SCRIPTS.search(name) or text.lstrip().startswith("#!"):
            yield name, text
