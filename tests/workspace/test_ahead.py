"""Files that are asked for ahead: each one, whatever stands in its place, and nothing where the system cannot."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sparkfix.workspace.ahead import read_ahead


def _done(before: set[threading.Thread]) -> None:
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
        assert not thread.is_alive()


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system takes no such advice")
def test_each_file_is_asked_for_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number}.yaml" for number in range(20)]
    for name in names:
        (tmp_path / name).write_text(name)
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "link.yaml").symlink_to("0.yaml")
    asked: list[str] = []
    handles: set[int] = set()

    def advise(handle: int, start: int, length: int, advice: int) -> None:
        handles.add(handle)
        asked.append(os.read(handle, 99).decode())
        raise OSError

    monkeypatch.setattr(os, "posix_fadvise", advise)
    before = set(threading.enumerate())
    read_ahead(tmp_path, ["missing.yaml", "pipe.yaml", "link.yaml", *names])
    _done(before)
    assert [name for name in asked if name] == names
    # A handle that is closed is given out again.
    assert len(handles) < 5


def test_without_such_advice_nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    before = threading.active_count()
    read_ahead(tmp_path, [f"{number}.yaml" for number in range(20)])
    assert threading.active_count() == before
