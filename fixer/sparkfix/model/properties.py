"""Spark properties where they stand, and how a format edits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from sparkfix.model.places import Edit, Guard, Place, Span

if TYPE_CHECKING:
    from sparkfix.model.workloads import KubernetesObject


class Entry(Protocol):
    """How a format edits one property that it found. Each method returns edits or raises `Refused`."""

    def set_value(self, value: str) -> tuple[Edit, ...]: ...

    def rename(self, key: str) -> tuple[Edit, ...]: ...

    def remove(self) -> tuple[Edit, ...]: ...

    def comment_out(self) -> tuple[Edit, ...]: ...

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]: ...


@runtime_checkable
class Commentable(Protocol):
    """An entry above which a comment line can stand."""

    def comment_above(self, text: str) -> tuple[Edit, ...]: ...


@dataclass(frozen=True, slots=True)
class Property:
    """One Spark property where it stands.

    `value` is the text that Spark would read, with template actions left as they are written. `templated` says
    that the value holds such actions. `locked` says why the property cannot be edited; empty if it can. `extent` is
    the whole text that stands for the setting where that is not its lines: an option with its flag, a call. `elsewhere`
    is the literal that gives the value where that stands apart from the setting: a constant that a program names.
    """

    path: str
    key: str
    value: str
    key_span: Span
    value_span: Span
    guard: Guard = ()
    templated: bool = False
    locked: str = ""
    entry: Entry | None = field(default=None, compare=False, repr=False)
    extent: Span | None = None
    elsewhere: Span | None = None

    def place(self, label: str) -> Place:
        return Place(self.path, Span(self.key_span.start, self.value_span.end), label)


@dataclass(frozen=True, slots=True)
class Variant:
    """What one combination of template arms leaves of a block: the last setting of each key, as in Spark."""

    effective: Mapping[str, Property]

    def value(self, key: str) -> str | None:
        found = self.effective.get(key)
        return found.value if found else None


@dataclass(frozen=True, slots=True)
class PropertyBlock:
    """One place that holds Spark properties.

    `carrier` names the kind of place (see `sparkfix.formats`), `where` says it in words for people, `name` is the
    file name that Spark would see (`spark-defaults.conf`), if any, `owner` the Kubernetes object that holds it.
    `confidential` blocks are never shown.
    """

    path: str
    carrier: str
    where: str
    properties: tuple[Property, ...]
    span: Span
    name: str = ""
    owner: KubernetesObject | None = None
    confidential: bool = False

    @property
    def on_command_line(self) -> bool:
        """Do the settings stand in a command of spark-submit's kind, where they win over files?"""
        return self.carrier in ("arguments", "flags")

    def by_key(self) -> dict[str, tuple[Property, ...]]:
        """All settings of each key, in file order."""
        found: dict[str, list[Property]] = {}
        for item in self.properties:
            found.setdefault(item.key, []).append(item)
        return {key: tuple(items) for key, items in found.items()}

    def all(self, key: str) -> tuple[Property, ...]:
        """Every setting of `key`, whatever its arm."""
        return tuple(item for item in self.properties if item.key == key)

    def variants(self, *keys: str) -> tuple[Variant, ...]:
        """One view per combination of arms that differs for `keys` (for all keys if none is named)."""
        from sparkfix.guards import block_variants

        return block_variants(self, keys)
