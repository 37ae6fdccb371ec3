"""The proof between a fix and the disk: exactly what was asked for has changed, and nothing else.

Checked here: the result parses; settings are those of before with the requested changes; every template action
outside the edits is the same and in the same order; YAML outside of properties is the same but for what a change
adds; no comment was lost; no byte outside the places that a change may touch is gone; a YAML library that knows
nothing of all this reads the result, and no value in it has become a number or a boolean.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sparkfix.engine.expect import expected_settings, settings_of
from sparkfix.engine.trees import expected_trees, trees_of
from sparkfix.formats.document import Document
from sparkfix.formats.helm.lexer import Action, lex
from sparkfix.formats.yaml.entries import is_yaml_value
from sparkfix.formats.yaml.fields import written_name
from sparkfix.model import (
    Add,
    AddComment,
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
    property_of,
)
from sparkfix.workspace.workspace import Workspace

_EMPTY_LIST = re.compile(r" \[\]")
_FLAG = re.compile(r"(?P<flag>-[ \t]+['\"]?(?:--conf|-c)['\"]?[ \t]*(?:#[^\n]*)?\r?\n)[ \t]*-[ \t]+['\"]?\Z")
_TEXT = "tag:yaml.org,2002:str"
_FLOW_FLAG = re.compile(r"(?P<flag>['\"]?(?:--conf|-c)['\"]?[ \t\r\n]*,)[ \t\r\n]*['\"]?\Z")
_LONGEST_FLAG = len("'--conf=")
_AROUND = " \t\r\n,'\""


def verify(before: Workspace, after: Workspace, changes: Sequence[Change], edits: Mapping[str, Sequence[Edit]]) -> None:
    """Raise `Refused` unless `after` is `before` with exactly `changes` made. `edits` are by path."""
    concerning: dict[str, list[Change]] = {}
    for change in changes:
        concerning.setdefault(path_of(change), []).append(change)
    for path, own in edits.items():
        old, new = before.document(path), after.document(path)
        if old is None or new is None:
            raise Refused(f"{path}: the result cannot be read")
        concerned = concerning.get(path, [])
        _parses(old, new)
        _keeps_bytes(old, concerned, own)
        _keeps_actions(old, new, concerned, own)
        _keeps_comments(old, new, concerned)
        if settings_of(new, concerned) != expected_settings(old, concerned):
            raise Refused(f"{path}: the result would hold other settings than intended")
        if trees_of(new, concerned) != expected_trees(old, concerned):
            raise Refused(f"{path}: the result would differ in more than the intended place")
        _reads_as_meant(old, new, concerned)


def _parses(old: Document, new: Document) -> None:
    if len(new.problems) > len(old.problems):
        problem = new.problems[-1]
        raise Refused(f"{new.path}: the result would not parse: {problem.reason}")


def _keeps_bytes(old: Document, changes: Sequence[Change], edits: Sequence[Edit]) -> None:
    """Every edit takes bytes from a place that a change names, and adds them beside one; its text is of the change's
    kind."""
    vanishing = _Places((span, change) for change in changes for span in _may_vanish(old, change))
    growing = _Places((span, change) for change in changes for span in _may_grow(old, change))
    for edit in edits:
        places = vanishing if len(edit.span) else growing
        if not any(_fits(old, change, edit) for change in places.around(edit.span)):
            raise Refused(f"{old.path}: an edit would touch bytes that no change names")


class _Places:
    """Spans of changes, so that those around an edit are found without looking at all of them."""

    def __init__(self, places: Iterable[tuple[Span, Change]]) -> None:
        self._places = sorted(places, key=lambda place: place[0])
        self._starts = [span.start for span, _ in self._places]
        self._ends = list(itertools.accumulate((span.end for span, _ in self._places), max))

    def around(self, span: Span) -> Iterator[Change]:
        """The changes that have a span which covers another one."""
        index = bisect_right(self._starts, span.start) - 1
        while index >= 0 and self._ends[index] >= span.end:
            if self._places[index][0].covers(span):
                yield self._places[index][1]
            index -= 1


def _fits(old: Document, change: Change, edit: Edit) -> bool:
    """Is an edit's text of its change's kind: whole lines where it brings lines, no comment but in `CommentOut`?

    Where a property has an extent, its language tells (see `trees`).
    """
    item = property_of(change)
    if item is not None and item.extent is not None:
        return True
    text = old.source.decode(edit.new)
    if isinstance(change, CommentOut):
        at = old.source.offset(edit.span.start)
        first = not old.source.folded[old.source.line_start(at) : at].strip()
        return text == "# " and (first or edit.span.start == change.property.key_span.start)
    if isinstance(change, Remove):
        return text in ("", " {}")
    if isinstance(change, AddComment):
        return text.strip() == f"# {change.text}" and _whole_lines(old, edit, text.replace("\r", ""))
    if "#" in text and "#" not in repr(change):
        return False
    if isinstance(change, (SetValue, RenameKey, SetField)):
        return "\n" not in text and "\r" not in text
    if isinstance(change, Add):
        return written_name(change) in text and ("\n" not in text or _whole_lines(old, edit, text.replace("\r", "")))
    return True


def _whole_lines(old: Document, edit: Edit, text: str) -> bool:
    """Are these whole lines without a blank one, put between lines or behind the last one?"""
    at, folded = old.source.offset(edit.span.start), old.source.folded
    if "\n\n" not in text and (text.startswith(",") or text.rstrip(" \t").endswith(",\n")):
        return True  # an entry of a flow collection, with its comma
    if at == old.source.line_start(at):
        return text.endswith("\n") and "\n\n" not in "\n" + text
    return at == len(folded) and text.startswith("\n") and "\n\n" not in text + "\n"


def _may_grow(old: Document, change: Change) -> list[Span]:
    """Where a change may insert: on the lines of its property; for an emptied map also behind the colon above it."""
    if isinstance(change, (SetValue, RenameKey, SetField)):
        return _may_vanish(old, change)
    item = property_of(change)
    if item is not None and item.extent is not None:
        return [item.extent]
    if item is None:
        return [Span(0, len(old.source.data))]
    lines = _lines(old, _flag_start(old, item.key_span.start), item.value_span.end)
    colon = old.source.folded.rfind(":", 0, old.source.offset(lines.start)) + 1
    return [lines, old.source.span(colon, colon)] if isinstance(change, Remove) else [lines]


def _property_span(change: Remove) -> Span:
    return Span(change.property.key_span.start, change.property.value_span.end)


def _may_vanish(old: Document, change: Change) -> list[Span]:
    item = property_of(change)
    if item is not None and item.extent is not None:
        apart = [item.elsewhere] if isinstance(change, SetValue) and item.elsewhere is not None else []
        return [] if isinstance(change, Add) else [item.extent, *apart]
    if isinstance(change, SetValue):
        return [_scalar_around(old, change.property.value_span, change.property.key_span)]
    if isinstance(change, RenameKey):
        return [_scalar_around(old, change.property.key_span, change.property.key_span)]
    if isinstance(change, Remove):
        span = _lines(old, _flag_start(old, change.property.key_span.start), change.property.value_span.end)
        around = _widened(old, _with_flow_flag(old, _property_span(change)), _AROUND, _AROUND)
        return [span, around] if "," in old.source.span_text(around) else [span]
    if isinstance(change, SetField):
        return [_scalar_around(old, change.field.span, change.field.span)]
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


def _with_flow_flag(old: Document, span: Span) -> Span:
    """A property's span with the `--conf,` before it in a flow list."""
    offset = old.source.offset(span.start)
    found = _FLOW_FLAG.search(old.source.folded, max(offset - 100, 0), offset)
    return Span(old.source.span(found.start("flag"), offset).start, span.end) if found else span


