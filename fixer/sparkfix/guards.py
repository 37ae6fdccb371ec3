"""Which template arms can hold together, and what each combination leaves of a block. Pure, standard library only."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sparkfix.model import Arm, Guard, Property, PropertyBlock, Variant

_LIMIT = 512
_EQUALS = re.compile(r'^if \(?eq (\S+) ("[^"]*"|`[^`]*`|\d+)\)?$')
_EQUALS_REVERSED = re.compile(r'^if \(?eq ("[^"]*"|`[^`]*`|\d+) ([.$]\S+?)\)?$')
_NEGATED = re.compile(r"^if not \(?([.$]\S+?)\)?$")
_PLAIN = re.compile(r"^if ([.$]\S+)$")

_FALSY, _OTHER = "\0falsy", "\0other"


@dataclass(frozen=True, slots=True)
class Switch:
    """What a condition reads: a name (`.Values.mode`), the literal it is compared with (None: is it set at all?)."""

    name: str
    literal: str | None
    wanted: bool = True


def switch_of(condition: str) -> Switch:
    """The switch that a condition reads.

    `if eq .Values.mode "k8s"` reads `.Values.mode` and compares it with `"k8s"`. A condition that is not understood
    is a switch named by its own text, so that two lines with the same text are decided alike, others independently.
    """
    text = " ".join(condition.split()).removeprefix("else ")
    if found := _EQUALS.match(text):
        return Switch(found[1], found[2])
    if found := _EQUALS_REVERSED.match(text):
        return Switch(found[2], found[1])
    if found := _NEGATED.match(text):
        return Switch(found[1], None, wanted=False)
    if found := _PLAIN.match(text):
        return Switch(found[1], None)
    return Switch(text, None)


Assignment = Mapping[str, str]


def _holds(condition: str, assignment: Assignment) -> bool:
    switch = switch_of(condition)
    value = assignment.get(switch.name, _FALSY)
    return (value != _FALSY if switch.literal is None else value == switch.literal) is switch.wanted


def _active(arm: Arm, assignment: Assignment) -> bool:
    """Is this arm taken, given the values of the names that conditions read?"""
    *earlier, own = arm.conditions or (arm.condition,)
    if any(_holds(condition, assignment) for condition in earlier):
        return False
    return own == "else" or _holds(own, assignment)


def _conditions(guards: Iterable[Guard]) -> Iterator[str]:
    for guard in guards:
        for arm in guard:
            yield from (condition for condition in (arm.conditions or (arm.condition,)) if condition != "else")


def _assignments(guards: Iterable[Guard]) -> Iterator[Assignment]:
    """Every combination of values of the names that these guards read, with one value standing for all others."""
    values: dict[str, dict[str, None]] = {}
    for condition in _conditions(guards):
        switch = switch_of(condition)
        known = values.setdefault(switch.name, {_OTHER: None})
        known[_FALSY if switch.literal is None else switch.literal] = None
    for combination in itertools.islice(itertools.product(*values.values()), _LIMIT):
        yield dict(zip(values, combination, strict=True))


def block_variants(block: PropertyBlock, keys: tuple[str, ...] = ()) -> tuple[Variant, ...]:
    """One view of `block` per combination of arms that differs for `keys` (all keys if empty).

    At most 512 combinations are looked at; conditions with the same text are decided alike, and
    `eq X "a"` and `eq X "b"` never hold together.
    """
    chosen = [item for item in block.properties if not keys or item.key in keys]
    seen: set[tuple[int, ...]] = set()
    found: list[Variant] = []
    for assignment in _assignments({item.guard for item in chosen}):
        present = [item for item in chosen if all(_active(arm, assignment) for arm in item.guard)]
        identity = tuple(item.key_span.start for item in present)
        if identity not in seen:
            seen.add(identity)
            effective: dict[str, Property] = {item.key: item for item in present}
            found.append(Variant(effective))
    return tuple(found)


def can_hold_together(left: Guard, right: Guard) -> bool:
    """True if some combination of arms renders both."""
    return any(all(_active(arm, assignment) for arm in (*left, *right)) for assignment in _assignments((left, right)))
