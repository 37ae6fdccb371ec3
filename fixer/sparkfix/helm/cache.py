"""Renderings that outlast a run: in the user's cache folder, by a digest of chart, values, sparkfix and Helm's engine.

The home of diskcache (SQLite, safe under concurrent runs, evicts what was not used for long) and platformdirs. Whatever
goes wrong with the cache, the run goes on without it. Manifests may hold what charts keep secret, so that the folder
is the user's alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparkfix import __version__

if TYPE_CHECKING:
    from diskcache import Cache

FOLDER = "SPARKFIX_CACHE_DIR"
"""The variable that names another folder than the system's own place for caches."""

LIBRARY = "helm-python-sdk"
_MOST_BYTES = 256 << 20
_SECONDS = 2.0


@dataclass
class DiskCache:
    """A cache in a folder. Only what Helm's library rendered is kept: which `helm` a PATH holds may change unseen."""

    cache: Cache
    engine: str
    broken: bool = False

    def get(self, key: str) -> Any:
        """The data that was kept under a key, or None."""
        return self._try(lambda: self.cache.get(self._full(key)))

    def put(self, key: str, data: Any, engine: str) -> None:
        """Keep plain data (what JSON can hold) that came from an engine under a key."""
        if engine in (LIBRARY, ""):
            self._try(lambda: self.cache.set(self._full(key), data))

    def close(self) -> None:
        self._try(self.cache.close)

    def _full(self, key: str) -> str:
        return hashlib.sha256(f"{__version__} {self.engine} {key}".encode()).hexdigest()

    def _try(self, action: Any) -> Any:
        """What an action gives; None once something was wrong with the cache."""
        if self.broken:
            return None
        try:
            return action()
        # A folder that is gone or full, a database that is damaged or locked, contents that are not ours.
        except Exception:
            self.broken = True
            return None


@contextlib.contextmanager
def open_cache(folder: Path | None = None, *, wanted: bool = True) -> Iterator[DiskCache | None]:
    """The cache while it is used; None where it is not wanted, without a library to render with, and without a folder."""
    found = _opened(folder) if wanted else None
    try:
        yield found
    finally:
        if found is not None:
            found.close()


def _opened(folder: Path | None) -> DiskCache | None:
    try:
        engine = f"{LIBRARY} {version(LIBRARY)}"
        place = folder or _folder()
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            place.chmod(0o700)
        from diskcache import Cache, JSONDisk

        cache = Cache(str(place), timeout=_SECONDS, disk=JSONDisk, size_limit=_MOST_BYTES)
        return DiskCache(cache, engine)
    except (PackageNotFoundError, OSError, ValueError, sqlite3.Error):
        return None


def _folder() -> Path:
    given = os.environ.get(FOLDER)
    if given:
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("sparkfix", appauthor=False) / "renderings"
