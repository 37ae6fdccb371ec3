"""What `.gitignore` files say. The home of pathspec."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparkfix.workspace.store import work_tree_above


@dataclass(frozen=True)
class IgnoreFile:
    """The patterns of one `.gitignore`, with the folder that they are relative to (absolute path)."""

    folder: str
    spec: Any


Ignores = tuple[IgnoreFile, ...]


def read_ignore_file(path: Path, folder: str) -> Ignores:
    """The patterns of a file, or nothing if it cannot be read."""
    try:
        if not path.is_file():
            return ()
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    import pathspec

    return (IgnoreFile(folder.rstrip("/") + "/", pathspec.GitIgnoreSpec.from_lines(lines)),)


def ignored(path: str, ignores: Ignores, *, folder: bool) -> bool:
    """Does git ignore this absolute path? The innermost file that has an opinion wins."""
    for ignore in reversed(ignores):
        relative = path.removeprefix(ignore.folder)
        result = ignore.spec.check_file(relative + "/" if folder else relative)
        if result.include is not None:
            return bool(result.include)
    return False


def ignores_above(folder: Path) -> Ignores:
    """The ignore files that hold in `folder` from its repository's root down to its parent."""
    root = work_tree_above(folder)
    if root is None:
        return ()
    chain = [folder, *folder.parents]
    found = read_ignore_file(root / ".git" / "info" / "exclude", str(root))
    for place in reversed(chain[1 : chain.index(root) + 1]):
        if (place / ".gitignore").is_file():
            found += read_ignore_file(place / ".gitignore", str(place))
    return found
