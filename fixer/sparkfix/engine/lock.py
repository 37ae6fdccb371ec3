"""Being the only writer of a work tree.

Only `sparkfix.engine.write` uses this module. The home of filelock.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from sparkfix.engine import journal
from sparkfix.engine.journal import Home
from sparkfix.engine.targets import blaming
from sparkfix.model import SparkfixError

_LOCK_SECONDS = 1.0
_CHANCES = 50


def _make_folder(folder: Path) -> None:
    """Make a folder that another run may be making or taking away. Raises OSError for what is no folder."""
    try:
        folder.mkdir()
    except FileExistsError:
        if os.path.lexists(folder) and not folder.is_dir():
            raise


@contextlib.contextmanager
def locked(home: Home) -> Iterator[None]:
    """Be the only writer. Raises SparkfixError if another one stays or the lock cannot be made."""
    from filelock import FileLock, Timeout

    # The holder of a private folder takes it away in the end, perhaps between our two calls.
    for chance in range(_CHANCES):
        try:
            with blaming(str(home.folder)):
                if home.folder.is_symlink():
                    raise SparkfixError(f"{home.folder} is a link, so sparkfix does not write there")
                _make_folder(home.folder)
                journal.sync_folder(home.folder.parent)
            lock = FileLock(str(home.lock), timeout=_LOCK_SECONDS)
            lock.acquire()
            break
        except Timeout:
            raise SparkfixError(f"another sparkfix is writing in {home.anchor}; please wait for it to end") from None
        except FileNotFoundError as error:
            if chance == _CHANCES - 1:
                raise SparkfixError(f"{home.lock} could not be made: {error.strerror}; nothing was written") from error
        except (OSError, NotImplementedError) as error:
            reason = (error.strerror if isinstance(error, OSError) else "") or "locks do not work here"
            raise SparkfixError(f"{home.lock} could not be made: {reason}; nothing was written") from error
    try:
        yield
    finally:
        if home.private and not journal.exists(home):
            # Whoever waits for the lock notices that its file is gone; a folder that is not empty stays.
            with contextlib.suppress(OSError):
                home.lock.unlink(missing_ok=True)
                home.folder.rmdir()
        lock.release()
