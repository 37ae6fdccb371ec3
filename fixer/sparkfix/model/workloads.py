"""Kubernetes objects, containers, commands, and the Spark workloads that they make up."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from sparkfix.model.places import Guard, Place, Span
from sparkfix.model.properties import PropertyBlock


class Written(Protocol):
    """Where a node is written, and what reads it there (see `sparkfix.formats.yaml.nodes.Origin`)."""

    def value(self) -> str | dict[str, Node] | list[Node] | None: ...

    def span(self) -> Span: ...

    def start(self) -> int: ...

    def key_start(self) -> int | None: ...

    def key_span(self) -> Span | None: ...

    def guard(self) -> Guard: ...

    def filled(self) -> bool: ...


@dataclass(frozen=True, eq=False)
class Node:
    """A YAML value with its place: what Kubernetes objects and containers are read from.

    All of it is read when it is first asked for: most of what manifests say is never looked at.
    """

    written: Written = field(repr=False)

    @property
    def origin(self) -> Any:
        """What the node is read by, with what only its format knows."""
        return self.written

    @cached_property
    def value(self) -> str | dict[str, Node] | list[Node] | None:
        """A scalar (template actions are kept), what a map or a list holds, or None."""
        return self.written.value()

    @cached_property
    def span(self) -> Span:
        return self.written.span()

    @property
    def start(self) -> int:
        """Where `span` begins, known without looking for its end."""
        return self.written.start()

    @property
    def key_start(self) -> int | None:
        """Where `key_span` begins."""
        return self.written.key_start()

    @cached_property
    def key_span(self) -> Span | None:
        """The span of the mapping key that leads to the node."""
        return self.written.key_span()

    @cached_property
    def guard(self) -> Guard:
        """The guard of the node's first byte, or of its key's."""
        return self.written.guard()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash((self.span, self.key_span))

    def _identity(self) -> tuple[object, ...]:
        return self.span, self.key_span, self.guard, self.value

    def get(self, *route: str | int) -> Node | None:
        """The node at the end of a route of mapping keys and list positions, or None."""
        here: Node | None = self
        for step in route:
            if here is None:
                return None
            value = here.value
            if isinstance(step, int):
                here = value[step] if isinstance(value, list) and step < len(value) else None
            else:
                here = value.get(step) if isinstance(value, dict) else None
        return here

    def text(self, *route: str | int) -> str:
        """The scalar text at the end of a route, or an empty string."""
        found = self.get(*route)
        value = found.value if found is not None else None
        return value if isinstance(value, str) else ""

    def texts(self) -> Iterator[str]:
        """All keys and scalars at and below the node."""
        if isinstance(self.value, dict):
            for key, child in self.value.items():
                yield key
                yield from child.texts()
        elif isinstance(self.value, list):
            for child in self.value:
                yield from child.texts()
        elif self.value is not None:
            yield self.value

    def walk(self) -> Iterator[Node]:
        """The node and all below it, in the order of the file."""
        yield self
        children = self.value.values() if isinstance(self.value, dict) else self.value
        for child in children if children is not None and not isinstance(children, str) else ():
            yield from child.walk()

    @property
    def filled(self) -> bool:
        """May template actions add content that is not written out here?"""
        return self.written.filled()

    def items(self, *route: str | int) -> tuple[Node, ...]:
        """The list items at the end of a route, or nothing."""
        found = self.get(*route)
        return tuple(found.value) if found is not None and isinstance(found.value, list) else ()


@dataclass(frozen=True, slots=True)
class KubernetesObject:
    """One manifest: kind, name and namespace as written (template actions included), and its node."""

    path: str
    kind: str
    api_version: str
    name: str
    namespace: str
    node: Node = field(compare=False, repr=False)
    guard: Guard = ()
    span: Span = field(default=Span(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class CustomResource:
    """An object of a kind that a Spark operator runs, and the blocks of properties that it holds."""

    object: KubernetesObject
    blocks: tuple[PropertyBlock, ...] = ()

    @property
    def path(self) -> str:
        return self.object.path


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod: its node, and the pod specification that it belongs to.

    `start` is where it begins in its file: several pods of one file may have containers of the same name.
    """

    path: str
    name: str
    image: str
    node: Node = field(compare=False, repr=False)
    pod: Node = field(compare=False, repr=False)
    init: bool = False
    start: int = 0

    def environment(self) -> dict[str, Node]:
        """The entries of `env` by name."""
        return {item.text("name"): item for item in self.node.items("env") if item.text("name")}

    def place(self, label: str) -> Place:
        name = self.node.get("name")
        return Place(self.path, name.span if name else self.node.span, label)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command: the text the program sees as far as it is known, and where it stands.

    `dynamic` says that the text is only partly known (a shell variable or a template action is in it). `guard` are
    the template arms that it stands under.
    """

    text: str
    span: Span
    dynamic: bool = False
    guard: Guard = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A program call: the words of an exec-form list or of one simple command in a shell script.

    `shell` is True where a shell reads it. `container` is the container that runs it, if known.
    """

    path: str
    words: tuple[Word, ...]
    shell: bool
    where: str
    container: Container | None = None
    guard: Guard = ()
    locked: str = ""
    origin: Any = field(default=None, compare=False, repr=False)

    @property
    def program(self) -> str:
        """The program's file name, without its folder."""
        return self.words[0].text.rsplit("/", 1)[-1] if self.words else ""


