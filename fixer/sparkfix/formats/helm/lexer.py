"""Template actions and the branches that they build.

Syntax: Go's text/template, https://pkg.go.dev/text/template (actions, trim markers, comments, raw strings).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sparkfix.model import Arm, Guard

# Each alternative begins with a character of its own and `{{` never stands inside, so that matching is linear.
_ACTION = re.compile(r"""\{\{(?:"(?:\\.|[^"\\])*"|`[^`]*`|[^"`{}]|\{(?!\{)|\}(?!\}))*\}\}""", re.DOTALL)
_COMMENT = re.compile(r"\{\{(?:-\s)?\s*/\*")
_COMMENT_END = re.compile(r"\s*(?:-)?\}\}")
_HEAD = re.compile(r"\{\{-?\s*(?P<word>else\s+(?:if|with)\b|[a-z]\w*\b|\$\w*\s*(?:,\s*\$\w+\s*)?:?=(?!=))?")
_OPENING = frozenset({"if", "range", "with", "define", "block"})
_SILENT = _OPENING | {"else", "end", "comment", "assign", "break", "continue"}


@dataclass(frozen=True, slots=True)
class Action:
    """One `{{ … }}`: its range in the folded text, and its kind.

    `kind` is `if`, `else`, `else if`, `end`, `range`, `with`, `define`, `block`, `comment`, `assign`, `break`,
    `continue`, or `output` for anything that prints.
    """

    start: int
    end: int
    kind: str
    text: str

    @property
    def silent(self) -> bool:
        """True if the action itself prints nothing."""
        return self.kind.split()[0] in _SILENT

    @property
    def trims_left(self) -> bool:
        """True if blanks and line breaks before the action are taken out of what is rendered."""
        return self.text.startswith("{{-") and self.text[3:4].isspace()

    @property
    def trims_right(self) -> bool:
        """True if blanks and line breaks behind the action are taken out of what is rendered."""
        return self.text.endswith("-}}") and self.text[-4:-3].isspace()

    @property
    def inner(self) -> str:
        """The action's text without braces and trim markers, blanks folded."""
        return " ".join(self.text[2:-2].removeprefix("-").removesuffix("-").split())


@dataclass(frozen=True, slots=True)
class Branch:
    """A range of the text under one arm: from after the action that opens the arm to the action that ends it."""

    start: int
    end: int
    arm: Arm
    kind: str


@dataclass(frozen=True)
class Template:
    """The actions of a text and the arms that they open; `unbalanced` says what does not match up, if anything."""

    actions: tuple[Action, ...]
    branches: tuple[Branch, ...]
    unbalanced: str = ""
    _starts: list[int] = field(default_factory=list, compare=False, repr=False)

    def within(self, start: int, end: int) -> Sequence[Action]:
        """The actions that begin in a range."""
        low = bisect_right(self._starts, start - 1)
        high = bisect_right(self._starts, end - 1)
        return self.actions[low:high]

    def at(self, offset: int) -> Action | None:
        """The action that begins at an offset, if one does."""
        index = bisect_right(self._starts, offset) - 1
        return self.actions[index] if index >= 0 and self._starts[index] == offset else None

    def until(self, offset: int) -> Action | None:
        """The action that ends at an offset, if one does."""
        index = bisect_right(self._starts, offset) - 1
        return self.actions[index] if index >= 0 and self.actions[index].end == offset else None

    def around(self, offset: int) -> Action | None:
        """The action that holds a position, if one does."""
        index = bisect_right(self._starts, offset) - 1
        return self.actions[index] if index >= 0 and offset < self.actions[index].end else None

    @cached_property
    def joining(self) -> dict[str, dict[tuple[int, bool], bool]]:
        """What `extent` has found out about the text behind places of this template."""
        return {}

    @cached_property
    def arms(self) -> dict[int, list[Branch]]:
        """The arms of each branch, in order, by the start of the action that opens it."""
        found: dict[int, list[Branch]] = {}
        for branch in self.branches:
            found.setdefault(branch.arm.branch, []).append(branch)
        return found

    @cached_property
    def closers(self) -> dict[int, Branch]:
        """The arm that ends at each `else` and `end`, by the start of that action."""
        return {branch.end: branch for branch in self.branches}

    def guard(self, offset: int) -> Guard:
        """The arms that hold a position, outermost first; `define` and `block` bodies do not count."""
        positions, guards = self._sweep
        return guards[bisect_right(positions, offset)]

    def bodies(self, offset: int) -> Iterator[Branch]:
        """The `define` and `block` bodies that hold a position, innermost first."""
        starts, found, outer = self._bodies
        index = bisect_right(starts, offset) - 1
        while index >= 0:
            if offset < found[index].end:
                yield found[index]
            index = outer[index]

    @cached_property
    def _bodies(self) -> tuple[list[int], list[Branch], list[int]]:
        """Where bodies start, the bodies, and for each the one around it (-1: none)."""
        found = [branch for branch in self.branches if branch.kind in _BODIES]
        outer: list[int] = []
        around: list[int] = []
        for index, branch in enumerate(found):
            while around and found[around[-1]].end <= branch.start:
                around.pop()
            outer.append(around[-1] if around else -1)
            around.append(index)
        return [branch.start for branch in found], found, outer

    @cached_property
    def _sweep(self) -> tuple[list[int], list[Guard]]:
        """Where guards change, and the guard before the first and after each of these positions."""
        events: list[tuple[int, int, Branch]] = []
        for branch in self.branches:
            if branch.kind not in _BODIES and branch.start < branch.end:
                events += [(branch.start, 1, branch), (branch.end, 0, branch)]
        events.sort(key=lambda event: event[:2])
        positions: list[int] = []
        guards: list[Guard] = [()]
        open_branches: list[Branch] = []
        for position, opens, branch in events:
            if opens:
                open_branches.append(branch)
            else:
                open_branches.remove(branch)
            positions.append(position)
            guards.append(tuple(item.arm for item in open_branches))
        return positions, guards


NO_TEMPLATE = Template((), ())
_BODIES = frozenset({"define", "block"})


def _kind(text: str) -> str:
    head = _HEAD.match(text)
    word = " ".join((head["word"] or "").split()) if head else ""
    if word.startswith("$"):
        return "assign"
    return word if word and word.split()[0] in _SILENT and word != "comment" else "output"


def lex(text: str) -> tuple[Action, ...]:
    """All actions of a text, in order. Text between them is not looked at; what never ends is no action."""
    found: list[Action] = []
    position, last_comment_end = text.find("{{"), text.rfind("*/")
    while position >= 0:
        if not _COMMENT.match(text, position):
            action = _plain_action(text, position)
        else:
            action = _comment(text, position) if position < last_comment_end else None
        if action is not None:
            found.append(action)
        position = text.find("{{", action.end if action is not None else position + 2)
    return tuple(found)


def _plain_action(text: str, position: int) -> Action | None:
    match = _ACTION.match(text, position)
    return Action(position, match.end(), _kind(match[0]), match[0]) if match else None


def _comment(text: str, position: int) -> Action | None:
    closing = text.find("*/", position)
    end = _COMMENT_END.match(text, closing + 2) if closing >= 0 else None
    return Action(position, end.end(), "comment", text[position : end.end()]) if end else None


@dataclass
class _Open:
    action: Action
    conditions: list[str]
    start: int
    index: int = 0


def parse(text: str) -> Template:
    """Actions of a text with the tree of their branches."""
    actions = lex(text)
    branches: list[Branch] = []
    stack: list[_Open] = []
    unbalanced = ""

    def close(entry: _Open, end: int) -> None:
        arm = Arm(entry.action.start, entry.index, entry.conditions[-1], tuple(entry.conditions))
        branches.append(Branch(entry.start, end, arm, entry.action.kind))

    for action in actions:
        word = action.kind.split()[0]
        if word in _OPENING:
            stack.append(_Open(action, [action.inner], action.end))
        elif word in {"else", "end"}:
            if not stack:
                unbalanced = unbalanced or f"`{action.inner}` without an opening action"
                continue
            close(stack[-1], action.start)
            if word == "end":
                stack.pop()
            else:
                entry = stack[-1]
                entry.conditions.append(action.inner)
                entry.start, entry.index = action.end, entry.index + 1
    for entry in stack:
        unbalanced = unbalanced or f"`{entry.action.inner}` is never ended"
        close(entry, len(text))
    branches.sort(key=lambda branch: (branch.start, -branch.end))
    return Template(actions, tuple(branches), unbalanced, [action.start for action in actions])
