"""Spark's daemon scripts, and whether a container outlives them.

`sbin/spark-daemon.sh` puts a server into the background and returns, unless SPARK_NO_DAEMONIZE is set, to whatever
value (verified on 3.5.8 with the history server: it returns after three seconds with exit code 0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sparkfix.model import Command, Container, KubernetesObject, Node, Word
from sparkfix.spark.names import literal, may_be_one_namespace, written

VARIABLE = "SPARK_NO_DAEMONIZE"
_SCRIPT = re.compile(
    r"(?P<folder>.*?)(?P<name>start-(?:connect-server|history-server|thriftserver|master|worker|slave|shuffle-service)"
    r"\.sh|spark-daemon\.sh)"
)
_SPARKS_OWN = ("start-connect-server.sh", "start-thriftserver.sh", "spark-daemon.sh")
_HERE = frozenset({"", "./", "sbin/", "./sbin/"})
WRAPPER = re.compile(
    r"(?:.*/)?(?:tini|dumb-init|catatonit|bash|sh|ash|dash|env|exec|nohup|(?:docker-)?entrypoint\.sh)|-.*|\w+=.*"
)
# A line of a script that a template makes, which may be any command.
_OUTPUT_LINE = re.compile(r"(?m)^[ \t]*\{\{-?\s*(?!(?:if|else|end|with|range)\b|/\*|\$\w*\s*:?=)[^\n]*\}\}[ \t]*\r?$")
# An assignment on a line that is no comment, or a variable that one of these commands hands on.
_SETS_VARIABLE = re.compile(
    rf"(?m)^(?![ \t]*#).*?(?:(?:^|[\s;&|\"'(]){VARIABLE}=|\b(?:export|declare|typeset|read)\s[^\n]*\b{VARIABLE}\b)"
)
_HARMLESS = frozenset({"echo", "printf", "true", "date", "cd", "ls", "set", "export", "exit", "hostname", "pwd", "id"})


def daemon_of(command: Command) -> Word | None:
    """The word with which a command starts one of Spark's daemons in the background; None if it starts none.

    Celeborn, Flink and others have scripts of the same names: where the script's folder does not say Spark, its name
    or the container's image must.
    """
    for position, word in enumerate(command.words):
        found = _SCRIPT.fullmatch(word.text)
        if found is None:
            if WRAPPER.fullmatch(word.text):
                continue
            return None
        rest = [later.text for later in command.words[position + 1 :]]
        starts = found["name"] != "spark-daemon.sh" or rest[:1] in (["start"], ["submit"])
        return word if starts and "--wait" not in rest and _is_sparks(command, found["folder"], found["name"]) else None
    return None


def _is_sparks(command: Command, folder: str, name: str) -> bool:
    image = command.container.image.lower() if command.container is not None else ""
    if "bitnami" in folder + image:
        return False
    return name in _SPARKS_OWN or "spark" in folder.lower() or (folder in _HERE and "spark" in image)


@dataclass(frozen=True, slots=True)
class Start:
    """A word of a command that starts a daemon in the background."""

    path: str
    word: Word


def background_daemons(
    commands: Sequence[Command], container: Container, objects: Iterable[KubernetesObject]
) -> tuple[Start, ...]:
    """What starts daemons in a container which ends with them; nothing where something keeps it alive.

    Whatever is not known to return at once, run after the last script, is taken to keep the container alive.
    """
    own = [command for command in commands if command.container == container]
    started = [(index, word) for index, command in enumerate(own) if (word := daemon_of(command)) is not None]
    if container.init or not started:
        return ()
    after = own[started[-1][0] + 1 :]
    parts = [part for key in ("command", "args") if (part := container.node.get(key)) is not None]
    parts += _scripts_of([own[index] for index, _ in started], objects)
    unknown = any(part.filled or any(map(_OUTPUT_LINE.search, part.texts())) for part in parts)
    if unknown or any(command.program not in _HARMLESS for command in after):
        return ()
    return tuple(Start(own[index].path, word) for index, word in started)


def _scripts_of(commands: Iterable[Command], objects: Iterable[KubernetesObject]) -> list[Node]:
    """The texts of ConfigMaps that hold some commands."""
    texts = [
        (item.path, node)
        for item in objects
        if item.kind == "ConfigMap" and (data := item.node.get("data")) is not None and isinstance(data.value, dict)
        for node in data.value.values()
    ]
    return [
        node
        for command in commands
        for path, node in texts
        if path == command.path and node.span.covers(command.words[0].span)
    ]


def stays_in_foreground(container: Container, objects: Sequence[KubernetesObject], namespace: str) -> bool:
    """Does the container's script, or a file that its pod mounts (`spark-env.sh`), set SPARK_NO_DAEMONIZE, or may it?

    Where a template decides what is mounted, any ConfigMap beside it may be.
    """
    own = [part for key in ("command", "args") if (part := container.node.get(key)) is not None]
    parts = [*own, *(data for item in _mounted(container, objects, namespace) if (data := item.node.get("data")))]
    made = any(_OUTPUT_LINE.search(part.text("spark-env.sh")) for part in parts)
    return made or any(_SETS_VARIABLE.search(text) for part in parts for text in part.texts())


def _mounted(container: Container, objects: Sequence[KubernetesObject], namespace: str) -> Sequence[KubernetesObject]:
    """The ConfigMaps that a pod mounts; all there are where a template decides which."""
    maps = [item for item in objects if item.kind == "ConfigMap"]
    volumes = container.pod.get("volumes")
    entries = [node for node in volumes.walk() if isinstance(node.value, dict)] if volumes is not None else []
    names = {written(node.text("configMap", "name")) for node in entries if node.get("configMap") is not None}
    here = {written(item.name) for item in maps}
    filled = container.pod.filled or (volumes is not None and volumes.filled)
    if filled or any(not literal(name) and name not in here for name in names):
        return maps
    return [item for item in maps if written(item.name) in names and may_be_one_namespace(item.namespace, namespace)]
