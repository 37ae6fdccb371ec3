r"""String literals in double quotes with escapes by backslash, as in Java, Scala, HCL and TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import Refused
from sparkfix.text.placing import Piece, placed
from sparkfix.text.source import SourceText

_ESCAPE = re.compile(
    r"\\(?:u+(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|x(?P<x>[0-9a-fA-F]{2})|(?P<one>.))", re.DOTALL
)
_PAIR = re.compile(r"\\u+([dD][89abAB][0-9a-fA-F]{2})\\u+([dD][c-fC-F][0-9a-fA-F]{2})")
_NAMED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "'": "'", "\\": "\\", "s": " "}
_WRITTEN = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")
_BARE = (re.compile(r"-?(?:0|[1-9]\d*)"), re.compile(r"-?(?:0|[1-9]\d*)\.\d+"), re.compile(r"true|false"))


@dataclass(frozen=True)
class Dialect:
    """What a language's strings have of their own: other texts that must be escaped, with what is written for them."""

    extra: tuple[tuple[str, str], ...] = ()

    def escaped(self, text: str) -> str:
        """A text as it stands between double quotes. Raises `Refused` for what cannot be written in UTF-8."""
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise Refused("half a surrogate pair cannot be written")
        text = re.sub(r'["\\]', lambda found: _WRITTEN[found[0]], text)
        for plain, code in self.extra:
            text = text.replace(plain, code)
        return _UNPRINTABLE.sub(lambda found: _WRITTEN.get(found[0], f"\\u{ord(found[0]):04x}"), text)

    def written(self, text: str) -> str:
        return f'"{self.escaped(text)}"'

    def bare(self, old: str, text: str) -> str:
        """A text in the place of a number or a boolean: as one if it is one of the same kind, else in quotes."""
        if any(kind.fullmatch(old) and kind.fullmatch(text) for kind in _BARE):
            return text
        return self.written(text)


@dataclass(frozen=True)
class QuotedLiteral:
    """A string literal of one line in double quotes: its range, and its characters with the ranges that stand for each."""

    source: SourceText
    start: int
    end: int
    pieces: tuple[Piece, ...]
    dialect: Dialect

    @property
    def text(self) -> str:
        return "".join(piece[0] for piece in self.pieces)

    def range_of(self, first: int, last: int) -> tuple[int, int]:
        """The range in the source of some characters of the text."""
        start = self.pieces[first][1] if first < len(self.pieces) else self.end - 1
        return start, max(start, self.pieces[last - 1][2] if last > first else start)

    def escaped(self, text: str) -> str:
        return self.dialect.escaped(text)

    def inner(self) -> SourceText:
        """The text as one that can be read and edited on its own."""
        return placed(self.source, self.pieces, self.dialect.escaped, at=self.start + 1)


def quoted_literal(source: SourceText, start: int, end: int, dialect: Dialect) -> QuotedLiteral | None:
    """The literal at a range; None for one over several lines, or with an escape that is not known."""
    raw = source.text(start, end)
    if len(raw) < 2 or raw[0] != '"' or raw[-1] != '"' or "\n" in raw or raw.startswith('"""'):
        return None
    try:
        return QuotedLiteral(source, start, end, tuple(_pieces(source, raw[1:-1], start + 1, dialect)), dialect)
    except (KeyError, ValueError):
        return None


def _pieces(source: SourceText, body: str, at: int, dialect: Dialect) -> Iterator[Piece]:
    position = 0
    while position < len(body):
        text, written = _one(body, position, dialect)
        width = len(written) if written.isascii() else len(source.encode(written)) // source.unit
        yield text, at, at + width
        position += len(written)
        at += width


def _one(body: str, position: int, dialect: Dialect) -> tuple[str, str]:
    for plain, code in dialect.extra:
        if body.startswith(code, position):
            return plain[0], code[: len(code) - len(plain) + 1]
    found = _ESCAPE.match(body, position) if body[position] == "\\" else None
    if found is None:
        return body[position], body[position]
    pair = _PAIR.match(body, position)
    if pair is not None:
        return bytes.fromhex(pair[1] + pair[2]).decode("utf-16-be"), pair[0]
    digits = found["u"] or found["U"] or found["x"]
    text = chr(int(digits, 16)) if digits else _NAMED[found["one"]]
    if "\ud800" <= text <= "\udfff":
        raise ValueError("half a surrogate pair")
    return text, found[0]