@dataclass(frozen=True, slots=True)
class SparkVersion:
    """A Spark version and how it is known; `number` is like `3.5.7` or `3.5`."""

    number: str
    evidence: str
    path: str = ""
    line: int = 0

    @property
    def release(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.number.split("."))

    def __str__(self) -> str:
        place = f" in {self.path}:{self.line}" if self.line else f" {self.path}" if self.path else ""
        return f"Spark {self.number}, from {self.evidence}{place}"


class Role(str, enum.Enum):
    """What a workload runs."""

    CONNECT_SERVER = "connect server"
    THRIFT_SERVER = "thrift server"
    HISTORY_SERVER = "history server"
    MASTER = "standalone master"
    WORKER = "standalone worker"
    APPLICATION = "application"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Service:
    """A Kubernetes Service that selects a workload's pods; `name` and `ports` (numbers and names) as written."""

    object: KubernetesObject
    name: str
    namespace: str
    headless: bool
    publishes_unready: bool
    ports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workload:
    """A Spark driver or daemon: its pod (if found), the property blocks that it reads, and what is known of it.

    `evidence` says why the role was given. `namespace` is as written; empty means the release's or the caller's.
    `command_line` are the settings that its commands make, which win over files. `templates` are those of its files
    that are a chart's templates. `sharing` are the drivers' containers of other workloads that read the same blocks.
    `objects` are all manifests of its chart or folder, `neighbours` all blocks there, its own included.
    """

    path: str
    name: str
    role: Role
    evidence: str
    blocks: tuple[PropertyBlock, ...]
    containers: tuple[Container, ...] = ()
    server: Container | None = None
    pod: KubernetesObject | None = None
    services: tuple[Service, ...] = ()
    commands: tuple[Command, ...] = ()
    command_line: tuple[tuple[str, str], ...] = ()
    namespace: str = ""
    version: SparkVersion | None = None
    templates: frozenset[str] = frozenset()
    expands_variables: str = ""
    sharing: tuple[Container, ...] = ()
    objects: tuple[KubernetesObject, ...] = field(default=(), compare=False, repr=False)
    neighbours: tuple[PropertyBlock, ...] = field(default=(), compare=False, repr=False)

    @property
    def templated(self) -> bool:
        """Is the workload itself described in a chart's template?"""
        return self.path in self.templates

    def given(self, key: str) -> str | None:
        """The value that the command line gives a key, whatever files say; None if it gives none."""
        return dict(self.command_line).get(key)

    def overridden(self, block: PropertyBlock, key: str) -> bool:
        """Does the command line set a key, so that what a block that is no part of it says of the key is not read?"""
        return not block.on_command_line and self.given(key) is not None

    def in_cluster_mode(self) -> bool:
        """Is the driver's pod made by the submission, which then decides its host and bind address?"""
        owners = [block.owner for block in self.blocks if block.owner is not None]
        kinds = ("SparkApplication", "ScheduledSparkApplication")
        for owner in owners:
            routes = (("mode",), ("template", "mode"), ("deploymentMode",))
            modes = [owner.node.text("spec", *route) for route in routes]
            if owner.kind in kinds and not {"client", "ClientMode"} & set(modes):
                return True
        texts = [word.text for command in self.commands for word in command.words]
        return "--deploy-mode=cluster" in texts or ("--deploy-mode", "cluster") in itertools.pairwise(texts)
