"""How far a value reaches in a template, and whether what is rendered behind it joins it.

Trim markers: https://pkg.go.dev/text/template ("Text and spaces"): `{{- ` takes out all blanks and line breaks before
the action, ` -}}` those behind it. A control line `{{- if … }}` thus leaves one line break, its own; a line that begins
with `{{- .Values.x }}` goes on with the line above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sparkfix.formats.helm.lexer import Action, Template

GOES_ON = "its value goes on in the next line"
PRINTED_BEHIND = "what the template prints behind its value joins it"
PARTLY = "a condition of the template begins or ends inside its value"
JOINED = "the template joins its line to the one above"

_BLANKS = " \t\r\n"
_OPENING = frozenset({"if", "range", "with", "block", "define"})
_LINE_FIRST = re.compile(r"\bnindent\b")
_INDENT = re.compile(r"\b(n?)indent\s+(\d+)")

Here = tuple[int, bool]
"""A place behind an action or value, and whether blanks and line breaks there are trimmed."""


def _depth(actions: Iterable[Action]) -> tuple[int, bool]:
    """Branches left open by some actions, and whether one of them belongs to a branch that was opened before."""
    depth, foreign = 0, False
    for action in actions:
        word = action.kind.split()[0]
        if word in _OPENING:
            depth += 1
        elif word in ("else", "end"):
            foreign = foreign or not depth
            depth -= bool(depth) and word == "end"
    return depth, foreign


def whole(template: Template, start: int, end: int) -> bool:
    """Does every branch that begins or ends in a range do both there?"""
    return _depth(template.within(start, end)) == (0, False)


def closed_end(template: Template, text: str, start: int, end: int) -> int:
    """The end of a value, moved behind the actions on its line that end the branches that it opens.

    The mask blanks such actions (rule d), so that a parser's mark stands before them.
    """
    if not template.actions:
        return end
    depth, foreign = _depth(template.within(start, end))
    position = end
    while depth and not foreign:
        while position < len(text) and text[position] in " \t":
            position += 1
        action = template.at(position)
        if action is None or not action.silent:
            return end
        position = action.end
        depth, foreign = _depth(template.within(start, position))
    return end if foreign else position


def goes_on(template: Template, text: str, end: int, ends: str = "\n") -> bool:
    """May what is rendered behind `end`, where a value ends, join the value, which one of the characters `ends` closes?

    All ways through the branches that follow are tried, up to the first such character that is left, or to text.
    """
    if not template.actions:
        return False
    last = template.until(end)
    trimmed = last is not None and last.trims_right
    if not trimmed and template.at(_past_blanks(text, end)) is None:
        return False
    return _joins(template, text, (end, trimmed), ends)


def _joins(template: Template, text: str, first: Here, ends: str) -> bool:
    """Can text be rendered from a place on before one of the characters `ends` is? Places that were looked at are
    remembered."""
    known, stack = template.joining.setdefault(ends, {}), [first]
    while stack:
        here = stack[-1]
        following = [] if here in known else _following(template, text, here, ends)
        if isinstance(following, bool):
            known[here] = following
        unknown = [] if here in known else [each for each in following if each not in known]  # type: ignore[union-attr]
        if unknown:
            stack.extend(unknown)
            continue
        if here not in known:
            known[here] = any(known[each] for each in following)  # type: ignore[union-attr]
        stack.pop()
    return known[first]


def _following(template: Template, text: str, here: Here, ends: str) -> list[Here] | bool:
    """Where rendering may go on from a place without one of the characters `ends`, or whether text follows there."""
    position, trimmed = here
    stop = _past_blanks(text, position)
    action = template.at(stop)
    breaks = not trimmed and any(char in ends for char in text[position:stop])
    if action is None:
        return not breaks and stop < len(text)
    if breaks and not action.trims_left:
        return False
    if action.kind == "output":
        return not _LINE_FIRST.search(action.text)
    return list(_ways(template, action))


def _past_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in _BLANKS:
        position += 1
    return position


def _ways(template: Template, action: Action) -> Iterator[Here]:
    """Where rendering may go on behind an action that prints nothing, and whether blanks there are trimmed."""
    word = action.kind.split()[0]
    if word in ("comment", "assign"):
        yield action.end, action.trims_right
    elif word in _OPENING:
        if word != "define":
            yield action.end, action.trims_right
        arms = template.arms.get(action.start, [])
        for each in arms:
            yield from _behind(template, each.end, closing=each is arms[-1])
    elif word in ("else", "end"):
        arm = template.closers.get(action.start)
        if arm is not None and arm.kind != "define":
            last = template.arms[arm.arm.branch][-1]
            yield from _behind(template, last.end, closing=True)


def _behind(template: Template, start: int, *, closing: bool) -> Iterator[Here]:
    """Behind the `else` or `end` that starts here; behind the `end` only where it closes the branch."""
    action = template.at(start)
    if action is not None and (closing or action.kind != "end"):
        yield action.end, action.trims_right


def joins_the_line_above(template: Template, text: str, start: int) -> bool:
    """Does a line's content that begins at `start` stand behind other text once the template is rendered?"""
    position, trimmed = start, False
    while True:
        stop = position
        while stop and text[stop - 1] in _BLANKS:
            stop -= 1
        action = template.until(stop)
        breaks = not trimmed and "\n" in text[stop:position]
        if action is None:
            return position != start and stop > 0 and not breaks
        if breaks and not action.trims_right:
            return False
        if action.kind == "output":
            return True
        if action.kind == "define":
            return False
        position, trimmed = action.start, action.trims_left


def own_lines_end(template: Template, text: str, start: int, end: int, indent: int) -> tuple[int, bool]:
    """Where a block scalar really ends whose range holds action lines behind its last line of text.

    Behind the text, only what ends a branch that the text opens is the scalar's own. The second value is True where
    an action behind it prints lines that would be indented like its text (`indent`), so that nobody can tell.
    """
    position, behind = end, []
    while True:
        while position > start and text[position - 1] in _BLANKS:
            position -= 1
        action = template.until(position)
        if action is None or action.start < start:
            break
        behind.append(action)
        position = action.start
    line = text.find("\n", position)
    line_end = end if line < 0 or line >= end else line + 1
    behind = [action for action in reversed(behind) if action.start >= line_end]
    if not behind:
        return end, False
    own, count = line_end, 0
    depth, _ = _depth(template.within(start, line_end))
    for action in behind:
        if not depth:
            break
        word = action.kind.split()[0]
        depth += (word in _OPENING) - (word == "end")
        own, count = min(_next_line(text, action.end), end), count + 1
    return own, any(action.kind == "output" and may_print_at(text, action, indent) for action in behind[count:])


def _next_line(text: str, position: int) -> int:
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


def may_print_at(text: str, action: Action, indent: int) -> bool:
    """Can the lines that an action prints be indented like the text of a scalar, or join its last line?"""
    column = action.start - (text.rfind("\n", 0, action.start) + 1)
    found = _INDENT.search(action.text)
    if not found:
        return action.trims_left or column >= indent
    return (0 if found[1] else column) + int(found[2]) >= indent
