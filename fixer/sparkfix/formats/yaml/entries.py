"""Edits of properties in YAML maps and lists, in block and flow style, in the style of their neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sparkfix.formats.yaml.scalars import encode
from sparkfix.model import Edit, Property, Refused
from sparkfix.text.source import SourceText

_ACTION_LINE = re.compile(r"(?m)^[ \t]*\{\{")
_SIMPLE_KEY = re.compile(r"[A-Za-z][\w.\-/:]*", re.ASCII)


@dataclass(frozen=True)
class Piece:
    """A scalar's range in the folded text and its style (`'`, `"`, `|`, `>` or None for plain)."""

    start: int
    end: int
    style: str | None


@dataclass(frozen=True)
class Item:
    """One entry of a block or flow collection: its whole range, and how it stands to its siblings.

    `parent_end` is where ` {}` would have to stand without it; `alone` says why it cannot be taken out where it is
    the only one.
    """

    start: int
    end: int
    flow: bool
    count: int
    previous_end: int | None = None
    next_start: int | None = None
    parent_end: int | None = None
    alone: str = "it is the only entry of its map"


def written(source: SourceText, text: str, style: str | None, *, flow: bool, like: str = "") -> str:
    """A text as a scalar of this file; plain it may have the type of `like`."""
    return encode(text, style, flow=flow, like=like if "{{" not in like else "", template=source.has_braces)


def _edit(source: SourceText, start: int, end: int, text: str) -> Edit:
    return source.edit(start, end, text)


def value_edit(source: SourceText, piece: Piece, value: str, *, flow: bool) -> Edit:
    """Write another text into a scalar's place, keeping its style where the text allows."""
    if piece.style in ("|", ">"):
        raise Refused("the value is a block scalar")
    if "\n" in source.folded[piece.start : piece.end]:
        raise Refused("the value goes over several lines")
    old = source.text(piece.start, piece.end)
    if not old:
        text = " " + written(source, value, None, flow=flow) if value else ""
        return _edit(source, piece.start, piece.end, text)
    like = old if piece.style is None else ""
    return _edit(source, piece.start, piece.end, written(source, value, piece.style, flow=flow, like=like))


def line_range(source: SourceText, item: Item) -> tuple[int, int]:
    """The lines that an entry has to itself. Raises `Refused` where something else stands on them."""
    start, end = source.line_start(item.start), source.line_end(max(item.end - 1, item.start))
    if source.folded[start : item.start].strip():
        raise Refused("something else stands before it on its line")
    rest = source.folded[item.end : end].strip()
    if rest and not rest.startswith("#"):
        raise Refused("something else stands behind it on its line")
    return start, end


def remove_item(source: SourceText, item: Item) -> tuple[Edit, ...]:
    """Take an entry out: its lines in block style, itself and one comma in flow style."""
    if item.flow:
        return (_remove_from_flow(source, item),)
    start, end = line_range(source, item)
    if end == len(source.folded) and not source.folded.endswith("\n") and start > 0:
        start -= 2 if source.folded[:start].endswith("\r\n") else 1
    edits = [_edit(source, start, end, "")]
    if item.count == 1:
        if item.parent_end is None:
            raise Refused(item.alone)
        edits.append(_edit(source, item.parent_end, item.parent_end, " {}"))
    return tuple(edits)


def _remove_from_flow(source: SourceText, item: Item) -> Edit:
    start, end = source.line_start(item.start), source.line_end(max(item.end - 1, item.start))
    rest = source.folded[item.end : end].strip()
    if not source.folded[start : item.start].strip() and rest.startswith(",") and rest[1:].strip()[:1] in ("", "#"):
        return _edit(source, start, end, "")
    if item.next_start is not None:
        return _edit(source, item.start, item.next_start, "")
    if item.previous_end is not None:
        return _edit(source, item.previous_end, item.end, "")
    return _edit(source, item.start, item.end, "")


