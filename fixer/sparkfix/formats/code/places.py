"""How a setting stands among others in a program: a link of a chain of calls, a statement, an entry of a literal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sparkfix.model import Edit, Refused
from sparkfix.text.source import SourceText


@dataclass(frozen=True)
class Lines:
    """The lines of a range. `alone` says that nothing else stands on them, but for a comma and a comment behind it."""

    start: int
    end: int
    indent: str
    alone: bool


def lines_of(source: SourceText, start: int, end: int, comment: str, behind: str = "") -> Lines:
    """The lines that a range stands on; `behind` is what may stand behind it, `comment` begins a comment."""
    first, last = source.line_start(start), source.line_end(max(end - 1, start))
    before = source.folded[first:start]
    rest = source.folded[end:last].strip()
    if behind and rest.startswith(behind):
        rest = rest[len(behind) :].lstrip()
    return Lines(first, last, before, not before.strip() and (not rest or rest.startswith(comment)))


def cut_lines(source: SourceText, lines: Lines) -> Edit:
    """Take whole lines out, and the line break before them where they end the text without one."""
    start = lines.start
    if lines.end == len(source.folded) and not source.folded.endswith("\n") and start > 0:
        start -= 2 if source.folded[:start].endswith("\r\n") else 1
    return source.edit(start, lines.end, "")


def comment_lines(source: SourceText, lines: Lines, comment: str) -> tuple[Edit, ...]:
    """Put a comment's sign before each line, below one another."""
    edits, start = [], lines.start
    while start < lines.end:
        end = source.line_end(start)
        if source.folded[start:end].strip():
            at = min(start + len(lines.indent), end - 1)
            edits.append(source.edit(at, at, comment + " "))
        start = end
    return tuple(edits)


def insert_line(source: SourceText, lines: Lines, text: str, *, before: bool) -> Edit:
    """Put a text as lines of its own, without a line break at its end, above or below some lines."""
    newline = source.newline
    if before:
        return source.edit(lines.start, lines.start, lines.indent + text + newline)
    if source.folded[lines.end - 1 : lines.end] == "\n":
        return source.edit(lines.end, lines.end, lines.indent + text + newline)
    return source.edit(lines.end, lines.end, newline + lines.indent + text)


@dataclass(frozen=True)
class Statement:
    """A setting that is a statement of its own. `bound` says why it cannot be taken out or have a neighbour."""

    start: int
    end: int
    comment: str
    terminator: str = ""
    bound: str = ""
    alone: str = ""

    def lines(self, source: SourceText) -> Lines:
        """Its lines. Raises `Refused` where something else stands there."""
        lines = lines_of(source, self.start, self.end, self.comment, self.terminator)
        if self.bound or not lines.alone:
            raise Refused(self.bound or "something else stands on its line")
        return lines

    def extent(self, source: SourceText) -> tuple[int, int]:
        lines = lines_of(source, self.start, self.end, self.comment, self.terminator)
        return _with_break(source, lines.start), lines.end

    def remove(self, source: SourceText) -> tuple[Edit, ...]:
        lines = self.lines(source)
        if self.alone:
            raise Refused(self.alone)
        return (cut_lines(source, lines),)

    def comment_out(self, source: SourceText) -> tuple[Edit, ...]:
        lines = self.lines(source)
        if self.alone:
            raise Refused(self.alone)
        return comment_lines(source, lines, self.comment)

    def add(self, source: SourceText, text: str, *, before: bool) -> tuple[Edit, ...]:
        return (insert_line(source, self.lines(source), text + self.terminator, before=before),)


@dataclass(frozen=True)
class Link:
    """A call in a chain: `.config("spark.a", "1")`.

    `start` is the end of what it is called on, `dot` where its own text begins, `end` its end; `gap` is what stands
    before the dots of its neighbours. `closed` says that the chain stands in parentheses.
    """

    start: int
    dot: int
    end: int
    comment: str
    gap: str
    closed: bool

    def _own_lines(self, source: SourceText) -> Lines:
        return lines_of(source, self.dot, self.end, self.comment)

    def extent(self, source: SourceText) -> tuple[int, int]:
        line_end = source.line_end(max(self.end - 1, self.dot))
        return min(self.start, source.line_start(self.dot)), line_end

    def remove(self, source: SourceText) -> tuple[Edit, ...]:
        before, behind = source.folded[self.start : self.dot], source.folded[self.end : source.line_end(self.end)]
        if self.comment not in before and self.comment not in behind:
            return (source.edit(self.start, self.end, ""),)
        lines = self._own_lines(source)
        if lines.alone:
            return (source.edit(lines.start, lines.end, ""),)
        return (source.edit(self.dot, self.end, ""),)

    def comment_out(self, source: SourceText) -> tuple[Edit, ...]:
        lines = self._own_lines(source)
        if not lines.alone:
            raise Refused("it does not have its lines to itself")
        if not self.closed:
            raise Refused("a comment would end the lines that it goes on over")
        return comment_lines(source, lines, self.comment)

    def add(self, source: SourceText, text: str, *, before: bool) -> tuple[Edit, ...]:
        at = self.start
        if not before:
            at = self.end
            behind = source.folded[at : source.line_end(at)].rstrip("\r\n")
            if "\n" in self.gap and behind.strip().startswith(self.comment):
                at += len(behind)
        return (source.edit(at, at, self.gap + text),)


