"""What a rule and the proof must say of a result for a fix to be kept; functions here raise `Refused` if they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from sparkfix.engine.choose import Choice, choose
from sparkfix.engine.proof import Proof
from sparkfix.model import (
    AppliedFix,
    CommentOut,
    Finding,
    Fix,
    Refused,
    Remove,
    RenameKey,
    SetField,
    SetValue,
    SetWords,
    Severity,
)

ALTERING = (SetValue, Remove, CommentOut, RenameKey, SetField, SetWords)

Words = tuple[str, str, str, str]
"""Rule, path, message and title of a fix."""


def words_of(finding: Finding, fix: Fix) -> Words:
    """What equal fixes in different places have in common."""
    return finding.rule, finding.primary.path, finding.message, fix.title


def must_show_where_asked(finding: Finding, proof: Proof, within: Collection[str]) -> None:
    """What one rendering asks to be altered must not change in others that do not ask for it, nor are parts of it."""
    others = [name for name in proof.shown if name not in finding.views and name not in within]
    if others:
        raise Refused(f"it would also change what is rendered with {', '.join(others[:3])}, which does not ask for it")
    if proof.open:
        raise Refused(f"it would also change what could not be looked at: {proof.open[0]}")


def must_be_no_worse(before: Iterable[tuple[str, Finding]], after: Iterable[tuple[str, Finding]]) -> None:
    """No view may show a fault that it did not show before; `before` and `after` are findings with their views' names."""
    known = {(view, finding.rule, finding.message) for view, finding in before}
    for view, finding in after:
        bad = finding.listed and finding.severity is not Severity.NOTE
        if bad and (view, finding.rule, finding.message) not in known:
            raise Refused(f"it would make a fault with {view}: {finding.message}")


def must_be_silent(
    choice: Choice, batch: Sequence[AppliedFix], findings: Sequence[Finding], left: Sequence[Finding]
) -> None:
    """No fix that was made may be wanted again on the result."""
    made = Counter(words_of(item.finding, item.fix) for item in batch)
    before, after = (_asked_for(choice, each) for each in (findings, left))
    _must_be_right_everywhere(batch, findings, left)
    for words, count in made.items():
        if after[words] > before[words] - count:
            raise Refused("the rule would still ask for it afterwards")


def _must_be_right_everywhere(
    batch: Sequence[AppliedFix], findings: Sequence[Finding], left: Sequence[Finding]
) -> None:
    """What one rendering asks for may be wrong in another, or in a file alone: then the rule finds something new there.

    Something new in the rendering that asked is no worse, if it is no more severe: it may tell what is left to do.
    """
    if not any(item.finding.views for item in batch):
        return
    asked = {(item.finding.primary.path, view): _rank(item.finding) for item in batch for view in item.finding.views}
    old = {(item.primary.path, item.message) for item in findings}
    more = Counter(item.primary.path for item in left if not item.views)
    more -= Counter(item.primary.path for item in findings if not item.views)
    for item in left:
        path = item.primary.path
        said = (path, item.message) in old or not item.listed or item.severity is Severity.NOTE
        if said or (path not in more and not item.views):
            continue
        if not item.views or any(asked.get((path, view), len(Severity)) > _rank(item) for view in item.views):
            place = f"with {', '.join(item.views[:3])}" if item.views else f"in {path} alone"
            raise Refused(f"it would be wrong {place}: {item.message}")


def _rank(finding: Finding) -> int:
    """How bad a finding is, the worst first."""
    return tuple(Severity).index(finding.severity or Severity.NOTE)


def _asked_for(choice: Choice, findings: Iterable[Finding]) -> Counter[Words]:
    """How often each fix is wanted, refused ones included."""
    found: Counter[Words] = Counter()
    for finding in findings:
        fix = choose(finding, choice)
        if fix is not None and not fix.blocked:
            found[words_of(finding, fix)] += 1
    return found
