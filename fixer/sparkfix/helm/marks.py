"""Marks in templates: text that comes out of a rendering and tells which template line made a rendered line.

A mark never stands where it would stop a trim marker (`{{-`, `-}}`) from eating white space, and on lines that only
print an expression it rides on each line of what is printed, so that an expression that prints nothing stays
nothing. Whatever else a mark may disturb (a comparison, a hash) shows when the marked and the plain rendering are
compared, see `sourcemap`.

Trim rules: https://pkg.go.dev/text/template, "Text and spaces". Functions used: sprig's `regexReplaceAll`,
`toString` and `replace`, which Helm offers to every template.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sparkfix.formats.helm.lexer import Action, Branch, Template, parse

INCLUDES = re.compile(r'(?:include|template)\s+(?:"([^"]+)"|`([^`]+)`)')
_PLAIN_USE = re.compile(
    r'(?:include|template)\s+(?:"[^"]+"|`[^`]+`)(?:\s+[$.][\w.$]*)?(?:\s*\|\s*(?:n?indent\s+\d+|trim))*\Z'
)
_TEMPLATE = re.compile(r"\s*template\b")
_SPACE = re.compile(r"[ \t\r\n]+")
_TRIM_OPEN = re.compile(r"\{\{-\s")
_TRIM_CLOSE = re.compile(r"\s-\}\}\Z")
_NAME = re.compile(r'"([^"]+)"|`([^`]+)`')
_BLANK = " \t\r\n"


class Kind(str, enum.Enum):
    """What a mark stands for: literal text of a line, an expression's output, or a line that is otherwise blank."""

    TEXT = "t"
    OUTPUT = "o"
    BLANK = "b"


class Effort(enum.Enum):
    """How much is marked; less where more would change what the chart renders to."""

    ALL = "all"
    NO_BODIES = "no bodies"
    TEXT_ONLY = "text only"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: its kind, the file of the chart and the line (from 1) that it stands for, and where it goes.

    From `start` to `end` is the expression whose output is marked; for other kinds both are the mark's own place.
    """

    kind: Kind
    file: str
    line: int
    start: int
    end: int

    @property
    def inside(self) -> int:
        """An offset in what is marked: the last character of the text, the expression's braces, the line break."""
        return self.start if self.kind is Kind.BLANK else self.start - 1


@dataclass(frozen=True, slots=True)
class Marked:
    """Templates with marks in them; `marks` are by their numbers. `found` matches one mark (kind, number)."""

    texts: Mapping[str, str]
    marks: tuple[Mark, ...]
    found: re.Pattern[str]
    word: str

    def without(self, text: str) -> str:
        """A rendered text without its marks."""
        return self.found.sub("", text) if self.word in text else text


def mark_templates(texts: Mapping[str, str], effort: Effort, context: Mapping[str, str] | None = None) -> Marked:
    """Put marks into templates of a chart (path in the chart to text); `context` are all of them, if `texts` are not."""
    word = _unused_word((context or texts).values())
    marks = tuple(find_marks(texts, effort, context))
    inserts: dict[str, dict[int, str]] = {path: {} for path in texts}
    for number, mark in enumerate(marks):
        text = f"{word}{mark.kind.value}{number}{word}"
        own = inserts[mark.file]
        if mark.kind is Kind.OUTPUT:
            opening, closing = _wrapped(text)
            own[mark.start] = own.get(mark.start, "") + opening
            own[mark.end] = closing + own.get(mark.end, "")
        else:
            own[mark.start] = own.get(mark.start, "") + text
    marked = {path: _inserted(text, inserts[path]) for path, text in texts.items()}
    return Marked(marked, marks, re.compile(f"{word}([tob])([0-9]+){word}"), word)


def find_marks(texts: Mapping[str, str], effort: Effort, context: Mapping[str, str] | None = None) -> Iterator[Mark]:
    """The marks that templates can bear, in order of files and places; `context` are all templates of the chart."""
    parsed = {path: parse(text) for path, text in (context or texts).items()}
    silent = _bodies_used_as_values(parsed) if effort is Effort.ALL else None
    for path, text in texts.items():
        template, eaten = parsed[path], _eaten(text)
        for number, start, end, actions in _lines(text, template):
            for mark in _line_marks(text, path, number, start, end, actions, eaten):
                if _fits(mark, template, silent, effort):
                    yield mark


def _fits(mark: Mark, template: Template, silent: frozenset[str] | None, effort: Effort) -> bool:
    """May this mark be set without changing more than its line? `silent` are the bodies without marks, None for all."""
    if mark.kind is Kind.OUTPUT and effort is Effort.TEXT_ONLY:
        return False
    # Blank lines at a body's edges are often trimmed by who includes it, and a mark would stop that.
    everywhere = silent is None or mark.kind is Kind.BLANK
    return not any(everywhere or body_name(body) in (silent or ()) for body in template.bodies(mark.inside))


