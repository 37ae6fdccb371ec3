"""Where a key or a value stands in a program, and how another one is written there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sparkfix.model import Edit
from sparkfix.text.source import SourceText


@dataclass(frozen=True)
class Slot:
    """A range of a text that stands for a key or a value. `write` gives the code for another one, or raises `Refused`."""

    start: int
    end: int
    write: Callable[[str], str]

    def edit(self, source: SourceText, text: str) -> Edit:
        return source.edit(self.start, self.end, self.write(text))


@dataclass(frozen=True)
class Form:
    """The code of one setting, as a pattern for others: its range, and the slots of its key and value in it."""

    start: int
    end: int
    key: Slot
    value: Slot

    def filled(self, source: SourceText, key: str, value: str) -> str:
        """The same code with another key and value."""
        return (
            source.text(self.start, self.key.start)
            + self.key.write(key)
            + source.text(self.key.end, self.value.start)
            + self.value.write(value)
            + source.text(self.value.end, self.end)
        )
