"""Splicing edits into bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sparkfix.model import Edit


class OverlappingEdits(ValueError):
    """Two edits touch the same bytes, or insert at the same place."""


def overlap(left: Edit, right: Edit) -> bool:
    """True if the result would depend on the order of the two edits."""
    if left.path != right.path:
        return False
    first, second = sorted((left.span, right.span))
    return first == second or first.end > second.start


def conflicts(edits: Sequence[Edit], others: Sequence[Edit]) -> bool:
    """True if any edit of one set overlaps one of the other set; the same edit twice does not."""
    return any(overlap(edit, other) and edit != other for edit in edits for other in others)


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
