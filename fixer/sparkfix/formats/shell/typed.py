"""A command that somebody typed: its words, and the variables that it sets before them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from sparkfix.formats.shell.parse import ShellWord, find_commands
from sparkfix.model import Command, Word
from sparkfix.text.source import SourceText

_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """The simple commands of a text, in order, and the variables that stand before the first of them."""

    commands: tuple[Command, ...]
    variables: dict[str, str]


def read_typed(source: SourceText) -> Typed:
    """The commands in a text as a shell takes it apart. What the shell computes stays as it is written."""
    found = find_commands(source.folded)
    commands = tuple(
        Command(source.path, tuple(_word(source, word) for word in words), True, "the command line") for words in found
    )
    before = source.text(0, found[0][0].start) if found else ""
    return Typed(commands, dict(_assigned(before)))


def _word(source: SourceText, word: ShellWord) -> Word:
    return Word(_meant(source.text(word.start, word.end)), source.span(word.start, word.end), word.dynamic)


def _meant(written: str) -> str:
    """A word without its quotes and backslashes."""
    try:
        return "".join(shlex.split(written))
    except ValueError:
        return written


def _assigned(before: str) -> list[tuple[str, str]]:
    """`NAME=value` words."""
    try:
        words = list(shlex.shlex(before, posix=True, punctuation_chars=";&|"))
    except ValueError:
        return []
    return [(match["name"], match["value"]) for word in words if (match := _ASSIGNMENT.fullmatch(word))]
