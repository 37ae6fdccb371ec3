"""Writers that die. Run as a script, this file is the process that lets its children die."""

from __future__ import annotations

import importlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from sparkfix.engine import write
from sparkfix.engine.journal import Step
from sparkfix.model import FileChange

RUNS = int(os.environ.get("SPARKFIX_CRASH_RUNS", "10"))
SMALL = 4
MANY = 200
ENOUGH_STEPS = 200


def changes(count: int) -> list[FileChange]:
    return [FileChange(f"d{n % 2}/f{n}.yaml", b"old %d\n" % n, b"new %d\n" % n * (n + 1)) for n in range(count)]


def fill(root: Path, count: int, *, git: bool) -> None:
    for change in changes(count):
        file = root / change.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(change.before)
    if git:
        (root / ".git").mkdir()
        (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")


def left_over(root: Path) -> list[str]:
    """Everything below `root` that is neither a written file nor the lock in the git folder."""
    known = {root / change.path for change in changes(MANY)} | {root / ".git/HEAD", root / ".git/sparkfix/lock"}
    return sorted(str(path) for path in root.rglob("*") if path.is_file() and path not in known)


def held(root: Path, count: int) -> list[bytes]:
    return [(root / change.path).read_bytes() for change in changes(count)]


def old(count: int) -> list[bytes]:
    return [change.before for change in changes(count)]


def new(count: int) -> list[bytes]:
    return [change.after for change in changes(count)]


def all_whole(root: Path, count: int) -> bool:
    return all((root / change.path).read_bytes() in (change.before, change.after) for change in changes(count))


def at_step(number: int, act: Callable[[], object]) -> Step:
    """A step function that acts at the `number`-th step, counting from 0."""
    seen = iter(range(sys.maxsize))

    def step(name: str) -> None:
        if next(seen) == number:
            act()

    return step


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    os._exit(9)


class Stop(Exception):
    pass


def stop() -> None:
    raise Stop


def forked(work: Callable[[], object]) -> bool:
    """Do the work in a child process; True if it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(7)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 7:
        raise RuntimeError("the child failed instead of dying")
    return status == 0


def crash_everywhere(top: Path, kind: str, git: bool, recovery_too: bool) -> None:
    """Make one folder per step (and per step of the recovery), in each of which a writer died at that step."""
    act = {"kill": die, "exit": leave}[kind]
    for number in range(ENOUGH_STEPS):
        for second in range(ENOUGH_STEPS if recovery_too else 1):
            root = top / f"{number}-{second}"
            fill(root, SMALL, git=git)
            if forked(partial(write._write_files, root, changes(SMALL), at_step(number, act))):
                (root / "complete").touch()
                return
            if recovery_too and forked(partial(write._recover, root, at_step(second, act))):
                (root / "recovered").touch()
                break


def script(*arguments: str) -> list[str]:
    return [sys.executable, __file__, *arguments]


def crashed_folders(top: Path, *, kind: str, git: bool, recovery_too: bool = False) -> list[Path]:
    subprocess.run(script("everywhere", str(top), kind, str(int(git)), str(int(recovery_too))), check=True, timeout=300)
    return sorted(top.iterdir())


@pytest.mark.parametrize("git", [True, False], ids=["in git", "no git"])
@pytest.mark.parametrize("kind", ["kill", "exit"])
def test_death_at_every_step(tmp_path: Path, kind: str, git: bool) -> None:
    folders = crashed_folders(tmp_path, kind=kind, git=git)
    assert len(folders) > 10 + 4 * SMALL
    outcomes: dict[str, int] = {"old": 0, "finished": 0, "undone": 0, "new": 0}
    for root in folders:
        complete = (root / "complete").exists()
        (root / "complete").unlink(missing_ok=True)
        assert all_whole(root, SMALL), root
        was_pending = write.pending(root)
        told = write.recover(root)
        assert (told is not None) == was_pending, root
        assert held(root, SMALL) in (old(SMALL), new(SMALL)), root
        if complete:
            assert held(root, SMALL) == new(SMALL)
            assert told is None
        elif told is not None:
            assert held(root, SMALL) == (new(SMALL) if told.finished else old(SMALL)), root
            assert sorted(told.paths) == sorted(change.path for change in changes(SMALL))
            assert told.left_alone == ()
        outcomes[("finished" if told.finished else "undone") if told else "new" if complete else "old"] += 1
        assert left_over(root) == [], root
        assert git or not (root / ".sparkfix").exists()
        assert write.recover(root) is None
        write.write_files(root, [FileChange("d0/f0.yaml", held(root, SMALL)[0], b"again")])
        assert (root / "d0/f0.yaml").read_bytes() == b"again"
    assert min(outcomes.values()) >= 1, outcomes


def test_death_at_every_step_of_the_recovery_too(tmp_path: Path) -> None:
    folders = crashed_folders(tmp_path, kind="exit", git=True, recovery_too=True)
    assert len(folders) > 100
    for root in folders:
        for mark in ("complete", "recovered"):
            (root / mark).unlink(missing_ok=True)
        assert all_whole(root, SMALL), root
        write.recover(root)
        assert held(root, SMALL) in (old(SMALL), new(SMALL)), root
        assert left_over(root) == [], root
        assert not write.pending(root)


def test_exception_at_every_step(tmp_path: Path) -> None:
    for number in range(ENOUGH_STEPS):
        root = tmp_path / str(number)
        fill(root, SMALL, git=bool(number % 2))
        names: list[str] = []

        def step(name: str, number: int = number, names: list[str] = names) -> None:
            names.append(name)
            if len(names) == number + 1:
                raise Stop

        try:
            write._write_files(root, changes(SMALL), step)
        except Stop:
            ended = names[number] == "done"
            assert held(root, SMALL) == (new(SMALL) if ended else old(SMALL)), names
            assert left_over(root) == [], names
            assert not write.pending(root)
        else:
            break
    assert number == len(names)
    assert held(root, SMALL) == new(SMALL)


def test_death_while_undoing(tmp_path: Path) -> None:
    """Somebody else's change forces an undo, and the undo dies at each of its steps."""
    undone = 0
    for number in range(ENOUGH_STEPS):
        root = tmp_path / str(number)
        fill(root, SMALL, git=True)
        with pytest.raises(Stop):
            write._write_files(root, changes(SMALL), failing_undo(re.compile("renamed: d1/f3")))
        (root / "d0/f2.yaml").write_bytes(b"mine")
        try:
            write._recover(root, at_step(number, stop))
        except Stop:
            write.recover(root)
        else:
            undone = number
        assert held(root, SMALL) == [*old(SMALL)[:2], b"mine", old(SMALL)[3]]
        assert left_over(root) == []
        if undone:
            break
    assert undone > SMALL


def failing_undo(where: re.Pattern[str]) -> Step:
    """Raise at a step, and at every later one: neither the write nor its undo gets any further."""
    state = {"failing": False}

    def step(name: str) -> None:
        state["failing"] = state["failing"] or bool(where.match(name))
        if state["failing"]:
            raise Stop

    return step


@pytest.mark.crash
def test_random_kills(tmp_path: Path) -> None:
    took = write_in_child(tmp_path / "measured", kill_after=None)
    assert held(tmp_path / "measured", MANY) == new(MANY)
    chance = random.Random(20240229)
    caught = 0
    for run in range(RUNS):
        root = tmp_path / str(run)
        write_in_child(root, kill_after=chance.uniform(0, took))
        assert all_whole(root, MANY)
        caught += write.pending(root)
        told = write.recover(root)
        assert held(root, MANY) in (old(MANY), new(MANY))
        assert told is None or held(root, MANY) == (new(MANY) if told.finished else old(MANY))
        assert left_over(root) == []
        assert not write.pending(root)
    assert caught >= 1


def write_in_child(root: Path, kill_after: float | None) -> float:
    """Let a child write many files below `root`, kill it after some seconds, and return how long it wrote or lived."""
    fill(root, MANY, git=True)
    with subprocess.Popen(script("many", str(root)), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"begin\n"
        began = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            child.kill()
        child.stdout.readline()
        took = time.monotonic() - began
        child.wait(timeout=120)
        return took


def main(arguments: Sequence[str]) -> None:
    if arguments[0] == "everywhere":
        top, kind, git, recovery_too = arguments[1:]
        crash_everywhere(Path(top), kind, git == "1", recovery_too == "1")
    else:
        # What is loaded late is loaded before the clock starts, so that the kills fall into the writing.
        for module, name in (("filelock", "FileLock"), ("concurrent.futures", "ThreadPoolExecutor")):
            getattr(importlib.import_module(module), name)
        print("begin", flush=True)
        write.write_files(Path(arguments[1]), changes(MANY))
        print("end", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
