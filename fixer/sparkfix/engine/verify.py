"""The proof between a fix and the disk: exactly what was asked for has changed, and nothing else.

Checked here: the result parses; settings are those of before with the requested changes; every template action
outside the edits is the same and in the same order; YAML outside of properties is the same but for what a change
adds; no comment was lost; no byte outside the places that a change may touch is gone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from sparkfix.engine.expect import expected_settings, settings_of
from sparkfix.engine.trees import expected_trees, trees_of
from sparkfix.formats.document import Document
from sparkfix.formats.helm.lexer import lex
from sparkfix.model import (
    Add,
    Change,
    CommentOut,
    Edit,
    Refused,
    Remove,
    RenameKey,
    SetField,
    SetValue,
    SetWords,
    Span,
    path_of,
)
from sparkfix.workspace.workspace import Workspace

_EMPTY_LIST = re.compile(r" \[\]")
_FLAG = re.compile(r"(?P<flag>-[ \t]+['\"]?(?:--conf|-c)['\"]?[ \t]*(?:#[^\n]*)?\r?\n)[ \t]*-[ \t]+['\"]?\Z")
_AROUND = " \t\r\n,'\""


def verify(before: Workspace, after: Workspace, changes: Sequence[Change], edits: Mapping[str, Sequence[Edit]]) -> None:
    """Raise `Refused` unless `after` is `before` with exactly `changes` made. `edits` are by path."""
    for path, own in edits.items():
        old, new = before.document(path), after.document(path)
        if old is None or new is None:
            raise Refused(f"{path}: the result cannot be read")
        concerned = [change for change in changes if path_of(change) == path]
        _parses(old, new)
        _keeps_bytes(old, concerned, own)
        _keeps_actions(old, new, own)
        _keeps_comments(old, new, concerned)
        if settings_of(new) != expected_settings(old, concerned):
            raise Refused(f"{path}: the result would hold other settings than intended")
        if trees_of(new, concerned) != expected_trees(old, concerned):
            raise Refused(f"{path}: the result would differ in more than the intended place")


def _parses(old: Document, new: Document) -> None:
    if len(new.problems) > len(old.problems):
        problem = new.problems[-1]
        raise Refused(f"{new.path}: the result would not parse: {problem.reason}")


def _keeps_bytes(old: Document, changes: Sequence[Change], edits: Sequence[Edit]) -> None:
    """Every edit takes bytes from a place that a change names, and adds them beside one."""
    for edit in edits:
        if not any(_may_make(old, change, edit) for change in changes):
            raise Refused(f"{old.path}: an edit would touch bytes that no change names")


def _may_make(old: Document, change: Change, edit: Edit) -> bool:
    """Can an edit belong to a change: does it stand where the change is, and is its text of the change's kind?"""
    spans = _may_vanish(old, change) if len(edit.span) else _may_grow(old, change)
    return any(span.covers(edit.span) for span in spans) and _fits(old, change, edit)


def _fits(old: Document, change: Change, edit: Edit) -> bool:
    """Is an edit's text of its change's kind: whole lines where it brings lines, no comment but in `CommentOut`?"""
    text = old.source.decode(edit.new)
    if isinstance(change, CommentOut):
        at = old.source.offset(edit.span.start)
        first = not old.source.folded[old.source.line_start(at) : at].strip()
        return text == "# " and (first or edit.span.start == change.property.key_span.start)
    if isinstance(change, Remove):
        return text in ("", " {}")
    if "#" in text and "#" not in repr(change):
        return False
    if isinstance(change, (SetValue, RenameKey, SetField)):
        return "\n" not in text and "\r" not in text
    if isinstance(change, Add):
        return change.key.rpartition(".")[2] in text and (
            "\n" not in text or _whole_lines(old, edit, text.replace("\r", ""))
        )
    return True


def _whole_lines(old: Document, edit: Edit, text: str) -> bool:
    """Are these whole lines without a blank one, put between lines or behind the last one?"""
    at, folded = old.source.offset(edit.span.start), old.source.folded
    if at == old.source.line_start(at):
        return text.endswith("\n") and "\n\n" not in "\n" + text
    return at == len(folded) and text.startswith("\n") and "\n\n" not in text + "\n"


