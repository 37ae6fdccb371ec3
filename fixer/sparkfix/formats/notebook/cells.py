r"""The code cells of a notebook file with the place of each character of their texts.

A cell's `source` is one string or a list of strings that are joined (nbformat 4, "Notebook file format"). What is edited
stays inside the strings; a new line of a list becomes an item of its own. Outputs are passed over unread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields

from sparkfix.text.placing import Piece, placed
from sparkfix.text.source import Placement, SourceText

_DECODER = json.JSONDecoder()
_BLANKS = re.compile(r"[ \t\r\n]*")
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)


@dataclass(frozen=True)
class Cell:
    """A code cell: its number from 1 among all cells, and its text."""

    number: int
    source: SourceText


@dataclass(frozen=True)
class CellPlacement(Placement):
    """The place of a text that several strings of a list make up.

    `joints` are the ends of strings with the beginnings of the next ones: what goes to the end of one string, line
    break included, goes to the beginning of the next one.
    """

    joints: dict[int, int] = field(default_factory=dict)

    def range(self, start: int, end: int) -> tuple[int, int]:
        first, last = super().range(start, end)
        return first, self.joints.get(last, last) if end > start else last


@dataclass(frozen=True)
class _Strings:
    """The ranges of a cell's strings, quotes included; `listed` says that they stand in a list."""

    ranges: tuple[tuple[int, int], ...]
    listed: bool


def code_cells(source: SourceText) -> Iterator[Cell]:
    """The code cells of a notebook. Raises `ValueError` for what is not JSON."""
    for key, start, _ in _members(source.folded, _skip(source.folded, 0)):
        if key == "cells" and source.folded[start] == "[":
            for number, (at, _) in enumerate(_items(source.folded, start), 1):
                strings = _code_of(source.folded, at)
                if strings is not None and strings.ranges:
                    yield Cell(number, _text(source, strings))


def _code_of(text: str, start: int) -> _Strings | None:
    """The strings of a code cell; None for any other value."""
    if text[start] != "{":
        return None
    kind, found = "", None
    for key, at, end in _members(text, start):
        if key == "cell_type":
            kind = text[at:end].strip('"')
        elif key == "source" and text[at] == '"':
            found = _Strings(((at, end),), False)
        elif key == "source" and text[at] == "[":
            found = _Strings(tuple(_items(text, at)), True)
    return found if kind == "code" and found and all(text[at] == '"' for at, _ in found.ranges) else None


def _skip(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    return found.end() if found else position


def _members(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Key and range of the value of each member of an object."""
    if text[start : start + 1] != "{":
        raise ValueError("not an object")
    position = _skip(text, start + 1)
    while text[position] != "}":
        key, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _skip(text, position) + 1)
        _, end = _DECODER.raw_decode(text, position)
        yield key, position, end
        position = _skip(text, end)
        position = _skip(text, position + 1) if text[position] == "," else position


def _items(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The range of each item of an array."""
    position = _skip(text, start + 1)
    while text[position] != "]":
        _, end = _DECODER.raw_decode(text, position)
        yield position, end
        position = _skip(text, end)
        position = _skip(text, position + 1) if text[position] == "," else position


def _text(source: SourceText, strings: _Strings) -> SourceText:
    pieces = [piece for start, end in strings.ranges for piece in _pieces(source, start, end)]
    first = strings.ranges[0]
    text = placed(source, pieces, _escape(source, strings), at=first[0] + 1)
    if not strings.listed or text.placement is None:
        return text
    joints = {end - 1: start + 1 for (_, end), (start, _) in zip(strings.ranges, strings.ranges[1:], strict=False)}
    known = {part.name: getattr(text.placement, part.name) for part in fields(Placement)}
    return SourceText(source.path, text.data, CellPlacement(**known, joints=joints))


def _pieces(source: SourceText, start: int, end: int) -> Iterator[Piece]:
    position = start + 1
    for found in _CHARACTER.finditer(source.text(start + 1, end - 1)):
        written = found[0]
        width = len(written) if written.isascii() else len(source.encode(written)) // source.unit
        text = str(json.loads(f'"{written}"', strict=False)) if written.startswith("\\") else written
        yield text, position, position + width
        position += width


def _escape(source: SourceText, strings: _Strings) -> Callable[[str], str]:
    """How text is written into the strings; in a list each line break ends a string."""
    (_, end), *others = strings.ranges
    if others:
        between = source.text(end, others[0][0])
    else:
        start = strings.ranges[0][0]
        blanks = source.text(source.line_start(start), start)
        between = "," + (source.newline + blanks if not blanks.strip() else " ")
    joint = f'\\n"{between}"' if strings.listed else "\\n"

    def escape(text: str) -> str:
        lines = (json.dumps(line, ensure_ascii=not _plain(line))[1:-1] for line in text.split("\n"))
        return joint.join(lines)

    return escape


def _plain(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)
