"""Edits of properties in JSON: those of YAML's flow style, with every text in quotes and JSON's own escapes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sparkfix.formats.yaml.entries import ArgumentEntry, MapEntry, PairEntry
from sparkfix.formats.yaml.flags import FlagItemEntry
from sparkfix.model import Edit, Refused

_LITERALS = (re.compile(r"-?(?:0|[1-9]\d*)"), re.compile(r"-?(?:0|[1-9]\d*)\.\d+"), re.compile(r"true|false"))
_ESCAPE_OF_YAML = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


@dataclass(frozen=True)
class JsonEntry:
    """A property of a JSON map or array. A number stays a number where the new value is one, too."""

    entry: MapEntry | PairEntry | ArgumentEntry | FlagItemEntry

    def _for(self, value: str) -> MapEntry | PairEntry | ArgumentEntry | FlagItemEntry:
        """The entry that writes a value: in quotes unless it has the type of what stands there without any."""
        if _ESCAPE_OF_YAML.search(value):
            raise Refused("the value holds control characters")
        entry = self.entry
        if isinstance(entry, (ArgumentEntry, FlagItemEntry)) or entry.value.style:
            return entry
        old = entry.source.text(entry.value.start, entry.value.end)
        same = any(kind.fullmatch(old) and kind.fullmatch(value) for kind in _LITERALS)
        return entry if same else replace(entry, value=replace(entry.value, style='"'))

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return self._for(value).set_value(value)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return self.entry.rename(key)

    def remove(self) -> tuple[Edit, ...]:
        return self.entry.remove()

    def comment_out(self) -> tuple[Edit, ...]:
        raise Refused("JSON has no comments")

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        return self._for(value).add_beside(key, value, before=before)