def _may_grow(old: Document, change: Change) -> list[Span]:
    """Where a change may insert: on the lines of its property; for an emptied map also behind the colon above it."""
    if isinstance(change, (SetValue, RenameKey, SetField)):
        return _may_vanish(old, change)
    item = change.beside if isinstance(change, Add) else getattr(change, "property", None)
    if item is None:
        return [Span(0, len(old.source.data))]
    lines = _lines(old, _flag_start(old, item.key_span.start), item.value_span.end)
    colon = old.source.folded.rfind(":", 0, old.source.offset(lines.start)) + 1
    return [lines, old.source.span(colon, colon)] if isinstance(change, Remove) else [lines]


def _property_span(change: Remove) -> Span:
    return Span(change.property.key_span.start, change.property.value_span.end)


def _may_vanish(old: Document, change: Change) -> list[Span]:
    if isinstance(change, SetValue):
        return [_scalar_around(old, change.property.value_span)]
    if isinstance(change, RenameKey):
        return [_scalar_around(old, change.property.key_span)]
    if isinstance(change, Remove):
        span = _lines(old, _flag_start(old, change.property.key_span.start), change.property.value_span.end)
        around = _widened(old, _property_span(change), _AROUND, _AROUND)
        return [span, around] if "," in old.source.span_text(around) else [span]
    if isinstance(change, SetField):
        return [_scalar_around(old, change.field.span)]
    if isinstance(change, SetWords):
        words = change.command.words
        return [_lines(old, words[0].span.start, words[-1].span.end)]
    # An empty flow list may become a block list; nothing else of a container may go.
    source = old.source
    return [source.span(match.start(), match.end()) for match in _EMPTY_LIST.finditer(source.folded)]


def _flag_start(old: Document, start: int) -> int:
    """Start of the `- --conf` item on the line above an item, or `start` if there is none."""
    offset = old.source.offset(start)
    found = _FLAG.search(old.source.folded, max(offset - 1000, 0), offset)
    return old.source.span(found.start("flag"), offset).start if found else start


def _widened(old: Document, span: Span, before: str, after: str) -> Span:
    """A span with the characters of `before` in front of it and those of `after` behind it."""
    source = old.source
    start, end = source.offset(span.start), source.offset(span.end)
    while start and source.folded[start - 1] in before:
        start -= 1
    while end < len(source.folded) and source.folded[end] in after:
        end += 1
    return source.span(start, end)


def _scalar_around(old: Document, span: Span) -> Span:
    """A value's span with the quotes or the `key=` that its scalar has around it, on its own line."""
    source = old.source
    start = source.offset(span.start)
    while start and source.folded[start - 1] not in " \t\n,[":
        start -= 1
    return _widened(old, source.span(start, source.offset(span.end)), "", "'\"")


def _lines(old: Document, start: int, end: int) -> Span:
    """The whole lines of a range of bytes; at the end of a file without a final newline, with the line break before."""
    source = old.source
    first = source.line_start(source.offset(start))
    last = source.line_end(max(source.offset(end) - 1, first))
    if not source.folded[:last].endswith("\n") and first:
        first -= 2 if source.folded[:first].endswith("\r\n") else 1
    return source.span(first, last)


def _keeps_actions(old: Document, new: Document, edits: Sequence[Edit]) -> None:
    """Actions outside the edits are the same bytes in the same order; inside, those that the edits bring."""
    if not old.template.actions and not new.template.actions:
        return
    expected: list[tuple[int, str]] = []
    for action in lex(old.source.folded) if old.template.actions else ():
        span = old.source.span(action.start, action.end)
        if not any(edit.span.start <= span.start and span.end <= edit.span.end for edit in edits):
            expected.append((span.start, old.source.span_text(span)))
    for edit in edits:
        text = old.source.decode(edit.new)
        expected.extend((edit.span.start, action.text) for action in lex(text))
    wanted = [text for _, text in sorted(expected, key=lambda item: item[0])]
    source = new.source
    found = [source.text(action.start, action.end) for action in lex(source.folded)] if new.template.actions else []
    if found != wanted:
        raise Refused(f"{old.path}: a template action would change")


def _comments(document: Document) -> Counter[str]:
    lines = document.source.text(0, len(document.source.folded)).splitlines()
    return Counter(line.strip() for line in lines if line.lstrip().startswith("#"))


def _keeps_comments(old: Document, new: Document, changes: Sequence[Change]) -> None:
    before, after = _comments(old), _comments(new)
    more = sum((after - before).values())
    if before - after or (more and not any(isinstance(change, CommentOut) for change in changes)):
        raise Refused(f"{old.path}: a comment would change")