def _widened(old: Document, span: Span, before: str, after: str) -> Span:
    """A span with the characters of `before` in front of it and those of `after` behind it."""
    source = old.source
    start, end = source.offset(span.start), source.offset(span.end)
    while start and source.folded[start - 1] in before:
        start -= 1
    while end < len(source.folded) and source.folded[end] in after:
        end += 1
    return source.span(start, end)


def _scalar_around(old: Document, span: Span, key: Span) -> Span:
    """A span of a property with the quotes or the `--conf=key=` that its scalar has around it, on its own line."""
    source = old.source
    start = source.offset(span.start)
    first = max(min(start, source.offset(key.start)) - _LONGEST_FLAG, 0)
    while start > first and source.folded[start - 1] not in " \t\n,[":
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


def _keeps_actions(old: Document, new: Document, changes: Sequence[Change], edits: Sequence[Edit]) -> None:
    """Actions are the same bytes in the same order, but for those inside what a change names and an edit replaces."""
    if not old.template.actions and not new.template.actions:
        return
    replaced = _Places((edit.span, change) for edit in edits for change in changes[:1])
    named = _Places((span, change) for change in changes for span in _own_spans(change))
    expected: list[tuple[int, str]] = []
    for action in _actions(old):
        span = old.source.span(action.start, action.end)
        if not (any(replaced.around(span)) and any(named.around(span))):
            expected.append((span.start, old.source.span_text(span)))
    for edit in edits:
        text = old.source.decode(edit.new)
        expected.extend((edit.span.start, action.text) for action in lex(text))
    wanted = [text for _, text in sorted(expected, key=lambda item: item[0])]
    found = [new.source.text(action.start, action.end) for action in _actions(new)]
    if found != wanted:
        raise Refused(f"{old.path}: a template action would change")


