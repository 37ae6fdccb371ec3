"""Maps with Spark properties in YAML that does not parse: each read alone, at its place.

An indentation error in one container must not hide the `sparkConf:` of the resource, which is well-formed by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sparkfix.formats.yaml.compose import BrokenDocument, Composed, compose_documents

_PARENT = re.compile(r"(?m)^(?P<indent>[ \t]*)[\"']?[A-Za-z][\w\-.]*[\"']?:[ \t]*(?:#[^\n]*)?\r?$\n?")
_PROPERTY = re.compile(r"[ ]+[\"']?spark\.[A-Za-z]")
_NOTHING = re.compile(r"[ \t]*(?:#[^\n]*)?\r?\Z")


def readable_pieces(text: str, broken: BrokenDocument) -> Iterator[tuple[str, Composed]]:
    """The maps of a broken document whose first entry is a property: the text in which all else is blank, composed."""
    for parent in _PARENT.finditer(text, broken.base, broken.end):
        end = _end_of_block(text, parent.end(), broken.end, len(parent["indent"]))
        if end > parent.end():
            alone = _blank(text[: parent.start()]) + text[parent.start() : end] + _blank(text[end:])
            for found in compose_documents(alone):
                if isinstance(found, Composed):
                    yield alone, found


def _end_of_block(text: str, start: int, end: int, indent: int) -> int:
    """The end of the deeper lines behind a key; `start` if the first of them sets no property."""
    position, last, first = start, start, True
    while position < end:
        stop = text.find("\n", position, end) + 1 or end
        line = text[position:stop].rstrip("\r\n")
        if not _NOTHING.match(line):
            if len(line) - len(line.lstrip(" ")) <= indent or (first and not _PROPERTY.match(line)):
                break
            first, last = False, stop
        position = stop
    return last


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)
