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
        """The names in a folder, sorted, each with whether it is a folder itself."""

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
        return (self.root / path).resolve().is_relative_to(self._real_root)

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
        try:
            with os.scandir(f"{self.root}/{folder}") as items:
                return sorted((item.name, item.is_dir()) for item in items)
        except OSError:
            return []

    def resolved(self, path: str) -> str:
        known = self._resolved.get(path) if not os.path.isabs(path) else path
        if known is None:
            folder, _, name = path.rpartition("/")
            above = self.resolved(folder) if folder else ""
            known = self._followed(f"{above}/{name}" if above else name) or path
            self._resolved[path] = known
        return known

    def _followed(self, path: str) -> str:
        """A path whose folder has no links, with the last step followed; empty if that leads out."""
        target = f"{self.root}/{path}"
        if not os.path.islink(target):
            return path
        root, real = str(self._real_root), os.path.realpath(target)
        return os.path.relpath(real, root).replace(os.sep, "/") if real.startswith(root + os.sep) else ""

    def writable(self, path: str) -> bool:
        target = os.path.realpath(f"{self.root}/{path}")
        # A file is replaced by a rename, so its folder has to let go of the old name.
        return os.access(target, os.W_OK) and os.access(os.path.dirname(target), os.W_OK)
