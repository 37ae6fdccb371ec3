"""Containers with what they run, and the environment and the volumes that they get from ConfigMaps and Secrets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from sparkfix.model import Command, Container, GraphEdge, GraphNode, KubernetesObject, Node, Place, Workload
from sparkfix.spark.facts import SECRET_KEY, launch_of
from sparkfix.text.source import SourceText
from sparkfix.workspace.graph.network import port_pieces
from sparkfix.workspace.graph.pieces import (
    Piece,
    at,
    container_id,
    find,
    may_have_more_keys,
    missing,
    reference,
    safe_path,
    shown,
)
from sparkfix.workspace.graph.volumes import sources_of
from sparkfix.workspace.mounted import keys_of, mounted_at, volume_of
from sparkfix.workspace.scripts import commands_with_scripts

_CONF = re.compile(r"(?:--conf=)?(spark\.[\w.\-]+)=")
_KEYED = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
_WHOLE = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
_SPARK = re.compile(r"spark-|spark/|\.spark\.")
_START = re.compile(r"(?:\S*/)?start-[a-z\-]+\.sh")


def container_pieces(
    container: Container, owner: KubernetesObject, parent: str, workload: Workload, kind: str = "container"
) -> Iterator[Piece]:
    """A container below the node `parent`, with its commands, environment, ports, probes and volumes."""
    own = container_id(container)
    kind = "init container" if container.init else kind
    image = container.image or container.node.text("image")
    details = (f"image {safe_path(image)}",) if image else ()
    name = container.node.get("name")
    place = Place(container.path, name.span if name is not None else container.node.key_span or container.node.span)
    yield GraphNode(own, kind, shown(container.name) or "(no name)", place, details)
    yield GraphEdge(parent, own, "runs first" if container.init else "runs")
    yield from _commands(container, owner, own, workload)
    yield from _environment(container, own, workload)
    yield from port_pieces(container, own)
    yield from _mounts(container, own, workload)


def _commands(container: Container, owner: KubernetesObject, parent: str, workload: Workload) -> Iterator[Piece]:
    """One node for each call that starts Spark, and one for all other calls of a script.

    Of words only those are shown that cannot hold a secret: programs, classes, resources, names of options and keys.
    """
    commands = commands_with_scripts(container, owner, workload.objects)
    if any(not command.shell and _is_spark(command) for command in commands):
        # A template action with blanks makes one of its words look like a script.
        commands = tuple(command for command in commands if not command.shell)
    starts = [command for command in commands if _is_spark(command) or not command.shell]
    for command in starts:
        yield from _node(command, "command", _program(command), tuple(_words(command)), parent)
    others = [command for command in commands if command not in starts and command.words]
    if others:
        programs = tuple(dict.fromkeys(map(_program, others)))
        yield from _node(others[0], "script", f"{len(others)} calls" if len(others) > 1 else "1 call", programs, parent)


def _node(command: Command, kind: str, label: str, details: Sequence[str], parent: str) -> Iterator[Piece]:
    span = command.words[0].span
    id_ = at(kind, command.path, span)
    yield GraphNode(id_, kind, label, Place(command.path, span), tuple(details))
    yield GraphEdge(parent, id_, "")


def command_id(command: Command) -> str:
    return at("command", command.path, command.words[0].span)


def _is_spark(command: Command) -> bool:
    return (
        launch_of(command) is not None
        or bool(_SPARK.search(command.words[0].text))
        or any(_START.fullmatch(word.text) for word in command.words)
    )


def _text(command: Command, position: int) -> str:
    """A word as it is written: in scripts, template actions are blanked out for the shell's parser."""
    word = command.words[position]
    source = command.origin
    return source.span_text(word.span) if word.dynamic and isinstance(source, SourceText) else word.text


def _program(command: Command) -> str:
    """The program that is called; of an argument that stands first, no value."""
    whole = _text(command, 0)
    known = shown(whole) if "{{" in whole else (whole.split() or [""])[0].partition("=")[0]
    return "***" if SECRET_KEY.search(known) and not known.startswith(("-", "/")) else safe_path(known) or "(empty)"


def _words(command: Command) -> Iterator[str]:
    """What a call tells of itself: class, resource, options and the keys that it sets."""
    launch, words = launch_of(command), command.words
    if launch is not None and launch.at and not _START.fullmatch(words[launch.at].text):
        yield f"starts {launch.launcher}"
    yield from (f"starts {safe_path(word.text)}" for word in words[1:] if _START.fullmatch(word.text))
    if launch is not None and launch.main_class is not None and launch.main_class < len(words):
        yield f"class {safe_path(_text(command, launch.main_class))}"
    if launch is not None and launch.resource is not None and launch.resource != launch.main_class:
        yield f"resource {safe_path(_text(command, launch.resource))}"
    for position in launch.options if launch is not None else ():
        text = words[position].text
        if text.startswith("--") and text not in ("--conf", "--class") and not text.startswith("--conf="):
            yield shown(text.partition("=")[0])
    for word in words:
        if found := _CONF.match(word.text):
            yield f"--conf {found[1]}"


