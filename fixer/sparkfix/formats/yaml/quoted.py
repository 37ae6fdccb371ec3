r"""Texts in quoted and plain scalars: `"spark.a=1\nspark.b=2\n"`.

An edit is possible where each character of the text stands at one known place of the scalar, that is in scalars of
one line. Scalars whose lines YAML folds are read, but locked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sparkfix.model import Refused
from sparkfix.text.placing import placed
from sparkfix.text.source import SourceText

_SIMPLE = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_WIDTHS = {"x": 2, "u": 4, "U": 8}


def flow_scalar(source: SourceText, start: int, end: int, style: str | None) -> SourceText | None:
    """The text of a flow scalar of one line; None if it goes over several lines or holds bad escapes."""
    raw = source.text(start, end)
    if "\n" in raw:
        return None
    decoded = _decode(raw, style)
    if decoded is None:
        return None
    text, offsets = decoded
    units = _unit_offsets(source, raw, start)
    pieces = [
        (character, units[offset], units[following])
        for character, offset, following in zip(text, offsets, offsets[1:], strict=False)
    ]
    return placed(source, pieces, _escape_for(style), at=units[offsets[-1]])


def folded_scalar(source: SourceText, start: int, end: int) -> SourceText | None:
    """The lines of a folded block scalar as the one line that YAML makes of them; None where some stay lines (blank or
    indented ones). `start` is the start of the first line."""
    lines = source.folded[start:end].splitlines(keepends=True)
    while lines and not lines[-1].strip():
        lines.pop()
    widths = {len(line) - len(line.lstrip(" ")) for line in lines}
    if len(widths) != 1:
        return None
    width, position, pieces = widths.pop(), start, []
    for index, line in enumerate(lines):
        first, last = position + width, position + len(line.rstrip("\r\n"))
        pieces.append((source.text(first, last), first, last))
        position += len(line)
        if index + 1 < len(lines):
            pieces.append((" ", last, position + width))
    return placed(source, pieces, _plain, at=start)


def _unit_offsets(source: SourceText, raw: str, start: int) -> list[int]:
    """Where each character of a text that begins at `start` stands in the folded text, with the end of the last one."""
    offsets = [start]
    for character in raw:
        offsets.append(offsets[-1] + len(source.encode(character)) // source.unit)
    return offsets


def _decode(raw: str, style: str | None) -> tuple[str, list[int]] | None:
    """Decoded text, and where in `raw` each of its characters begins, with the end of the last one."""
    if not style:
        return raw, list(range(len(raw) + 1))
    characters, offsets = [], []
    position, stop = 1, len(raw) - 1
    while position < stop:
        offsets.append(position)
        character, position = _one(raw, position, style)
        if character is None:
            return None
        characters.append(character)
    return "".join(characters), [*offsets, stop]


def _one(raw: str, position: int, style: str) -> tuple[str | None, int]:
    if style == "'":
        return raw[position], position + (2 if raw[position] == "'" else 1)
    if raw[position] != "\\":
        return raw[position], position + 1
    code = raw[position + 1]
    if code in _WIDTHS:
        digits = raw[position + 2 : position + 2 + _WIDTHS[code]]
        pair = _PAIR.match(raw, position)
        if pair:  # as JSON writes what has no code of four digits
            return bytes.fromhex(pair[1] + pair[2]).decode("utf-16-be"), pair.end()
        character = chr(int(digits, 16))
        return None if "\ud800" <= character <= "\udfff" else character, position + 2 + _WIDTHS[code]
    return _SIMPLE.get(code), position + 2


def _escape_for(style: str | None) -> Callable[[str], str]:
    if style == '"':
        return _double
    if style == "'":
        return _single
    return _plain


def _double(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _single(text: str) -> str:
    if "\n" in text:
        raise Refused("a single-quoted scalar cannot hold another line")
    return text.replace("'", "''")


def _plain(text: str) -> str:
    if "\n" in text:
        raise Refused("a plain scalar cannot hold another line")
    return text
