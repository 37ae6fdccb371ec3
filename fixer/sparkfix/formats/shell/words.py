"""Words as a shell takes them apart: which characters they mean, where each of these stands, and in what quotes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from sparkfix.formats.shell.quoting import escaped, is_safe
from sparkfix.model import Refused
from sparkfix.text.placing import Piece, placed
from sparkfix.text.source import SourceText

Range = tuple[int, int]
ESCAPES = '\\"$`'
_BLANK = " \t\r\n"
_LINE_END = re.compile(r"(\\\r?\n)")
_ANSI = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a word in one style of quotes (`'`, `"`, `$'` or none): its range without the quotes."""

    style: str
    start: int
    end: int


@dataclass(frozen=True)
class Word:
    """A word of a text in `source`: its range, the pieces that it means, its parts, and what is computed in it.

    `quotable` says that quotes in the text are read as the shell does; a `raw` word is a whole text, in which nothing
    is taken for quotes; blanks that are not in quotes are part of a `spaced` one. `breaks` are the places of continued
    line ends, which mean nothing.
    """

    source: SourceText
    start: int
    end: int
    pieces: tuple[Piece, ...]
    parts: tuple[Part, ...]
    computed: tuple[Range, ...] = ()
    quotable: bool = True
    raw: bool = False
    breaks: tuple[int, ...] = ()
    spaced: bool = False

    @cached_property
    def text(self) -> str:
        """What the program sees; what the shell computes stays as it is written."""
        return "".join(text for text, _, _ in self.pieces)

    @cached_property
    def spelt(self) -> str:
        """What is written out of it: without what the shell computes."""
        pieces = (piece for piece in self.pieces if not self._is_computed(piece))
        return "".join(text for text, _, _ in pieces)

    def _is_computed(self, piece: Piece) -> bool:
        return any(low <= piece[1] and piece[2] <= high for low, high in self.computed)

    @cached_property
    def inner(self) -> SourceText:
        """The word's meaning as a text of its own, placed in the source. A whole text means itself."""
        if self.raw:
            return self.source
        return placed(
            self.source, self.pieces, lambda text: text, at=self._content_start, escape_at=self._escape_at
        )  # fmt: skip

    def outer(self, start: int, end: int) -> Range:
        """Where a range of `inner` stands in the source."""
        placement = self.inner.placement
        return (start, end) if self.raw or placement is None else placement.range(start, end)

    @cached_property
    def laid_out(self) -> tuple[SourceText, tuple[Range, ...]]:
        """The word's meaning with its continued line ends, for a reader to whom they are blanks, and what is computed
        in it."""
        if not self.breaks:
            return self.inner, self.computed_inside
        ends = [(self.source.text(at, at + 2), at, at + 2) for at in self.breaks]
        pieces = tuple(sorted([*self.pieces, *ends], key=lambda piece: piece[1:]))
        inner = placed(
            self.source, pieces, lambda text: text, at=self._content_start, escape_at=self._escape_lines_at
        )  # fmt: skip
        return inner, replace(self, pieces=pieces, breaks=()).computed_inside

    def _escape_lines_at(self, start: int, end: int) -> Callable[[str], str]:
        escape = self._escape_at(start, end)

        def escape_lines(text: str) -> str:
            parts = _LINE_END.split(text)
            return "".join(part if index % 2 else escape(part) for index, part in enumerate(parts) if part)

        return escape_lines

    @property
    def _content_start(self) -> int:
        return self.parts[0].start if self.parts else self.start

    @cached_property
    def computed_inside(self) -> tuple[Range, ...]:
        """The computed ranges of the word as ranges of `inner`."""
        found, position = [], 0
        for piece in self.pieces:
            length = len(piece[0].encode("utf-8", "surrogateescape"))
            if self._is_computed(piece):
                found.append((position, position + length))
            position += length
        return tuple(found)

    def part_at(self, offset: int) -> Part:
        """The part that holds an offset of the source, or ends there."""
        return next((part for part in self.parts if part.start <= offset <= part.end), Part("", self.start, self.end))

    def _escape_at(self, start: int, end: int) -> Callable[[str], str]:
        if self.raw:
            return lambda text: text
        first, last = self.part_at(start), self.part_at(end)
        if first.style != last.style:
            raise Refused("it goes over parts of a word that are quoted differently")
        return lambda text: self._escaped(text, first.style)

    def _escaped(self, text: str, style: str) -> str:
        if not text or (self.spaced and not style and is_safe(text.replace(" ", ""))):
            return text
        return escaped(text, style, quotable=self.quotable)


