"""Settings that a program makes: what an expression is worth, and properties made of keys, values and their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sparkfix.formats.code.entries import CodeEntry
from sparkfix.formats.code.places import Item, Link, Statement
from sparkfix.formats.code.slots import Form, Slot
from sparkfix.model import Property, Refused
from sparkfix.text.source import SourceText

Spot = Link | Statement | Item


@dataclass(frozen=True)
class Value:
    """The text of an expression as Spark gets it, and where it stands.

    `slot` is its range, with how another text is written there; `literal` the string that it is, in its language's own
    terms. `locked` says why its text cannot be edited. Computed parts of a `templated` text are written between `{{` and
    `}}` with the code that computes them. `elsewhere` is the literal that gives it where that is a constant, whose node is
    `constant`; `shared` says why no other text can be written there though the setting itself may change.
    """

    text: str
    slot: Slot
    templated: bool = False
    locked: str = ""
    literal: Any = None
    elsewhere: Slot | None = None
    constant: Any = None
    shared: str = ""


@dataclass(frozen=True)
class Pattern:
    """How another setting is written beside one: with the code of that one (`form`), or, where there is none that can be
    copied, by `made`, a format with a place for the key and one for the value. `lone` says why none can stand there."""

    form: Form | None
    made: str
    comment: str
    lone: str = ""


def setting(source: SourceText, key: Value, value: Value, place: Spot, pattern: Pattern) -> Property:
    """One property of a program."""

    def make(new_key: str, new_value: str) -> str:
        form = pattern.form
        if pattern.lone:
            raise Refused(pattern.lone)
        if form is not None and pattern.comment not in source.folded[form.start : form.end]:
            return form.filled(source, new_key, new_value)
        return pattern.made.format(key.slot.write(new_key), value.slot.write(new_value))

    kept = "the constant that gives its value would be left over" if value.elsewhere is not None else ""
    slot: Slot | str = value.elsewhere or value.locked or value.shared or value.slot
    elsewhere = value.elsewhere
    return Property(
        path=source.path,
        key=key.text,
        value=value.text,
        key_span=source.span(key.slot.start, key.slot.end),
        value_span=source.span(max(value.slot.start, key.slot.end), max(value.slot.end, key.slot.end)),
        templated=value.templated,
        locked=value.locked or (key.locked if "{{" in key.text else ""),
        entry=CodeEntry(source, key.locked or key.slot, slot, place, make, kept),
        extent=source.span(*place.extent(source)),
        elsewhere=source.span(elsewhere.start, elsewhere.end) if elsewhere else None,
    )


def item_of(
    ranges: list[tuple[int, int]], index: int, comment: str, needed: str = "", first: int | None = None
) -> Item:
    """The entry of a literal that some of its parts make up, from `first` to `index`; `ranges` are those of all parts."""
    first = index if first is None else first
    return Item(
        ranges[first][0],
        ranges[index][1],
        comment,
        previous_end=ranges[first - 1][1] if first else None,
        next_start=ranges[index + 1][0] if index + 1 < len(ranges) else None,
        needed=needed,
    )
