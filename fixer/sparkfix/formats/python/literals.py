r"""Python's literals: strings with their escapes, byte by byte, and numbers and booleans as Spark is given them.

The grammar is that of the Python Language Reference, "String and Bytes literals".
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sparkfix.model import Refused
from sparkfix.text.placing import Piece, placed
from sparkfix.text.source import SourceText

_STRING = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<quote>'''|\"\"\"|'|\")")
_ESCAPE = re.compile(
    r"\\(?:(?P<line>\r\n|\r|\n)|(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})"
    r"|U(?P<U>[0-9a-fA-F]{8})|N\{(?P<name>[^}\n]*)\}|(?P<one>[\\'\"abfnrtv]))"
)
_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")
_KINDS = (re.compile(r"-?(?:0|[1-9]\d*)"), re.compile(r"-?(?:0|[1-9]\d*)\.\d+"), re.compile(r"[Tt]rue|[Ff]alse"))


@dataclass(frozen=True)
class Quotes:
    """How a string literal is written: its prefix and its quotes."""

    prefix: str
    quote: str

    @property
    def raw(self) -> bool:
        return "r" in self.prefix.lower()

    @property
    def triple(self) -> bool:
        return len(self.quote) == 3

    def written(self, text: str) -> str:
        """A text as a literal; a raw one that cannot hold it becomes a plain one."""
        if not self.raw:
            return self.prefix + self.quote + self.escaped(text) + self.quote
        try:
            return self.prefix + self.quote + self.escaped(text, whole=True) + self.quote
        except Refused:
            plain = Quotes(re.sub("[rR]", "", self.prefix), self.quote)
            return plain.written(text)

    def escaped(self, text: str, *, whole: bool = False, newline: str = "\n") -> str:
        """A text as it stands between the quotes; `whole` says that it is all that stands there. In a part of a long string
        single quotes stay as they are. Raises `Refused` where a raw literal cannot hold it."""
        if self.raw:
            return self._in_raw(text, whole=whole, newline=newline)
        text = text.replace("\\", "\\\\").replace("\r", "\\r")
        mark = self.quote if self.triple and not whole else self.quote[0]
        text = text.replace(mark, "".join("\\" + char for char in mark))
        text = text.replace("\n", newline if self.triple and not whole else "\\n")
        return _UNPRINTABLE.sub(_numbered, text)

    def _in_raw(self, text: str, *, whole: bool, newline: str) -> str:
        trailing = len(text) - len(text.rstrip("\\"))
        lines = ("\n" in text and not self.triple) or "\r" in text
        quoted = (self.quote if self.triple and not whole else self.quote[0]) in text
        if quoted or lines or (trailing % 2 and whole) or _UNPRINTABLE.search(text):
            raise Refused("a raw string cannot hold this")
        if not whole and trailing:
            raise Refused("a raw string cannot hold this here")
        return text.replace("\n", newline)


def _numbered(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


@dataclass(frozen=True)
class StringLiteral:
    """A string literal at a range of a text: how it is written, and its characters with the ranges that stand for each."""

    source: SourceText
    start: int
    end: int
    quotes: Quotes
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece[0] for piece in self.pieces)

    def range_of(self, first: int, last: int) -> tuple[int, int]:
        """The range in the source of some characters of the text."""
        inside = self.end - len(self.quotes.quote)
        start = self.pieces[first][1] if first < len(self.pieces) else inside
        return start, max(start, self.pieces[last - 1][2] if last > first else start)

    def escaped(self, text: str) -> str:
        """A part of the text as it is written between the quotes."""
        return self.quotes.escaped(text)


def inner_text(literals: tuple[StringLiteral, ...]) -> SourceText:
    """The text that adjacent literals of one kind make up together."""
    first = literals[0]
    pieces = [piece for literal in literals for piece in literal.pieces]
    return placed(first.source, pieces, _escape_in(first), at=first.range_of(0, 0)[0])


def _escape_in(literal: StringLiteral) -> Callable[[str], str]:
    newline = literal.source.newline
    return lambda text: literal.quotes.escaped(text, newline=newline)


def string_literal(source: SourceText, start: int, end: int) -> StringLiteral | None:
    """The literal at a range; None for bytes, for f-strings, and for one that does not decode."""
    raw = source.text(start, end)
    found = _STRING.match(raw)
    if found is None or set(found["prefix"].lower()) - {"r", "u"}:
        return None
    quotes = Quotes(found["prefix"], found["quote"])
    body = raw[found.end() : len(raw) - len(quotes.quote)]
    try:
        characters = list(_characters(body, raw=quotes.raw))
    except (KeyError, ValueError):
        return None
    pieces, position = [], start + found.end()
    for text, written in characters:
        width = len(written) if written.isascii() else len(source.encode(written)) // source.unit
        if text:
            pieces.append((text, position, position + width))
        position += width
    return StringLiteral(source, start, end, quotes, tuple(pieces))


def _characters(body: str, *, raw: bool) -> Iterator[tuple[str, str]]:
    """Each character of a literal with the code that stands for it."""
    position = 0
    while position < len(body):
        char = body[position]
        if char == "\r":
            written = "\r\n" if body.startswith("\r\n", position) else char
            yield "\n", written
        elif char == "\\" and not raw:
            found = _ESCAPE.match(body, position)
            written = found[0] if found else char
            yield (_decoded(found) if found else char), written
        else:
            written = char
            yield char, written
        position += len(written)


def _decoded(found: re.Match[str]) -> str:
    if found["line"] is not None:
        return ""
    if found["octal"]:
        return chr(int(found["octal"], 8))
    if found["name"] is not None:
        return unicodedata.lookup(found["name"])
    digits = found["x"] or found["u"] or found["U"]
    if digits:
        return chr(int(digits, 16))
    return _NAMED.get(found["one"], found["one"])


def bare_value(code: str) -> str | None:
    """What Spark is given for a number or a boolean; None for any other code.

    PySpark's `to_str` writes booleans in lower case (SOURCE 4.0, python/pyspark/sql/utils.py), and Spark reads both.
    """
    try:
        value = ast.literal_eval(code)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else None


def bare_written(old: str, quotes: Quotes) -> Callable[[str], str]:
    """How a value is written where a number or a boolean stands: as one if it is one of the same kind, else in quotes."""

    def write(value: str) -> str:
        if any(kind.fullmatch(old) and kind.fullmatch(value) for kind in _KINDS):
            return value.capitalize() if value[:1] in "tTfF" else value
        return quotes.written(value)

    return write
