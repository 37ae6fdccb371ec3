"""Making fixes: to a fixed point, each one proven, with everything read again after each step."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.engine.check import Judge, Scope, Views, check_scope, scopes_of
from sparkfix.engine.choose import Choice, choose
from sparkfix.engine.outcome import ALTERING, must_be_no_worse, must_be_silent, must_show_where_asked, words_of
from sparkfix.engine.proof import Proof, Prover
from sparkfix.engine.rendered import findings_in_views
from sparkfix.engine.verify import verify
from sparkfix.formats.render import landed, render_all
from sparkfix.model import (
    Add,
    AppliedFix,
    Edit,
    FileChange,
    Finding,
    Fix,
    Needless,
    Problem,
    Refused,
    RefusedFix,
    Rule,
    Span,
)
from sparkfix.report.text import where
from sparkfix.text.edits import EditSet, OverlappingEdits, before_edits, edited, splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.workspace import Workspace

_PASSES = 10
_ROUNDS = 50

Identity = tuple[str, str, str, str, int]
"""The same with the byte at which its place begins."""


@dataclass(frozen=True)
class Step:
    """What one rule changed in one go: its fixes, and each file's bytes before and after."""

    rule: Rule
    applied: tuple[AppliedFix, ...]
    changes: tuple[FileChange, ...]


@dataclass
class _Run:
    """The state of one run: where it stands, what it did, and what it will not try again."""

    workspace: Workspace
    choice: Choice
    options: Mapping[str, str]
    prove: Prover | None = None
    views: Views | None = None
    rules: Sequence[Rule] = ()
    scopes: Views | None = None
    judge: Judge | None = None
    first: Workspace = field(init=False)
    steps: list[Step] = field(default_factory=list)
    refused: dict[Identity, RefusedFix] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, SourceText] = field(default_factory=dict)
    seen: dict[str, set[bytes]] = field(default_factory=dict)
    made: dict[str, list[Sequence[Edit]]] = field(default_factory=dict)
    unsettled: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.first = self.workspace


