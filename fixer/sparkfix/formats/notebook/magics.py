r"""What the first line and the magic lines of a cell say: which language it is in, and which lines are not of it.

IPython's "Built-in magic commands", sparkmagic's `%%configure`, `%%sql`, `%%local`, `%%spark`, and Databricks' `%python`,
`%sh`, `%sql`, `%scala`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sparkfix.text.placing import placed
from sparkfix.text.source import SourceText

_CELL = re.compile(r"\s*%%?(?P<name>\w+)[^\n]*(?:\n|\Z)")
_ENDINGS = {
    "bash": ".sh", "sh": ".sh", "shell": ".sh", "script": ".sh", "configure": ".json", "python": ".py", "python3": ".py",
    "pyspark": ".py", "spark": "", "local": ".py", "time": ".py", "timeit": ".py", "capture": ".py", "prun": ".py",
    "scala": ".scala",
}  # fmt: skip
# Cell magics of one `%` name a language where they have a line to themselves; with two they always do.
_LANGUAGES = frozenset(("python", "pyspark", "scala", "sh", "sql", "r", "md", "fs", "run"))
_LINE = re.compile(
    r"(?m)^[ \t]*(?:(?P<shell>!)|%%?[A-Za-z]|\?)(?:[^\n\\]|\\[^\n]|\\\n)*$"
    r"|^[ \t]*[\w.,\[\]]+[ \t]*=[ \t]*(?:(?P<captured>!)|%)(?:[^\n\\]|\\[^\n]|\\\n)*$|^[ \t]*[\w.]+\?+[ \t]*$"
)
_SIGN = re.compile(r"[^\n]")


@dataclass(frozen=True)
class Part:
    """A part of a cell's text with the ending of files of its language; `unread` is what it says if it is not read."""

    source: SourceText
    ending: str
    unread: str


@dataclass(frozen=True)
class Parts:
    """What a cell holds to read, and its lines that are in no language, without the commands among its parts."""

    parts: tuple[Part, ...]
    others: str


def parts_of(cell: SourceText, ending: str) -> Parts:
    """The parts of a cell whose notebook is in the language of some files' `ending`."""
    text = cell.folded
    first = _CELL.match(text)
    own, begin = ending, 0
    if first is not None and (first[0].lstrip().startswith("%%") or _names_language(first)):
        own, begin = _ENDINGS.get(first["name"].lower(), "none") or ending, first.end()
    if own == "none":
        return Parts((), cell.text(0, len(text)))
    body = part_of(cell, begin, len(text)) if begin else cell
    if own != ".py":
        return Parts((_part(body, own),), cell.text(0, begin))
    lines = list(_LINE.finditer(body.folded))
    shells = [_part(part_of(body, _command(line), line.end()), ".sh") for line in lines if _command(line) >= 0]
    others = "\n".join(_without_command(body, line) for line in lines)
    unread = _LINE.sub("", body.text(0, len(body.folded)))
    return Parts((Part(_masked(body, lines), own, unread), *shells), cell.text(0, begin) + others)


def _part(source: SourceText, ending: str) -> Part:
    return Part(source, ending, source.text(0, len(source.folded)))


def _names_language(first: re.Match[str]) -> bool:
    return first["name"].lower() in _LANGUAGES and first[0].strip() == f"%{first['name']}"


def part_of(cell: SourceText, start: int, end: int) -> SourceText:
    """A range of a cell as a text of its own."""
    return placed(cell, [(cell.text(start, end), start, end)] if end > start else [], _same, at=start)


def _same(text: str) -> str:
    return text


def _masked(source: SourceText, lines: Sequence[re.Match[str]]) -> SourceText:
    """The text with statements that do nothing in the place of magic lines, each as long as they are."""
    data = bytearray(source.data)
    for found in lines:
        blanks = len(found[0]) - len(found[0].lstrip(" \t"))
        filler = found[0][:blanks] + "0" + _SIGN.sub("#", found[0][blanks + 1 :])
        data[found.start() : found.end()] = filler.encode("ascii")
    return replace(source, data=bytes(data)) if lines else source


def _command(line: re.Match[str]) -> int:
    """Where a magic line's command for the shell begins, behind its `!`; -1 if it has none."""
    return max(line.end("shell"), line.end("captured"))


def _without_command(source: SourceText, line: re.Match[str]) -> str:
    """What a magic line says besides a command for the shell, which is a part of its own."""
    return source.text(line.start(), line.end() if _command(line) < 0 else _command(line))
