"""Splicing edits into bytes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from sparkfix.model import Edit


class OverlappingEdits(ValueError):
    """Two edits touch the same bytes, or insert at the same place."""


def overlap(left: Edit, right: Edit) -> bool:
    """True if the result would depend on the order of the two edits."""
    if left.path != right.path:
        return False
    first, second = sorted((left.span, right.span))
    return first == second or first.end > second.start


class EditSet:
    """Edits that fit together, of any files; equal edits count once."""

    def __init__(self) -> None:
        self._edits: dict[str, list[Edit]] = {}

    def conflicts(self, edit: Edit) -> bool:
        """True if an edit of the set overlaps another one. As those of the set do not, its neighbours tell."""
        own = self._edits.get(edit.path, [])
        index = bisect_left(own, edit)
        return any(overlap(edit, other) and edit != other for other in own[max(index - 1, 0) : index + 2])

    def add(self, edit: Edit) -> None:
        """Take in an edit that does not conflict with the set."""
        own = self._edits.setdefault(edit.path, [])
        index = bisect_left(own, edit)
        if own[index : index + 1] != [edit]:
            own.insert(index, edit)


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """`data` with the edits of one file made. Equal edits count once; raises `OverlappingEdits`."""
    ordered = sorted(set(edits))
    parts, position = [], 0
    for before, edit in zip([None, *ordered], ordered, strict=False):
        if before is not None and overlap(before, edit):
            raise OverlappingEdits(f"{edit.path}: {before.span} and {edit.span}")
        if edit.span.end > len(data):
            raise ValueError(f"{edit.path}: an edit ends at byte {edit.span.end} of {len(data)}")
        parts.append(data[position : edit.span.start])
        parts.append(edit.new)
        position = edit.span.end
    parts.append(data[position:])
    return b"".join(parts)


def edited(data: Callable[[str], bytes | None], edits: Iterable[Edit]) -> dict[str, bytes]:
    """The new bytes of each file that some edits concern; `data` gives the old ones. Raises `OverlappingEdits`."""
    found: dict[str, list[Edit]] = {}
    for edit in edits:
        found.setdefault(edit.path, []).append(edit)
    return {path: splice(data(path) or b"", own) for path, own in found.items()}


def before_edits(offset: int, edits: Iterable[Edit]) -> int:
    """The offset in the text before the edits of one file that an offset behind them was; of new text where it went."""
    shift = 0
    for edit in sorted(set(edits)):
        start = edit.span.start + shift
        if offset < start:
            break
        if offset < start + len(edit.new):
            return edit.span.start
        shift += len(edit.new) - len(edit.span)
    return offset - shift
