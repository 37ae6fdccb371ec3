"""A file's bytes, and the ASCII twin that parsers see.

Every parser works on `folded`: an ASCII string with exactly one character per code unit of the file, in which
whatever is not plain ASCII text became the letter `x`. A position in it is therefore a byte offset (times two in
UTF-16, plus the byte order mark), also for parsers that count characters. Decoded text is taken from the bytes.

A text may stand inside another one (a script in a YAML scalar, JSON in a script): its `placement` says where each of
its bytes stands in the outer text and how new text is written there. Spans and edits are those of the file, at any
depth, so that whoever reads a text need not know where it stands.
"""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sparkfix.model import Edit, Refused, Span

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", 1),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
)
_PLAIN = bytes(b if 32 <= b < 127 or b in b"\t\n\f\r" else ord("x") for b in range(256))


@dataclass(frozen=True)
class Placement:
    """Where a text stands in another one, its `outer` text.

    `starts` and `ends` have the offsets in the outer text between which each byte of the inner one stands; `at` is
    where the inner text begins (and ends, if it is empty). `escape` writes inner text as outer text or raises
    `Refused`; where that depends on the place, `escape_at` gives the function for a range of the outer text. `indent` is
    what stands before each line in the outer text; where it is None, lines of the inner text are no lines of the outer
    one.
    """

    outer: SourceText
    starts: Sequence[int]
    ends: Sequence[int]
    at: int
    escape: Callable[[str], str]
    indent: str | None = None
    escape_at: Callable[[int, int], Callable[[str], str]] | None = None

    def range(self, start: int, end: int) -> tuple[int, int]:
        """The range in the outer text of a range of the inner one."""
        first = self.starts[start] if start < len(self.starts) else self.ends[-1] if self.ends else self.at
        return first, max(first, self.ends[end - 1]) if end > start else first

    def offset(self, outer: int) -> int:
        """The offset in the inner text of one in the outer text; between two bytes, that of the second one."""
        index = bisect_right(self.starts, outer) - 1
        return index + 1 if index < 0 or outer >= self.ends[index] else index

    def edit(self, inner: SourceText, start: int, end: int, text: str) -> Edit:
        """The edit of the file that replaces a range of the inner text. Raises `Refused` where that cannot be."""
        first, last = self.range(start, end)
        if self.indent is None:
            escape = self.escape if self.escape_at is None else self.escape_at(first, last)
            return self.outer.edit(first, last, escape(text))
        begins_line = start == inner.line_start(start)
        if begins_line and (text.endswith("\n") or (not text and end > start and inner.folded[end - 1] == "\n")):
            first = self.outer.line_start(first)
            last = max(last, first) if end > start else first
            text = "".join(
                self.indent + line if line.strip("\r\n") else line for line in text.splitlines(keepends=True)
            )
        else:
            text = text.replace("\n", "\n" + self.indent)
        return self.outer.edit(first, last, self.escape(text))


