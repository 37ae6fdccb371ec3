"""Making fixes: to a fixed point, each one proven, with everything read again after each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.engine.check import check_unit, units_of
from sparkfix.engine.choose import Choice, choose
from sparkfix.engine.proof import Prover
from sparkfix.engine.verify import verify
from sparkfix.formats.render import render
from sparkfix.model import AppliedFix, Edit, FileChange, Finding, Fix, Refused, RefusedFix, Rule
from sparkfix.report.text import where
from sparkfix.text.edits import OverlappingEdits, conflicts, splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.workspace import Workspace

_PASSES = 10
_ROUNDS = 50


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
    steps: list[Step] = field(default_factory=list)
    refused: dict[tuple[object, ...], RefusedFix] = field(default_factory=dict)
    seen: dict[str, set[bytes]] = field(default_factory=dict)
    unsettled: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Applied:
    """The result of `apply_fixes`: the edited workspace, the steps that led there, and what was refused."""

    workspace: Workspace
    steps: tuple[Step, ...]
    refused: tuple[RefusedFix, ...]

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
) -> Applied:
    """Make every wanted fix that can be proven, rule by rule, until nothing is left to make.

    `prove` adds a proof of its own, by rendering. Pure: nothing is written. A fix that conflicts with another one in
    the same pass waits for the next pass, where its places are found anew. A fix that would bring back bytes that were
    there before is refused.
    """
    run = _Run(workspace, choice, options, prove)
    for unit, paths in units_of(workspace).items():
        for _ in range(_PASSES):
            changed = [_apply_rule(run, rule, unit, paths) for rule in rules]
            if not any(changed):
                break
    return Applied(run.workspace, tuple(_merged(run.steps)), tuple(run.refused.values()))


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


def _identity(finding: Finding, fix: Fix) -> tuple[object, ...]:
    """What a fix is known by across passes: offsets may shift, rule, file and words do not."""
    return finding.rule, finding.primary.path, finding.message, fix.title


def _apply_rule(run: _Run, rule: Rule, unit: str, paths: Sequence[str]) -> bool:
    """All wanted fixes of one rule in one unit, pass by pass; True if anything changed."""
    if (rule.id, unit) in run.unsettled:
        return False
    before, steps, rounds = run.workspace, len(run.steps), 0
    while True:
        batch = _without_conflicts(_wanted(run, check_unit(run.workspace, unit, paths, [rule], run.options)))
        if not batch:
            return rounds > 0
        if rounds == _ROUNDS:
            run.workspace = before
            del run.steps[steps:]
            run.unsettled.add((rule.id, unit))
            for item in batch:
                reason = f"the rule asks for more after {_ROUNDS} rounds; none of its fixes here was kept"
                run.refused[_identity(item.finding, item.fix)] = RefusedFix(item.finding, item.fix, reason, item.at)
            return False
        # A batch that is unsound as a whole goes on with its first fix alone: made or refused, it is out of the way.
        made = _made(run, rule, unit, paths, batch) or _made(run, rule, unit, paths, batch[:1])
        rounds += made


def _wanted(run: _Run, findings: Iterable[Finding]) -> list[AppliedFix]:
    """The wanted fixes with their edits; those that cannot be rendered are refused."""
    found = []
    for finding in sorted(findings, key=lambda item: (item.primary.path, item.primary.span)):
        fix = choose(finding, run.choice)
        if fix is None or _identity(finding, fix) in run.refused:
            continue
        try:
            if fix.blocked:
                raise Refused(fix.blocked)
            edits = tuple(dict.fromkeys(edit for change in fix.changes for edit in render(change)))
            _refuse_foreign(run.workspace, edits)
        except Refused as reason:
            run.refused[_identity(finding, fix)] = RefusedFix(finding, fix, str(reason), _at(run, finding))
            continue
        if edits:
            found.append(AppliedFix(finding, fix, edits, _at(run, finding)))
    return found


def _at(run: _Run, finding: Finding) -> str:
    """A finding's place in the text as it is now."""

    def source(path: str) -> SourceText | None:
        data = run.workspace.data(path)
        return SourceText(path, data) if data is not None else None

    return where(finding.primary, source)


def _refuse_foreign(workspace: Workspace, edits: Iterable[Edit]) -> None:
    targets = set(workspace.targets)
    for edit in edits:
        if edit.path not in targets:
            raise Refused(f"it would also change {edit.path}, which is not among the given paths")
        if edit.path not in workspace.edited and not workspace.store.writable(edit.path):
            raise Refused(f"{edit.path} or its folder is read-only")


def _without_conflicts(wanted: Sequence[AppliedFix]) -> list[AppliedFix]:
    """As many fixes as fit together, first come first served."""
    batch: list[AppliedFix] = []
    taken: list[Edit] = []
    for item in wanted:
        if not conflicts(item.edits, taken):
            batch.append(item)
            taken.extend(item.edits)
    return batch


def _made(run: _Run, rule: Rule, unit: str, paths: Sequence[str], batch: Sequence[AppliedFix]) -> bool:
    """Make a batch if it proves sound. A single fix that does not is refused for good."""
    try:
        _commit(run, rule, unit, paths, batch)
    except Refused as reason:
        if len(batch) == 1:
            item = batch[0]
            run.refused[_identity(item.finding, item.fix)] = RefusedFix(item.finding, item.fix, str(reason), item.at)
        return False
    return True


def _commit(run: _Run, rule: Rule, unit: str, paths: Sequence[str], batch: Sequence[AppliedFix]) -> None:
    """Carry a batch out in a new snapshot and prove it, or raise `Refused` and leave the run as it was."""
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
    _must_be_silent(changed, rule, unit, paths, batch, run)
    proof = run.prove(run.workspace, changed, changes).lines() if run.prove is not None else ()
    for path, data in before.items():
        run.seen.setdefault(path, set()).add(data)
    run.workspace = changed
    touched = tuple(FileChange(path, before[path], after[path]) for path in sorted(after))
    run.steps.append(Step(rule, tuple(replace(item, proof=proof) for item in batch), touched))


def _must_be_silent(
    changed: Workspace, rule: Rule, unit: str, paths: Sequence[str], batch: Sequence[AppliedFix], run: _Run
) -> None:
    """No fix that was made may be wanted again on the result."""
    counts: dict[tuple[object, ...], int] = {}
    for item in batch:
        identity = _identity(item.finding, item.fix)
        counts[identity] = counts.get(identity, 0) + 1
    before, after = (_count(workspace, rule, unit, paths, run) for workspace in (run.workspace, changed))
    for identity, made in counts.items():
        if after.get(identity, 0) > before.get(identity, 0) - made:
            raise Refused("the rule would still ask for it afterwards")


def _count(
    workspace: Workspace, rule: Rule, unit: str, paths: Sequence[str], run: _Run
) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for finding in check_unit(workspace, unit, paths, [rule], run.options):
        fix = choose(finding, run.choice)
        if fix is not None and not fix.blocked:
            identity = _identity(finding, fix)
            found[identity] = found.get(identity, 0) + 1
    return found