@dataclass(frozen=True)
class Applied:
    """The result of `apply_fixes`: the edited workspace, the steps that led there, and what was refused.

    `problems` are files in which a defect of sparkfix or of a rule was met.
    """

    workspace: Workspace
    steps: tuple[Step, ...]
    refused: tuple[RefusedFix, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """Each changed file's bytes before the first and after the last step."""
        before: dict[str, bytes] = {}
        after: dict[str, bytes] = {}
        for step in self.steps:
            for change in step.changes:
                before.setdefault(change.path, change.before)
                after[change.path] = change.after
        return tuple(
            FileChange(path, before[path], after[path]) for path in sorted(after) if before[path] != after[path]
        )

    @property
    def applied(self) -> tuple[AppliedFix, ...]:
        return tuple(fix for step in self.steps for fix in step.applied)


def apply_fixes(
    workspace: Workspace,
    rules: Sequence[Rule],
    choice: Choice,
    options: Mapping[str, str],
    prove: Prover | None = None,
    views: Views | None = None,
    scopes: Views | None = None,
    judge: Judge | None = None,
) -> Applied:
    """Make every wanted fix that can be proven, rule by rule, until nothing is left to make.

    `prove` adds a proof of its own, by rendering; with `views` rules also look at what files are rendered to. `scopes`
    only tell which files are rendered together: what a base and its overlays say of one property is changed together.
    `judge` has the last word on what rules find.
    Pure: nothing is written. A fix that conflicts with another one in the same pass waits for the next pass, where its
    places are found anew. A fix that would bring back bytes that were there before is refused.
    """
    run = _Run(workspace, choice, options, prove, views, rules, views or scopes, judge)
    for scope in scopes_of(workspace, run.scopes):
        for _ in range(_PASSES):
            changed = [_apply_rule(run, rule, scope) for rule in rules]
            if not any(changed):
                break
    problems = tuple(dict.fromkeys(run.problems))
    refused = tuple(item for item in run.refused.values() if item.reason)
    return Applied(run.workspace, tuple(_merged(run.steps)), refused, problems)


def _merged(steps: Iterable[Step]) -> list[Step]:
    """Steps of one rule in one step, where no other rule touched the same files between them."""
    found: list[Step] = []
    for step in steps:
        paths = {change.path for change in step.changes}
        target = None
        for index in range(len(found) - 1, -1, -1):
            if found[index].rule.id == step.rule.id:
                target = index
                break
            if paths & {change.path for change in found[index].changes}:
                break
        if target is None:
            found.append(step)
        else:
            found[target] = _joined(found[target], step)
    return found


def _joined(first: Step, second: Step) -> Step:
    changes = {change.path: change for change in first.changes}
    for change in second.changes:
        before = changes[change.path].before if change.path in changes else change.before
        changes[change.path] = FileChange(change.path, before, change.after)
    return Step(first.rule, first.applied + second.applied, tuple(changes.values()))


def _identity(finding: Finding, fix: Fix) -> Identity:
    """What a fix is known by: its words and its place. Places of refused fixes move with the text (`_moved`)."""
    return (*words_of(finding, fix), finding.primary.span.start)


def _moved(refused: Mapping[Identity, RefusedFix], edits: Mapping[str, Sequence[Edit]]) -> dict[Identity, RefusedFix]:
    """The refused fixes with their places as they are after some edits."""
    sizes = {}
    for path, own in edits.items():
        ordered = sorted(set(own))
        lengths = itertools.accumulate((len(edit.new) - len(edit.span) for edit in ordered), initial=0)
        sizes[path] = ([edit.span.end for edit in ordered], list(lengths))
    found: dict[Identity, RefusedFix] = {}
    for identity, item in refused.items():
        start = identity[4]
        if identity[1] in sizes:
            ends, lengths_before = sizes[identity[1]]
            start += lengths_before[bisect_right(ends, start)]
        found[identity[0], identity[1], identity[2], identity[3], start] = item
    return found


def _refuse(run: _Run, item: AppliedFix, reason: str) -> None:
    run.refused[_identity(item.finding, item.fix)] = RefusedFix(item.finding, item.fix, reason, item.at)


def _apply_rule(run: _Run, rule: Rule, scope: Scope) -> bool:
    """All wanted fixes of one rule in one scope, pass by pass; True if anything changed."""
    if (rule.id, scope.name) in run.unsettled:
        return False
    before, steps, rounds = run.workspace, len(run.steps), 0
    made = {path: list(edits) for path, edits in run.made.items()}
    here = _Here(rule, scope)
    layered = run.choice.everything and len(scope.units) > 1 and not scope.name.startswith("chart:")
    findings: Sequence[Finding] = _check(run, here, run.workspace)
    while True:
        batch = _without_conflicts(_wanted(run, findings), layered=layered)
        if not batch:
            return rounds > 0
        if rounds == _ROUNDS:
            run.workspace, run.made = before, made
            del run.steps[steps:]
            run.unsettled.add((rule.id, scope.name))
            for item in batch:
                _refuse(run, item, f"the rule asks for more after {_ROUNDS} rounds; none of its fixes here was kept")
            return False
        proven = _sound(run, here, batch, findings)
        if proven is not None:
            _keep(run, rule, proven)
            findings = proven.findings
            rounds += 1


@dataclass(frozen=True)
class _Here:
    """The rule and the scope that are being worked on."""

    rule: Rule
    scope: Scope


@dataclass(frozen=True)
class _Proven:
    """A batch that proved sound, the workspace with it, its edits, and what the rule finds there."""

    batch: Sequence[AppliedFix]
    workspace: Workspace
    edits: Mapping[str, Sequence[Edit]]
    changes: tuple[FileChange, ...]
    findings: Sequence[Finding]


def _check(run: _Run, here: _Here, workspace: Workspace) -> list[Finding]:
    found = check_scope(workspace, here.scope, [here.rule], run.options, run.problems, run.views)
    return found if run.judge is None else run.judge.judged(workspace, here.scope, found)


def _wanted(run: _Run, findings: Iterable[Finding]) -> list[AppliedFix]:
    """The wanted fixes with their edits; those that cannot be rendered are refused."""
    found = []
    for finding in sorted(findings, key=lambda item: (item.primary.path, item.primary.span)):
        fix = choose(finding, run.choice)
        if fix is None or _identity(finding, fix) in run.refused:
            continue
        item = AppliedFix(finding, fix, (), _at(run, finding))
        try:
            if fix.blocked:
                raise Refused(fix.blocked)
            fix = replace(fix, changes=tuple(map(landed, fix.changes)))
            item = replace(item, fix=fix)
            edits = render_all(fix.changes)
            _refuse_foreign(run.workspace, finding.primary.path, edits)
        except Refused as reason:
            _refuse(run, item, str(reason))
        except Exception as error:
            _refuse(run, item, _internal(error))
        else:
            if edits:
                found.append(replace(item, edits=edits))
    return found


def _internal(error: Exception) -> str:
    return f"internal error: {type(error).__name__}: {error}"


def _at(run: _Run, finding: Finding) -> str:
    """A finding's place in the text as it was before the run."""

    def source(path: str) -> SourceText | None:
        if path not in run.sources and (data := run.first.data(path)) is not None:
            run.sources[path] = SourceText(path, data)
        return run.sources.get(path)

    place = finding.primary
    start = place.span.start
    for edits in reversed(run.made.get(place.path, [])):
        start = before_edits(start, edits)
    return where(replace(place, span=Span(start, start)), source)


def _refuse_foreign(workspace: Workspace, own: str, edits: Iterable[Edit]) -> None:
    for edit in edits:
        if edit.path not in workspace.target_set and edit.path == own:
            raise Refused("this file is not among the given paths")
        if edit.path not in workspace.target_set:
            raise Refused(f"it would also change {edit.path}, which is not among the given paths")
        if edit.path not in workspace.edited and not workspace.store.writable(edit.path):
            raise Refused(f"{edit.path} or its folder is read-only")


def _without_conflicts(wanted: Sequence[AppliedFix], *, layered: bool) -> list[AppliedFix]:
    """As many fixes as fit together, first come first served; of those that only rendering shows one at a time.

    The one that most renderings ask for comes first: what others ask for may be done with it. `layered`: what is asked
    for stands in files of which some are put over others.
    """
    apart = max((item for item in wanted if item.finding.views), key=lambda item: len(item.finding.views), default=None)
    written = [item for item in wanted if not item.finding.views]
    return _fitting(_of_one_file(written) if layered else written) if written or apart is None else [apart]


def _of_one_file(wanted: Sequence[AppliedFix]) -> list[AppliedFix]:
    """Of fixes that only add, those of the first file: what others take from it may not need them any more."""
    adding = [item for item in wanted if all(isinstance(change, Add) for change in item.fix.changes)]
    return [
        item for item in wanted if item not in adding or item.finding.primary.path == adding[0].finding.primary.path
    ]


def _fitting(wanted: Sequence[AppliedFix]) -> list[AppliedFix]:
    batch: list[AppliedFix] = []
    taken = EditSet()
    for item in wanted:
        if not any(taken.conflicts(edit) for edit in item.edits):
            batch.append(item)
            for edit in item.edits:
                taken.add(edit)
    return batch


def _sound(run: _Run, here: _Here, batch: Sequence[AppliedFix], findings: Sequence[Finding]) -> _Proven | None:
    """The batch, proven; where it is not sound as a whole, what is left of it when halves are tried apart.

    A single fix that does not prove sound is refused for good, without a word if a codemod does not need it any more.
    None if nothing is left.
    """
    try:
        return _prove(run, here, batch, findings)
    except Needless as error:
        reason = "" if run.choice.everything else str(error)
    except Refused as error:
        reason = str(error)
    except Exception as error:
        reason = _internal(error)
    if len(batch) == 1:
        _refuse(run, batch[0], reason)
        return None
    half = len(batch) // 2
    first = _sound(run, here, batch[:half], findings)
    second = _sound(run, here, batch[half:], findings)
    if first is None or second is None:
        return first or second
    try:
        return _prove(run, here, [*first.batch, *second.batch], findings)
    except Exception:
        return first  # both alone, but not together: the rest is found anew, and then proven or refused


def _prove(run: _Run, here: _Here, batch: Sequence[AppliedFix], findings: Sequence[Finding]) -> _Proven:
    """Carry a batch out in a new snapshot and prove it, or raise `Refused`; the run stays as it is."""
    edits: dict[str, list[Edit]] = {}
    for item in batch:
        for edit in item.edits:
            edits.setdefault(edit.path, []).append(edit)
    before = {path: run.workspace.data(path) or b"" for path in edits}
    try:
        after = {path: splice(before[path], own) for path, own in edits.items()}
    except OverlappingEdits:
        raise Refused("its edits overlap") from None
    changed = run.workspace.with_edits(after)
    changes = [change for item in batch for change in item.fix.changes]
    verify(run.workspace, changed, changes, edits)
    for path, data in after.items():
        if data in run.seen.get(path, ()):
            raise Refused("it would undo another fix of this run")
    left = _check(run, here, changed)
    must_be_silent(run.choice, batch, findings, left)
    proof = Proof()
    if run.prove is not None:
        proof = run.prove(run.workspace, changed, changes)
        for item in batch:
            _must_concern_its_views(run, here, item, proof)
        _must_make_no_fault(run, here, batch, changed)
    touched = tuple(FileChange(path, before[path], after[path]) for path in sorted(after))
    told = [replace(item, proof=proof.of(item.fix.changes).lines()) for item in batch]
    return _Proven(told, changed, edits, touched, left)


def _must_concern_its_views(run: _Run, here: _Here, item: AppliedFix, proof: Proof) -> None:
    """What some renderings ask to be altered must show in these alone; what is only added may stand in others, too."""
    altering = [change for change in item.fix.changes if isinstance(change, ALTERING)]
    if not item.finding.views or not altering or run.prove is None:
        return
    if len(altering) < len(item.fix.changes):
        with_them = run.workspace.with_edits(edited(run.workspace.data, render_all(altering)))
        proof = run.prove(run.workspace, with_them, altering)
    seen = run.scopes.views(run.workspace, here.scope) if run.scopes is not None else ()
    within = {name for one in seen if one.view.name in item.finding.views for name in one.view.within}
    must_show_where_asked(item.finding, proof, within)


def _must_make_no_fault(run: _Run, here: _Here, batch: Sequence[AppliedFix], changed: Workspace) -> None:
    """No rule may find something new in what is rendered, unless a number was asked for.

    What the rule itself finds anew where it asked for the fix is looked at elsewhere.
    """
    asked = {name for item in batch for name in item.finding.views}
    if run.views is None or (not asked and run.choice.solution is not None):
        return
    before, after = (
        [
            (one.view.name, finding)
            for one, finding in findings_in_views(
                workspace, run.views.views(workspace, here.scope), run.rules, run.options, run.problems
            )
            if not one.view.derived and (finding.rule != here.rule.id or (asked and one.view.name not in asked))
        ]
        for workspace in (run.workspace, changed)
    )
    must_be_no_worse(before, after)


def _keep(run: _Run, rule: Rule, proven: _Proven) -> None:
    """Make a proven batch the state of the run."""
    for change in proven.changes:
        run.seen.setdefault(change.path, set()).add(change.before)
    for path, edits in proven.edits.items():
        run.made.setdefault(path, []).append(edits)
    run.workspace = proven.workspace
    run.refused = _moved(run.refused, proven.edits)
    run.steps.append(Step(rule, tuple(proven.batch), proven.changes))