@dataclass(frozen=True)
class SourceText:
    """A text's path and bytes with its encoding; offsets below are positions in `folded` unless they are spans.

    The bytes are a file's, or with a `placement` those of a text inside of a file, in UTF-8.
    """

    path: str
    data: bytes
    placement: Placement | None = field(default=None, compare=False, repr=False)
    encoding: str = field(init=False, default="utf-8")
    unit: int = field(init=False, default=1)
    base: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.placement is not None:
            return
        for mark, encoding, unit in _MARKS:
            if self.data.startswith(mark):
                object.__setattr__(self, "encoding", encoding)
                object.__setattr__(self, "unit", unit)
                object.__setattr__(self, "base", len(mark))

    @cached_property
    def folded(self) -> str:
        """ASCII text of the same length in code units, without the byte order mark."""
        if self.unit == 1:
            return self.data[self.base :].translate(_PLAIN).decode("ascii")
        low = 0 if self.encoding == "utf-16-le" else 1
        units = self.data[self.base :]
        units = units[: len(units) // 2 * 2]
        low_bytes, high_bytes = units[low::2], units[1 - low :: 2]
        if not high_bytes.strip(b"\0"):
            return low_bytes.translate(_PLAIN).decode("ascii")
        return "".join("x" if high else chr(_PLAIN[plain]) for plain, high in zip(low_bytes, high_bytes, strict=True))

    @cached_property
    def ascii(self) -> bool:
        """True if `folded` is the text itself."""
        return self.unit == 1 and self.data.isascii()

    @cached_property
    def has_braces(self) -> bool:
        """True if a template action may stand in the text."""
        return "{{" in self.folded

    def span(self, start: int, end: int) -> Span:
        """Byte span in the file of a range of `folded`."""
        if self.placement is not None:
            return self.placement.outer.span(*self.placement.range(start, end))
        return Span(self.base + start * self.unit, self.base + end * self.unit)

    def offset(self, byte: int) -> int:
        """Position in `folded` of a byte offset in the file."""
        if self.placement is not None:
            return self.placement.offset(self.placement.outer.offset(byte))
        return (byte - self.base) // self.unit

    def text(self, start: int, end: int) -> str:
        """Decoded text of a range of `folded`; bytes that do not decode survive as surrogates."""
        data = self.data[self.base + start * self.unit : self.base + end * self.unit]
        return data.decode(self.encoding, "surrogateescape")

    def span_text(self, span: Span) -> str:
        """Decoded text of a byte span of the file, as it reads here."""
        return self.text(self.offset(span.start), self.offset(span.end))

    def edit(self, start: int, end: int, text: str) -> Edit:
        """The edit of the file that puts `text` in the place of a range. Raises `Refused` where it cannot be written."""
        if self.placement is not None:
            return self.placement.edit(self, start, end, text)
        return Edit(self.path, self.span(start, end), self.encode(text))

    def decode(self, data: bytes) -> str:
        """Text of bytes in the file's encoding; bytes that do not decode survive as surrogates."""
        return data.decode(self.encoding, "surrogateescape")

    def encode(self, text: str) -> bytes:
        """Bytes of `text` in this text's own encoding, without a byte order mark. Raises `Refused` if there are none."""
        try:
            return text.encode(self.encoding, "surrogateescape")
        except UnicodeEncodeError:
            raise Refused(f"half a surrogate pair cannot be written in {self.encoding}") from None

    @cached_property
    def newline(self) -> str:
        """The newline of the file: the first one that it holds, `\\n` if it holds none."""
        end = self.folded.find("\n")
        return "\r\n" if end > 0 and self.folded[end - 1] == "\r" else "\n"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, position = [0], self.folded.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.folded.find("\n", position + 1)
        return starts

    def line_of(self, offset: int) -> int:
        """1-based line number of a position in `folded`."""
        return bisect_right(self._line_starts, offset)

    def line_start(self, offset: int) -> int:
        return self.folded.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Position just after the newline that ends the line of `offset` (or the end of the text)."""
        end = self.folded.find("\n", offset)
        return len(self.folded) if end < 0 else end + 1

    def position(self, byte: int) -> tuple[int, int]:
        """1-based line and column (in characters) in the file of a byte offset in it."""
        if self.placement is not None:
            return self.placement.outer.position(byte)
        offset = self.offset(byte)
        start = self.line_start(offset)
        return self.line_of(offset), len(self.text(start, offset)) + 1

    def line_in_file(self, offset: int) -> int:
        """1-based number of the file's line in which a position in `folded` stands."""
        return self.position(self.span(offset, offset).start)[0]

    def line_text(self, number: int) -> str:
        """Text of a 1-based line, without its newline."""
        start = self._line_starts[number - 1]
        return self.text(start, self.line_end(start)).rstrip("\r\n")

    def line_span(self, number: int) -> Span:
        """Byte span of a 1-based line, without its newline."""
        start = self._line_starts[number - 1]
        end = self.line_end(start)
        return self.span(start, start + len(self.folded[start:end].rstrip("\r\n")))
