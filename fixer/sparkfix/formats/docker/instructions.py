"""The instructions of a Dockerfile, as the "Dockerfile reference" and BuildKit's `parser` take them apart.

An instruction goes on over lines that end in a backslash; comment lines and empty ones between them do not count, and the
lines of its here documents follow. Grammars and parsers that are packaged for Python know no here documents, or lose the
place of what they read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

Range = tuple[int, int]
_SKIPPED = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
_NAME = re.compile(r"[ \t]*(?P<name>[A-Za-z]+)(?:[ \t]+|(?=\\?\r?\n)|\Z)")
_GOES_ON = re.compile(r"\\[ \t]*\r?\n\Z")
_FLAG = re.compile(r"(?:[ \t]|\\\r?\n)*--[a-z][\w\-]*(?:=\S*)?(?=[ \t\\])")
_GAP = re.compile(r"(?:[ \t]|\\[ \t]*\r?\n)*")
_HERE = re.compile(r"(?<!<)<<(?P<dash>-?)(?P<quote>[\"']?)(?P<name>[A-Za-z_]\w*)(?P=quote)")
_ESCAPE = re.compile(
    r"\A(?:[ \t]*#[ \t]*\w+[ \t]*=[^\n]*\n)*?[ \t]*#[ \t]*escape[ \t]*=[ \t]*(?P<sign>\S)", re.IGNORECASE
)
_EXPANSION = re.compile(r"\\.|(?P<quote>')|(?P<found>\$(?:\{[^}]*\}|\w+))", re.DOTALL)
_DOUBLE = re.compile(r'\\.|"', re.DOTALL)
_WITH_OPTIONS = ("RUN", "COPY", "ADD", "HEALTHCHECK", "FROM")
_WITH_HERE_DOCUMENTS = ("RUN", "COPY", "ADD")


@dataclass(frozen=True)
class Here:
    """A here document of an instruction: its lines, and how its delimiter is written."""

    start: int
    end: int
    delimiter: str
    literal: bool
    dash: bool


@dataclass(frozen=True)
class Instruction:
    """One instruction: its name in capitals, the range of its arguments behind its options, and what stands there.

    `skipped` are the comment lines and empty lines between its lines; `stop` is the end of its here documents, or of its
    last line.
    """

    name: str
    start: int
    end: int
    stop: int
    skipped: tuple[Range, ...] = ()
    here: tuple[Here, ...] = ()


def escape_sign(text: str) -> str:
    """The character that continues lines in a Dockerfile: a backslash unless a directive names another one."""
    found = _ESCAPE.match(text)
    return found["sign"] if found is not None else "\\"


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions of a Dockerfile in which a backslash continues lines."""
    position = 0
    while position < len(text):
        skipped = _SKIPPED.match(text, position)
        if skipped is not None and skipped.end() > position:
            position = skipped.end()
            continue
        named = _NAME.match(text, position)
        first = named.end() if named is not None else position
        end, between = _last_line(text, first)
        found = Instruction(named["name"].upper() if named else "", first, end, end, between)
        found = _behind_options(text, _triggered(text, found))
        if found.name in _WITH_HERE_DOCUMENTS:
            found = _with_here_documents(text, found)
        yield found
        position = _line_end(text, max(found.stop - 1, position)) if found.here else _line_end(text, found.stop)


def _line_end(text: str, position: int) -> int:
    """The position behind the line break at or behind a position."""
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _last_line(text: str, position: int) -> tuple[int, tuple[Range, ...]]:
    """Where the lines of an instruction end, without the last line break, and the lines between them that do not count."""
    skipped: list[Range] = []
    stop = _line_end(text, position)
    goes_on = bool(_GOES_ON.search(text, position, stop))
    end = stop
    while goes_on and stop < len(text):
        start, stop = stop, _line_end(text, stop)
        if _SKIPPED.fullmatch(text, start, stop):
            skipped.append((start, stop))
            continue
        end = stop
        goes_on = bool(_GOES_ON.search(text, start, stop))
    kept = tuple(one for one in skipped if one[1] <= end)
    line = text[position:end]
    return position + len(line.rstrip("\r\n")), kept


def _triggered(text: str, found: Instruction) -> Instruction:
    """`ONBUILD RUN …` and `HEALTHCHECK CMD …` as the instruction that they hold."""
    while found.name in ("ONBUILD", "HEALTHCHECK"):
        found = _behind_options(text, found)
        named = _NAME.match(text, found.start, found.end)
        if named is None:
            break
        found = replace(found, name=named["name"].upper(), start=named.end())
    return found


def _behind_options(text: str, found: Instruction) -> Instruction:
    """The instruction without `--mount=…` and the like at the beginning of its arguments."""
    start = found.start
    while found.name in _WITH_OPTIONS and (option := _FLAG.match(text, start, found.end)) is not None:
        start = option.end()
    gap = _GAP.match(text, start, found.end)
    return replace(found, start=gap.end() if gap is not None else start)


def _with_here_documents(text: str, found: Instruction) -> Instruction:
    position = _line_end(text, found.end)
    here: list[Here] = []
    for match in _HERE.finditer(text, found.start, found.end):
        if any(low <= match.start() < high for low, high in found.skipped):
            continue
        end = position
        while end < len(text):
            line = text[end : _line_end(text, end)].rstrip("\r\n")
            if (line.lstrip("\t") if match["dash"] else line) == match["name"]:
                break
            end = _line_end(text, end)
        else:
            return found
        here.append(Here(position, end, match["name"], bool(match["quote"]), bool(match["dash"])))
        position = _line_end(text, end)
    return replace(found, here=tuple(here), stop=position) if here else found


def expansions(text: str, start: int, end: int, *, quotes: bool) -> Iterator[Range]:
    """Where Docker puts variables in; with `quotes`, none stands in single ones."""
    position = start
    while (found := _EXPANSION.search(text, position, end)) is not None:
        position = found.end()
        if found["found"]:
            yield found.span()
        elif found["quote"] and quotes and not _in_double_quotes(text, start, found.start()):
            close = text.find("'", position, end)
            position = close + 1 if close >= 0 else end


def _in_double_quotes(text: str, start: int, position: int) -> bool:
    return sum(found[0] == '"' for found in _DOUBLE.finditer(text, start, position)) % 2 == 1
