"""One finding for what several say of one line: as it is written, and with one values set after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sparkfix.model import Finding, Fix, Severity
from sparkfix.workspace.workspace import Workspace

_NAMED = 3


def told_once(workspace: Workspace, findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those of one rule in one line as few as can be.

    A note on what is written is left out where a rendering shows that it is worse. What several renderings show in other
    words is told with the one that can be fixed, unless more of them can.
    """
    lines: dict[tuple[str, str, int], list[Finding]] = {}
    for item in findings:
        document = workspace.document(item.primary.path)
        line = document.source.position(item.primary.span.start)[0] if document is not None else item.primary.span.start
        lines.setdefault((item.rule, item.primary.path, line), []).append(item)
    return [item for group in lines.values() for item in (_few(group) if len(group) > 1 else group)]


def _few(group: list[Finding]) -> list[Finding]:
    seen = [item for item in group if item.views]
    bad = any(item.severity is not Severity.NOTE for item in seen)
    notes = [item for item in group if not item.views and bad and item.severity is Severity.NOTE]
    rest = [item for item in group if not item.views and item not in notes]
    return [*rest, *(_with_fixes(item, notes) for item in _joined(seen))]


def _joined(seen: list[Finding]) -> list[Finding]:
    """What renderings show, with what others show added as a remark where there is nothing else to do for them."""
    found: list[Finding] = []
    for item in sorted(seen, key=lambda one: not _can_be_fixed(one)):
        views = set(item.views)
        first = next(
            (at for at, one in enumerate(found) if one.severity is item.severity and not views & set(one.views)), None
        )
        if first is None or _can_be_fixed(item):
            found.append(item)
        else:
            more = f" and {len(views) - _NAMED} more" if len(views) > _NAMED else ""
            remark = f"with {', '.join(item.views[:_NAMED])}{more}: {item.message}"
            found[first] = replace(found[first], remarks=(*found[first].remarks, remark))
    return found


def _can_be_fixed(item: Finding) -> bool:
    return any(fix.changes and not fix.blocked for fix in item.fixes)


def _with_fixes(item: Finding, notes: list[Finding]) -> Finding:
    """A finding with what the note offers where its own solution cannot be made."""
    offered = {
        fix.solution: fix for note in notes for fix in note.fixes if fix.solution is not None and not fix.blocked
    }

    def better(fix: Fix) -> Fix:
        return offered.get(fix.solution, fix) if fix.blocked and fix.solution is not None else fix

    return replace(item, fixes=tuple(map(better, item.fixes)))
