"""JSON as the YAML that it also is: maps, arguments and the texts in strings, with edits that stay JSON.

RFC 8259's grammar is the measure: what `json` does not load is not read.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from sparkfix.formats.document import Context, Document
from sparkfix.formats.helm.lexer import NO_TEMPLATE
from sparkfix.formats.json.entries import JsonEntry
from sparkfix.formats.yaml.entries import ArgumentEntry, MapEntry, PairEntry
from sparkfix.formats.yaml.flags import FlagItemEntry
from sparkfix.formats.yaml.reading import read_composed
from sparkfix.model import Entry, Problem, Property, PropertyBlock, Span
from sparkfix.text.source import SourceText

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_EVENT_LOG = re.compile(r'\A\s*\{\s*"Event"\s*:\s*"')
CARRIERS = {
    "map": "JSON map",
    "list of pairs": "JSON pairs",
    "arguments": "arguments",
    "flags": "flags",
    "list": "list",
}


def read_json(source: SourceText, context: Context) -> Document:
    """One JSON value. A text that is none becomes a `Problem`; an event log of Spark holds nothing to edit."""
    try:
        json.loads(source.text(0, len(source.folded)))
    except (ValueError, RecursionError) as error:
        reason = f"not JSON: {error.msg}" if isinstance(error, json.JSONDecodeError) else "not JSON: nested too deeply"
        at = error.pos if isinstance(error, json.JSONDecodeError) and source.ascii else 0
        line = source.line_in_file(min(at, len(source.folded)))
        return Document(source, problems=(Problem(source.path, reason, line),), language="json")
    if _EVENT_LOG.match(source.folded):
        return Document(source, language="json")
    document = read_composed(source, _as_yaml(source.folded), NO_TEMPLATE, (), (), context)
    return replace(document, blocks=tuple(_as_json(document)), language="json")


def _as_yaml(text: str) -> str:
    """The text as libyaml takes it, with as many characters: no tabs, no halves of surrogate pairs."""
    return _SURROGATE.sub(r"\\u0078", text.replace("\t", " "))


def _as_json(document: Document) -> list[PropertyBlock]:
    """The blocks of a text that are JSON's own, with entries that write JSON; those of texts inside it as they are."""
    own = []
    for block in document.blocks:
        if any(_holds(inner, block) for inner in document.nested):
            own.append(block)
        elif block.carrier in CARRIERS:
            properties = tuple(
                replace(
                    item, value=_value(document.source, item), entry=_entry(item), extent=_extent(document.source, item)
                )
                for item in block.properties
            )
            own.append(replace(block, carrier=CARRIERS[block.carrier], properties=properties))
    return own


def _holds(inner: Document, block: PropertyBlock) -> bool:
    return any(one.span == block.span for one in inner.blocks)


def _value(source: SourceText, item: Property) -> str:
    """The property's value; with halves of surrogate pairs only JSON knows it."""
    raw = source.span_text(item.value_span)
    return str(json.loads(raw)) if raw.startswith('"') and _SURROGATE.search(raw) else item.value


def _extent(source: SourceText, item: Property) -> Span | None:
    """In another text, whose lines may be others, the entry with what parts it from its neighbours."""
    if (
        item.extent is not None
        or source.placement is None
        or not isinstance(item.entry, (MapEntry, PairEntry, ArgumentEntry))
    ):
        return item.extent
    own = item.entry.item
    line = source.line_start(own.start)
    start = line if not source.folded[line : own.start].strip() else own.start
    end = source.line_end(max(own.end - 1, own.start))
    return source.span(
        start if own.previous_end is None else min(start, own.previous_end),
        end if own.next_start is None else max(end, own.next_start),
    )


def _entry(item: Property) -> Entry | None:
    entry = item.entry
    return JsonEntry(entry) if isinstance(entry, (MapEntry, PairEntry, ArgumentEntry, FlagItemEntry)) else entry
