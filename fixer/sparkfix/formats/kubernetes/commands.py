"""The commands that a container runs: exec-form lists, and scripts given to a shell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sparkfix.formats.helm.mask import SOLID_BLANK
from sparkfix.formats.kubernetes.objects import containers_of
from sparkfix.formats.shell.parse import find_commands
from sparkfix.formats.yaml.compose import ScalarNode
from sparkfix.formats.yaml.inner import scalar_source
from sparkfix.formats.yaml.nodes import Origin
from sparkfix.model import Command, Container, Guard, KubernetesObject, Node, Span, Word
from sparkfix.spark.facts import launch_of
from sparkfix.text.source import SourceText

_SHELL = re.compile(r"(?:^|/)(?:ba|da|a|z|k)?sh$")
_SHELL_FLAG = re.compile(r"^-[a-z]*c$")
_ESCAPED = "it stands in a quoted scalar with escapes"
_COMPUTED = re.compile(r"\{\{|\$\(")
_ACTION_LINE = re.compile(r"(?m)^[ \t]*#_+[ \t]*\r?\n|^[ \t]+\r?\n")


@dataclass(frozen=True, slots=True)
class WordList:
    """Where an exec-form word stands: its item in the list below `key`."""

    container: Node
    key: str
    index: int


def commands_of(container: Container, owner: KubernetesObject) -> tuple[Command, ...]:
    """All commands that a container's `command` and `args` spell out, in order."""
    items = [(key, index, node) for key in ("command", "args") for index, node in enumerate(container.node.items(key))]
    scalars = [(key, index, node) for key, index, node in items if isinstance(node.value, str)]
    where = f"container `{container.name}` of {owner.kind} `{owner.name}`"
    found: list[Command] = []
    words = tuple(
        Word(str(node.value), node.span, bool(_COMPUTED.search(str(node.value))), node.guard) for _, _, node in scalars
    )
    single = _single_scalar(container)
    texts = [word.text for word in words]
    script_at = script_position(texts)
    if script_at is not None and script_at < len(scalars):
        found.extend(script_in(container, scalars[script_at][2], where))
    elif words:
        origin = tuple(WordList(container.node, key, index) for key, index, _ in scalars)
        guard = scalars[0][2].guard
        found.append(Command(container.path, words, False, where, container, guard, origin=origin))
        for _, _, node in scalars:
            if " " in str(node.value).strip() and "spark" in str(node.value):
                found.extend(script_in(container, node, where))
    for node in single:
        found.extend(script_in(container, node, where))
    return tuple(found)


def commands_in(objects: Iterable[KubernetesObject]) -> Iterator[Command]:
    """All commands that the containers of some objects spell out, in order."""
    for item in objects:
        for container in containers_of(item):
            yield from commands_of(container, item)


def application_arguments(objects: Iterable[KubernetesObject]) -> list[Span]:
    """The places of words that Spark hands to the application unread, also if they look like options of Spark."""
    launches = (launch for command in commands_in(objects) if (launch := launch_of(command)) is not None)
    return [
        word.span
        for launch in launches
        if launch.resource is not None
        for word in launch.command.words[launch.resource + 1 :]
    ]


def _single_scalar(container: Container) -> list[Node]:
    nodes = (container.node.get(key) for key in ("command", "args"))
    return [node for node in nodes if node is not None and isinstance(node.value, str)]


def script_position(texts: list[str]) -> int | None:
    """Index of the script in `sh -c SCRIPT`, also behind a wrapper such as tini."""
    for index, text in enumerate(texts[:-1]):
        if _SHELL.search(text):
            for later in range(index + 1, len(texts) - 1):
                if _SHELL_FLAG.match(texts[later]):
                    return later + 1
    return None


def script_in(container: Container, node: Node, where: str, locked: str = "") -> Iterator[Command]:
    """The commands of a script that a scalar holds; `locked` says why none of its words can be edited, if none can."""
    origin = node.origin
    if not isinstance(origin, Origin) or not isinstance(origin.node, ScalarNode):
        return
    source = origin.text.source
    start, end = source.offset(node.span.start), source.offset(node.span.end)
    raw = source.text(start, end)
    style = origin.node.style
    if (style == '"' and "\\" in raw) or (style == "'" and "''" in raw[1:-1]):
        locked = locked or _ESCAPED
        read = scalar_source(origin.text, origin.node, start, end) if not origin.text.has_actions(start, end) else None
        if read is not None:
            yield from _commands_read(read, source, where, container, origin.text.guard(start), locked)
            return
    body = source.line_end(start) if style in ("|", ">") else start + (1 if style in ("'", '"') else 0)
    stop = end if style in ("|", ">") or not style else end - 1
    yield from script_commands(
        source, origin.text.masked, body, stop, where, folded=style == ">", container=container, locked=locked,
        guard=origin.text.guard, actions=origin.text.has_actions,
    )  # fmt: skip


def _commands_read(
    script: SourceText, outer: SourceText, where: str, container: Container, guard: Guard, locked: str
) -> Iterator[Command]:
    """Commands of a script that is read out of a quoted scalar of `outer`."""
    for words in find_commands(script.folded):
        model = tuple(Word(word.text, script.span(word.start, word.end), word.dynamic, guard) for word in words)
        yield Command(outer.path, model, True, where, container, guard, locked=locked, origin=outer)


def script_commands(
    source: SourceText, masked: str, start: int, end: int, where: str, *, folded: bool, container: Container | None,
    locked: str, guard: Callable[[int], Guard], actions: Callable[[int, int], bool],
) -> Iterator[Command]:  # fmt: skip
    """Commands of a script that stands in a range of a (masked) text."""
    text = _ACTION_LINE.sub(lambda match: " " * len(match[0]), masked[start:end])
    text = text.replace(SOLID_BLANK, " ")
    if folded:
        text = text.replace("\r", " ").replace("\n", " ")
    for words in find_commands(text):
        model = tuple(
            Word(
                word.text,
                source.span(start + word.start, start + word.end),
                word.dynamic or bool(actions(start + word.start, start + word.end)),
                guard(start + word.start),
            )
            for word in words
        )
        yield Command(
            source.path, model, True, where, container,
            guard(start + words[0].start), locked=locked, origin=source,
        )  # fmt: skip
