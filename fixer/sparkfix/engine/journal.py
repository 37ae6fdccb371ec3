"""The journal of a set of writes: where it lives, what it holds, and how its bytes reach the disk.

Only `sparkfix.engine.write` uses this module, apart from `journal_folder`.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeAlias, TypeVar

Step: TypeAlias = Callable[[str], None]
"""Told between any two steps; a test may raise or kill the process there."""

PREPARING = "preparing"
READY = "ready"

FOLDER = "sparkfix"
PRIVATE = ".sparkfix"
"""The journal's folder in a git folder, and among the user's files where there is no git."""

_FORMAT = 1
_JOURNAL = "journal.json"
_LOCK = "lock"
_DRAFT = re.compile(r"journal\.json\.draft-[0-9a-f]{8}\Z")
_TEMP = re.compile(r"\.[^/\\\0]*\.sparkfix-[0-9a-f]{8}\Z")

_FEW = 3
_AT_A_TIME = 16
T = TypeVar("T")

# Some file systems (network, FUSE, Windows) cannot sync a folder; the rename has still been asked for.
_CANNOT_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EACCES, errno.EPERM, errno.EBADF})


@dataclass(frozen=True, slots=True)
class Home:
    """Where journal and lock live (`folder`), and the folder that the journal's root is relative to (`anchor`).

    `private` is True if the folder stands among the user's files and has to go when nothing is in it.
    """

    folder: Path
    anchor: Path
    private: bool

    @property
    def journal(self) -> Path:
        return self.folder / _JOURNAL

    @property
    def lock(self) -> Path:
        return self.folder / _LOCK


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a set: `target` relative to the journal's root, `temp` a file name beside the target.

    `before` and `after` (a sha256) are empty while the journal is `preparing`.
    """

    target: str
    temp: str
    before: bytes = b""
    after: str = ""

    @property
    def before_sha256(self) -> str:
        return sha256(self.before)

    def located(self, base: Path) -> Path | None:
        """Where the target stands below the real folder `base`; None if its folder is gone or has moved."""
        target = base / self.target
        # Links were resolved when the journal was written: one that is there now was put in the way since.
        inside = os.path.isdir(target.parent) and target.parent.resolve() == target.parent
        return target if inside else None


@dataclass(frozen=True, slots=True)
class Journal:
    """A set of writes on its way: `state` is `preparing` or `ready`, `root` is relative to the home's anchor.

    A set with a `purpose` is only a part of something: it counts when that is done, and is undone otherwise.
    """

    state: str
    root: str
    entries: tuple[Entry, ...]
    purpose: str = ""


def journal_folder(root: Path) -> Path:
    """The folder of the journal for `root`: in the git folder of its work tree, else `<root>/.sparkfix`."""
    return find_home(root).folder


def find_home(root: Path) -> Home:
    """The journal's home for `root`. Neither runs git nor writes anything."""
    real = root.resolve()
    for top in (real, *real.parents):
        git = _git_folder(top)
        if git is not None:
            return Home(git / FOLDER, top, private=False)
    return Home(real / PRIVATE, real, private=True)


def homes_around(root: Path) -> tuple[Home, ...]:
    """The home for `root`, then those further up that hold a journal: of runs over more than `root`."""
    own = find_home(root)
    above = (Home(top / PRIVATE, top, private=True) for top in root.resolve().parents)
    return (own, *(home for home in above if home != own and exists(home)))


def _git_folder(top: Path) -> Path | None:
    """The git folder of the work tree `top`; None if `top` is not the top of one."""
    dot = top / ".git"
    folder: Path | None = None
    if os.path.isdir(dot):
        folder = dot.resolve()
    elif os.path.isfile(dot):
        try:
            text = os.fsdecode(dot.read_bytes())
        except OSError:
            return None
        if text.startswith("gitdir:"):
            folder = (top / text.removeprefix("gitdir:").strip("\r\n ")).resolve()
    return folder if folder is not None and os.path.lexists(folder / "HEAD") else None


def plain_content(path: Path) -> bytes | None:
    """The bytes of a plain file; None if there is none of that name. Raises OSError."""
    try:
        return path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else None
    except FileNotFoundError:
        return None


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def temp_name(target: Path) -> str:
    """A fresh name for a temporary file beside `target`."""
    # File systems end names at 255 bytes; a shortened name still tells people whose file it is.
    stem = target.name if len(os.fsencode(target.name)) <= 200 else target.name[:50]
    return f".{stem}.sparkfix-{secrets.token_hex(4)}"


def encode(journal: Journal) -> bytes:
    """The journal as the bytes of its file."""
    entries = [
        {
            "target": entry.target,
            "temp": entry.temp,
            "before_sha256": entry.before_sha256,
            "after_sha256": entry.after,
            "before": base64.b64encode(entry.before).decode("ascii"),
        }
        for entry in journal.entries
    ]
    content = {
        "format": _FORMAT,
        "state": journal.state,
        "root": journal.root,
        "purpose": journal.purpose,
        "entries": entries,
    }
    return json.dumps(content, indent=1).encode("ascii")


