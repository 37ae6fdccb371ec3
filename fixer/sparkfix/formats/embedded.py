"""Edits of a text that stands escaped inside another one, carried out to the outer text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sparkfix.model import Edit, Entry, Span
from sparkfix.text.source import SourceText


@dataclass(frozen=True)
class Layer:
    """How an inner text stands in an outer one.

    `outer` has one more item than the inner text has characters: the offset in the outer folded text at which each
    character begins, and the end of the last one. `escape` writes inner text as outer text (or raises `Refused`).
    """

    inner: SourceText
    source: SourceText
    outer: Sequence[int]
    escape: Callable[[str], str]

    def edit(self, edit: Edit) -> Edit:
        start = self.outer[self._character(edit.span.start)]
        end = self.outer[self._character(edit.span.end)]
        text = self.escape(edit.new.decode("utf-8", "surrogateescape"))
        return Edit(self.source.path, self.source.span(start, end), self.source.encode(text))

    def span(self, start: int, end: int) -> Span:
        """Span in the outer file of a range of the inner folded text (offsets as in `SourceText.folded`)."""
        return self.source.span(self.outer[self._character(start)], self.outer[self._character(end)])

    def _character(self, byte: int) -> int:
        if self.inner.ascii:
            return byte
        return len(self.inner.data[:byte].decode("utf-8", "surrogateescape"))


@dataclass(frozen=True)
class EmbeddedEntry:
    """An entry of an inner text whose edits come out as edits of the outer file."""

    entry: Entry
    layer: Layer

    def _out(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        return tuple(self.layer.edit(edit) for edit in edits)

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return self._out(self.entry.set_value(value))

    def rename(self, key: str) -> tuple[Edit, ...]:
        return self._out(self.entry.rename(key))

    def remove(self) -> tuple[Edit, ...]:
        return self._out(self.entry.remove())

    def comment_out(self) -> tuple[Edit, ...]:
        return self._out(self.entry.comment_out())

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        return self._out(self.entry.add_beside(key, value, before=before))
