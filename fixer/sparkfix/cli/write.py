"""Carrying results out: as a diff, to the files, or as commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sparkfix.cli.session import Output, Session
from sparkfix.engine.apply import Applied, Step
from sparkfix.model import SparkfixError


@dataclass(frozen=True)
class Delivery:
    """How changes are handed over."""

    dry_run: bool = False
    commit: bool = False
    branch: str = ""
    message: str = ""
    allow_dirty: bool = False


def check_delivery(delivery: Delivery, session: Session) -> None:
    """Refuse impossible combinations before anything is done. Raises `SparkfixError`."""
    if (delivery.branch or delivery.message) and not delivery.commit:
        raise SparkfixError("--branch and --message go with --commit")
    if delivery.commit and delivery.dry_run:
        raise SparkfixError("--commit and --dry-run exclude each other")
    if session.stdin is not None and delivery.commit:
        raise SparkfixError("standard input cannot be committed")
    if delivery.commit:
        from sparkfix.git.repository import branch_exists, find_repository, valid_branch_name

        repository = find_repository(session.found.root)
        if repository is None:
            raise SparkfixError("--commit needs a git repository, and there is none here")
        if delivery.branch and not valid_branch_name(repository, delivery.branch):
            raise SparkfixError(f"--branch {delivery.branch}: git does not take this name")
        if delivery.branch and branch_exists(repository, delivery.branch):
            raise SparkfixError(f"--branch {delivery.branch}: there is a branch of this name already")


def recover_before(session: Session, out: Output, *, writing: bool) -> None:
    """Finish or undo what an earlier run left half done; a run that does not write only tells."""
    from sparkfix.engine.write import pending, recover

    if not writing:
        if pending(session.found.root):
            out.warn(
                "sparkfix: an earlier run was interrupted while writing; the next `sparkfix apply` here completes it"
            )
        return
    # Also without a journal: a run that was ended after its last file leaves its lock behind.
    recovery = recover(session.found.root)
    if recovery is not None:
        out.warn(f"sparkfix: {recovery}")


def deliver(applied: Applied, delivery: Delivery, session: Session, out: Output) -> None:
    """Write, commit or print what was applied."""
    from sparkfix.text.diff import unified_diffs

    if delivery.dry_run:
        out.write(unified_diffs(applied.changes))
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
    from sparkfix.engine.write import write_files
    from sparkfix.git.repository import commit, create_branch, current, drop_branch, find_repository, uncommitted
    from sparkfix.model import FileChange

    root = session.found.root
    repository = find_repository(root)
    if repository is None or not applied.changes:
        return
    paths = [root / change.path for change in applied.changes]
    dirty = uncommitted(repository, paths)
    if dirty and not delivery.allow_dirty:
        listed = ", ".join(dirty[:3]) + (" …" if len(dirty) > 3 else "")
        raise SparkfixError(f"uncommitted changes in {listed}: commit or stash them, or use --allow-dirty")
    before = current(repository)
    if delivery.branch:
        create_branch(repository, delivery.branch)
    for number, step in enumerate(applied.steps):
        write_files(root, step.changes)
        try:
            made = commit(
                repository,
                [Path(root / change.path) for change in step.changes],
                message_for(step, delivery.message),
            )
        except SparkfixError:
            write_files(root, [FileChange(item.path, item.after, item.before) for item in step.changes])
            if delivery.branch and number == 0:
                drop_branch(repository, delivery.branch, before)
            raise
        out.tell(f"committed {made}: {message_for(step, delivery.message).splitlines()[0]}")


def message_for(step: Step, first_line: str) -> str:
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
