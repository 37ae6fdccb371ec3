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
_IMPLICIT = Resolver.yaml_implicit_resolvers


def is_string(text: str) -> bool:
    """True if YAML (1.1, which Kubernetes and Helm read) takes a plain scalar for a string."""
    if not text or text == "=":
        return False
    for tag, pattern in _IMPLICIT.get(text[0], []):
        if pattern.match(text):
            return bool(tag == "tag:yaml.org,2002:str")
    return True


def can_be_plain(text: str, *, flow: bool, template: bool) -> bool:
    """True if `text` may stand without quotes; in a template, actions count as letters."""
    bare = _ACTION.sub(lambda match: "Q" * len(match[0]), text) if template else text
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


def encode(
    text: str, style: str | None, *, flow: bool = False, keep_string: bool = True, template: bool = False
) -> str:
    """`text` as a scalar in `style` (`'`, `"`, None for plain), quoted where plain would not be read back.

    `template` says that the file is one, so that actions may stand plain. `keep_string` asks for quotes where
    YAML would take the plain text for a number, boolean or null.
    """
    if "\n" in text or "\r" in text:
        raise Refused("a value with a line break needs a block scalar")
    if style == "'":
        return "'" + text.replace("'", "''") + "'"
    if style == '"' or not can_be_plain(text, flow=flow, template=template) or (keep_string and not is_string(text)):
        return '"' + _escape(text) + '"'
    return text


def _escape(text: str) -> str:
    parts = re.split(r"(\{\{.*?\}\})", text)
    return "".join(
        part if index % 2 else part.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        for index, part in enumerate(parts)
    )
