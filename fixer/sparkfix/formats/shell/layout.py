"""How an option stands among the others of its command: on a line of its own, or beside them."""

from __future__ import annotations

from dataclasses import dataclass

from sparkfix.model import Edit, Refused, Span
from sparkfix.text.source import SourceText


@dataclass(frozen=True)
class Place:
    """The range of an option (its flag and value) in a text. `lines`: a line break alone separates words there, as in
    an array; in a command each line but the last ends in a backslash."""

    source: SourceText
    start: int
    end: int
    lines: bool = False

    @property
    def before(self) -> int:
        """Where the blanks and continued line ends in front of the option begin."""
        folded, position = self.source.folded, self.start
        while position:
            if folded[position - 1] in " \t":
                position -= 1
            elif folded[position - 1] == "\n" and (past := self._line_end_before(position)) is not None:
                position = past
            else:
                break
        return position

    def _line_end_before(self, position: int) -> int | None:
        """The start of the line end in front of a line if it separates words there; None if it ends the command."""
        folded = self.source.folded
        start = position - (2 if folded.startswith("\r\n", position - 2) else 1)
        if start and folded[start - 1] == "\\":
            return start - 1
        return start if self.lines else None

    @property
    def behind(self) -> int:
        """Where the blanks and continued line ends behind the option end."""
        folded, position = self.source.folded, self.end
        while position < len(folded):
            if folded[position] in " \t":
                position += 1
            elif folded[position] == "\\" and (length := _break_at(folded, position + 1)):
                position += 1 + length
            elif self.lines and (length := _break_at(folded, position)):
                position += length
            else:
                break
        return position

    @property
    def _begins_line(self) -> bool:
        start = self.source.line_start(self.start)
        if not start and not self._first_has_line:
            return False
        return not self.source.folded[start : self.start].strip()

    @property
    def _first_has_line(self) -> bool:
        """Is the first line of the text a line of the text around it as well, and not the only one?"""
        placement = self.source.placement
        own = placement is not None and placement.indent is not None
        return own and self.lines and self.source.folded[: self.source.line_end(0)].endswith("\n")

    @property
    def _line_rest(self) -> str:
        return self.source.folded[self.end : self.source.line_end(max(self.end - 1, 0))].strip()

    @property
    def _has_line(self) -> bool:
        return self._begins_line and self._line_rest in ("", "\\")

    def extent(self) -> Span:
        """The bytes of the file that may change with the option: itself and what separates it from others."""
        source = self.source
        span = source.span(self.before, self.behind)
        if not self._has_line:
            return span
        start, end = source.line_start(self.start), source.line_end(self.end - 1)
        try:
            line = source.edit(start, end, "").span
        except Refused:
            return span
        return Span(min(span.start, line.start), max(span.end, line.end))

    def remove(self) -> tuple[Edit, ...]:
        """Take the option out, with its line if it has one."""
        source, before = self.source, self.before
        separator = source.folded[before : self.start]
        if self._has_line:
            start, end = source.line_start(self.start), source.line_end(self.end - 1)
            if self._line_rest == "\\" or (self.lines and source.folded[end - 1] == "\n" and before >= start):
                return (source.edit(start, end, ""),)
            if "\n" not in separator:
                raise Refused("something else stands between it and the line that it goes on from")
            return (source.edit(before, self.end, ""),)
        if separator and "\n" not in separator and before:
            return (source.edit(before, self.end, ""),)
        if self._line_rest == "\\" and before:
            return (source.edit(before, self.end, ""),)
        if self._line_rest.startswith("#"):
            raise Refused("a comment stands behind it on its line")
        return (source.edit(self.start, self.behind, ""),)

    def add(self, text: str, *, before: bool) -> tuple[Edit, ...]:
        """Put another option in front of this one or behind it."""
        return (self._add_line(text, before) if self._has_line else self._add_inline(text, before),)

    def _add_inline(self, text: str, before: bool) -> Edit:
        if before:
            return self.source.edit(self.start, self.start, text + " ")
        following = self.source.text(self.end, self.behind)
        in_lines = self._line_rest == "\\" and "\n" in following
        return self.source.edit(self.end, self.end, following + text if in_lines else " " + text)

    def _add_line(self, text: str, before: bool) -> Edit:
        """A line of its own for another option, continued as those around it are."""
        source = self.source
        start, end = source.line_start(self.start), source.line_end(self.end - 1)
        separator = source.text(self.before, self.start)
        ends_itself = self.lines and source.folded[end - 1] == "\n" and "\\" not in separator
        if self._line_rest == "\\" or ends_itself:
            tail = source.text(self.end, end)
            if self._line_rest != "\\":
                tail = tail.lstrip(" \t")
            at = start if before else end
            return source.edit(at, at, source.text(start, self.start) + text + tail)
        if "\n" not in separator:
            raise Refused("something else stands between it and the line that it goes on from")
        if before:
            return source.edit(self.start, self.start, text + separator)
        return source.edit(self.end, self.end, separator + text)


def _break_at(text: str, position: int) -> int:
    """The length of the line break at a position, 0 if there is none."""
    return 2 if text.startswith("\r\n", position) else 1 if text.startswith("\n", position) else 0
