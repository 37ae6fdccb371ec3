"""The only place that writes users' files: a set of files is written as a whole, or not at all.

New bytes go to temporary files beside their targets; a journal says what is on its way; then the temporary files
take their targets' places. Whatever ends the process in between, `recover` brings the set to all-old or all-new.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sparkfix.engine import journal
from sparkfix.engine.journal import Entry, Home, Journal, Step, journal_folder
from sparkfix.engine.lock import locked
from sparkfix.engine.targets import Item, blaming, checked, unchanged
from sparkfix.model import FileChange, SparkfixError

__all__ = ["Recovery", "journal_folder", "pending", "recover", "write_files"]

_NAMED = 3
_OPEN_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of an interrupted set of writes; `str()` is the line for the user.

    `finished` says that all of `paths` hold their new bytes; otherwise they hold their old ones. `left_alone` were
    changed by somebody else since. `damaged` is where an unreadable journal was put. Paths are relative to the root
    that was given to `recover`. `purpose` is what was given to `write_files`.
    """

    finished: bool
    paths: tuple[str, ...]
    left_alone: tuple[str, ...] = ()
    damaged: str = ""
    purpose: str = ""

    def __str__(self) -> str:
        if self.damaged:
            return (
                "An interrupted write left a journal that cannot be read. No file was touched; please look over "
                f"your last changes. The journal was kept as {self.damaged}"
            )
        if self.finished:
            return f"Finished an interrupted write: {_counted(self.paths)}"
        line = f"Undid an interrupted write: {_counted(self.paths)}"
        if self.left_alone:
            line += f"; left alone, as changed since: {', '.join(self.left_alone)}"
        return line


def write_files(
    root: Path, changes: Sequence[FileChange], *, purpose: str = "", then: Callable[[], None] | None = None
) -> None:
    """Write every change whose bytes differ, all or none; `path`s are relative to `root`.

    With `then`, the writes are part of something that it completes (a commit): if it raises, they are undone, and if
    the process ends before it is through, `recover` asks about `purpose` whether they count.

    A symbolic link that stays inside `root` is kept and its file is written. Raises SparkfixError, with nothing
    written, if another sparkfix is writing, an interrupted write waits for `recover`, a file no longer holds its
    `before` bytes, lies outside `root`, or cannot be written.
    """
    _write_files(root, changes, _no_step, purpose, then)


def recover(root: Path, done: Callable[[str], bool] | None = None) -> Recovery | None:
    """Finish or undo the interrupted set of writes that concerns `root`; None if there is none.

    A set with a purpose is finished if `done` says that the purpose was reached, and undone otherwise.
    Raises SparkfixError if another sparkfix is writing or a file cannot be written; the journal is then kept.
    """
    return _recover(root, _no_step, done)


def pending(root: Path) -> bool:
    """True if a set of writes was interrupted (or is under way) in the work tree of `root`. Writes nothing."""
    return any(map(journal.exists, journal.homes_around(root)))


def _no_step(name: str) -> None:
    pass


def _write_files(
    root: Path, changes: Sequence[FileChange], step: Step, purpose: str = "", then: Callable[[], None] | None = None
) -> None:
    wanted = [change for change in changes if change.before != change.after]
    if not wanted:
        return
    base = root.resolve()
    home = journal.find_home(base)
    with locked(home):
        step("locked")
        if journal.exists(home):
            raise SparkfixError("an earlier write was interrupted here; run sparkfix again to complete it first")
        with blaming(str(home.folder)):
            _discard(journal.drafts(home))
        items = checked(base, wanted)
        step("checked")
        ready = _prepare(home, base, items, step, purpose)
        _swap(home, base, items, ready, step, then)
        step("done")


def _prepare(home: Home, base: Path, items: Sequence[Item], step: Step, purpose: str) -> Journal:
    """Put all new bytes on the disk beside their targets, and the journal that makes them count.

    Raises SparkfixError with nothing left over.
    """
    where = base.relative_to(home.anchor).as_posix()
    try:
        with blaming(str(home.journal)):
            begun = tuple(item.entry(base, ready=False) for item in items)
            journal.save(home, Journal(journal.PREPARING, where, begun, purpose), step)
        step("preparing")
        for start in range(0, len(items), _OPEN_AT_ONCE):
            _write_temps(items[start : start + _OPEN_AT_ONCE], step)
        with blaming(str(base)):
            journal.sync_folders(item.temp for item in items)
        for item in items:
            unchanged(item)
        step("temps synced")
        ready = Journal(journal.READY, where, tuple(item.entry(base, ready=True) for item in items), purpose)
        with blaming(str(home.journal)):
            journal.save(home, ready, step)
        step("ready")
    except BaseException as error:
        # Temps first: a journal without temps can only be undone, temps without a journal would never be found.
        with contextlib.suppress(OSError):
            _discard(item.temp for item in items)
            journal.remove(home)
        if isinstance(error, SparkfixError):
            raise SparkfixError(f"{error}; nothing was written") from error
        raise
    return ready


def _write_temps(items: Sequence[Item], step: Step) -> None:
    """Put the new bytes of some files on the disk beside their targets. Raises SparkfixError."""

    def see_onto_disk(written: tuple[Item, BinaryIO]) -> None:
        item, file = written
        with blaming(item.path):
            os.fsync(file.fileno())

    with contextlib.ExitStack() as closing:
        files = []
        for item in items:
            with blaming(item.path):
                file = journal.fill_new(item.temp, item.after, item.target.stat(), step)
            files.append((item, closing.enter_context(file)))
            step(f"temp written: {item.path}")
        journal.side_by_side(see_onto_disk, files)


