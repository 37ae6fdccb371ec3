"""Asking the system for files before they are read, so that it fetches them while others are looked at."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

_FEW = 16


def read_ahead(root: Path, files: Sequence[str]) -> None:
    """Have the system fetch files below `root`, in their order, in the background; where it cannot, nothing is done."""
    if len(files) > _FEW and hasattr(os, "posix_fadvise"):
        threading.Thread(target=_ask, args=(f"{root}/", files), daemon=True).start()


def _ask(root: str, files: Sequence[str]) -> None:
    for path in files:
        # Whoever reads the file says what is wrong with it. A pipe put in its place must not hold us up.
        with contextlib.suppress(OSError, ValueError):
            handle = os.open(root + path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_WILLNEED)
            finally:
                os.close(handle)
