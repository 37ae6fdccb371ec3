"""Words of a container's exec-form commands: which of them reach Spark as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sparkfix.model import Command, Node, Property, SetField, SetWords, Word, Workload
from sparkfix.spark.daemons import WRAPPER, daemon_of
from sparkfix.spark.facts import launch_of

ADDRESSES = ("spark.driver.host", "spark.driver.bindAddress")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_DIRECT = re.compile(r"(?:.*/)?(?:tini|dumb-init|catatonit|env|(?:docker-)?entrypoint\.sh)|-.*|\w+=.*")


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
    """The property whose value a word holds, if it is one that a format found."""
    for block in workload.blocks:
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