def _actions(document: Document) -> Sequence[Action]:
    """The actions of a text, also where it was not read as a template (because only quoted ones are left)."""
    return document.template.actions or lex(document.source.folded)


def _own_spans(change: Change) -> list[Span]:
    """What a change may replace with all template actions in it: the value, the property, the words that it names."""
    if isinstance(change, SetValue):
        return [change.property.value_span]
    if isinstance(change, RenameKey):
        return [change.property.key_span]
    if isinstance(change, Remove):
        return [_property_span(change)]
    if isinstance(change, SetField):
        return [change.field.span]
    return [word.span for word in change.command.words] if isinstance(change, SetWords) else []


def _comments(document: Document) -> Counter[str]:
    """The comment lines of a file. A line inside a property's value is none, whatever it begins with."""
    source = document.source
    values = sorted({item.value_span for block in document.blocks for item in block.properties})
    starts = [span.start for span in values]
    found: Counter[str] = Counter()
    position = 0
    while position < len(source.folded):
        end = source.line_end(position)
        line = source.folded[position:end].lstrip()
        if line.startswith("#"):
            at = source.span(end - len(line), end).start
            index = bisect_right(starts, at) - 1
            if index < 0 or values[index].start == at or values[index].end <= at:
                found[source.text(position, end).strip()] += 1
        position = end
    return found


def _keeps_comments(old: Document, new: Document, changes: Sequence[Change]) -> None:
    before, after = _comments(old), _comments(new)
    added = Counter(f"# {change.text}" for change in changes if isinstance(change, AddComment))
    more = (after - before) - added
    if before + added - after or (more and not any(isinstance(change, CommentOut) for change in changes)):
        raise Refused(f"{old.path}: a comment would change")


def _reads_as_meant(old: Document, new: Document, changes: Sequence[Change]) -> None:
    """A YAML library reads the real text as before, with the new values, and with no number or boolean that is new."""
    if old.scalars is None:
        return
    if new.scalars is None:
        raise Refused(f"{old.path}: the result would not parse: a YAML library does not read it")
    if any(not isinstance(change, (SetValue, RenameKey, Remove, CommentOut, AddComment)) for change in changes):
        return
    before, after = Counter(old.scalars), Counter(new.scalars)
    gone, come = _types(before - after), _types(after - before)
    if come - gone:
        raise Refused(f"{old.path}: a value would become a number, a boolean or null")
    texts = {text for _, text in new.scalars}
    for change in changes:
        if not isinstance(change, SetValue) or not is_yaml_value(change.property) or "{{" in change.value:
            continue
        if change.value not in texts:
            raise Refused(f"{old.path}: a YAML library would read another value")


def _types(scalars: Counter[tuple[str, str]]) -> Counter[str]:
    """How often each type but text stands among some scalars."""
    found: Counter[str] = Counter()
    for (tag, _), count in scalars.items():
        if tag != _TEXT:
            found[tag] += count
    return found