def add_to_flow(source: SourceText, item: Item, text: str, *, before: bool) -> Edit:
    """Put another entry beside one of a flow collection: on a line of its own where that one has one."""
    start = source.line_start(item.start)
    blanks = source.text(start, item.start)
    gap = " " if blanks.strip() or not start else source.newline + blanks
    at = item.start if before else item.end
    return _edit(source, at, at, text + "," + gap if before else "," + gap + text)


def comment_out_item(source: SourceText, item: Item) -> tuple[Edit, ...]:
    """Put `# ` before each line of a block-style entry."""
    if item.flow:
        raise Refused("in a flow collection nothing can be commented out")
    if item.count == 1:
        raise Refused(item.alone)
    start, end = line_range(source, item)
    if _ACTION_LINE.search(source.folded, start, end):
        raise Refused("a line that the template makes cannot be commented out")
    column = item.start - start
    edits = []
    while start < end:
        here = min(start + column, source.line_end(start) - 1)
        if source.folded[start : source.line_end(start)].strip():
            edits.append(_edit(source, here, here, "# "))
        start = source.line_end(start)
    return tuple(edits)


def insert_lines(source: SourceText, item: Item, lines: Sequence[str], *, before: bool) -> tuple[Edit, ...]:
    """Put whole lines (without newlines) above or below a block-style entry that has its lines to itself."""
    start, end = line_range(source, item)
    crlf = source.folded[start:end].endswith("\r\n")
    newline = "\r\n" if crlf else "\n" if source.folded[start:end].endswith("\n") else source.newline
    text = "".join(line + newline for line in lines)
    if before:
        return (_edit(source, start, start, text),)
    if source.folded[end - 1 : end] == "\n":
        return (_edit(source, end, end, text),)
    return (_edit(source, end, end, newline + text.removesuffix(newline)),)


def add_words(source: SourceText, item: Item, words: Sequence[str], *, before: bool) -> tuple[Edit, ...]:
    """Put words as items of their own beside one, on lines of their own where it has some."""
    if item.flow:
        at = item.start if before else item.end
        text = ", ".join(words)
        return (_edit(source, at, at, text + ", " if before else ", " + text),)
    indent = indent_of(source, item.start)
    gap = 1
    while source.folded[item.start + gap] == " ":
        gap += 1
    dash = "-" + " " * (gap - 1)
    return insert_lines(source, item, [indent + dash + word for word in words], before=before)


def indent_of(source: SourceText, offset: int) -> str:
    """The blanks before a position on its line. Raises `Refused` where something else stands there."""
    before = source.text(source.line_start(offset), offset)
    if before.strip():
        raise Refused("something else stands before it on its line")
    return before


