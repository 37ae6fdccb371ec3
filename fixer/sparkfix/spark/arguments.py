"""Words of a container's exec-form commands: which of them reach Spark as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import Command, Node, Place, Property, SetField, SetWords, Word, Workload
from sparkfix.spark.daemons import WRAPPER, daemon_of
from sparkfix.spark.facts import launch_of, takes_value

ADDRESSES = ("spark.driver.host", "spark.driver.bindAddress")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_DIRECT = re.compile(r"(?:.*/)?(?:tini|dumb-init|catatonit|env|(?:docker-)?entrypoint\.sh)|-.*|\w+=.*")

_CONF = ("--conf", "-c")
_PLAIN = re.compile(r"[\w.\-/:=,@%+]+", re.ASCII)
# Scripts that hand their arguments to spark-submit (Spark 3.5, sbin).
_SUBMITTING = re.compile(r"(?:.*/)?start-(?:connect-server|thriftserver)\.sh")


@dataclass(frozen=True, slots=True)
class Option:
    """An option that a command gives to Spark: its name, its value, and the word that holds the value.

    `at` is the position of the first of its words, `end` of the first one behind it. `value` is empty where no word
    follows the option.
    """

    command: Command
    name: str
    value: str
    word: Word
    at: int
    end: int

    @property
    def sets(self) -> bool:
        """Is it an option that sets a property?"""
        return self.name in _CONF

    def place(self, label: str) -> Place:
        return Place(self.command.path, self.word.span, label)


def spark_options(command: Command) -> Iterator[Option]:
    """The options that spark-submit, or a script that calls it, reads of a command, in their order."""
    words = command.words
    positions = list(_option_positions(command))
    while positions:
        at = positions.pop(0)
        name, equals, value = words[at].text.partition("=")
        if not name.startswith("-"):
            continue
        follows = not equals and positions[:1] == [at + 1] and takes_value(name)
        if follows:
            value = words[positions.pop(0)].text
        yield Option(command, name, value, words[at + follows], at, at + 1 + follows)


def settings_of(workload: Workload) -> Iterator[tuple[Option, str, str]]:
    """The settings that commands of a workload make by `--conf` and that no format finds as properties: the option, the
    key and the value."""
    for command in workload.commands:
        for option in spark_options(command):
            key, equals, value = option.value.partition("=")
            if option.sets and equals and property_at(workload, option.word) is None:
                yield option, key, value


def options_of(workload: Workload, *names: str) -> Iterator[Option]:
    """The options with some names that commands of a workload give to Spark and that no format finds as properties."""
    for command in workload.commands:
        for option in spark_options(command):
            if option.name in names and property_at(workload, option.word) is None:
                yield option


def rewritten(workload: Workload, option: Option, text: str) -> SetField | SetWords | None:
    """The change that gives an option's value another text; None where a shell would read it in its own way."""
    word = option.word
    if option.command.shell and (word.dynamic or not is_plain(text)):
        return None
    joined = option.end == option.at + 1
    return with_word(workload, option.command, word, f"{option.name}={text}" if joined else text)


def is_plain(text: str) -> bool:
    """Does a shell leave a text as it is?"""
    return bool(_PLAIN.fullmatch(text))


def without(option: Option) -> SetWords:
    """The change that takes an option out of its command."""
    words = option.command.words
    return SetWords(option.command, (*words[: option.at], *words[option.end :]))


def _option_positions(command: Command) -> tuple[int, ...]:
    launch = launch_of(command)
    if launch is not None:
        return launch.options
    script = daemon_of(command)
    if script is None or not _SUBMITTING.fullmatch(script.text):
        return ()
    return tuple(range(command.words.index(script) + 1, len(command.words)))


def reaches_spark_unexpanded(command: Command) -> bool:
    """Does a command go to one of Spark's programs word for word, with no shell and no unknown script between?"""
    if command.shell:
        return False
    launch = launch_of(command)
    if launch is not None:
        return all(_DIRECT.fullmatch(word.text) for word in command.words[: launch.at])
    script = daemon_of(command)
    before = command.words[: command.words.index(script)] if script is not None else ()
    return script is not None and all(WRAPPER.fullmatch(word.text) for word in before)


def words_of(command: Command) -> Iterator[tuple[Word, bool]]:
    """The words behind the program, each with whether Spark reads it: those behind the application are handed on."""
    launch = launch_of(command)
    handed_on = set(launch.application_arguments) if launch is not None else set()
    for index, word in enumerate(command.words[1:], start=1):
        yield word, index not in handed_on


def without_actions(text: str) -> str:
    """A text with its template actions taken out."""
    return _ACTION.sub("", text)


def property_at(workload: Workload, word: Word) -> Property | None:
    """The property whose value a word holds, if it is one that a format found.

    Words of a pod's other containers are among a workload's commands, their properties only among its neighbours.
    """
    for block in (*workload.blocks, *workload.neighbours):
        for item in block.properties:
            if item.path == workload.path and word.span.covers(item.value_span):
                return item
    return None


def node_at(workload: Workload, word: Word) -> Node | None:
    """The node of a manifest that a word is."""
    nodes = (node for item in workload.containers for key in ("command", "args") for node in item.node.items(key))
    return next((node for node in nodes if node.span == word.span), None)


def with_word(workload: Workload, command: Command, word: Word, text: str) -> SetField | SetWords:
    """The change that gives a command another word in the place of one, quoted as that one is."""
    node = None if command.shell else node_at(workload, word)
    if node is not None:
        return SetField(command.path, node, text)
    return SetWords(command, tuple(text if one is word else one for one in command.words))
