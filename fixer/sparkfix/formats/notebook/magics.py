r"""What the first line and the magic lines of a cell say: which language it is in, and which lines are not of it.

IPython's "Built-in magic commands", sparkmagic's `%%configure`, `%%sql`, `%%local`, `%%spark`, and Databricks' `%python`,
`%sh`, `%sql`, `%scala`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    r"|^[ \t]*[\w.,\[\]]+[ \t]*=[ \t]*[!%][^\n]*$|^[ \t]*[\w.]+\?+[ \t]*$"
)
_SIGN = re.compile(r"[^\n]")


@dataclass(frozen=True)
class Part:
    """A part of a cell's text with the ending of files of its language."""

    source: SourceText
    ending: str


@dataclass(frozen=True)
class Parts:
    """What a cell holds to read, and its lines that are not read as its language."""

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
        return Parts((Part(body, own),), cell.text(0, begin))
    masked, lines = _masked(body)
    shells = tuple(Part(part, ".sh") for part in _shell_lines(body))
    return Parts((Part(masked, own), *shells), cell.text(0, begin) + lines)


def _names_language(first: re.Match[str]) -> bool:
    return first["name"].lower() in _LANGUAGES and first[0].strip() == f"%{first['name']}"


def part_of(cell: SourceText, start: int, end: int) -> SourceText:
    """A range of a cell as a text of its own."""
    return placed(cell, [(cell.text(start, end), start, end)] if end > start else [], _same, at=start)


def _same(text: str) -> str:
    return text


def _masked(source: SourceText) -> tuple[SourceText, str]:
    """The text with statements that do nothing in the place of magic lines, each as long as they are; and those lines."""
    data, lines = bytearray(source.data), []
    for found in _LINE.finditer(source.folded):
        lines.append(source.text(*found.span()))
        blanks = len(found[0]) - len(found[0].lstrip(" \t"))
        filler = found[0][:blanks] + "0" + _SIGN.sub("#", found[0][blanks + 1 :])
        data[found.start() : found.end()] = filler.encode("ascii")
    return (replace(source, data=bytes(data)) if lines else source), "\n".join(lines)


def _shell_lines(source: SourceText) -> Iterator[SourceText]:
    for found in _LINE.finditer(source.folded):
        if found["shell"]:
            yield part_of(source, found.end("shell"), found.end())