def _swap(
    home: Home, base: Path, items: Sequence[Item], ready: Journal, step: Step, then: Callable[[], None] | None
) -> None:
    """Let the temporary files take their targets' places, complete what they are part of, and end the journal.

    Raises SparkfixError with every file put back.
    """
    try:
        for item in items:
            unchanged(item)
            with blaming(item.path):
                os.replace(item.temp, item.target)
            step(f"renamed: {item.path}")
        with blaming(str(base)):
            journal.sync_folders(item.target for item in items)
        step("renames synced")
        if then is not None:
            then()
            step("completed")
        with blaming(str(home.journal)):
            journal.remove(home)
    except BaseException as error:
        try:
            left = _undo(base, ready.entries, step)
            journal.remove(home)
        except (OSError, SparkfixError) as second:
            reason = f"{error}; and not all files could be put back ({second}): run sparkfix again to complete this"
            raise SparkfixError(reason) from error
        if isinstance(error, SparkfixError):
            rest = f" (left alone, as changed since: {', '.join(left)})" if left else ""
            raise SparkfixError(f"{error}; nothing was written{rest}") from error
        raise


def _recover(root: Path, step: Step, done: Callable[[str], bool] | None = None) -> Recovery | None:
    recoveries = (_recover_home(home, root.resolve(), step, done) for home in journal.homes_around(root))
    return next((recovery for recovery in recoveries if recovery is not None), None)


def _recover_home(home: Home, real: Path, step: Step, done: Callable[[str], bool] | None) -> Recovery | None:
    if not journal.exists(home) and not journal.drafts(home) and not (home.private and os.path.lexists(home.folder)):
        return None
    with locked(home):
        step("locked")
        with blaming(str(home.folder)):
            _discard(journal.drafts(home))
            step("drafts gone")
            if not journal.exists(home):
                return None
            found = journal.load(home)
            if found is None:
                return Recovery(finished=False, paths=(), damaged=str(journal.set_aside(home)))
        base = home.anchor / found.root
        wanted = not found.purpose or (done is not None and done(found.purpose))
        finished = found.state == journal.READY and wanted and _finishable(base, found.entries)
        left: tuple[str, ...] = ()
        if finished:
            _finish(base, found.entries, step)
        elif found.state == journal.READY:
            left = _undo(base, found.entries, step)
        else:
            _drop_temps(base, found.entries)
        step("recovered")
        with blaming(str(home.journal)):
            journal.remove(home)
        names = {entry.target: _shown(base, entry, real) for entry in found.entries}
        kept = tuple(name for target, name in names.items() if target not in left)
        return Recovery(finished, kept, tuple(names[target] for target in left), purpose=found.purpose)


def _finishable(base: Path, entries: Sequence[Entry]) -> bool:
    states = ((entry, _state(base, entry)) for entry in entries)
    return all(state == "after" or (state == "before" and _whole(base, entry)) for entry, state in states)


def _finish(base: Path, entries: Sequence[Entry], step: Step) -> None:
    """Complete the renames. Raises SparkfixError; the journal still tells the whole story then."""
    for entry in entries:
        target = entry.located(base)
        if target is not None and _state(base, entry) == "before":
            with blaming(entry.target):
                os.replace(target.with_name(entry.temp), target)
            step(f"finished: {entry.target}")
    _drop_temps(base, entries)
    _sync(base, entries)


def _undo(base: Path, entries: Sequence[Entry], step: Step) -> tuple[str, ...]:
    """Give every target that holds its new bytes its old ones again; return the targets that hold anything else.

    Raises SparkfixError; the journal still tells the whole story then.
    """
    # Without temps the set can no longer be finished: an undo that is interrupted will be an undo again.
    _drop_temps(base, entries)
    step("temps dropped")
    left: list[str] = []
    for entry in entries:
        state = _state(base, entry)
        target = entry.located(base)
        if target is None or state == "other":
            left.append(entry.target)
        elif state == "after":
            temp = target.with_name(entry.temp)
            with blaming(entry.target):
                journal.write_new(temp, entry.before, target.stat(), step)
                os.replace(temp, target)
            step(f"undone: {entry.target}")
    _sync(base, entries)
    return tuple(left)


def _drop_temps(base: Path, entries: Sequence[Entry]) -> None:
    for entry in entries:
        target = entry.located(base)
        if target is not None:
            with blaming(entry.target):
                target.with_name(entry.temp).unlink(missing_ok=True)


def _sync(base: Path, entries: Sequence[Entry]) -> None:
    found = (entry.located(base) for entry in entries)
    with blaming(str(base)):
        journal.sync_folders(target for target in found if target is not None)


def _state(base: Path, entry: Entry) -> str:
    """`before`, `after` or `other`: what a target holds. Raises SparkfixError if it cannot be read."""
    target = entry.located(base)
    with blaming(entry.target):
        content = journal.plain_content(target) if target is not None else None
    if content is None:
        return "other"
    return {entry.after: "after", entry.before_sha256: "before"}.get(journal.sha256(content), "other")


def _whole(base: Path, entry: Entry) -> bool:
    target = entry.located(base)
    with blaming(entry.target):
        content = journal.plain_content(target.with_name(entry.temp)) if target is not None else None
    return content is not None and journal.sha256(content) == entry.after


def _discard(files: Iterator[Path] | Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _shown(base: Path, entry: Entry, real: Path) -> str:
    return Path(os.path.relpath(base / entry.target, real)).as_posix()


def _counted(paths: Sequence[str]) -> str:
    count = f"{len(paths)} file{'' if len(paths) == 1 else 's'}"
    if not paths:
        return count
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{count} ({', '.join(paths[:_NAMED])}{more})"
