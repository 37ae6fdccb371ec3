"""The files that a set of writes is about: found, checked, and held against what they are to be.

Only `sparkfix.engine.write` uses this module.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sparkfix.engine import journal
from sparkfix.engine.journal import Entry
from sparkfix.model import FileChange, SparkfixError


@dataclass(frozen=True, slots=True)
class Item:
    """One file to write: the path as the caller gave it, the real file, and the temporary file beside it."""

    path: str
    target: Path
    temp: Path
    before: bytes
    after: bytes

    def entry(self, base: Path, *, ready: bool) -> Entry:
        target = self.target.relative_to(base).as_posix()
        if not ready:
            return Entry(target, self.temp.name)
        return Entry(target, self.temp.name, self.before, journal.sha256(self.after))


def checked(base: Path, changes: Sequence[FileChange]) -> tuple[Item, ...]:
    """The changes with their real targets. Raises SparkfixError for the first that must not be written."""
    items: dict[Path, Item] = {}
    for change in changes:
        target = _target(base, change.path)
        item = Item(change.path, target, target.with_name(journal.temp_name(target)), change.before, change.after)
        twin = items.setdefault(target, item)
        if twin.after != item.after:
            raise SparkfixError(f"{twin.path} and {item.path} are one file with two results; nothing was written")
        try:
            unchanged(item)
            if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
                raise SparkfixError(f"{change.path} is read-only")
        except SparkfixError as error:
            raise SparkfixError(f"{error}; nothing was written") from error
    return tuple(items.values())


def _target(base: Path, path: str) -> Path:
    """The real file behind a path. Raises SparkfixError if it is not below `base`."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise SparkfixError(f"{path} is not a path inside {base}; nothing was written")
    try:
        target = (base / path).resolve(strict=True)
    except FileNotFoundError:
        raise SparkfixError(f"{path} changed while sparkfix was working; nothing was written") from None
    except (OSError, RuntimeError) as error:
        # Before Python 3.13 a loop of links is a RuntimeError.
        reason = (error.strerror if isinstance(error, OSError) else "") or "its links go round in a circle"
        raise SparkfixError(f"{path} cannot be found: {reason}; nothing was written") from error
    if not target.is_relative_to(base):
        raise SparkfixError(f"{path} is behind a link that leads out of {base}; nothing was written")
    return target


def unchanged(item: Item) -> None:
    """Raise SparkfixError if the target no longer holds its old bytes."""
    with blaming(item.path):
        content = journal.plain_content(item.target)
    if content != item.before:
        raise SparkfixError(f"{item.path} changed while sparkfix was working")


@contextlib.contextmanager
def blaming(path: str) -> Iterator[None]:
    """Turn an OSError into a SparkfixError that names the file and the cause."""
    try:
        yield
    except OSError as error:
        raise SparkfixError(f"{path} could not be written: {error.strerror or error}") from error
