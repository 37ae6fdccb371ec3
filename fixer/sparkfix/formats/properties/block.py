"""Properties text as a block of Spark properties."""

from __future__ import annotations

from dataclasses import replace

from sparkfix.formats.helm.extent import GOES_ON, JOINED, PARTLY, closed_end, goes_on, joins_the_line_above, whole
from sparkfix.formats.helm.lexer import Template
from sparkfix.formats.properties.parse import Setting, parse, spark_value, unescape
from sparkfix.formats.properties.write import PropertiesEntry
from sparkfix.model import Property, Span
from sparkfix.text.source import SourceText


def properties_in(
    source: SourceText, masked: str, template: Template, start: int, end: int, locked: str = ""
) -> tuple[Property, ...]:
    """The settings in a range of a (masked) text. Positions are offsets in the folded text."""
    return tuple(_property(source, template, setting, locked) for setting in parse(masked, start, end))


def _property(source: SourceText, template: Template, setting: Setting, locked: str) -> Property:
    if template.actions:
        end = closed_end(template, source.folded, setting.value_start, setting.value_end)
        setting = replace(setting, value_end=end)
        locked = locked or _lock(source, template, setting)
    templated = bool(template.actions) and bool(template.within(setting.value_start, setting.value_end))
    value = source.text(setting.value_start, setting.value_end)
    return Property(
        path=source.path,
        key=unescape(source.text(setting.first, setting.key_end)),
        value=value if templated else spark_value(value),
        key_span=source.span(setting.first, setting.key_end),
        value_span=source.span(setting.value_start, setting.value_end),
        guard=template.guard(setting.first) if template.branches else (),
        templated=templated,
        locked=locked,
        entry=PropertiesEntry(source, setting),
        extent=_extent(source, setting),
    )


def _extent(source: SourceText, setting: Setting) -> Span | None:
    """The lines of a setting, where they are no lines of the file."""
    if source.placement is None or source.placement.indent is not None:
        return None
    start, end = source.line_start(setting.first), source.line_end(max(setting.end - 1, setting.first))
    if not source.folded[start:end].endswith("\n") and start:
        start -= 2 if source.folded[:start].endswith("\r\n") else 1
    return source.span(start, end)


def _lock(source: SourceText, template: Template, setting: Setting) -> str:
    """Why a setting of a template cannot be edited, if it cannot."""
    if template.within(setting.first, setting.key_end):
        return "its key is computed by the template"
    if not whole(template, setting.key_end, setting.value_end):
        return PARTLY
    if joins_the_line_above(template, source.folded, setting.first):
        return JOINED
    return GOES_ON if goes_on(template, source.folded, setting.value_end) else ""