def whole_word(
    source: SourceText, text: str, start: int, end: int, computed: Sequence[Range], escapes: str = ESCAPES
) -> Word:  # fmt: skip
    """The word in a range of a (masked) text of `source`; `computed` are the ranges that the shell computes, in order."""
    return _read(source, text, start, end, computed, _Rules(False, True, escapes))


def split(
    source: SourceText, text: str, computed: Sequence[Range], *, quotable: bool, escapes: str = ESCAPES
) -> list[Word]:  # fmt: skip
    """The words of a (masked) text of `source`, taken apart at blanks that are not in quotes."""
    return list(_split(source, text, computed, _Rules(True, quotable, escapes)))


@dataclass(frozen=True, slots=True)
class _Rules:
    """How words are read: whether blanks end them, whether quotes count, and what a backslash frees in double quotes."""

    splits: bool
    quotable: bool
    escapes: str


def _split(source: SourceText, text: str, computed: Sequence[Range], rules: _Rules) -> Iterator[Word]:
    position = 0
    while position < len(text):
        if text[position] in _BLANK:
            position += 1
        elif text[position] == "\\" and text[position + 1 : position + 3].lstrip("\r")[:1] == "\n":
            position = text.index("\n", position) + 1
        else:
            word = _read(source, text, position, len(text), computed, rules)
            yield word
            position = max(word.end, position + 1)


@dataclass
class _Reader:
    """A word in the making."""

    source: SourceText
    pieces: list[Piece]
    parts: list[Part]
    plain: int = -1
    breaks: list[int] = field(default_factory=list)

    def flush(self, end: int) -> None:
        """End the run of characters that mean themselves."""
        if 0 <= self.plain < end:
            self.pieces.append((self.source.text(self.plain, end), self.plain, end))
        self.plain = -1

    def add(self, text: str, start: int, end: int) -> None:
        self.flush(start)
        self.pieces.append((text, start, end))

    def opened(self, style: str, start: int) -> None:
        self.parts.append(Part(style, start, start))

    def grown(self, end: int) -> None:
        """The part in the making goes up to here."""
        part = self.parts[-1]
        self.parts[-1] = Part(part.style, part.start, end)


def _read(
    source: SourceText, text: str, start: int, stop: int, computed: Sequence[Range], rules: _Rules
) -> Word:  # fmt: skip
    reader = _Reader(source, [], [])
    low = bisect_right(computed, (start, -1))
    holes = {first: last for first, last in computed[low:] if first < stop}
    style, position = "", start
    while position < stop:
        char = text[position]
        if position in holes:
            last = min(holes[position], stop)
            _plain_part(reader, style, position)
            reader.add(source.text(position, last), position, last)
            position = last
            reader.grown(position)
        elif not style and rules.splits and char in _BLANK:
            break
        elif (not style and char in "'\"") or (not style and text.startswith("$'", position)):
            reader.flush(position)
            style = "$'" if char == "$" else char
            position += len(style)
            reader.opened(style, position)
        elif style and char == style[-1]:
            reader.flush(position)
            style, position = "", position + 1
        else:
            _plain_part(reader, style, position)
            position = _character(reader, text, position, stop, style, rules.escapes)
            reader.grown(position)
    reader.flush(position)
    inside = tuple((first, min(last, position)) for first, last in holes.items() if first < position)
    return Word(
        source,
        start,
        position,
        tuple(reader.pieces),
        tuple(reader.parts),
        inside,
        rules.quotable,
        breaks=tuple(reader.breaks),
    )


def _plain_part(reader: _Reader, style: str, position: int) -> None:
    if not style and (not reader.parts or reader.parts[-1].style or reader.parts[-1].end != position):
        reader.opened("", position)


def _character(reader: _Reader, text: str, position: int, stop: int, style: str, escapes: str) -> int:
    """Take in one character or escape that begins at a position; gives the position behind it."""
    following = text[position + 1 : position + 2] if position + 1 < stop else ""
    if text[position] != "\\" or style == "'" or not following:
        reader.plain = position if reader.plain < 0 else reader.plain
        return position + 1
    if following == "\n" and style != "$'":
        reader.flush(position)
        reader.breaks.append(position)
        return position + 2
    if style == '"' and following not in escapes:
        reader.plain = position if reader.plain < 0 else reader.plain
        return position + 1
    if style == "$'":
        known = _ANSI.get(following)
        reader.add(known if known is not None else reader.source.text(position, position + 2), position, position + 2)
        return position + 2
    end = position + 2
    while end < stop and reader.source.unit == 1 and reader.source.data[end + reader.source.base] & 0xC0 == 0x80:
        end += 1
    reader.add(reader.source.text(position + 1, end), position, end)
    return end