@dataclass(frozen=True)
class MapEntry:
    """`key: value` in a map whose keys are Spark properties."""

    source: SourceText
    key: Piece
    value: Piece
    item: Item

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return (value_edit(self.source, self.value, value, flow=self.item.flow),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return (value_edit(self.source, self.key, key, flow=self.item.flow),)

    def remove(self) -> tuple[Edit, ...]:
        return remove_item(self.source, self.item)

    def comment_out(self) -> tuple[Edit, ...]:
        return comment_out_item(self.source, self.item)

    def add_beside(self, key: str, value: str, *, before: bool, like: str | None = None) -> tuple[Edit, ...]:
        """`like` is a plain text that the value has the type of, empty for a text; without it the entry's own value."""
        flow = self.item.flow
        style = self.value.style if self.value.style in ("'", '"') and not like else None
        key_style = self.key.style if self.key.style in ("'", '"') else None
        gap = self.source.text(self.key.end, self.value.start)
        if "\n" in gap or self.value.style in ("|", ">") or not gap.startswith(":"):
            gap = ": "
        if gap.startswith(":") and len(gap) > 2:
            gap = ":" + " " * max(1, self.value.start - self.key.start - len(key) - 1)
        if self.value.start == self.value.end:
            gap = ": "
        if like is None:
            like = self.source.text(self.value.start, self.value.end) if self.value.style is None else ""
        text = written(self.source, key, key_style, flow=flow) + gap
        text += written(self.source, value, style, flow=flow, like=like)
        if flow:
            return (add_to_flow(self.source, self.item, text, before=before),)
        return insert_lines(self.source, self.item, [indent_of(self.source, self.item.start) + text], before=before)


@dataclass(frozen=True)
class PairEntry:
    """`{name: key, value: value}` in a list of such pairs."""

    source: SourceText
    key: Piece
    value: Piece
    item: Item
    name_field: str
    value_field: str
    flow: bool = False

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return (value_edit(self.source, self.value, value, flow=self.flow),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return (value_edit(self.source, self.key, key, flow=self.flow),)

    def remove(self) -> tuple[Edit, ...]:
        if self.item.count == 1:
            raise Refused("it is the only entry of its list")
        return remove_item(self.source, self.item)

    def comment_out(self) -> tuple[Edit, ...]:
        return comment_out_item(self.source, self.item)

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        source, item = self.source, self.item
        name_style = self.key.style if self.key.style in ("'", '"') else None
        style = self.value.style if self.value.style in ("'", '"') else None
        name = f"{self.name_field}: {written(source, key, name_style, flow=item.flow)}"
        text = f"{self.value_field}: {written(source, value, style, flow=item.flow)}"
        if item.flow or source.folded[item.start] == "{":
            raise Refused("the list is written in flow style")
        indent = indent_of(source, item.start)
        dash = "-" + " " * max(1, self.key_column() - len(indent) - 1)
        return insert_lines(source, item, [indent + dash + name, indent + " " * len(dash) + text], before=before)

    def key_column(self) -> int:
        """Column of the item's first key, behind the dash."""
        first = self.item.start + 1
        while self.source.folded[first] == " ":
            first += 1
        return first - self.source.line_start(self.item.start)


@dataclass(frozen=True)
class ArgumentEntry:
    """`key=value` as one list item: `- spark.x=y`, or the item behind `- --conf`.

    `prefix` is what stands in the item before the key (`--conf=`), `flag` the item before it (`--conf`), if any.
    """

    source: SourceText
    piece: Piece
    key: str
    value: str
    prefix: str
    item: Item
    flag: Piece | None = None

    def _write(self, key: str, value: str) -> str:
        return written(self.source, f"{self.prefix}{key}={value}", self.piece.style, flow=self.item.flow)

    def set_value(self, value: str) -> tuple[Edit, ...]:
        new, start = self._write(self.key, value), self.piece.start
        old = self.source.text(start, self.piece.end)
        # What stands before the value is left alone, so that the key can be renamed at the same time.
        quote = old[:1] if old[:1] in ("'", '"') else ""
        same = len(f"{quote}{self.prefix}{self.key}=")
        if old[:same] != new[:same] or not old[:same].isascii():
            same = 0
        return (_edit(self.source, start + same, self.piece.end, new[same:]),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        at = self.source.folded.find(self.key, self.piece.start, self.piece.end)
        if at < 0 or not _SIMPLE_KEY.fullmatch(key):
            raise Refused("the key needs quotes")
        return (_edit(self.source, at, at + len(self.key), key),)

    def remove(self) -> tuple[Edit, ...]:
        if self.item.count <= (1 if self.flag is None else 2):
            raise Refused("it is the only entry of its list")
        return remove_item(self.source, self.item)

    def comment_out(self) -> tuple[Edit, ...]:
        return comment_out_item(self.source, self.item)

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        flag = [] if self.flag is None else [self.source.text(self.flag.start, self.flag.end)]
        return add_words(self.source, self.item, [*flag, self._write(key, value)], before=before)


def is_yaml_value(item: Property) -> bool:
    """Is a property's value one scalar of the file's own YAML (and not a part of one, or of properties text)?"""
    entry = getattr(item.entry, "entry", item.entry)
    return isinstance(entry, (MapEntry, PairEntry)) and entry.source.placement is None
