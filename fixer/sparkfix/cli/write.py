"""Carrying results out: as a diff, to the files, or as commits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sparkfix.cli.session import Output, Session
from sparkfix.engine.apply import Applied, Step
from sparkfix.model import SparkfixError

if TYPE_CHECKING:
    from sparkfix.git.repository import Repository


@dataclass(frozen=True)
class Delivery:
    """How changes are handed over."""

    dry_run: bool = False
    commit: bool = False
    branch: str | None = None
    message: str | None = None
    allow_dirty: bool = False


def check_delivery(delivery: Delivery, session: Session) -> None:
    """Refuse impossible combinations before anything is done. Raises `SparkfixError`."""
    if (delivery.branch is not None or delivery.message is not None) and not delivery.commit:
        raise SparkfixError("--branch and --message go with --commit")
    if delivery.commit and delivery.dry_run:
        raise SparkfixError("--commit and --dry-run exclude each other")
    if session.stdin is not None and delivery.commit:
        raise SparkfixError("standard input cannot be committed")
    if delivery.commit:
        _check_repository(delivery, session)


def _check_repository(delivery: Delivery, session: Session) -> None:
    from sparkfix.git.repository import branch_exists, under_way, valid_branch_name

    found = {repository for path in session.found.files for repository in (session.repository(path),)}
    found = found or {session.repository("")}
    if None in found:
        raise SparkfixError("--commit needs a git repository, and some of these files are in none")
    for repository in found:
        begun = under_way(repository) if repository is not None else ""
        if repository is not None and begun:
            raise SparkfixError(f"{repository.root} is in the middle of {begun}: end that first")
        if repository is not None and delivery.branch is not None:
            if not valid_branch_name(repository, delivery.branch):
                raise SparkfixError(f"--branch {delivery.branch}: git does not take this name")
            if branch_exists(repository, delivery.branch):
                raise SparkfixError(f"--branch {delivery.branch}: there is a branch of this name already")


def recover_before(session: Session, out: Output, *, writing: bool) -> None:
    """Finish or undo what an earlier run left half done; a run that does not write only tells."""
    from sparkfix.engine.write import pending, recover

    root = session.found.root
    places = [root, *(root / folder for folder in session.found.interrupted)]
    if not writing:
        if any(map(pending, places)):
            out.warn(
                "sparkfix: an earlier run was interrupted while writing; the next `sparkfix apply` here completes it"
            )
        return
    for place in places:
        # Also without a journal: a run that was ended after its last file leaves its lock behind.
        while (recovery := recover(place, _was_committed)) is not None:
            out.warn(f"sparkfix: {recovery}")
            _leave_branch(recovery.purpose)


def _was_committed(purpose: str) -> bool:
    """Did the commit that a set of writes was part of come about before the run was ended?"""
    from sparkfix.git.repository import find_repository, head

    begun = json.loads(purpose)
    repository = find_repository(Path(begun["root"]))
    return repository is not None and head(repository) != begun["head"]


def _leave_branch(purpose: str) -> None:
    """Drop the branch that an interrupted commit began, if nothing was committed on it."""
    from sparkfix.git.repository import branch_exists, current, drop_branch, find_repository, head

    begun = json.loads(purpose) if purpose else {}
    repository = find_repository(Path(begun["root"])) if begun.get("branch") else None
    if repository is None or head(repository) != begun["head"]:
        return
    if current(repository) == begun["branch"] or branch_exists(repository, begun["branch"]):
        drop_branch(repository, begun["branch"], begun["back"])


def deliver(applied: Applied, delivery: Delivery, session: Session, out: Output) -> None:
    """Write, commit or print what was applied."""
    from sparkfix.text.diff import unified_diffs

    if delivery.dry_run:
        out.write(unified_diffs(replace(change, path=session.patch_path(change.path)) for change in applied.changes))
    elif session.stdin is not None:
        path = session.found.files[0]
        out.write(applied.workspace.data(path) or b"")
    elif delivery.commit:
        _commit(applied, delivery, session, out)
    elif applied.changes:
        from sparkfix.engine.write import write_files

        write_files(session.found.root, applied.changes)


def _commit(applied: Applied, delivery: Delivery, session: Session, out: Output) -> None:
    """One commit per step; a step whose commit git refuses is taken back."""
    from sparkfix.git.repository import uncommitted

    root = session.found.root
    if not applied.changes:
        return
    repositories = {session.repository(change.path) for change in applied.changes}
    repository = next(iter(repositories))
    if len(repositories) > 1 or repository is None:
        listed = ", ".join(sorted(str(item.root) for item in repositories if item is not None))
        raise SparkfixError(f"the changes are in several repositories ({listed}): run --commit for each alone")
    dirty = uncommitted(repository, [root / change.path for change in applied.changes])
    if dirty and not delivery.allow_dirty:
        listed = ", ".join(dirty[:3]) + (" …" if len(dirty) > 3 else "")
        raise SparkfixError(f"uncommitted changes in {listed}: commit or stash them, or use --allow-dirty")
    for number, step in enumerate(applied.steps):
        made = _commit_step(repository, root, step, delivery, branch=delivery.branch if number == 0 else None)
        out.tell(f"committed {made}: {message_for(step, delivery.message).splitlines()[0]}")


def _commit_step(repository: Repository, root: Path, step: Step, delivery: Delivery, branch: str | None) -> str:
    """Write and commit as one: whatever ends it in between, files and branch are as before, or all is done."""
    from sparkfix.engine.write import write_files
    from sparkfix.git.repository import commit, create_branch, current, drop_branch, head

    back, before = current(repository), head(repository)
    made: list[str] = []

    def complete() -> None:
        if branch is not None:
            create_branch(repository, branch)
        try:
            paths = [Path(root / change.path) for change in step.changes]
            made.append(commit(repository, paths, message_for(step, delivery.message)))
        except BaseException:
            if branch is not None and head(repository) == before:
                drop_branch(repository, branch, back)
            raise

    begun = {"root": str(repository.root), "head": before, "branch": branch or "", "back": back}
    write_files(root, step.changes, purpose=json.dumps(begun), then=complete)
    return made[0]


def message_for(step: Step, first_line: str | None) -> str:
    """The commit message of a step: what was done, the fault, the evidence with its places, the sources."""
    titles = list(dict.fromkeys(item.fix.title for item in step.applied))
    title = titles[0] if len(titles) == 1 else f"{titles[0]} and {len(titles) - 1} more"
    lines = [first_line or f"{step.rule.id}: {title}", ""]
    if any(item.finding.listed for item in step.applied):
        lines += [step.rule.summary, ""]
    for item in step.applied:
        version = f" ({item.finding.version})" if item.finding.version else ""
        lines.append(f"* {item.at}: {item.finding.message}{version}")
    notes = dict.fromkeys(note for item in step.applied for note in item.fix.notes)
    lines += ["", *(f"Note: {note}" for note in notes)] if notes else []
    return "\n".join([*lines, *_sources(step)]).rstrip() + "\n"


def _sources(step: Step) -> Sequence[str]:
    """The `Sources:` paragraph of a rule's page."""
    for paragraph in step.rule.page.split("\n\n"):
        if "Sources:" in paragraph:
            return ["", paragraph[paragraph.index("Sources:") :].strip()]
    return []
