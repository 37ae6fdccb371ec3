"""Edits of the options of a command: `--conf key=value`, named options and `-Dkey=value`, quoted as they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sparkfix.formats.shell.layout import Place
from sparkfix.formats.shell.quoting import CLOSING, escaped
from sparkfix.formats.shell.words import Range, Word
from sparkfix.model import Edit, Refused
from sparkfix.spark.flags import FLAG_OF

_SIMPLE_KEY = re.compile(r"[A-Za-z][\w.\-/]*", re.ASCII)
NO_COMMENT = "in a command nothing can be commented out"


def set_text(word: Word, start: int, value: str) -> Edit:
    """Write `value` in the place of all that a word means from `start` (in its `inner` text) on."""
    first, last = word.outer(start, len(word.inner.folded))
    part = word.part_at(first)
    text = escaped(value, part.style, quotable=word.quotable)
    if last > first and word.part_at(last) == part:
        return word.source.edit(first, last, text)
    return word.source.edit(first, word.end, text + CLOSING[part.style])


def _check_written(computed: str) -> None:
    """Raise `Refused` where the shell computes a value."""
    if computed:
        raise Refused(f"the value cannot be edited: {computed}")


def _checked(key: str) -> str:
    if not _SIMPLE_KEY.fullmatch(key):
        raise Refused("the key needs quotes")
    return key


@dataclass(frozen=True)
class SettingEntry:
    """`--conf key=value` or `-Dkey=value`: the word that holds the setting, and the ranges of its parts in its meaning.

    `computed` says by what the shell computes the value, if it does.
    """

    word: Word
    place: Place
    key: Range
    value: int
    computed: str = ""

    def set_value(self, value: str) -> tuple[Edit, ...]:
        _check_written(self.computed)
        return (set_text(self.word, self.value, value),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        first, last = self.word.outer(*self.key)
        if self.word.part_at(first) != self.word.part_at(last):
            raise Refused("the key goes over parts that are quoted differently")
        return (self.word.source.edit(first, last, _checked(key)),)

    def remove(self) -> tuple[Edit, ...]:
        return self.place.remove()

    def comment_out(self) -> tuple[Edit, ...]:
        raise Refused(NO_COMMENT)

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        word, source = self.word, self.word.source
        key_start = word.outer(*self.key)[0]
        value_start = word.outer(self.value, len(word.inner.folded))[0]
        first, second = word.part_at(key_start), word.part_at(value_start)
        text = source.text(self.place.start, key_start) + _checked(key) + "="
        if first == second:
            text += escaped(value, first.style, quotable=word.quotable) + CLOSING[first.style]
        else:
            text += CLOSING[first.style] + second.style + escaped(value, second.style, quotable=word.quotable)
            text += CLOSING[second.style]
        return self.place.add(text, before=before)


@dataclass(frozen=True)
class FlagEntry:
    """`--driver-memory 4g`, or `--driver-memory=4g`: the word that holds the value, and that of the flag.

    `computed` says by what the shell computes the value, if it does.
    """

    word: Word
    place: Place
    flag: Word
    value: int
    computed: str = ""

    def _flag_for(self, key: str) -> str:
        if key not in FLAG_OF:
            raise Refused(f"spark-submit has no option of its own for `{key}`; it takes `--conf {key}=…`")
        return FLAG_OF[key]

    def _flag_range(self) -> Range:
        """Where the flag's name stands in its text."""
        length = self.value - 1 if self.flag is self.word else len(self.flag.inner.folded)
        return self.flag.outer(0, length)

    def set_value(self, value: str) -> tuple[Edit, ...]:
        _check_written(self.computed)
        return (set_text(self.word, self.value, value),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return (self.word.source.edit(*self._flag_range(), self._flag_for(key)),)

    def remove(self) -> tuple[Edit, ...]:
        return self.place.remove()

    def comment_out(self) -> tuple[Edit, ...]:
        raise Refused(NO_COMMENT)

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        source, word = self.word.source, self.word
        at, end = self._flag_range()
        first = word.outer(self.value, len(word.inner.folded))[0]
        part = word.part_at(first)
        text = source.text(self.place.start, at) + self._flag_for(key) + source.text(end, first)
        text += escaped(value, part.style, quotable=word.quotable) + CLOSING[part.style]
        return self.place.add(text, before=before)


@dataclass(frozen=True)
class VariableEntry:
    """A setting whose value is a variable with one literal value, which is used here only."""

    entry: SettingEntry | FlagEntry
    value: Word

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return (set_text(self.value, 0, value),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return self.entry.rename(key)

    def remove(self) -> tuple[Edit, ...]:
        return self.entry.remove()

    def comment_out(self) -> tuple[Edit, ...]:
        raise Refused(NO_COMMENT)

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        return self.entry.add_beside(key, value, before=before)
