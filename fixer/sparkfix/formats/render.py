"""From a rule's intent to byte edits: each change is handed to the format that holds its subject."""

from __future__ import annotations

from collections.abc import Iterable

from sparkfix.formats.kubernetes.write import (
    add_env,
    add_field,
    add_init_container,
    add_items,
    add_probe,
    set_field,
    set_words,
)
from sparkfix.formats.yaml.fields import landing
from sparkfix.model import (
    Add,
    AddComment,
    AddEnv,
    AddField,
    AddInitContainer,
    AddItem,
    AddProbe,
    Change,
    Commentable,
    CommentOut,
    Edit,
    Entry,
    Property,
    Refused,
    Remove,
    RenameKey,
    SetField,
    SetValue,
    SetWords,
    Span,
)


def render(change: Change) -> tuple[Edit, ...]:
    """The edits that carry out one change. Raises `Refused` with the reason where that is not safely possible."""
    match change:
        case SetValue(item, value):
            return _entry(item).set_value(value)
        case Add():
            change = landing(change)
            return _entry(change.beside).add_beside(change.key, change.value, before=change.before)
        case Remove(item):
            return _entry(item).remove()
        case CommentOut(item):
            return _entry(item).comment_out()
        case RenameKey(item, key):
            return _entry(item).rename(key)
        case AddComment(item, text):
            return _comment_above(item, text)
        case AddEnv():
            return add_env(change)
        case AddInitContainer(container, _, spec):
            return add_init_container(container, spec)
        case AddProbe(container, kind, spec):
            return add_probe(container, kind, spec)
        case AddField(_, owner, key, data):
            return add_field(owner, key, data)
        case AddItem(_, owner, key, item, more):
            return add_items(owner, key, (item, *more))
        case SetField(_, field, value):
            return set_field(field, value)
        case SetWords(command, words):
            return set_words(command, words)


def landed(change: Change) -> Change:
    """The change where it really goes: a property that is added to a custom resource may be one of its fields."""
    return landing(change) if isinstance(change, Add) else change


def render_all(changes: Iterable[Change]) -> tuple[Edit, ...]:
    """The edits of several changes. What they insert at one place is joined, in their order."""
    inserted: dict[tuple[str, Span], list[bytes]] = {}
    others: list[Edit] = []
    for change in changes:
        for edit in render(change):
            if len(edit.span):
                others.append(edit)
            elif edit.new not in inserted.setdefault((edit.path, edit.span), []):
                inserted[edit.path, edit.span].append(edit.new)
    joined = (Edit(path, span, b"".join(texts)) for (path, span), texts in inserted.items())
    return (*dict.fromkeys(others), *joined)


def _comment_above(item: Property, text: str) -> tuple[Edit, ...]:
    entry = _entry(item)
    if not isinstance(entry, Commentable):
        raise Refused(f"no comment line can stand above `{item.key}` there")
    return entry.comment_above(text)


def _entry(item: Property) -> Entry:
    if item.locked or item.entry is None:
        raise Refused(f"`{item.key}` cannot be edited: {item.locked or 'its place is not known'}")
    return item.entry
