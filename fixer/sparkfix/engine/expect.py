"""What the settings of a file must be after some changes, computed without looking at any edit."""

from __future__ import annotations

from collections.abc import Sequence

from sparkfix.formats.document import Document
from sparkfix.model import Add, Change, CommentOut, Guard, Property, Remove, RenameKey, SetValue

Setting = tuple[str, str, tuple[tuple[str, int], ...]]
"""Key, value, and the conditions and positions of the arms it stands under."""

Settings = list[tuple[str, str, list[Setting]]]
"""Carrier, place in words and settings of each block, in file order."""


def _conditions(guard: Guard) -> tuple[tuple[str, int], ...]:
    return tuple((arm.condition, arm.index) for arm in guard)


def _setting(item: Property) -> Setting:
    return item.key, item.value, _conditions(item.guard)


def settings_of(document: Document) -> Settings:
    """All settings of a file as they are."""
    return [(block.carrier, block.where, [_setting(item) for item in block.properties]) for block in document.blocks]


def expected_settings(document: Document, changes: Sequence[Change]) -> Settings:
    """All settings of a file as they must be after the changes; blocks that lose their last setting are gone."""
    found: Settings = []
    for block in document.blocks:
        settings = [setting for item in block.properties for setting in _after(item, changes)]
        if settings:
            found.append((block.carrier, block.where, settings))
    return found


def _after(item: Property, changes: Sequence[Change]) -> list[Setting]:
    """What becomes of one property: nothing, itself changed, or itself with new neighbours."""
    key, value, guard = _setting(item)
    before: list[Setting] = []
    after: list[Setting] = []
    gone = False
    for change in changes:
        if isinstance(change, Add) and _same(change.beside, item):
            (before if change.before else after).append((change.key, change.value, guard))
        elif isinstance(change, (Remove, CommentOut)) and _same(change.property, item):
            gone = True
        elif isinstance(change, SetValue) and _same(change.property, item):
            value = change.value
        elif isinstance(change, RenameKey) and _same(change.property, item):
            key = change.key
    return [*before, *([] if gone else [(key, value, guard)]), *after]


def _same(left: Property, right: Property) -> bool:
    return left.path == right.path and left.key_span == right.key_span and left.key == right.key
