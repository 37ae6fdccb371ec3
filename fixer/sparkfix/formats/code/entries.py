"""Edits of settings in programs: the literal's range alone, or the call, statement or entry that stands for a setting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sparkfix.formats.code.places import Item, Link, Statement
from sparkfix.formats.code.slots import Slot
from sparkfix.model import Edit, Refused
from sparkfix.text.source import SourceText


@dataclass(frozen=True)
class CodeEntry:
    """A setting in a program.

    `key` and `value` are where its literals stand, or say why there is none to edit. `make` gives the code of another
    setting in its form, or raises `Refused`. `kept` says why the setting cannot be taken out though its place allows it.
    """

    source: SourceText
    key: Slot | str
    value: Slot | str
    place: Link | Statement | Item
    make: Callable[[str, str], str]
    kept: str = ""

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return (_slot(self.value).edit(self.source, value),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return (_slot(self.key).edit(self.source, key),)

    def remove(self) -> tuple[Edit, ...]:
        self._check_free()
        return self.place.remove(self.source)

    def comment_out(self) -> tuple[Edit, ...]:
        self._check_free()
        return self.place.comment_out(self.source)

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        return self.place.add(self.source, self.make(key, value), before=before)

    def _check_free(self) -> None:
        if self.kept:
            raise Refused(self.kept)


def _slot(slot: Slot | str) -> Slot:
    if isinstance(slot, str):
        raise Refused(slot)
    return slot
