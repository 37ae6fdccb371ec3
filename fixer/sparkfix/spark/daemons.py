"""Spark's daemon scripts, and whether a container outlives them.

`sbin/spark-daemon.sh` puts a server into the background and returns, unless SPARK_NO_DAEMONIZE is set, to whatever
value (verified on 3.5.8 with the history server: it returns after three seconds with exit code 0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sparkfix.model import Command, Container, KubernetesObject, Word

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


def background_daemons(commands: Sequence[Command], container: Container) -> tuple[Word, ...]:
    """The words that start daemons in a container which ends with them; nothing where something keeps it alive.

    Whatever is not known to return at once, run after the last script, is taken to keep the container alive.
    """
    own = [command for command in commands if command.container == container]
    started = [(index, word) for index, command in enumerate(own) if (word := daemon_of(command)) is not None]
    if container.init or not started:
        return ()
    after = own[started[-1][0] + 1 :]
    written_out = (container.node.get(key) for key in ("command", "args"))
    unknown = any(part and (part.filled or any(map(_OUTPUT_LINE.search, part.texts()))) for part in written_out)
    if unknown or any(command.program not in _HARMLESS for command in after):
        return ()
    return tuple(word for _, word in started)


def stays_in_foreground(container: Container, objects: Iterable[KubernetesObject]) -> bool:
    """Does the container's script, or a file in a ConfigMap beside it (`spark-env.sh`), name SPARK_NO_DAEMONIZE, or may it?"""
    parts = [container.node.get("command"), container.node.get("args")]
    parts += [item.node.get("data") for item in objects if item.kind == "ConfigMap"]
    made = any(part is not None and _OUTPUT_LINE.search(part.text("spark-env.sh")) for part in parts)
    return made or any(VARIABLE in text for part in parts if part is not None for text in part.texts())