def gap_before(text: str, comment: str) -> str:
    """What stands before a link's dot, as a pattern for others: a break of the line and the blanks behind it."""
    if "\n" not in text or ("\\" in text and comment not in text):
        return text
    line = text.rindex("\n")
    return text[line - 1 if text[line - 1 : line] == "\r" else line :]


@dataclass(frozen=True)
class Item:
    """An entry of a dict, list or map literal whose entries are parted by commas.

    `last_comma` says that a comma may stand behind the last entry; `needed` is why the entry cannot be taken out.
    """

    start: int
    end: int
    comment: str
    previous_end: int | None = None
    next_start: int | None = None
    last_comma: bool = True
    needed: str = ""

    def _lines(self, source: SourceText) -> Lines:
        return lines_of(source, self.start, self.end, self.comment, ",")

    def extent(self, source: SourceText) -> tuple[int, int]:
        lines = self._lines(source)
        start = _with_break(source, lines.start) if lines.alone else self.start
        end = lines.end if lines.alone else self._comma(source) or self.end
        first = start if self.previous_end is None else min(start, self.previous_end)
        return first, end if self.next_start is None else max(end, self.next_start)

    def _comma(self, source: SourceText) -> int:
        """The position behind the comma that follows; 0 if there is none."""
        found = re.compile(r"\s*,").match(source.folded, self.end)
        return found.end() if found else 0

    def remove(self, source: SourceText) -> tuple[Edit, ...]:
        if self.needed:
            raise Refused(self.needed)
        lines = self._lines(source)
        orphan = self.next_start is None and self.previous_end is not None and not self._comma(source)
        if lines.alone and (self.last_comma or not orphan):
            return (cut_lines(source, lines),)
        if lines.alone and self.previous_end is not None:
            comma = source.folded.index(",", self.previous_end)
            return (source.edit(comma, comma + 1, ""), cut_lines(source, lines))
        if self.next_start is not None and self.comment not in source.folded[self.end : self.next_start]:
            return (source.edit(self.start, self.next_start, ""),)
        if self.next_start is None and self.previous_end is not None and self._plain_before(source):
            return (source.edit(self.previous_end, self.end, ""),)
        return (source.edit(self.start, self._comma(source) or self.end, ""),)

    def _plain_before(self, source: SourceText) -> bool:
        return self.comment not in source.folded[self.previous_end or 0 : self.start]

    def comment_out(self, source: SourceText) -> tuple[Edit, ...]:
        if self.needed:
            raise Refused(self.needed)
        lines = self._lines(source)
        if not lines.alone:
            raise Refused("it does not have its lines to itself")
        if self.next_start is None and self.previous_end is not None and not self.last_comma:
            raise Refused("a comma would be left before it")
        return comment_lines(source, lines, self.comment)

    def add(self, source: SourceText, text: str, *, before: bool) -> tuple[Edit, ...]:
        lines = self._lines(source)
        if lines.alone:
            return self._add_line(source, lines, text, before=before)
        begins = not source.folded[lines.start : self.start].strip()
        gap = source.newline + lines.indent if begins else " "
        if before:
            return (source.edit(self.start, self.start, text + "," + gap),)
        return (source.edit(self.end, self.end, "," + gap + text),)

    def _add_line(self, source: SourceText, lines: Lines, text: str, *, before: bool) -> tuple[Edit, ...]:
        if before:
            return (insert_line(source, lines, text + ",", before=True),)
        if self._comma(source):
            last = self.next_start is None
            return (insert_line(source, lines, text + ("," if not last or self.last_comma else ""), before=False),)
        return source.edit(self.end, self.end, ","), insert_line(source, lines, text, before=False)


def _with_break(source: SourceText, start: int) -> int:
    """The start of a line, with the line break before it."""
    return start - (2 if source.folded[:start].endswith("\r\n") else 1) if start else 0
