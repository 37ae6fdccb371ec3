"""Where things are: spans, edits, places, and the template arms that guard a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of bytes in one file: `start` is included, `end` is not."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def covers(self, other: Span) -> bool:
        """True if `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the bytes of `span` in the file `path` by `new`; an empty span inserts."""

    path: str
    span: Span
    new: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """A span with a few words that end in "here"."""

    path: str
    span: Span
    label: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a template's branch: the `index`-th arm of the `if`/`range`/`with` that starts at byte `branch`.

    `condition` is the text that opened the arm (`if eq .Values.backendMode "k8s"`, `else`); `conditions` are the
    conditions of all arms of the branch up to and including this one, in order.
    """

    branch: int
    index: int
    condition: str
    conditions: tuple[str, ...] = ()


Guard: TypeAlias = tuple[Arm, ...]
"""The arms that a line stands under, outermost first; empty where nothing guards it."""


def exclusive(left: Guard, right: Guard) -> bool:
    """True if no rendering can hold both: they stand in different arms of one branch."""
    arms = {arm.branch: arm.index for arm in left}
    return any(arms.get(arm.branch, arm.index) != arm.index for arm in right)


def implies(inner: Guard, outer: Guard) -> bool:
    """True if whatever renders a line under `inner` also renders a line under `outer`."""
    arms = {(arm.branch, arm.index) for arm in inner}
    return all((arm.branch, arm.index) in arms for arm in outer)
