"""Which fix of a finding is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sparkfix.model import Applicability, Change, CommentOut, Finding, Fix, Remove, Severity


@dataclass(frozen=True)
class Choice:
    """What the user asked for.

    `solution` takes that alternative of every finding that offers one, safe or not, notes included; for a finding
    with a single fix only if its rule is in `selected`. Otherwise safe fixes are taken, with `unsafe` unsafe ones,
    too; of alternatives only the preferred one, and only of warnings and errors. `comment_out` turns removals into
    comments. `everything` takes any fix (codemods).
    """

    solution: int | None = None
    unsafe: bool = False
    comment_out: bool = False
    selected: frozenset[str] = frozenset()
    everything: bool = False


def choose(finding: Finding, choice: Choice) -> Fix | None:
    """The fix of `finding` that is to be made, or None."""
    fix = _wanted(finding, choice)
    if fix is None or (fix.applicability is Applicability.DISPLAY and not fix.blocked):
        return None
    return replace(fix, changes=tuple(map(_commented, fix.changes))) if choice.comment_out else fix


def _wanted(finding: Finding, choice: Choice) -> Fix | None:
    if choice.solution is not None:
        fix = finding.solution(choice.solution)
        if fix is None and choice.solution == 1 and finding.rule in choice.selected and len(finding.fixes) == 1:
            fix = finding.fixes[0]
        return fix
    if choice.everything:
        return finding.fixes[0] if finding.fixes else None
    if not finding.fixes or not finding.listed:
        return None
    fix = finding.fixes[0] if finding.fixes[0].solution is None else _cure(finding)
    if fix is None or fix.blocked:
        return None
    allowed = fix.applicability is Applicability.SAFE or (choice.unsafe and fix.applicability is Applicability.UNSAFE)
    return fix if allowed else None


def _cure(finding: Finding) -> Fix | None:
    """Of alternatives nobody chooses for the user, unless something is at stake and the rule names the cure."""
    if finding.severity is Severity.NOTE or finding.preferred is None:
        return None
    return finding.solution(finding.preferred)


def _commented(change: Change) -> Change:
    return CommentOut(change.property) if isinstance(change, Remove) else change
