"""Options of spark-submit that are named after what they set, in YAML lists: `- --driver-memory`, `- 4g`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sparkfix.formats.yaml.entries import (
    Item,
    Piece,
    add_words,
    comment_out_item,
    remove_item,
    value_edit,
    written,
)
from sparkfix.model import Edit, Refused, Span
from sparkfix.spark.flags import FLAG_OF, OWN, Flag, flags_among
from sparkfix.spark.programs import launcher_at
from sparkfix.text.source import SourceText


def flags_in(texts: Sequence[str]) -> Iterator[Flag]:
    """The named options among the words of a list, if these are spark-submit's."""
    launcher = launcher_at(texts)
    if launcher is None and not any(_is_sparks(texts, position) for position in range(len(texts))):
        return
    yield from flags_among(texts, launcher + 1 if launcher is not None else 0)


def _is_sparks(texts: Sequence[str], position: int) -> bool:
    text = texts[position]
    conf = text.startswith("spark.") and position > 0 and texts[position - 1] in ("--conf", "-c")
    return conf or text.startswith("--conf=spark.") or text.partition("=")[0] in OWN


@dataclass(frozen=True)
class FlagItemEntry:
    """A named option as one or two list items: the item with its name (and value, if that is None), that with its value."""

    source: SourceText
    flag: str
    name: Piece
    value: Piece | None
    item: Item

    def _for(self, key: str) -> str:
        if key not in FLAG_OF:
            raise Refused(f"spark-submit has no option of its own for `{key}`; it takes `--conf {key}=…`")
        return FLAG_OF[key]

    def _words(self, flag: str, value: str) -> list[str]:
        flow = self.item.flow
        if self.value is None:
            return [written(self.source, f"{flag}={value}", self.name.style, flow=flow)]
        return [
            written(self.source, flag, self.name.style, flow=flow),
            written(self.source, value, self.value.style, flow=flow),
        ]

    def set_value(self, value: str) -> tuple[Edit, ...]:
        if self.value is None:
            text = self._words(self.flag, value)[0]
            return (self.source.edit(self.name.start, self.name.end, text),)
        return (value_edit(self.source, self.value, value, flow=self.item.flow),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        at = self.source.folded.find(self.flag, self.name.start, self.name.end)
        if at < 0:
            raise Refused("the option is written with escapes")
        return (self.source.edit(at, at + len(self.flag), self._for(key)),)

    def remove(self) -> tuple[Edit, ...]:
        if self.item.count <= (1 if self.value is None else 2):
            raise Refused("it is the only entry of its list")
        return remove_item(self.source, self.item)

    def comment_out(self) -> tuple[Edit, ...]:
        return comment_out_item(self.source, self.item)

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        return add_words(self.source, self.item, self._words(self._for(key), value), before=before)


def extent_of(source: SourceText, item: Item) -> Span:
    """What may change with the items of an option: their lines, in flow style all between their neighbours."""
    if item.flow:
        start = item.start if item.previous_end is None else item.previous_end
        return source.span(start, max(item.end, item.next_start or 0))
    start, end = source.line_start(item.start), source.line_end(max(item.end - 1, item.start))
    if not source.folded[:end].endswith("\n") and start:
        start -= 2 if source.folded[:start].endswith("\r\n") else 1
    return source.span(start, end)
