from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import pytest

from sparkfix.engine import journal, write
from sparkfix.engine.write import Recovery, journal_folder, pending, recover, write_files
from sparkfix.model import FileChange, SparkfixError


def make(root: Path, **files: bytes) -> list[FileChange]:
    """Write `name.yaml` files; return changes that put NEW before their bytes."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (root / f"{name}.yaml").write_bytes(content)
    return [FileChange(f"{name}.yaml", content, b"NEW " + content) for name, content in files.items()]


def tree(root: Path) -> dict[str, bytes]:
    """All files below `root` but the lock that stays in a git folder."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and not path.match(".git/sparkfix/lock"))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def git_top(top: Path) -> Path:
    (top / ".git").mkdir(parents=True)
    (top / ".git/HEAD").write_bytes(b"ref: refs/heads/main\n")
    return top


def failing(at: str, error: BaseException) -> Callable[[str], None]:
    def step(name: str) -> None:
        if name.startswith(at):
            raise error

    return step


class Crash(BaseException):
    """Stands for the end of the process: nothing may clean up after it."""


def crash(root: Path, changes: list[FileChange], at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave behind what a process leaves that dies at a step."""
    with monkeypatch.context() as patch:
        patch.setattr(write, "_discard", no_cleaning)
        patch.setattr(write, "_undo", failing_undo)
        patch.setattr(journal, "remove", failing_undo)
        with pytest.raises(Crash):
            write._write_files(root, changes, failing(at, Crash()))


def no_cleaning(files: object) -> None:
    pass


def failing_undo(*arguments: object) -> tuple[str, ...]:
    raise Crash


def test_writes_all_files_and_leaves_nothing_else(tmp_path: Path) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")
    write_files(tmp_path, changes)
    assert tree(tmp_path) == {"a.yaml": b"NEW 1", "b.yaml": b"NEW 2"}
    assert not (tmp_path / ".sparkfix").exists()
    assert not pending(tmp_path)
    assert recover(tmp_path) is None


def test_nothing_to_write_touches_nothing(tmp_path: Path) -> None:
    make(tmp_path, a=b"1")
    write_files(tmp_path, [])
    write_files(tmp_path, [FileChange("missing.yaml", b"same", b"same")])
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    odd = bytes(range(256)) + b"\r\n\xff\xfe"
    (tmp_path / "ä b.yaml").write_bytes(b"")
    write_files(tmp_path, [FileChange("ä b.yaml", b"", odd)])
    assert (tmp_path / "ä b.yaml").read_bytes() == odd


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_mode_is_kept(tmp_path: Path, mode: int) -> None:
    changes = make(tmp_path, a=b"1")
    (tmp_path / "a.yaml").chmod(mode)
    write_files(tmp_path, changes)
    assert stat.S_IMODE((tmp_path / "a.yaml").stat().st_mode) == mode


def test_very_long_name(tmp_path: Path) -> None:
    name = "n" * 250 + ".yaml"
    (tmp_path / name).write_bytes(b"1")
    write_files(tmp_path, [FileChange(name, b"1", b"2")])
    assert tree(tmp_path) == {name: b"2"}


def test_changed_file_stops_everything(tmp_path: Path) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")
    (tmp_path / "b.yaml").write_bytes(b"mine")
    with pytest.raises(SparkfixError, match=r"^b\.yaml changed while sparkfix was working; nothing was written$"):
        write_files(tmp_path, changes)
    assert tree(tmp_path) == {"a.yaml": b"1", "b.yaml": b"mine"}


def test_missing_file_stops_everything(tmp_path: Path) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")
    (tmp_path / "b.yaml").unlink()
    with pytest.raises(SparkfixError, match=r"^b\.yaml changed while sparkfix was working; nothing was written$"):
        write_files(tmp_path, changes)
    assert tree(tmp_path) == {"a.yaml": b"1"}


@pytest.mark.parametrize("at", ["temp written: c", "ready", "renamed: a", "renamed: b"])
def test_file_changed_on_the_way_is_not_lost(tmp_path: Path, at: str) -> None:
    changes = make(tmp_path, a=b"1", b=b"2", c=b"3")

    def step(name: str) -> None:
        if name.startswith(at):
            (tmp_path / "c.yaml").write_bytes(b"mine")

    with pytest.raises(SparkfixError, match=r"^c\.yaml changed while sparkfix was working; nothing was written"):
        write._write_files(tmp_path, changes, step)
    assert tree(tmp_path) == {"a.yaml": b"1", "b.yaml": b"2", "c.yaml": b"mine"}


def test_written_file_changed_before_the_undo_is_left_alone(tmp_path: Path) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")

    def step(name: str) -> None:
        if name == "renamed: a.yaml":
            (tmp_path / "a.yaml").write_bytes(b"mine")
            (tmp_path / "b.yaml").write_bytes(b"mine too")

    with pytest.raises(SparkfixError, match=r"left alone, as changed since: a\.yaml, b\.yaml"):
        write._write_files(tmp_path, changes, step)
    assert tree(tmp_path) == {"a.yaml": b"mine", "b.yaml": b"mine too"}


@pytest.mark.parametrize("path", ["../out.yaml", "sub/../../out.yaml", "/etc/hosts", "", "."])
def test_paths_outside_are_refused(tmp_path: Path, path: str) -> None:
    make(tmp_path, out=b"1")
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    with pytest.raises(SparkfixError, match=r"not a path inside .*; nothing was written$"):
        write_files(root, [FileChange(path, b"1", b"2")])
    assert (tmp_path / "out.yaml").read_bytes() == b"1"


def test_links_out_of_the_root_are_refused(tmp_path: Path) -> None:
    make(tmp_path / "elsewhere", a=b"1")
    root = tmp_path / "root"
    root.mkdir()
    (root / "file.yaml").symlink_to("../elsewhere/a.yaml")
    (root / "folder").symlink_to(tmp_path / "elsewhere")
    for path in ("file.yaml", "folder/a.yaml"):
        with pytest.raises(SparkfixError, match=rf"^{path} is behind a link that leads out of .*nothing was written$"):
            write_files(root, [FileChange(path, b"1", b"2")])
    assert (tmp_path / "elsewhere/a.yaml").read_bytes() == b"1"
    assert os.listdir(tmp_path / "elsewhere") == ["a.yaml"]


def test_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    with pytest.raises(SparkfixError, match=r"^a\.yaml cannot be found: .*; nothing was written$"):
        write_files(tmp_path, [FileChange("a.yaml", b"1", b"2")])


def test_link_inside_the_root_is_kept(tmp_path: Path) -> None:
    make(tmp_path / "real", a=b"1")
    (tmp_path / "link.yaml").symlink_to("real/a.yaml")
    write_files(tmp_path, [FileChange("link.yaml", b"1", b"2")])
    assert os.readlink(tmp_path / "link.yaml") == "real/a.yaml"
    assert (tmp_path / "real/a.yaml").read_bytes() == b"2"


def test_root_may_be_a_link(tmp_path: Path) -> None:
    changes = make(tmp_path / "real", a=b"1")
    (tmp_path / "root").symlink_to("real")
    write_files(tmp_path / "root", changes)
    assert tree(tmp_path / "real") == {"a.yaml": b"NEW 1"}


def test_one_file_under_two_names(tmp_path: Path) -> None:
    make(tmp_path, a=b"1")
    (tmp_path / "link.yaml").symlink_to("a.yaml")
    same = [FileChange("a.yaml", b"1", b"2"), FileChange("link.yaml", b"1", b"2")]
    with pytest.raises(SparkfixError, match=r"^a\.yaml and link\.yaml are one file with two results"):
        write_files(tmp_path, [*same[:1], FileChange("link.yaml", b"1", b"3")])
    write_files(tmp_path, same)
    assert (tmp_path / "a.yaml").read_bytes() == b"2"


def test_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(SparkfixError, match=r"^a\.yaml changed while"):
        write_files(tmp_path, [FileChange("a.yaml", b"1", b"2")])


def test_second_writer_is_told(tmp_path: Path) -> None:
    changes = make(git_top(tmp_path), a=b"1")
    (tmp_path / ".git/sparkfix").mkdir()
    with (
        filelock.FileLock(str(tmp_path / ".git/sparkfix/lock")),
        pytest.raises(SparkfixError, match=r"^another sparkfix is writing in .*; please wait"),
    ):
        write_files(tmp_path, changes)
    assert (tmp_path / "a.yaml").read_bytes() == b"1"
    write_files(tmp_path, changes)
    assert (tmp_path / "a.yaml").read_bytes() == b"NEW 1"


def test_two_processes_never_write_at_once(tmp_path: Path) -> None:
    """Writers without git make and remove the lock's folder all the time; no step of one falls into another's."""
    (tmp_path / "n.yaml").write_bytes(b"0")
    code = (
        "import sys; from pathlib import Path; from sparkfix.engine.write import write_files\n"
        "from sparkfix.model import FileChange, SparkfixError\n"
        "root, done = Path(sys.argv[1]), 0\n"
        "while done < 40:\n"
        "    now = (root / 'n.yaml').read_bytes()\n"
        "    try:\n"
        "        write_files(root, [FileChange('n.yaml', now, b'%d' % (int(now) + 1))]); done += 1\n"
        "    except SparkfixError as error:\n"
        "        assert 'changed while' in str(error) or 'another sparkfix' in str(error), error\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [child.wait(timeout=120) for child in children] == [0, 0]
    assert tree(tmp_path) == {"n.yaml": b"80"}


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("at", "blamed"),
    [
        ("created: .b.yaml", "b.yaml"),
        ("filled: .a.yaml", "a.yaml"),
        ("filled: journal", "journal.json"),
        ("journal drafted: ready", "journal.json"),
        ("journal renamed: ready", "journal.json"),
    ],
)
def test_full_disk_before_the_renames(tmp_path: Path, at: str, blamed: str) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")
    with pytest.raises(SparkfixError, match=f"{blamed} could not be written: No space left on device; nothing was"):
        write._write_files(tmp_path, changes, failing(at, FULL))
    assert tree(tmp_path) == {"a.yaml": b"1", "b.yaml": b"2"}
    assert os.listdir(tmp_path) in (["a.yaml", "b.yaml"], ["b.yaml", "a.yaml"])


def test_failing_rename_puts_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = make(tmp_path, a=b"1", b=b"2", c=b"3")
    (tmp_path / "a.yaml").chmod(0o640)
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if Path(target).name == "c.yaml":
            raise PermissionError(errno.EPERM, "Operation not permitted")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(SparkfixError, match=r"^c\.yaml could not be written: Operation not permitted; nothing was"):
        write_files(tmp_path, changes)
    assert tree(tmp_path) == {"a.yaml": b"1", "b.yaml": b"2", "c.yaml": b"3"}
    assert stat.S_IMODE((tmp_path / "a.yaml").stat().st_mode) == 0o640


def test_failing_undo_is_told_and_recovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")
    real = os.replace
    calls: list[str] = []

    def replace(source: Path, target: Path) -> None:
        if Path(target).suffix == ".yaml":
            calls.append(Path(target).name)
            if len(calls) > 1:
                raise OSError(errno.EIO, "Input/output error")
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        with pytest.raises(SparkfixError, match=r"^b\.yaml could not .* not all files could be put back \(a\.yaml"):
            write_files(tmp_path, changes)
    assert pending(tmp_path)
    assert recover(tmp_path) == Recovery(False, ("a.yaml", "b.yaml"))
    assert tree(tmp_path) == {"a.yaml": b"1", "b.yaml": b"2"}


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere, so the tests of permissions are not root's."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name).resolve()


def test_folder_that_cannot_be_written(open_folder: Path) -> None:
    changes = make(open_folder, a=b"1")
    (open_folder / "a.yaml").chmod(0o666)
    open_folder.chmod(0o555)
    with as_nobody(), pytest.raises(SparkfixError, match=r"^.*\.sparkfix could not be written: Permission denied$"):
        write_files(open_folder, changes)
    open_folder.chmod(0o755)
    assert tree(open_folder) == {"a.yaml": b"1"}


def test_lower_folder_that_cannot_be_written(open_folder: Path) -> None:
    make(open_folder / "low", a=b"1")
    open_folder.chmod(0o777)
    (open_folder / "low/a.yaml").chmod(0o666)
    (open_folder / "low").chmod(0o555)
    reason = r"^low/a\.yaml could not be written: Permission denied; nothing was written$"
    with as_nobody(), pytest.raises(SparkfixError, match=reason):
        write_files(open_folder, [FileChange("low/a.yaml", b"1", b"2")])
    assert tree(open_folder) == {"low/a.yaml": b"1"}


def test_read_only_file_is_respected(open_folder: Path) -> None:
    changes = make(open_folder, a=b"1")
    open_folder.chmod(0o777)
    (open_folder / "a.yaml").chmod(0o444)
    with as_nobody(), pytest.raises(SparkfixError, match=r"^a\.yaml is read-only; nothing was written$"):
        write_files(open_folder, changes)
    assert tree(open_folder) == {"a.yaml": b"1"}


def test_owner_is_kept_by_root_and_does_not_matter_to_others(open_folder: Path) -> None:
    changes = make(open_folder, a=b"1")
    if os.geteuid() == 0:
        os.chown(open_folder / "a.yaml", 65534, 65534)
    before = (open_folder / "a.yaml").stat()
    write_files(open_folder, changes)
    after = (open_folder / "a.yaml").stat()
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_journal_folder(tmp_path: Path) -> None:
    top = git_top(tmp_path / "main")
    (top / "sub/deep").mkdir(parents=True)
    tree_git = top / ".git/worktrees/w"
    tree_git.mkdir(parents=True)
    (tree_git / "HEAD").write_bytes(b"ref: refs/heads/w\n")
    for name, pointer in (("absolute", str(tree_git)), ("relative", "../main/.git/worktrees/w")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".git").write_text(f"gitdir: {pointer}\n")
        assert journal_folder(tmp_path / name) == tree_git / "sparkfix"
    assert journal_folder(top / "sub/deep") == top / ".git/sparkfix"
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/.git").write_text("gitdir: /nowhere\n")
    assert journal_folder(tmp_path / "broken") == tmp_path / "broken/.sparkfix"
    assert not any(tmp_path.rglob("sparkfix"))


def test_linked_journal_folder_is_refused(tmp_path: Path) -> None:
    changes = make(tmp_path / "root", a=b"1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "root/.sparkfix").symlink_to("../elsewhere")
    with pytest.raises(SparkfixError, match="is a link, so sparkfix does not write there"):
        write_files(tmp_path / "root", changes)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_interrupted_write_must_be_recovered_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")
    crash(tmp_path, changes, "ready", monkeypatch)
    assert pending(tmp_path)
    with pytest.raises(SparkfixError, match=r"^an earlier write was interrupted here; run sparkfix again"):
        write_files(tmp_path, changes)
    told = recover(tmp_path)
    assert told == Recovery(True, ("a.yaml", "b.yaml"))
    assert str(told) == "Finished an interrupted write: 2 files (a.yaml, b.yaml)"
    assert tree(tmp_path) == {"a.yaml": b"NEW 1", "b.yaml": b"NEW 2"}


def test_write_that_was_not_ready_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")
    crash(tmp_path, changes, "temp written: a.yaml", monkeypatch)
    assert len(tree(tmp_path)) > 2
    told = recover(tmp_path)
    assert str(told) == "Undid an interrupted write: 2 files (a.yaml, b.yaml)"
    assert tree(tmp_path) == {"a.yaml": b"1", "b.yaml": b"2"}


def test_file_changed_since_the_crash_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = make(tmp_path, a=b"1", b=b"2", c=b"3")
    crash(tmp_path, changes, "renamed: b.yaml", monkeypatch)
    (tmp_path / "b.yaml").write_bytes(b"mine")
    told = recover(tmp_path)
    assert told == Recovery(False, ("a.yaml", "c.yaml"), ("b.yaml",))
    assert str(told).endswith("2 files (a.yaml, c.yaml); left alone, as changed since: b.yaml")
    assert tree(tmp_path) == {"a.yaml": b"1", "b.yaml": b"mine", "c.yaml": b"3"}


def test_damaged_temp_means_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = make(tmp_path, a=b"1", b=b"2")
    crash(tmp_path, changes, "renamed: a.yaml", monkeypatch)
    (temp,) = tmp_path.glob(".b.yaml.sparkfix-*")
    temp.write_bytes(b"half")
    assert recover(tmp_path) == Recovery(False, ("a.yaml", "b.yaml"))
    assert tree(tmp_path) == {"a.yaml": b"1", "b.yaml": b"2"}


@pytest.mark.parametrize("where", ["charts/spark", ".", "charts/spark/templates", "other"])
def test_recovery_from_any_folder_of_the_work_tree(tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    git_top(tmp_path / "top")
    root = tmp_path / "top/charts/spark"
    changes = make(root, a=b"1", b=b"2")
    (root / "templates").mkdir()
    (tmp_path / "top/other").mkdir()
    crash(root, changes, "renamed: a.yaml", monkeypatch)
    (tmp_path / "top").rename(tmp_path / "moved")
    here = tmp_path / "moved" / where
    told = recover(here)
    assert told is not None
    assert told.finished
    assert [(here / path).resolve() for path in told.paths] == [
        tmp_path / "moved/charts/spark/a.yaml",
        tmp_path / "moved/charts/spark/b.yaml",
    ]
    assert (here / told.paths[1]).read_bytes() == b"NEW 2"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\x00", b'{"format": 1}', b'{"entries": 3}', b"[" * 100_000]
)
def test_damaged_journal(tmp_path: Path, content: bytes) -> None:
    make(git_top(tmp_path), a=b"1")
    folder = journal_folder(tmp_path)
    folder.mkdir()
    (folder / "journal.json").write_bytes(content)
    assert pending(tmp_path)
    told = recover(tmp_path)
    assert told is not None
    assert Path(told.damaged).read_bytes() == content
    assert "cannot be read" in str(told)
    assert "\n" not in str(told)
    assert not pending(tmp_path)
    write_files(tmp_path, [FileChange("a.yaml", b"1", b"2")])
    assert (tmp_path / "a.yaml").read_bytes() == b"2"


def test_every_cut_of_a_journal_is_damaged_or_whole() -> None:
    entry = journal.Entry("d/a.yaml", ".a.yaml.sparkfix-0123abcd", b"1", journal.sha256(b"2"))
    whole = journal.Journal(journal.READY, "charts", (entry,))
    content = journal.encode(whole)
    assert journal.decode(content) == whole
    assert all(journal.decode(content[:end]) is None for end in range(len(content)))


@pytest.mark.parametrize(
    "evil",
    [
        {"root": ".."},
        {"root": "/"},
        {"target": "../out.yaml"},
        {"target": "/etc/hosts"},
        {"target": ""},
        {"target": 7},
        {"target": "\ud800"},
        {"temp": "../.a.yaml.sparkfix-01234567"},
        {"temp": "a.yaml"},
        {"temp": ".a.yaml.sparkfix-01234567/../../b"},
        {"before": "AAAA"},
        {"after_sha256": "00"},
        {"state": "other"},
        {"format": 2},
    ],
)
def test_evil_journal_is_not_followed(tmp_path: Path, evil: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, out=b"1")
    root = git_top(tmp_path / "root")
    crash(root, make(root, a=b"1", b=b"2"), "renamed: a.yaml", monkeypatch)
    path = journal_folder(root) / "journal.json"
    data = json.loads(path.read_bytes())
    for key, value in evil.items():
        (data if key in data else data["entries"][0])[key] = value
    path.write_text(json.dumps(data))
    before = tree(tmp_path)
    told = recover(root)
    assert told is not None
    assert told.damaged
    after = tree(tmp_path)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert {Path(name).parent.as_posix() for name in changed} == {"root/.git/sparkfix"}


def test_folder_that_became_a_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = git_top(tmp_path / "root")
    make(root / "d", a=b"1")
    crash(root, [FileChange("d/a.yaml", b"1", b"2")], "renamed", monkeypatch)
    (root / "d").rename(tmp_path / "elsewhere")
    (root / "d").symlink_to("../elsewhere")
    assert recover(root) == Recovery(False, (), ("d/a.yaml",))
    assert (tmp_path / "elsewhere/a.yaml").read_bytes() == b"2"


def test_vanished_folder_is_tolerated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = git_top(tmp_path / "root")
    make(root / "d", a=b"1")
    crash(root, [FileChange("d/a.yaml", b"1", b"2")], "ready", monkeypatch)
    for path in (root / "d").iterdir():
        path.unlink()
    (root / "d").rmdir()
    assert recover(root) == Recovery(False, (), ("d/a.yaml",))
    assert not pending(root)


def test_left_over_drafts_are_cleaned(tmp_path: Path) -> None:
    make(git_top(tmp_path), a=b"1")
    folder = journal_folder(tmp_path)
    folder.mkdir()
    draft = folder / "journal.json.draft-01234567"
    draft.write_bytes(b"{")
    assert not pending(tmp_path)
    assert recover(tmp_path) is None
    assert not draft.exists()


def test_recover_and_pending_write_nothing_where_nothing_is(tmp_path: Path) -> None:
    make(tmp_path, a=b"1")
    assert recover(tmp_path) is None
    assert not pending(tmp_path)
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_many_files_are_told_in_one_line() -> None:
    told = Recovery(True, tuple(f"f{n}.yaml" for n in range(200)))
    assert str(told) == "Finished an interrupted write: 200 files (f0.yaml, f1.yaml, f2.yaml and 197 more)"
    assert str(Recovery(False, ("a",))) == "Undid an interrupted write: 1 file (a)"


def test_files_that_cannot_reach_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number}.yaml" for number in range(8)]
    for name in names:
        (tmp_path / name).write_bytes(b"old\n")
    sync = os.fsync

    def failing(descriptor: int) -> None:
        if os.fstat(descriptor).st_size == len(b"new 5\n" * 5):
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    changes = [FileChange(name, b"old\n", f"new {name[0]}\n".encode() * int(name[0])) for name in names]
    with pytest.raises(
        SparkfixError, match=r"5\.yaml could not be written: No space left on device; nothing was written"
    ):
        write_files(tmp_path, changes)
    assert {path.read_bytes() for path in tmp_path.glob("*.yaml")} == {b"old\n"}
    assert not pending(tmp_path)
    assert not list(tmp_path.glob(".*.sparkfix-*"))
