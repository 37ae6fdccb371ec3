"""What the settings of a file must be after some changes, computed without looking at any edit."""

from __future__ import annotations

from collections.abc import Sequence

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.model import Add, Change, CommentOut, Guard, Property, Remove, RenameKey, SetValue, SetWords

Setting = tuple[str, str, tuple[tuple[str, int], ...]]
"""Key, value, and the conditions and positions of the arms it stands under."""

Settings = list[tuple[str, str, list[Setting]]]
"""Carrier, place in words and settings of each block, in file order."""


def _conditions(guard: Guard) -> tuple[tuple[str, int], ...]:
    return tuple((arm.condition, arm.index) for arm in guard)


def _setting(item: Property) -> Setting:
    return item.key, item.value, _conditions(item.guard)


def settings_of(document: Document, changes: Sequence[Change] = ()) -> Settings:
    """All settings of a file as they are, without those among words that changes rewrite: trees have these whole."""
    rewritten = rewritten_keys(document, changes)
    found: Settings = []
    for block in document.blocks:
        settings = [_setting(item) for item in block.properties if item.key_span.start not in rewritten]
        if settings:
            found.append((block.carrier, block.where, settings))
    return found


def rewritten_keys(document: Document, changes: Sequence[Change]) -> frozenset[int]:
    """Where the keys of settings begin that stand among the words of a list which a change rewrites.

    Such words may become settings, or stop to be some. Their command is known by its words in the report, which are
    the same before and after.
    """
    commands = {change.command.where for change in changes if isinstance(change, SetWords) and not change.command.shell}
    if not commands:
        return frozenset()
    found = [item for item in commands_in(document.objects) if not item.shell and item.where in commands]
    spans = [word.span for item in found for word in item.words]
    starts = (item.key_span.start for block in document.blocks for item in block.properties)
    return frozenset(start for start in starts if any(span.start <= start < span.end for span in spans))


def expected_settings(document: Document, changes: Sequence[Change]) -> Settings:
    """All settings of a file as they must be after the changes; blocks that lose their last setting are gone."""
    rewritten = rewritten_keys(document, changes)
    own: dict[tuple[str, int, str], list[Change]] = {}
    for change in changes:
        item = _subject(change)
        if item is not None:
            own.setdefault(_identity(item), []).append(change)
    found: Settings = []
    for block in document.blocks:
        settings = [
            setting
            for item in block.properties
            if item.key_span.start not in rewritten
            for setting in _after(item, own.get(_identity(item), ()))
        ]
        if settings:
            found.append((block.carrier, block.where, settings))
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
