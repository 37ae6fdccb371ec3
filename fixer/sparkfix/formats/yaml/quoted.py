r"""Texts in quoted and plain scalars: `"spark.a=1\nspark.b=2\n"`.

An edit is possible where each character of the text stands at one known place of the scalar, that is in scalars of
one line. Scalars whose lines YAML folds are read, but locked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from sparkfix.model import Refused
from sparkfix.text.placing import Piece, placed
from sparkfix.text.source import SourceText

_SIMPLE = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_WIDTHS = {"x": 2, "u": 4, "U": 8}
_FOLD = re.compile(r"[ \t]*(?P<joined>\\?)\r?\n(?:[ \t]*\r?\n)*[ \t]*")

Range = tuple[int, int]


def flow_scalar(
    source: SourceText, start: int, end: int, style: str | None, *, actions: Sequence[Range] = (), folds: bool = False
) -> SourceText | None:
    """The text of a flow scalar; None if it holds bad escapes, or goes over several lines and is not to be folded.

    Template `actions` (ranges) in it stay as they are written.
    """
    raw = source.text(start, end)
    if "\n" in raw and not folds:
        return None
    units = _unit_offsets(source, raw, start)
    by_unit = {unit: index for index, unit in enumerate(units)}
    kept = [(by_unit[low], by_unit[high]) for low, high in actions if low in by_unit and high in by_unit]
    decoded = _decode(raw, style, dict(kept))
    if decoded is None:
        return None
    texts, offsets = decoded
    pieces = [
        (text, units[offset], units[following])
        for text, offset, following in zip(texts, offsets, offsets[1:], strict=False)
    ]
    return placed(source, pieces, _escape_for(style), at=units[offsets[-1]])


def folded_scalar(source: SourceText, start: int, end: int) -> SourceText | None:
    """The lines of a folded block scalar as YAML joins them; `start` is the start of the first line. None where lines
    stand left of the first one.

    Between two lines a break is a blank; one beside a line that is indented further, or a blank one, stays a break
    (YAML 1.2, 8.1.3).
    """
    position, lines = start, []
    for line in source.folded[start:end].splitlines(keepends=True):
        if line.strip():
            lines.append((position, position + len(line.rstrip("\r\n")), source.line_of(position)))
        position += len(line)
    if not lines:
        return None
    width = _indent(source, lines[0][0])
    if any(_indent(source, first) < width for first, _, _ in lines):
        return None
    pieces: list[Piece] = []
    for index, (first, last, number) in enumerate(lines):
        pieces.append((source.text(first + width, last), first + width, last))
        if index + 1 < len(lines):
            following, _, next_number = lines[index + 1]
            deeper = _indent(source, first) > width or _indent(source, following) > width
            breaks = next_number - number - (0 if deeper else 1)
            pieces.append(("\n" * breaks or " ", last, following + width))
    return placed(source, pieces, _plain, at=start)


def _indent(source: SourceText, start: int) -> int:
    line = source.folded[start : source.line_end(start)]
    return len(line) - len(line.lstrip(" "))


def _unit_offsets(source: SourceText, raw: str, start: int) -> list[int]:
    """Where each character of a text that begins at `start` stands in the folded text, with the end of the last one."""
    offsets = [start]
    for character in raw:
        offsets.append(offsets[-1] + len(source.encode(character)) // source.unit)
    return offsets


def _decode(raw: str, style: str | None, actions: Mapping[int, int]) -> tuple[list[str], list[int]] | None:
    """Decoded pieces, and where in `raw` each of them begins, with the end of the last one."""
    texts: list[str] = []
    offsets: list[int] = []
    position, stop = (1, len(raw) - 1) if style else (0, len(raw))
    while position < stop:
        offsets.append(position)
        if position in actions:
            text: str | None = raw[position : actions[position]]
            position = actions[position]
        elif (
            raw[position] in " \t\r\n\\"
            and (fold := _FOLD.match(raw, position))
            and (style == '"' or not fold["joined"])
        ):
            text = "\n" * (fold[0].count("\n") - 1) or ("" if fold["joined"] else " ")
            position = fold.end()
        else:
            text, position = _one(raw, position, style)
        if text is None:
            return None
        texts.append(text)
    return texts, [*offsets, stop]


def _one(raw: str, position: int, style: str | None) -> tuple[str | None, int]:
    if not style:
        return raw[position], position + 1
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