def decode(content: bytes) -> Journal | None:
    """The journal in the bytes of its file; None if they are damaged or name anything outside its root."""
    try:
        data = json.loads(content)
        entries = tuple(_entry(item) for item in data["entries"])
        journal = Journal(data["state"], data["root"], entries, data.get("purpose", ""))
        known = (
            data["format"] == _FORMAT
            and isinstance(journal.purpose, str)
            and journal.state in (PREPARING, READY)
            and _below(journal.root)
        )
        whole = journal.state == PREPARING or all(re.fullmatch("[0-9a-f]{64}", entry.after) for entry in entries)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return journal if known and whole else None


def _entry(data: dict[str, Any]) -> Entry:
    before = base64.b64decode(data["before"], validate=True)
    entry = Entry(data["target"], data["temp"], before, data["after_sha256"])
    sound = _below(entry.target) and _TEMP.match(entry.temp) and data["before_sha256"] == entry.before_sha256
    if not sound:
        raise ValueError("not an entry that sparkfix writes")
    return entry


def _below(path: str) -> bool:
    """True if a relative path has no way upwards by its spelling. Raises ValueError if no file can have that name."""
    pure = PurePosixPath(path)
    os.fsencode(path)
    return bool(path) and "\0" not in path and not pure.is_absolute() and ".." not in pure.parts


def load(home: Home) -> Journal | None:
    """The journal of `home`. None if there is none or it is damaged; see `exists`. Raises OSError."""
    try:
        return decode(home.journal.read_bytes())
    except FileNotFoundError:
        return None


def exists(home: Home) -> bool:
    """True if a set of writes has begun and not ended."""
    return os.path.lexists(home.journal)


def save(home: Home, journal: Journal, step: Step) -> None:
    """Put the journal on the disk, whole or not at all. Raises OSError; the old journal then stands."""
    draft = home.folder / f"{_JOURNAL}.draft-{secrets.token_hex(4)}"
    try:
        write_new(draft, encode(journal), None, step)
        step(f"journal drafted: {journal.state}")
        os.replace(draft, home.journal)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    step(f"journal renamed: {journal.state}")
    sync_folder(home.folder)


def remove(home: Home) -> None:
    """End the set of writes. Raises OSError; the set has then not ended."""
    home.journal.unlink(missing_ok=True)
    # Should the name come back after a power cut, `recover` only finds that everything is done.
    with contextlib.suppress(OSError):
        sync_folder(home.folder)


def set_aside(home: Home) -> Path:
    """Move a damaged journal out of the way, keeping its bytes, and return its new place. Raises OSError."""
    kept = home.folder / f"damaged-{secrets.token_hex(4)}.json"
    os.replace(home.journal, kept)
    sync_folder(home.folder)
    return kept


def drafts(home: Home) -> tuple[Path, ...]:
    """Journal files that were never put in place."""
    try:
        names = sorted(os.listdir(home.folder))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(home.folder / name for name in names if _DRAFT.match(name))


def write_new(path: Path, content: bytes, like: os.stat_result | None, step: Step) -> None:
    """Make a file that is not there yet and see its bytes onto the disk. Raises OSError (see `fill_new`)."""
    with fill_new(path, content, like, step) as file:
        os.fsync(file.fileno())


def fill_new(path: Path, content: bytes, like: os.stat_result | None, step: Step) -> BinaryIO:
    """Make a file that is not there yet; its bytes may not be on the disk until it is synced. Raises OSError.

    With `like`, it gets the mode of that file, and its owner where the system allows.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with contextlib.ExitStack() as closing:
        file = closing.enter_context(os.fdopen(os.open(path, flags, 0o600), "wb"))
        step(f"created: {path.name}")
        if like is not None:
            _copy_rights(file.fileno(), like)
        file.write(content)
        file.flush()
        step(f"filled: {path.name}")
        closing.pop_all()
    return file


def side_by_side(action: Callable[[T], None], items: Collection[T]) -> None:
    """Do the same for all items, several at a time: file systems see many files onto the disk in one go.

    All are done before the first error, if any, is raised.
    """
    if len(items) < _FEW:
        for item in items:
            action(item)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        list(pool.map(action, items))


def _copy_rights(descriptor: int, like: os.stat_result) -> None:
    if not hasattr(os, "fchmod"):
        return
    made = os.fstat(descriptor)
    for owner, group in ((-1, like.st_gid), (like.st_uid, -1)):
        if (owner, group) not in ((-1, made.st_gid), (made.st_uid, -1)):
            # Only root may give files away; the content matters more than the owner.
            with contextlib.suppress(OSError):
                os.fchown(descriptor, owner, group)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def sync_folder(folder: Path) -> None:
    """See the names in a folder onto the disk, where the file system can. Raises OSError."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno in _CANNOT_SYNC:
            return
        raise
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(descriptor)


def sync_folders(files: Iterable[Path]) -> None:
    """`sync_folder` for every folder that holds one of the files. Raises OSError."""
    side_by_side(sync_folder, sorted({file.parent for file in files}))
