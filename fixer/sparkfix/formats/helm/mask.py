"""The mask: a text of the same length in which a YAML parser can read what stands between template actions.

Rules (`docs/helm-mask.md` tells why each is needed):
a. actions are found knowing strings, raw strings, comments and line breaks inside them (the lexer);
b. a line that holds nothing but actions becomes blanks; in a block scalar a comment at the scalar's indent;
c. `key: {{ … }}` and `- {{ … }}` whose output is a block become blanks;
d. silent actions at the end of a line become blanks;
e. `define` at column 0 starts a new document.
All other actions become placeholders that are unique in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sparkfix.formats.helm.lexer import Action, Template

_BLOCK_OUTPUT = re.compile(r"\b(?:n?indent|toYaml)\b")
_SCALAR_HEADER = re.compile(r"(?:^|[:\-]\s+|[:\-]\s+[&!]\S+\s+)[|>](?P<hint>[+-]?[1-9]?[+-]?)[ \t]*(?:#.*)?$")
_KEY_BEFORE = re.compile(
    r"^[ \t]*(?:-[ \t]+)*(?:[^\s:#\"'{\[][^:#\n]*|\"[^\"\n]*\"|'[^'\n]*'):[ \t]*$|^[ \t]*(?:-[ \t]+)*-[ \t]*$"
)
SOLID_BLANK = "\xa0"  # a blank to readers of properties text and scripts, but text to a YAML parser
_LONGEST = 100  # pieces of a line that may still be a key or a dash before an action
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _placeholder(number: int, length: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return ("Q" + digits).ljust(length, "_")[:length]


def _blank(text: str) -> str:
    """Blanks of the same length; line breaks stay."""
    return "".join(char if char in "\r\n" else " " for char in text)


def _line_break(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def blank_ranges(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """The text with some ranges blanked out."""
    parts, position = [], 0
    for start, end in sorted(ranges):
        if start >= position:
            parts += [text[position:start], _blank(text[start:end])]
            position = end
    return "".join([*parts, text[position:]])


def hidden_arms(template: Template, chosen: int) -> Iterator[tuple[int, int]]:
    """Ranges of all arms but the `chosen`-th of each branch (the last one where a branch has fewer)."""
    last: dict[int, int] = {}
    for branch in template.branches:
        last[branch.arm.branch] = max(last.get(branch.arm.branch, 0), branch.arm.index)
    for branch in template.branches:
        if branch.arm.index != min(chosen, last[branch.arm.branch]):
            yield branch.start, branch.end


def most_arms(template: Template) -> int:
    """The number of arms of the branch that has most, at least 1."""
    return max((branch.arm.index + 1 for branch in template.branches), default=1)


def mask(text: str, template: Template, *, one_arm: bool = False) -> str:
    """`text` with its actions masked; same length, same line breaks outside actions.

    With `one_arm`, where the other arms of each branch are blank already, all silent actions become blanks.
    """
    inlined = _inline(text, template.actions)
    return _lines(text, inlined, template, one_arm=one_arm)


def _inline(text: str, actions: Iterable[Action]) -> str:
    """Every action as one run of `\\x01` (silent) or `\\x02` (output), so that lines can be told apart."""
    parts, position = [], 0
    for action in actions:
        parts.append(text[position : action.start])
        parts.append(("\x01" if action.silent else "\x02") * (action.end - action.start))
        position = action.end
    return "".join([*parts, text[position:]])


def _solid(line: str, masked: str) -> str:
    """The first line of a block scalar, whose indent is that of the whole scalar: what an action before its text
    leaves must not count as indent."""
    bare = line.lstrip(" ")
    count = len(bare) - len(bare.lstrip("\x01"))
    start = len(line) - len(bare)
    return masked[:start] + SOLID_BLANK * count + masked[start + count :]


@dataclass
class _Scalar:
    """The block scalar that the current line stands in: the indent that ends it, that of its content, and whether a
    line of its content was seen."""

    parent: int
    content: int
    begun: bool = False


def _lines(text: str, inlined: str, template: Template, *, one_arm: bool) -> str:
    """Masks line by line, keeping track of block scalars."""
    lines = inlined.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + [lines[-1]]
    defines = {action.start for action in template.actions if action.kind == "define"}
    ends = _define_ends(template)
    result: list[str] = []
    scalar: _Scalar | None = None
    offset, number = 0, 0
    for index, line in enumerate(lines):
        start, offset = offset, offset + len(line)
        if "\x01" not in line and "\x02" not in line:
            if scalar is not None and line.strip() and _indent(line) <= scalar.parent:
                scalar = None
            masked = line
        else:
            bare = line.strip(" \t\r\n")
            only_actions = not bare.strip("\x01\x02 \t")
            if (start in defines or start in ends) and line[0] in "\x01\x02":
                scalar = None
                masked = _document_start(line)
            elif only_actions:
                masked = _whole_line(line, scalar)
            else:
                if scalar is not None and _indent(line) <= scalar.parent and line[0] not in "\x01\x02":
                    scalar = None
                if one_arm and scalar is None:
                    line = line.replace("\x01", " ")
                first = scalar is not None and not scalar.begun
                number, masked = _mixed_line(line, text[start:offset], lines, index, number, inside=scalar is not None)
                if first:
                    masked = _solid(line, masked)
        result.append(masked)
        if scalar is not None and not scalar.begun:
            scalar.begun = bool(masked.strip())
        may_open = scalar is None and ("|" in masked or ">" in masked)
        if may_open and (header := _SCALAR_HEADER.search(masked.rstrip("\r\n"))):
            scalar = _open_scalar(masked, header["hint"], lines, index)
    return "".join(result)


def _define_ends(template: Template) -> set[int]:
    """Starts of the `end` actions that close a `define` which itself starts a line."""
    return {branch.end for branch in template.branches if branch.kind == "define"}


def _document_start(line: str) -> str:
    body = line.rstrip("\r\n")
    return ("--- #".ljust(len(body), "_") if len(body) >= 5 else "---".ljust(len(body))) + _line_break(line)


def _whole_line(line: str, scalar: _Scalar | None) -> str:
    body, end = line.rstrip("\r\n"), _line_break(line)
    if scalar is None or len(body) <= scalar.content:
        return " " * len(body) + end
    return " " * scalar.content + "#".ljust(len(body) - scalar.content, "_") + end


def _open_scalar(masked: str, hint: str, lines: list[str], index: int) -> _Scalar:
    """Parent indent and content indent of the block scalar whose header is on this line."""
    body = masked.rstrip("\r\n")
    dashes = re.match(r"[ \t]*(?:-[ \t]+)*", body)
    key_column = dashes.end() if dashes else 0
    if key_column < len(body) and body[key_column] in "|>" and dashes and "-" in dashes[0]:
        key_column = dashes[0].rindex("-")
    digits = [char for char in hint if char.isdigit()]
    if digits:
        return _Scalar(key_column, key_column + int(digits[0]))
    line = _next_text(lines, index)
    return _Scalar(key_column, max(_indent(line), key_column + 1) if line else key_column + 2)


def _next_text(lines: list[str], index: int) -> str:
    """The next line below line `index` that has text of its own, or nothing."""
    for position in range(index + 1, len(lines)):
        if lines[position].strip(" \t\r\n\x01\x02"):
            return lines[position]
    return ""


def _deeper_follows(lines: list[str], index: int) -> bool:
    """True if the next line with text of its own stands deeper than the key of line `index` (a block continues below it)."""
    dashes = re.match(r"[ \t]*(?:-[ \t]+)*", lines[index])
    here = dashes.end() if dashes else 0
    if dashes and lines[index][here : here + 1] in ("\x01", "\x02"):
        here = dashes[0].rindex("-") if "-" in dashes[0] else here
    line = _next_text(lines, index)
    return bool(line) and _indent(line) > here


def _mixed_line(line: str, source: str, lines: list[str], index: int, number: int, *, inside: bool) -> tuple[int, str]:
    """A line with text and actions: rules c and d, placeholders for the rest."""
    body, end = line.rstrip("\r\n"), _line_break(line)
    parts: list[str] = []
    text_end, output_end = len(body.rstrip(" \t\x01\x02")), len(body.rstrip(" \t\x01"))
    for run in re.finditer(r"\x01+|\x02+|[^\x01\x02]+", body):
        piece = run[0]
        if piece[0] not in "\x01\x02":
            parts.append(piece)
            continue
        at_end = run.end() >= output_end
        before = "".join(parts) if len(parts) < _LONGEST else "x"
        if (piece[0] == "\x01" and (at_end or (inside and not before.strip()))) or (
            not inside
            and run.end() >= text_end
            and _KEY_BEFORE.match(before)
            and (_BLOCK_OUTPUT.search(source[run.start() : run.end()]) or _deeper_follows(lines, index))
        ):
            parts.append(" " * len(piece))
        else:
            number += 1
            parts.append(_placeholder(number, len(piece)))
    return number, "".join(parts) + end
