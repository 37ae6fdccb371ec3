"""Where file contents come from: a folder on disk, or a mapping in memory (tests, standard input)."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol


class Store(Protocol):
    """Reads files below one root; paths are relative, with forward slashes; the root folder is `""`."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None if there is no such file or it cannot be read."""

    def exists(self, path: str) -> bool: ...

    def names(self, folder: str) -> Sequence[tuple[str, bool]]:
        """The names in a folder, sorted, each with whether it is a folder itself; no links to folders that lead out."""

    def outside(self, folder: str) -> Sequence[str]:
        """The names of the links in a folder that lead out of the root, sorted."""

    def resolved(self, path: str) -> str:
        """The path of the same file or folder without symbolic links; itself if there are none, or if they lead out."""

    def writable(self, path: str) -> bool:
        """Can a file be given new bytes?"""


def work_tree_above(folder: Path) -> Path | None:
    """The nearest folder, this one or further up, that is the top of a git work tree, as far as its `.git` tells."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


@dataclass(frozen=True)
class MemoryStore:
    """Files in memory."""

    files: Mapping[str, bytes]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def exists(self, path: str) -> bool:
        return path in self.files

    def names(self, folder: str) -> Sequence[tuple[str, bool]]:
        prefix = folder + "/" if folder else ""
        found = {}
        for path in self.files:
            if path.startswith(prefix):
                name, _, rest = path[len(prefix) :].partition("/")
                found[name] = bool(rest)
        return sorted(found.items())

    def outside(self, folder: str) -> Sequence[str]:
        del folder
        return ()

    def resolved(self, path: str) -> str:
        return path

    def writable(self, path: str) -> bool:
        return path in self.files


@dataclass(frozen=True)
class DiskStore:
    """Files below a folder on disk; nothing outside of it is read, also not through symbolic links."""

    root: Path
    _inside: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    _resolved: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def read(self, path: str) -> bytes | None:
        target = f"{self.root}/{path}"
        try:
            mode = os.lstat(target).st_mode
            if stat.S_ISLNK(mode):
                readable = self._leads_inside(path) and os.path.isfile(target)
            else:
                readable = stat.S_ISREG(mode) and self._is_inside(path.rpartition("/")[0])
            if not readable:
                return None
            with open(target, "rb", buffering=0) as stream:
                return stream.readall()
        except OSError:
            return None

    def _leads_inside(self, path: str) -> bool:
        """Does a file or folder lie below the root once all links are followed?"""
        return Path(os.path.realpath(self.root / path)).is_relative_to(self._real_root)

    def _is_inside(self, folder: str) -> bool:
        """The same for a folder; each is looked at once. What lies in one that does and is no link lies there, too."""
        known = self._inside.get(folder)
        if known is None:
            above, _, name = folder.rpartition("/")
            plain = name not in ("", "..") and not os.path.isabs(folder) and self._is_inside(above)
            known = (plain and not os.path.islink(f"{self.root}/{folder}")) or self._leads_inside(folder)
            self._inside[folder] = known
        return known

    @cached_property
    def _real_root(self) -> Path:
        return self.root.resolve()

    def exists(self, path: str) -> bool:
        return os.path.isfile(f"{self.root}/{path}")

    def names(self, folder: str) -> Sequence[tuple[str, bool]]:
        found = [(item.name, _is_folder(item), item.is_symlink()) for item in self._entries(folder)]
        return sorted(
            (name, is_folder) for name, is_folder, linked in found
            if not (is_folder and linked) or self._is_inside(_join(folder, name))
        )  # fmt: skip

    def outside(self, folder: str) -> Sequence[str]:
        links = (item.name for item in self._entries(folder) if item.is_symlink())
        return sorted(name for name in links if not self._leads_inside(_join(folder, name)))

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        """What is in a folder; nothing for one that lies outside of the root or cannot be read."""
        try:
            with os.scandir(f"{self.root}/{folder}") as items:
                return list(items) if self._is_inside(folder) else []
        except OSError:
            return []

    def resolved(self, path: str) -> str:
        known = self._resolved.get(path) if not os.path.isabs(path) else path
        if known is None:
            folder, _, name = path.rpartition("/")
            above = self.resolved(folder) if folder else ""
            followed = self._followed(_join(above, name))
            known = self._resolved[path] = path if followed is None else followed
        return known

    def _followed(self, path: str) -> str | None:
        """A path whose folder has no links, with the last step followed; None if that leads out."""
        target = f"{self.root}/{path}"
        if not os.path.islink(target):
            return path
        root, real = str(self._real_root), os.path.realpath(target)
        if real == root:
            return ""
        return os.path.relpath(real, root).replace(os.sep, "/") if real.startswith(root + os.sep) else None

    def writable(self, path: str) -> bool:
        target = os.path.realpath(f"{self.root}/{path}")
        # A file is replaced by a rename, so its folder has to let go of the old name.
        return os.access(target, os.W_OK) and os.access(os.path.dirname(target), os.W_OK)


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link to itself, for one
        return False


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
