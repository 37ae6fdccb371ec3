"""Statements that follow one another and set properties of one object: one place for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from sparkfix.model import Property


@dataclass(frozen=True)
class Run:
    """Settings of such statements; those of a `single` one stand alone.

    `receiver` is the object in words, `start` and `end` are offsets in the text.
    """

    receiver: str
    properties: tuple[Property, ...]
    start: int
    end: int
    single: bool = False

    def followed_by(self, other: Run | None) -> Run | None:
        """This run with one that follows it directly; None if that is none, or a place of its own."""
        if other is None or other.receiver != self.receiver or self.single or other.single:
            return None
        return Run(self.receiver, (*self.properties, *other.properties), self.start, other.end)
