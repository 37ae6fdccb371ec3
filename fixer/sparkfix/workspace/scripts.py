"""Scripts that stand in a ConfigMap and that a container's commands run: read as if they were given to a shell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from sparkfix.formats.kubernetes.commands import commands_of, script_in
from sparkfix.model import Command, Container, KubernetesObject
from sparkfix.spark.daemons import daemon_of
from sparkfix.spark.facts import launch_of
from sparkfix.workspace.mounted import Mounted, file_at

# What stands before the program that is run, with its options and assignments.
_BEFORE = re.compile(
    r"(?:.*/)?(?:tini|dumb-init|catatonit|env|exec|nohup|source|\.|sudo|time|bash|sh|ash|dash|zsh|ksh|"
    r"(?:docker-)?entrypoint\.sh)|-.*|\w+=.*"
)
_DEEPEST = 5
_LOCKED = "it stands in a script of a ConfigMap"


def commands_with_scripts(
    container: Container, owner: KubernetesObject, objects: Sequence[KubernetesObject]
) -> tuple[Command, ...]:
    """All commands of a container in order; behind one that runs a mounted script, the commands of that script.

    The call of a script that only bears the name of one of Spark's own is left out.
    """
    return tuple(_with_scripts(commands_of(container, owner), container, owner, objects, frozenset()))


def _with_scripts(
    commands: Sequence[Command],
    container: Container,
    owner: KubernetesObject,
    objects: Sequence[KubernetesObject],
    inside: frozenset[str],
) -> Iterator[Command]:
    for command in commands:
        path = _runs(command)
        found = file_at(path, container, owner, objects) if path and path not in inside else None
        if found is None or found.object.kind != "ConfigMap":
            yield command
            continue
        if not _is_taken_for_sparks(command, path):
            yield command
        own = script_in(container, found.node, _where(found), _LOCKED)
        below = inside | {path}
        yield from _with_scripts(tuple(own), container, owner, objects, below) if len(below) < _DEEPEST else own


def _runs(command: Command) -> str:
    """The absolute path of the program, or of the script that a shell is given; empty if there is none."""
    for word in command.words:
        if word.text.startswith("/") and not word.dynamic and not _BEFORE.fullmatch(word.text):
            return posixpath.normpath(word.text)
        if not _BEFORE.fullmatch(word.text):
            return ""
    return ""


def _is_taken_for_sparks(command: Command, path: str) -> bool:
    """Would a mounted script be taken for one of Spark's, by its name?"""
    launch, daemon = launch_of(command), daemon_of(command)
    words = [daemon.text] if daemon is not None else []
    words += [command.words[launch.at].text] if launch is not None else []
    return any(posixpath.normpath(word) == path for word in words)


def _where(found: Mounted) -> str:
    return f"`{found.key}` of ConfigMap `{found.object.name}`"
