"""Texts that stand inside another text, placed byte by byte (see `sparkfix.text.source.Placement`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sparkfix.text.source import Placement, SourceText

Piece = tuple[str, int, int]
"""Some characters of an inner text and the range in the outer text that stands for them."""


def placed(
    outer: SourceText,
    pieces: Iterable[Piece],
    escape: Callable[[str], str],
    *,
    at: int,
    indent: str | None = None,
    escape_at: Callable[[int, int], Callable[[str], str]] | None = None,
) -> SourceText:
    """The text that some pieces of `outer` make up, in their order; `at` is where it begins if it is empty.

    A piece that is written as it reads is placed byte by byte, of any other all bytes stand in its whole range. A byte
    order mark at the beginning is left out.
    """
    data = bytearray()
    starts: list[int] = []
    ends: list[int] = []
    for text, start, end in pieces:
        if text.startswith("\ufeff") and not data:
            # A byte order mark is no text, as at the start of a file.
            start, text = (start + (1 if outer.unit > 1 else 3) if len(text) > 1 else end), text[1:]
        raw = text.encode("utf-8", "surrogateescape")
        if len(raw) == end - start and outer.text(start, end) == text:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(raw))
            ends.extend([end] * len(raw))
        data += raw
    return SourceText(outer.path, bytes(data), Placement(outer, starts, ends, at, escape, indent, escape_at))


def indented(outer: SourceText, start: int, end: int) -> SourceText:
    """The lines of a range that begins at a line's start, without the blanks that all of them begin with."""
    lines = outer.folded[start:end].splitlines(keepends=True)
    width = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    pieces: list[Piece] = []
    position = start
    for line in lines:
        stop = position + len(line)
        first = position + width if line.strip() else position + len(line) - len(line.lstrip(" "))
        pieces.append((outer.text(first, stop), first, stop))
        position = stop
    return placed(outer, pieces, lambda text: text, at=start, indent=" " * width)
