"""Edits of properties text: one line in, one line out, in the style of its neighbour."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sparkfix.formats.properties.parse import Setting
from sparkfix.model import Edit, Refused
from sparkfix.text.source import SourceText

_NATURAL_LINE = re.compile(r"[ \t\f]*(?P<text>[^\r\n]*)(?:\r\n?|\n)?")
_BLANKS_BEHIND_KEY = re.compile(r"[ \t]*(?P<key>[A-Za-z][^\s=:]*)(?P<blanks> +)[^\s=:]")
_ACTION = re.compile(r"(\{\{.*?\}\})", re.DOTALL)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SHORT = {"\t": "\\t", "\f": "\\f"}
_UNDECODABLE = re.compile(r"[\udc80-\udcff]")


def encode_value(value: str) -> str:
    """A value as Java reads it back; template actions stay as they are. Raises `Refused` for line breaks."""
    if "\n" in value or "\r" in value:
        raise Refused("a value with a line break does not fit on a properties line")
    parts = _ACTION.split(value)
    text = "".join(part if index % 2 else _printable(part.replace("\\", "\\\\")) for index, part in enumerate(parts))
    return "\\" + text if text[:1] in (" ", "=", ":") else text


def encode_key(key: str) -> str:
    """A key as Java reads it back."""
    if "\n" in key or "\r" in key:
        raise Refused("a key with a line break does not fit on a properties line")
    return _printable(re.sub(r"([\\ =:]|^[#!])", r"\\\1", key))


def _printable(text: str) -> str:
    """Text with Java's escapes for characters that YAML (which may hold it) breaks lines at or does not allow."""
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if _UNDECODABLE.match(character):
        return character
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


@dataclass(frozen=True)
class PropertiesEntry:
    """One setting in properties text, as an `Entry`. Positions are offsets in the folded text of `source`."""

    source: SourceText
    setting: Setting

    def _edit(self, start: int, end: int, text: str) -> Edit:
        return self.source.edit(start, end, text)

    def _newline(self) -> str:
        """The line break that ends the setting, or nothing at the end of a file without one."""
        return _line_break_before(self.source.folded, self.setting.end)

    def set_value(self, value: str) -> tuple[Edit, ...]:
        setting = self.setting
        text = encode_value(value)
        if setting.value_start == setting.key_end and text:
            text = " " + text
        return (self._edit(setting.value_start, setting.value_end, text),)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return (self._edit(self.setting.first, self.setting.key_end, encode_key(key)),)

    def _must_have_its_lines(self) -> None:
        """Raise `Refused` where a template action, which the parser does not see, stands beside the setting."""
        setting, folded = self.setting, self.source.folded
        before, behind = folded[setting.start : setting.first], folded[setting.value_end : setting.end]
        if before.strip() or behind.strip():
            raise Refused("a template action stands beside it on its line")

    def remove(self) -> tuple[Edit, ...]:
        self._must_have_its_lines()
        setting = self.setting
        if setting.end == len(self.source.folded) and not self._newline() and setting.start > 0:
            # The file has no final newline: the line before must not gain one.
            start = setting.start - (2 if self.source.folded[: setting.start].endswith("\r\n") else 1)
            return (self._edit(start, setting.end, ""),)
        return (self._edit(setting.start, setting.end, ""),)

    def comment_out(self) -> tuple[Edit, ...]:
        self._must_have_its_lines()
        setting = self.setting
        lines = _NATURAL_LINE.finditer(self.source.folded, setting.first, setting.end)
        return tuple(self._edit(line.start("text"), line.start("text"), "# ") for line in lines if line[0])

    def comment_above(self, text: str) -> tuple[Edit, ...]:
        """The edit that puts a comment line above the setting."""
        self._must_have_its_lines()
        if "\n" in text or "\r" in text:
            raise Refused("a comment with a line break does not fit on a line")
        setting = self.setting
        newline = self._newline() or _line_break_before(self.source.folded, setting.start) or self.source.newline
        line = self.source.text(setting.start, setting.first) + "# " + text
        return (self._edit(setting.start, setting.start, line + newline),)

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        setting, text = self.setting, self.source.text
        separator = text(setting.key_end, setting.value_start)
        if not _is_constant(self.source.folded, setting):
            separator = _separator_like(text(setting.first, setting.key_end), separator, key)
        line = text(setting.start, setting.first) + encode_key(key) + separator + encode_value(value)
        newline = self._newline() or _line_break_before(self.source.folded, setting.start) or self.source.newline
        if before:
            return (self._edit(setting.start, setting.start, line + newline),)
        if self._newline():
            return (self._edit(setting.end, setting.end, line + newline),)
        return (self._edit(setting.end, setting.end, newline + line),)


def _line_break_before(text: str, position: int) -> str:
    """The line break that ends directly before a position, or nothing."""
    last = text[max(position - 2, 0) : position]
    return last if last == "\r\n" else last[-1:] if last[-1:] in ("\r", "\n") else ""


def _is_constant(text: str, setting: Setting) -> bool:
    """Do the lines around a setting have as many blanks behind keys of other lengths, so that nothing is aligned?"""
    own = (setting.key_end - setting.first, setting.value_start - setting.key_end)
    before = text[text.rfind("\n", 0, max(setting.start - 1, 0)) + 1 : setting.start]
    end = text.find("\n", setting.end)
    after = text[setting.end : end if end >= 0 else len(text)]
    lines = [found for line in (before, after) if (found := _BLANKS_BEHIND_KEY.match(line))]
    return own[1] > 1 and any(len(found["blanks"]) == own[1] and len(found["key"]) != own[0] for found in lines)


def _separator_like(key: str, separator: str, new_key: str) -> str:
    """The neighbour's separator; where it pads its key to a column, the new key is padded to the same one."""
    if not separator or "\\" in separator:
        return "="
    pad = separator[: len(separator) - len(separator.lstrip(" \t\f"))]
    rest = separator[len(pad) :]
    if len(pad) > 1 and "\t" not in pad:
        pad = " " * max(1, len(key) + len(pad) - len(new_key))
    return pad + rest
