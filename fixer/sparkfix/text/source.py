"""A file's bytes, and the ASCII twin that parsers see.

Every parser works on `folded`: an ASCII string with exactly one character per code unit of the file, in which
whatever is not plain ASCII text became the letter `x`. A position in it is therefore a byte offset (times two in
UTF-16, plus the byte order mark), also for parsers that count characters. Decoded text is taken from the bytes.
"""

from __future__ import annotations

import codecs
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from sparkfix.model import Refused, Span

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", 1),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
)
_PLAIN = bytes(b if 32 <= b < 127 or b in b"\t\n\f\r" else ord("x") for b in range(256))


@dataclass(frozen=True)
class SourceText:
    """A file's path and bytes with its encoding; offsets below are positions in `folded` unless they are spans."""

    path: str
    data: bytes
    encoding: str = field(init=False, default="utf-8")
    unit: int = field(init=False, default=1)
    base: int = field(init=False, default=0)

    def __post_init__(self) -> None:
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
        """Byte span of a range of `folded`."""
        return Span(self.base + start * self.unit, self.base + end * self.unit)

    def byte(self, offset: int) -> int:
        """Byte offset of a position in `folded`."""
        return self.base + offset * self.unit

    def offset(self, byte: int) -> int:
        """Position in `folded` of a byte offset."""
        return (byte - self.base) // self.unit

    def text(self, start: int, end: int) -> str:
        """Decoded text of a range of `folded`; bytes that do not decode survive as surrogates."""
        span = self.span(start, end)
        return self.data[span.start : span.end].decode(self.encoding, "surrogateescape")

    def span_text(self, span: Span) -> str:
        """Decoded text of a byte span."""
        return self.data[span.start : span.end].decode(self.encoding, "surrogateescape")

    def decode(self, data: bytes) -> str:
        """Text of bytes in the file's encoding; bytes that do not decode survive as surrogates."""
        return data.decode(self.encoding, "surrogateescape")

    def encode(self, text: str) -> bytes:
        """Bytes of `text` in the file's encoding, without a byte order mark. Raises `Refused` if there are none."""
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
        """1-based line and column (in characters) of a byte offset."""
        offset = self.offset(byte)
        start = self.line_start(offset)
        return self.line_of(offset), len(self.text(start, offset)) + 1

    def line_text(self, number: int) -> str:
        """Text of a 1-based line, without its newline."""
        start = self._line_starts[number - 1]
        return self.text(start, self.line_end(start)).rstrip("\r\n")

    def line_span(self, number: int) -> Span:
        """Byte span of a 1-based line, without its newline."""
        start = self._line_starts[number - 1]
        end = self.line_end(start)
        return self.span(start, start + len(self.folded[start:end].rstrip("\r\n")))
