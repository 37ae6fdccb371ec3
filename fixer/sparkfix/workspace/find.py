"""Finding the files that may hold Spark configuration."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sparkfix.formats.languages import language_of_file
from sparkfix.model import Problem, SparkfixError
from sparkfix.workspace.ignore import Ignores, ignored, ignores_above, read_ignore_file
from sparkfix.workspace.store import work_tree_above

LARGEST = 5 * 1024 * 1024
# Where an interrupted run leaves its journal (see `sparkfix.engine.journal`), by the folder that holds it.
_JOURNALS = {".sparkfix": "/journal.json", ".git": "/sparkfix/journal.json"}
SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".sparkfix"})


@dataclass(frozen=True)
class Found:
    """Files to look at, relative to `root`, sorted; those the user named one by one; what could not be entered.

    `interrupted` are folders below the root in which an earlier run left a half-done write.
    """

    root: Path
    files: tuple[str, ...]
    named: frozenset[str]
    problems: tuple[Problem, ...] = ()
    interrupted: tuple[str, ...] = ()


def root_for(paths: Sequence[Path], here: Path) -> Path:
    """The folder that paths in reports and diffs are relative to: `here` if it holds all of them."""
    absolute = [Path(os.path.realpath(path)) for path in paths]
    if all(path == here or here in path.parents for path in absolute):
        return here
    folders = [path if path.is_dir() else path.parent for path in absolute]
    return Path(os.path.commonpath(folders))


def seen_from(found: Found, top: Path) -> Found:
    """The same files with paths relative to a folder further up."""
    if top == found.root:
        return found
    below = found.root.relative_to(top).as_posix()
    return Found(
        top,
        tuple(f"{below}/{path}" for path in found.files),
        frozenset(f"{below}/{path}" for path in found.named),
        tuple(replace(item, path=below if item.path == "." else f"{below}/{item.path}") for item in found.problems),
        tuple(f"{below}/{path}" if path else below for path in found.interrupted),
    )


def find_files(paths: Sequence[Path], here: Path) -> Found:
    """All files below `paths` whose names say YAML, template or properties; a named file is always taken.

    `.gitignore` is respected below named folders, symbolic links are not followed, files over 5 MB are left out
    unless named. Raises `SparkfixError` for a named path that does not exist or cannot be read.
    """
    root = root_for(paths, here)
    files: dict[str, None] = {}
    named: set[str] = set()
    problems: list[Problem] = []
    interrupted: list[str] = []
    for path in paths:
        absolute = Path(os.path.realpath(path))
        if _is_folder(path):
            relative = "" if absolute == root else absolute.relative_to(root).as_posix() + "/"
            for name in _walk(str(absolute), ignores_above(absolute), relative, problems, interrupted):
                files[name] = None
        else:
            relative = absolute.relative_to(root).as_posix()
            files[relative] = None
            named.add(relative)
    return Found(root, tuple(sorted(files)), frozenset(named), tuple(problems), tuple(interrupted))


def _is_folder(path: Path) -> bool:
    """Is a named path a folder (or else a plain file)? Raises `SparkfixError` if it is neither or cannot be read."""
    absolute = Path(os.path.realpath(path))
    try:
        mode = absolute.stat().st_mode
    except FileNotFoundError:
        raise SparkfixError(f"{path}: no such file or folder") from None
    except (OSError, ValueError) as error:
        raise SparkfixError(f"{path}: {_reason(error)}") from None
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise SparkfixError(f"{path}: not a file or folder, but a device, pipe or socket")
    needed = os.R_OK | (os.X_OK if stat.S_ISDIR(mode) else 0)
    if not os.access(absolute, needed):
        raise SparkfixError(f"{path}: permission denied")
    if os.path.islink(path) and not stat.S_ISDIR(mode):
        folder = Path(os.path.realpath(Path(path).parent))
        home = work_tree_above(folder) or folder
        if home not in absolute.parents:
            raise SparkfixError(f"{path}: a link that leads out of {home}; name {absolute} if you mean it")
    return stat.S_ISDIR(mode)


def _reason(error: Exception) -> str:
    return ((error.strerror if isinstance(error, OSError) else "") or "cannot be read").lower()


def _walk(
    folder: str, ignores: Ignores, relative: str, problems: list[Problem], interrupted: list[str]
) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            items = sorted(entries, key=lambda item: item.name)
    except OSError as error:
        problems.append(Problem(relative.rstrip("/") or ".", _reason(error)))
        return
    if any(item.name == ".gitignore" for item in items):
        ignores += read_ignore_file(Path(folder) / ".gitignore", folder)
    for item in items:
        name = item.name
        if item.is_symlink():
            continue
        if name in _JOURNALS and os.path.lexists(item.path + _JOURNALS[name]):
            interrupted.append(relative.rstrip("/"))
        if item.is_dir():
            if name not in SKIPPED_FOLDERS and not (ignores and ignored(item.path, ignores, folder=True)):
                yield from _walk(item.path, ignores, f"{relative}{name}/", problems, interrupted)
        elif is_candidate(name) and item.is_file() and not (ignores and ignored(item.path, ignores, folder=False)):
            if item.stat().st_size > LARGEST:
                problems.append(Problem(relative + name, "larger than 5 MB; name it to have it read"))
            else:
                yield relative + name


def is_candidate(name: str) -> bool:
    """Does a file's name say that it may hold Spark configuration?"""
    return language_of_file(name) is not None


def binary(data: bytes) -> bool:
    """Does a file hold NUL bytes though it is no UTF-16 text?"""
    return b"\0" in data[:8192] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