def _environment(container: Container, parent: str, workload: Workload) -> Iterator[Piece]:
    """The variables of a container by their names, and where they come from if not from the manifest itself."""
    for source in container.node.items("envFrom"):
        for field, kind in _WHOLE.items():
            name = source.get(field, "name")
            if name is not None:
                found = reference(kind, name, container.path, workload, optional=_is_optional(source.get(field)))
                yield found
                yield GraphEdge(parent, found.id, "envFrom")
    entries = [entry for entry in container.node.items("env") if entry.text("name")]
    written_out = container.node.get("env")
    legacy = [container.node.get(key) for key in ("envVars", "envSecretKeyRefs")]
    names = [_told(entry) for entry in entries]
    names += [shown(key) for node in legacy if node is not None and isinstance(node.value, dict) for key in node.value]
    place = written_out or next((node for node in legacy if node is not None), None)
    if not names or place is None:
        return
    id_ = at("environment", container.path, place.span)
    label = f"{len(names)} variables" if len(names) > 1 else "1 variable"
    yield GraphNode(id_, "environment", label, Place(container.path, place.key_span or place.span), tuple(names))
    yield GraphEdge(parent, id_, "env")
    for entry in entries:
        for key, kind in _KEYED.items():
            yield from _key_reference(entry.get("valueFrom", key), kind, entry.text("name"), id_, container, workload)
    secrets = legacy[1].value if legacy[1] is not None else None
    for variable, target in secrets.items() if isinstance(secrets, dict) else ():
        yield from _key_reference(target, "Secret", variable, id_, container, workload)


def _told(entry: Node) -> str:
    """A variable's name, and what fills it; never its value."""
    name = shown(entry.text("name"))
    for key, kind in _KEYED.items():
        if entry.get("valueFrom", key) is not None:
            return f"{name} from {kind} {shown(entry.text('valueFrom', key, 'name'))}"
    for key, path in (("fieldRef", "fieldPath"), ("resourceFieldRef", "resource")):
        if entry.get("valueFrom", key) is not None:
            return f"{name} from {shown(entry.text('valueFrom', key, path))}"
    return name


def _key_reference(
    target: Node | None, kind: str, variable: str, source: str, container: Container, workload: Workload
) -> Iterator[Piece]:
    """The ConfigMap or Secret that a variable comes from, and its key where that is not there."""
    name = target.get("name") if target is not None else None
    if target is None or name is None:
        return
    found = reference(kind, name, container.path, workload, optional=_is_optional(target))
    yield found
    yield GraphEdge(source, found.id, shown(variable))
    key = target.get("key")
    if key is not None:
        yield from missing_key(kind, name.text(), key.text(), Place(container.path, key.span), found.id, workload)


def missing_key(kind: str, name: str, key: str, place: Place, owner: str, workload: Workload) -> Iterator[Piece]:
    """A node for a key that is named, and that a manifest with all its keys written out does not have."""
    item = find(kind, name, workload)
    if item is None or not key or "{{" in key or may_have_more_keys(item) or key in keys_of(item):
        return
    node = missing("key", f"{name}/{key}", place, workload.namespace)
    yield node
    yield GraphEdge(owner, node.id, "lacks")


def _is_optional(node: Node | None) -> bool:
    return node is not None and node.text("optional") == "true"


def _mounts(container: Container, parent: str, workload: Workload) -> Iterator[Piece]:
    """The volumes that a container mounts, as the objects that they are made of."""
    for mount in container.node.items("volumeMounts"):
        volume = volume_of(container, mount, workload.pod)
        part = mount.text("subPath") or mount.text("subPathExpr")
        label = f"mounts at {mounted_at(mount)}" + (f" (only {shown(part)})" if part else "")
        name = mount.get("name")
        if volume is None:
            if name is not None and not (container.pod.filled or _is_filled(container.pod.get("volumes"))):
                node = missing("volume", name.text(), Place(container.path, name.span), parent)
                yield node
                yield GraphEdge(parent, node.id, label)
            continue
        for source in sources_of(volume, container, workload):
            yield source.node
            yield GraphEdge(parent, source.node.id, label)
            for key, span in source.keys:
                yield from missing_key(
                    source.kind, source.name, key, Place(container.path, span), source.node.id, workload
                )
    for field, kind in (("configMaps", "ConfigMap"), ("secrets", "Secret")):
        for entry in container.node.items(field):
            name = entry.get("name")
            if name is not None:
                node = reference(kind, name, container.path, workload)
                yield node
                yield GraphEdge(parent, node.id, f"mounts at {posixpath.normpath(shown(entry.text('path')) or '/')}")


def _is_filled(node: Node | None) -> bool:
    return node is not None and node.filled
