"""Settings among the words of a list: `["--conf", "spark.a=1"]`, `["spark.a=1"]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sparkfix.formats.code.settings import Pattern, Value, item_of, setting
from sparkfix.formats.code.slots import Form, Slot
from sparkfix.formats.properties.parse import settings_in_a_row
from sparkfix.model import Command, Property, Span, Word
from sparkfix.spark.facts import launch_of
from sparkfix.text.source import SourceText

_ARGUMENT = re.compile(
    r"(?P<prefix>--conf=|-c=|)(?P<key>spark\.(?:[A-Za-z]|\{\{)(?:[^\s=\"';,]|\{\{.*?\}\})*)=(?P<value>.*)\Z", re.DOTALL
)
_LAUNCHER = re.compile(r"(?:^|/)(?:spark-submit|spark-class|pyspark|spark-shell|spark-sql)\Z")
_FLAGS = ("--conf", "-c")
_IN_A_ROW = "several settings stand on its line"


@dataclass(frozen=True)
class Words:
    """The parts of a list: the value of each that is a text, and all their ranges. `needed` says why none may go."""

    source: SourceText
    values: Sequence[Value | None]
    ranges: list[tuple[int, int]]
    comment: str
    needed: str = ""

    @property
    def texts(self) -> list[str]:
        return [value.text if value else "" for value in self.values]

    @property
    def carrier(self) -> str:
        command = any(text in _FLAGS or text.startswith("--conf=") for text in self.texts)
        return "arguments" if command else "list"


def settings_among(words: Words) -> Iterator[tuple[Property, range]]:
    """The settings among some words, each with the positions of its own words, the flag before it included."""
    texts = words.texts
    for index, value in enumerate(words.values[: _end_of_options(words.source.path, texts)]):
        found = _ARGUMENT.match(value.text) if value is not None else None
        if value is not None and found is not None:
            first = index - 1 if index and texts[index - 1] in _FLAGS else index
            # A list of two words that a flag and its setting are may be emptied.
            needed = words.needed if len(texts) > index - first + 1 else ""
            yield _argument(words, value, found, (first, index), needed), range(first, index + 1)


def _end_of_options(path: str, texts: list[str]) -> int:
    """Where the words of a list end that Spark reads; behind its primary resource they are the application's."""
    words = tuple(Word(text or "$X", Span(0, 0), dynamic=not text or "{{" in text) for text in texts)
    for index, text in enumerate(texts):
        if _LAUNCHER.search(text):
            launch = launch_of(Command(path, words[index:], False, ""))
            if launch is not None and launch.resource is not None:
                return index + launch.resource
    return len(texts)


def _part(literal: Any, first: int, last: int) -> Slot:
    start, end = literal.range_of(first, last)
    return Slot(start, end, literal.escaped)


def _argument(words: Words, value: Value, found: re.Match[str], at: tuple[int, int], needed: str) -> Property:
    first, index = at
    literal, locked = value.literal, value.locked
    if literal is not None:
        key_slot, value_slot = (_part(literal, *found.span(name)) for name in ("key", "value"))
    else:
        key_slot = value_slot = value.slot
    if first == index and not found["prefix"] and len(settings_in_a_row(found[0])) > 1:
        locked = _IN_A_ROW
    item = item_of(words.ranges, index, words.comment, needed, first)
    pattern = Pattern(Form(item.start, item.end, key_slot, value_slot), '"{}={}"', words.comment)
    key = Value(found["key"], key_slot)
    return setting(words.source, key, Value(found["value"], value_slot, value.templated, locked), item, pattern)
