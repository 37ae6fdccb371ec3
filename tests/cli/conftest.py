"""The sample chart on disk and in git, and the command line as a user runs it: in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sample import FILES, Ran, Run, environment


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with the chart."""
    root = tmp_path / "repository"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def sparkfix(tree: Path, home: Path) -> Run:
    """Runs `python -m sparkfix` in the tree."""

    def run(*arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "sparkfix", *arguments],
            cwd=cwd or tree,
            input=stdin,
            capture_output=True,
            env=environment(home),
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def git(tree: Path, home: Path) -> Callable[..., str]:
    """The tree as a git repository with one commit; runs git in it."""

    def call(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=tree, capture_output=True, env=environment(home), check=True)
        return done.stdout.decode()

    call("init", "--quiet", "--initial-branch", "main")
    call("config", "user.name", "Test")
    call("config", "user.email", "test@example.org")
    call("add", "--all")
    call("commit", "--quiet", "--message", "start")
    return call
