"""Likeness: names that are nearly right, and what stays in place when a list is reordered."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Sequence


def nearest(name: str, known: Iterable[str]) -> str:
    """` (did you mean …?)` for a name that is not known, or an empty string."""
    close = difflib.get_close_matches(name, list(known), n=2, cutoff=0.6)
    return f" (did you mean {' or '.join(f'`{item}`' for item in close)}?)" if close else ""


def replaced_stretches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int, int, int]]:
    """The stretches of `old` that are not in `new` at their place: (start, end) in `old`, (start, end) in `new`."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [opcode[1:] for opcode in matcher.get_opcodes() if opcode[0] != "equal"]


def difference(wanted: str, found: str) -> str:
    """Two texts as a unified diff for people."""
    lines = difflib.unified_diff(wanted.splitlines(), found.splitlines(), "wanted", "found", lineterm="")
    return "\n".join(lines)
