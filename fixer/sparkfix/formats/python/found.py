"""What the finders of Python settings share: the module that is read, what was found in it, and where they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from sparkfix.formats.code.entries import CodeEntry
from sparkfix.formats.code.places import Item, Link, Statement
from sparkfix.formats.code.slots import Form, Slot
from sparkfix.formats.document import Context, Nested
from sparkfix.formats.python.syntax import Tree
from sparkfix.formats.python.values import Value, Values
from sparkfix.model import Property, PropertyBlock, Refused
from sparkfix.text.source import SourceText

KEY = re.compile(r"spark\.(?:[A-Za-z]|\{\{)(?:[^\s=]|\{\{.*?\}\})*\Z")


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: in which functions and classes, below which name (a variable, an argument), and
    whether brackets are open around it."""

    inside: tuple[str, ...] = ()
    name: str = ""
    brackets: bool = False

    def named(self, name: str) -> Scope:
        return replace(self, name=name)

    def bracketed(self) -> Scope:
        return replace(self, brackets=True)

    def within(self, name: str) -> Scope:
        return Scope((*self.inside, name))

    def where(self, what: str) -> str:
        """The words for a place."""
        return ": ".join(part for part in (".".join(self.inside), what) if part)


@dataclass
class Omitted:
    """What of a module is settings, for comparing all the rest: entries and statements, calls in a chain, and literals
    whose text is read on its own or belongs to a setting elsewhere."""

    entries: set[Any] = field(default_factory=set)
    links: set[Any] = field(default_factory=set)
    literals: set[Any] = field(default_factory=set)


@dataclass
class Module:
    """A module that is read, and what was found in it so far."""

    tree: Tree
    context: Context
    values: Values
    blocks: list[PropertyBlock] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    omitted: Omitted = field(default_factory=Omitted)

    @property
    def source(self) -> SourceText:
        return self.tree.source

    def setting(
        self, key: Value, value: Value, place: Link | Statement | Item, form: Form | None, made: str, lone: str = ""
    ) -> Property:
        """One property. `form` is its code as a pattern for others; `made`, a format with two places, is the pattern where
        there is none. `lone` says why nothing can be added beside it."""
        source = self.source

        def make(new_key: str, new_value: str) -> str:
            if lone:
                raise Refused(lone)
            if form is not None and "#" not in source.folded[form.start : form.end]:
                return form.filled(source, new_key, new_value)
            return made.format(key.slot.write(new_key), value.slot.write(new_value))

        kept = ""
        if value.elsewhere is not None:
            kept = "the constant that gives its value would be left over"
            self.omitted.literals.add(value.constant)
        slot: Slot | str = value.elsewhere or value.locked or value.slot
        entry = CodeEntry(source, key.locked or key.slot, slot, place, make, kept)
        elsewhere = value.elsewhere
        return Property(
            path=source.path,
            key=key.text,
            value=value.text,
            key_span=source.span(key.slot.start, key.slot.end),
            value_span=source.span(max(value.slot.start, key.slot.end), max(value.slot.end, key.slot.end)),
            templated=value.templated,
            locked=value.locked or (key.locked if "{{" in key.text else ""),
            entry=entry,
            extent=source.span(*place.extent(source)),
            elsewhere=source.span(elsewhere.start, elsewhere.end) if elsewhere else None,
        )

    def add(self, carrier: str, where: str, properties: list[Property], start: int, end: int) -> None:
        """Note a block of properties, if there are any."""
        if properties:
            span = self.source.span(start, end)
            self.blocks.append(PropertyBlock(self.source.path, carrier, where, tuple(properties), span))