def body_name(branch: Branch) -> str:
    """The name of a `define` or `block`."""
    found = _NAME.search(branch.arm.condition)
    return (found[1] or found[2]) if found else ""


def calls(template: Template) -> Iterator[tuple[Action, frozenset[str]]]:
    """The actions that include bodies, each with their names."""
    for action in template.actions:
        names = frozenset(first or second for first, second in INCLUDES.findall(action.inner))
        if names:
            yield action, names


def _unused_word(texts: Iterable[str]) -> str:
    """A word of lower-case letters that no text holds, so that `lower` and `quote` leave it alone."""
    word = "zq"
    while any(word in text for text in texts):
        word += "xz"
    return word


def _inserted(text: str, inserts: Mapping[int, str]) -> str:
    parts, position = [], 0
    for at in sorted(inserts):
        parts += [text[position:at], inserts[at]]
        position = at
    return "".join([*parts, text[position:]])


def _wrapped(mark: str) -> tuple[str, str]:
    """What goes before and behind an expression so that each line that it prints ends in `mark`."""
    return 'regexReplaceAll "(?m)([^\\\\n])$" (', f' | toString | replace "<nil>" "") "${{1}}{mark}" '


def _lines(text: str, template: Template) -> Iterator[tuple[int, int, int, list[Action]]]:
    """Each line: its number, start, end (at its line break), and the actions that touch it."""
    actions, first, start, number = template.actions, 0, 0, 0
    while start < len(text):
        number += 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        while first < len(actions) and actions[first].end <= start:
            first += 1
        last = first
        while last < len(actions) and actions[last].start <= end:
            last += 1
        yield number, start, end, list(actions[first:last])
        start = end + 1


def _line_marks(
    text: str, path: str, number: int, start: int, end: int, actions: Sequence[Action], eaten: Sequence[tuple[int, int]]
) -> Iterator[Mark]:
    """The marks of one line: behind its text (of each arm, if arms open or end in it), or on what it prints."""
    pieces = [place for place in _pieces(start, end, actions) if text[slice(*place)].strip(_BLANK)]
    silent = [action.silent for action in actions]
    last_text = -1
    for low, high in pieces if any(silent) else pieces[-1:]:
        last_text = low + len(text[low:high].rstrip(_BLANK))
        yield Mark(Kind.TEXT, path, number, last_text, last_text)
    for action in actions:
        printing = not action.silent and not _TEMPLATE.match(action.text.lstrip("{-"))
        if printing and action.start >= max(start, last_text):
            yield Mark(Kind.OUTPUT, path, number, *_expression(text, action))
    complete = end < len(text) and not any(action.start < end < action.end for action in actions)
    if not pieces and complete and all(silent) and _stays(eaten, end):
        yield Mark(Kind.BLANK, path, number, end, end)


def _pieces(start: int, end: int, actions: Sequence[Action]) -> Iterator[tuple[int, int]]:
    """The ranges of a line outside of actions."""
    position = start
    for action in actions:
        if action.start > position:
            yield position, min(action.start, end)
        position = max(position, action.end)
    if position < end:
        yield position, end


def _expression(text: str, action: Action) -> tuple[int, int]:
    """The range of an action's expression, without braces and trim markers."""
    start, end = action.start + 2, action.end - 2
    if text[start] == "-" and text[start + 1] in _BLANK:
        start += 2
    if text[end - 1] == "-" and text[end - 2] in _BLANK:
        end -= 1
    return start, end


def _eaten(text: str) -> list[tuple[int, int]]:
    """The ranges of white space that trim markers on either side of it take away."""
    return [
        found.span()
        for found in _SPACE.finditer(text)
        if _TRIM_CLOSE.search(text, max(found.start() - 4, 0), found.start()) or _TRIM_OPEN.match(text, found.end())
    ]


def _stays(eaten: Sequence[tuple[int, int]], offset: int) -> bool:
    """Is the white space at an offset not taken away?"""
    index = bisect_right(eaten, (offset + 1, 0)) - 1
    return index < 0 or eaten[index][1] <= offset


def _bodies_used_as_values(parsed: Mapping[str, Template]) -> frozenset[str]:
    """Names of `define` bodies whose text some expression works on (a name, a hash, a comparison)."""
    used: set[str] = set()
    called: dict[str, set[str]] = {}
    for template in parsed.values():
        for action, names in calls(template):
            if action.kind != "output" or not _PLAIN_USE.match(action.inner):
                used |= names
            for body in template.bodies(action.start):
                called.setdefault(body_name(body), set()).update(names)
    return reached_from(used, called)


def reached_from(names: Iterable[str], called: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The given bodies and all that they include, directly or not."""
    todo = list(names)
    found = set(todo)
    while todo:
        for name in called.get(todo.pop(), ()):
            if name not in found:
                found.add(name)
                todo.append(name)
    return frozenset(found)
