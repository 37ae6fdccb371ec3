"""What the finders of Python settings share: the module that is read, what was found in it, and where they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from sparkfix.formats.code.settings import Pattern, Spot, Value, setting
from sparkfix.formats.code.slots import Form
from sparkfix.formats.document import Context, Nested
from sparkfix.formats.python.syntax import Tree
from sparkfix.formats.python.values import Values
from sparkfix.model import Property, PropertyBlock
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

    def setting(self, key: Value, value: Value, place: Spot, form: Form | None, made: str, lone: str = "") -> Property:
        """One property (see `setting` and `Pattern` of `sparkfix.formats.code.settings`)."""
        if value.elsewhere is not None:
            self.omitted.literals.add(value.constant)
        return setting(self.source, key, value, place, Pattern(form, made, "#", lone))

    def add(self, carrier: str, where: str, properties: list[Property], start: int, end: int) -> None:
        """Note a block of properties, if there are any."""
        if properties:
            span = self.source.span(start, end)
            self.blocks.append(PropertyBlock(self.source.path, carrier, where, tuple(properties), span))
