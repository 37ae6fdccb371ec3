"""What the settings of a file must be after some changes, computed without looking at any edit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sparkfix.engine.fields import new_settings
from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.formats.yaml.fields import proven_as_settings
from sparkfix.model import (
    Add,
    AddField,
    Change,
    CommentOut,
    Guard,
    Property,
    PropertyBlock,
    Remove,
    RenameKey,
    SetField,
    SetValue,
    SetWords,
    Span,
)
from sparkfix.spark.resources import CARRIER

_POSITION = re.compile(r"\.\d+(?=[.:]|\Z)")
Setting = tuple[str, str, tuple[tuple[str, int], ...]]
"""Key, value, and the conditions and positions of the arms it stands under."""

Settings = list[tuple[str, str, list[Setting]]]
"""Carrier, place in words and settings of each block, in file order."""


def _conditions(guard: Guard) -> tuple[tuple[str, int], ...]:
    return tuple((arm.condition, arm.index) for arm in guard)


def _setting(item: Property) -> Setting:
    return item.key, item.value, _conditions(item.guard)


def _where(block: PropertyBlock) -> str:
    """The words for a place without positions in lists, which move where a change adds an item above."""
    return _POSITION.sub("", block.where)


def settings_of(document: Document, changes: Sequence[Change] = ()) -> Settings:
    """All settings of a file as they are, without those among words that changes rewrite: trees have these whole."""
    rewritten = rewritten_keys(document, changes)
    found: Settings = []
    for block in document.blocks:
        settings = [
            _setting(item)
            for item in proven_as_settings(block.carrier, block.properties)
            if item.key_span.start not in rewritten
        ]
        if settings:
            found.append((block.carrier, _where(block), _ordered(block, settings)))
    return found


def rewritten_words(document: Document, changes: Sequence[Change]) -> tuple[Span, ...]:
    """The words of the commands that changes rewrite; trees compare these whole.

    Such words may become settings, or stop to be some. Their command is known by its words in the report, which are
    the same before and after.
    """
    commands = {(change.command.where, change.command.shell) for change in changes if isinstance(change, SetWords)}
    if not commands:
        return ()
    found = (item for item in commands_in(document.objects) if (item.where, item.shell) in commands)
    return tuple(word.span for item in found for word in item.words)


def rewritten_keys(document: Document, changes: Sequence[Change]) -> frozenset[int]:
    """Where the keys of settings begin that stand among the words of a command which a change rewrites."""
    spans = rewritten_words(document, changes)
    starts = (item.key_span.start for block in document.blocks if spans for item in block.properties)
    return frozenset(start for start in starts if any(span.start <= start < span.end for span in spans))


def _ordered(block: PropertyBlock, settings: list[Setting]) -> list[Setting]:
    """Settings in the order of the file; those of fields, which have none that matters, by their keys."""
    return sorted(settings, key=lambda setting: setting[0]) if block.carrier == CARRIER else settings


def expected_settings(document: Document, changes: Sequence[Change]) -> Settings:
    """All settings of a file as they must be after the changes; blocks that lose their last setting are gone."""
    rewritten = rewritten_keys(document, changes)
    own: dict[tuple[str, int, str], list[Change]] = {}
    starts = {item.key_span.start: item for block in document.blocks for item in block.properties}
    for change in changes:
        if isinstance(change, SetField) and change.field.key_span is not None:
            # The scalar may be the value of a property, as fields of custom resources are.
            field = starts.get(change.field.key_span.start)
            change = SetValue(field, change.value) if field is not None else change
        item = _subject(change)
        if item is not None:
            own.setdefault(_identity(item), []).append(change)
    new = [one for change in changes if isinstance(change, AddField) for one in new_settings(document, change)]
    found: Settings = []
    for block in document.blocks:
        settings = [
            setting
            for item in proven_as_settings(block.carrier, block.properties)
            if item.key_span.start not in rewritten
            for setting in _after(item, own.get(_identity(item), ()))
        ]
        settings += [(one.key, one.value, _conditions(one.guard)) for one in new if one.block is block]
        if settings:
            found.append((block.carrier, _where(block), _ordered(block, settings)))
    return found


def _subject(change: Change) -> Property | None:
    """The property that a change is about, if it is about one."""
    if isinstance(change, Add):
        return change.beside
    return change.property if isinstance(change, (Remove, CommentOut, SetValue, RenameKey)) else None


def _identity(item: Property) -> tuple[str, int, str]:
    return item.path, item.key_span.start, item.key


def _after(item: Property, changes: Sequence[Change]) -> list[Setting]:
    """What becomes of one property under its own changes: nothing, itself changed, or itself with new neighbours."""
    key, value, guard = _setting(item)
    before: list[Setting] = []
    after: list[Setting] = []
    gone = False
    for change in changes:
        if isinstance(change, Add):
            (before if change.before else after).append((change.key, change.value, guard))
        elif isinstance(change, (Remove, CommentOut)):
            gone = True
        elif isinstance(change, SetValue):
            value = change.value
        elif isinstance(change, RenameKey):
            key = change.key
    return [*before, *([] if gone else [(key, value, guard)]), *after]
