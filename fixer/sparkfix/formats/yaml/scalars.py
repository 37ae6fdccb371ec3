"""Scalars: what their raw text means, and how a text is written in a given style."""

from __future__ import annotations

import re

import yaml
from yaml.resolver import Resolver

from sparkfix.model import Refused

_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n]*|[\-?:][^\s][^\n]*")
_NOT_PLAIN = re.compile(r":(?:\s|$)|\s#|[\n\t]|^\s|\s$")
_FLOW = re.compile(r"[,\[\]{}?]")
_UNPRINTABLE = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\udc80-\udcff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SHORT = {"\t": "\\t", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P"}
_IMPLICIT = Resolver.yaml_implicit_resolvers
# What a template prints as it is written: `yes` comes out as `true`, `0123` as `83`, `1.50` as `1.5`.
_PRINTED_ALIKE = re.compile(r"true|false|null|~|-?(?:0|[1-9][0-9]{0,14})|-?(?:0|[1-9][0-9]{0,5})\.[0-9]{0,8}[1-9]")
_STRING = "tag:yaml.org,2002:str"
_OF_GO = (
    ("tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+\Z")),
    ("tag:yaml.org,2002:int", re.compile(r"[-+]?0o[0-7_]+\Z")),
    ("tag:yaml.org,2002:bool", re.compile(r"[yYnN]\Z")),
)


def text_of_scalar(value: object) -> str:
    """Plain data as the text of a scalar, in YAML and as a template prints it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def type_of(text: str) -> str:
    """The tag that a plain scalar resolves to: YAML 1.1, which Kubernetes and Helm read, with Go's further numbers and
    booleans."""
    if not text or text == "=":
        return "tag:yaml.org,2002:null" if not text else "tag:yaml.org,2002:value"
    for tag, pattern in (*_IMPLICIT.get(text[0], []), *_OF_GO):
        if pattern.match(text):
            return str(tag)
    return _STRING


def is_string(text: str) -> bool:
    """True if YAML takes a plain scalar for a string."""
    return type_of(text) == _STRING


def can_be_plain(text: str, *, flow: bool, template: bool) -> bool:
    """True if `text` may stand without quotes; in a template, actions count as letters."""
    bare = _ACTION.sub(lambda match: "Q" * len(match[0]), text) if template else text
    if _UNPRINTABLE.search(bare):
        return False
    return bool(_PLAIN.fullmatch(bare)) and not _NOT_PLAIN.search(bare) and not (flow and _FLOW.search(bare))


def decode(raw: str, style: str | None, *, actions: bool) -> str:
    """The text of a one-piece scalar from its raw text (quotes included). Template `actions` stay as they are."""
    if style == "'":
        return _fold(raw[1:-1].replace("''", "'"))
    if style == '"':
        if actions or "\\" not in raw:
            return _fold(raw[1:-1])
        try:
            return str(yaml.safe_load(raw))
        except yaml.YAMLError:  # bytes that are no text, or control characters
            return _fold(raw[1:-1])
    return _fold(raw)


def _fold(text: str) -> str:
    """Line folding of flow scalars: one break is a blank, more breaks lose one."""
    if "\n" not in text:
        return text
    return re.sub(r"[ \t]*\r?\n[ \t]*((?:\r?\n[ \t]*)*)", lambda match: "\n" * match[1].count("\n") or " ", text)


def encode(text: str, style: str | None, *, flow: bool = False, like: str = "", template: bool = False) -> str:
    """`text` as a scalar in `style` (`'`, `"`, None for plain), quoted where plain would not be read back.

    `template` says that the file is one, so that actions may stand plain. A text that YAML would take for a number,
    boolean or null is quoted, too, unless `like`, the plain text that it replaces or stands beside, has that type, and a
    template would print it as it is written.
    """
    if "\n" in text or "\r" in text:
        raise Refused("a value with a line break needs a block scalar")
    if style == "'" and not _UNPRINTABLE.search(text):
        return "'" + text.replace("'", "''") + "'"
    fits = is_string(text) or (bool(like) and type_of(text) == type_of(like) and bool(_PRINTED_ALIKE.fullmatch(text)))
    if style or not fits or not can_be_plain(text, flow=flow, template=template):
        return '"' + _escape(text) + '"'
    return text


def _escape(text: str) -> str:
    parts = re.split(r"(\{\{.*?\}\})", text)
    return "".join(
        part if index % 2 else _UNPRINTABLE.sub(_escaped, part.replace("\\", "\\\\").replace('"', '\\"'))
        for index, part in enumerate(parts)
    )


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _SHORT.get(match[0]) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
