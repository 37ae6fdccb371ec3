"""Spark properties as text inside YAML scalars: whole files, and settings in one line."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import replace

from sparkfix.formats.helm.lexer import NO_TEMPLATE
from sparkfix.formats.properties.block import properties_in
from sparkfix.formats.properties.parse import (
    decides,
    looks_like_properties,
    parse,
    settings_in_a_row,
    spark_value,
    unescape,
)
from sparkfix.formats.yaml.compose import ScalarNode, style_of
from sparkfix.formats.yaml.quoted import flow_scalar
from sparkfix.formats.yaml.text import YamlText
from sparkfix.formats.yaml.walk import ALIASED, IN_A_ROW, SECRET, Found, Walk, is_metadata
from sparkfix.model import Property

_NOT_PROPERTIES = re.compile(r"\.(?:sh|py|scala|sql|xml|json|ya?ml|md|ipynb|java|toml|tpl|R)\Z", re.IGNORECASE)
_FILE_NAMES = re.compile(r"\.(?:conf|properties)(?:\.\w+)?\Z|defaults\Z")
_FROM_KEY = re.compile(r"spark\.[^\n]*")
_ASSIGNMENT = re.compile(r"(?m)^\s*spark\.[A-Za-z](?:[\w.\-/]|\\.)*\s*=")


def scalar_text(walk: Walk, node: ScalarNode, route: tuple[str, ...], *, confidential: bool) -> Iterator[Found]:
    """The block of properties text that a scalar below the key `route[-1]` holds, if it holds one."""
    text, document = walk.text, walk.document
    name = route[-1]
    if "spark." not in node.value or _NOT_PROPERTIES.search(name) or is_metadata(name):
        return
    start, end = text.start(document, node), text.end(document, node)
    locked = ALIASED if id(node) in walk.shared else ""
    if node.style == "|":
        body = text.source.line_end(start)
        if not looks_like_properties(text.readable, body, end, name=name):
            return
        properties = properties_in(text.source, text.readable, text.template, body, end, locked)
        if not decides(name):
            properties = tuple(_locked_in_a_row(text, item) for item in properties)
    elif not decides(name) and _has_row(node.value):
        properties = _row(text, start, end, node.value)
    else:
        if not looks_like_properties(node.value, name=name) or not _speaks_for_itself(name, node.value):
            return
        properties = _flow_text(text, node, start, end, locked)
    if properties:
        yield Found("properties text", route, properties, start, end, name=name, confidential=confidential)


def _speaks_for_itself(name: str, content: str) -> bool:
    """Is a text outside of a literal scalar meant as properties? Its name says so, or it holds a plain `key=value`."""
    return bool(_FILE_NAMES.search(name)) or bool(_ASSIGNMENT.search(content))


def _has_row(content: str) -> bool:
    """Does a line of a text begin with a setting that others follow on it?"""
    return any(
        not content[content.rfind("\n", 0, line.start()) + 1 : line.start()].strip()
        and len(settings_in_a_row(line[0])) > 1
        for line in _FROM_KEY.finditer(content)
    )


def _row(text: YamlText, start: int, end: int, content: str) -> tuple[Property, ...]:
    """Settings in one line, as in `spark.a=1,spark.b=2`: who reads them, and how, is not known."""
    found = []
    for key, value in settings_in_a_row(content):
        at = text.masked.find(key + "=", start, end)
        at = start if at < 0 else at
        stop = start = min(at + len(key), end)
        found.append(_read_only(text, key, value, at, stop, IN_A_ROW))
    return tuple(found)


def _locked_in_a_row(text: YamlText, item: Property) -> Property:
    line = text.source.span_text(item.place("").span)
    return replace(item, locked=item.locked or IN_A_ROW) if len(settings_in_a_row(line)) > 1 else item


def _flow_text(text: YamlText, node: ScalarNode, start: int, end: int, locked: str) -> tuple[Property, ...]:
    inner = (
        None
        if node.style == ">" or text.has_actions(start, end)
        else flow_scalar(text.source, start, end, style_of(node))
    )
    if inner is not None:
        return properties_in(inner, inner.folded, NO_TEMPLATE, 0, len(inner.folded), locked)
    reason = (
        "it stands in a folded scalar, where YAML joins lines"
        if "\n" in text.masked[start:end]
        else "it stands in a quoted template"
    )
    return _unplaced(text, start, end, str(node.value), locked or reason)


def _unplaced(text: YamlText, start: int, end: int, content: str, reason: str) -> tuple[Property, ...]:
    """Settings of a text whose characters have no fixed place; each one points at where its key is written, or at the
    start of the text."""
    found, searched = [], start
    for setting in parse(content):
        raw_key = content[setting.first : setting.key_end]
        at = text.masked.find(raw_key, searched, end)
        searched = searched if at < 0 else at + len(raw_key)
        at = start if at < 0 else at
        value = spark_value(content[setting.value_start : setting.value_end])
        found.append(_read_only(text, unescape(raw_key), value, at, min(at + len(raw_key), end), reason))
    return tuple(found)


def _read_only(text: YamlText, key: str, value: str, start: int, stop: int, reason: str) -> Property:
    return Property(
        path=text.source.path,
        key=key,
        value=value,
        key_span=text.source.span(start, stop),
        value_span=text.source.span(stop, stop),
        guard=text.guard(start),
        locked=reason,
    )


def base64_text(walk: Walk, node: ScalarNode, route: tuple[str, ...]) -> Iterator[Found]:
    """Spark properties in a Secret's base64 `data`: read, locked, never shown."""
    text, document = walk.text, walk.document
    try:
        content = base64.b64decode("".join(node.value.split()), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return
    if looks_like_properties(content, name=route[-1]):
        start, end = text.start(document, node), text.end(document, node)
        properties = _unplaced(text, start, end, content, SECRET)
        yield Found("base64 Secret", route, properties, start, end, name=route[-1], confidential=True)
