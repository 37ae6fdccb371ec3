"""What a chart's `.helmignore` leaves out. Close to `.gitignore` but not the same, so the rules are Helm's own.

Source: Helm's `pkg/ignore/rules.go`. Names without a slash match anywhere, others from the chart's folder; `*` does not
match a slash; `!name` leaves out all that does *not* match; hidden files directly in `templates/` are always left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ALWAYS = "templates/.?*"
_GLOB = re.compile(r"\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|([^*?\[\\]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line of a `.helmignore`."""

    pattern: re.Pattern[str]
    whole_path: bool
    only_folders: bool
    negated: bool

    def matches(self, path: str) -> bool:
        return self.pattern.fullmatch(path if self.whole_path else path.rpartition("/")[2]) is not None


def ignore_rules(text: str) -> tuple[IgnoreRule, ...]:
    """The rules of a `.helmignore`, with the one that always holds. Lines that Helm refuses are passed over."""
    return tuple(_rules([*text.splitlines(), _ALWAYS]))


def refused_lines(text: str) -> list[str]:
    """The lines that make Helm refuse the chart: `**`, and patterns that do not parse."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#") and _translated(line) is None]


def is_ignored(rules: Sequence[IgnoreRule], path: str, *, folder: bool) -> bool:
    """Is this path inside the chart left out?"""
    for rule in rules:
        applies = folder or not rule.only_folders
        if rule.negated and not (applies and rule.matches(path)):
            return True
        if not rule.negated and applies and rule.matches(path):
            return True
    return False


def _rules(lines: Sequence[str]) -> Iterator[IgnoreRule]:
    for line in map(str.strip, lines):
        if not line or line.startswith("#"):
            continue
        body = line.removeprefix("!")
        inner = body.removesuffix("/")
        pattern = _translated(inner.removeprefix("/"))
        if pattern is not None:
            yield IgnoreRule(re.compile(pattern, re.DOTALL), "/" in inner, body != inner, body != line)


def _translated(glob: str) -> str | None:
    """A pattern of Go's `path/filepath.Match` as a regular expression; None where it is not one."""
    if "**" in glob:
        return None
    parts, position = [], 0
    while position < len(glob):
        found = _GLOB.match(glob, position)
        if found is None:
            return None
        position = found.end()
        if found[0] == "*":
            parts.append("[^/]*")
        elif found[0] == "?":
            parts.append("[^/]")
        elif found[2]:
            parts.append(f"[{found[1]}{found[2]}]")
        else:
            parts.append(re.escape(found[3] or found[4]))
    return "".join(parts)
