"""`kill -9` at random moments of `apply` over 200 files: every file is whole, and the next run completes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sample import environment

RUNS = int(os.environ.get("SPARKFIX_CRASH_RUNS", "4"))
COUNT = 200
OLD = b"spark.master=local\nspark.connect.grpc.binding.port=15002\n"
NEW = b"spark.master=local\nspark.connect.grpc.binding.address=0.0.0.0\nspark.connect.grpc.binding.port=15002\n"
APPLY = [sys.executable, "-m", "sparkfix", "apply", "--solution", "1"]


def _files(root: Path) -> list[Path]:
    return [root / f"service-{number}" / "spark-defaults.conf" for number in range(COUNT)]


def _write_old(root: Path) -> None:
    for path in _files(root):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(OLD)


@pytest.mark.crash
def test_killed_while_applying(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    root = tmp_path / "tree"
    _write_old(root)
    begun = time.monotonic()
    subprocess.run(APPLY, cwd=root, env=environment(home), check=True, capture_output=True)
    whole = time.monotonic() - begun
    assert all(path.read_bytes() == NEW for path in _files(root))
    generator = random.Random(20260124)
    killed = 0
    for _ in range(RUNS):
        _write_old(root)
        process = subprocess.Popen(
            APPLY, cwd=root, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # Writing is the last part of a run, so most kills should fall there.
        time.sleep(generator.uniform(0.4, 1.0) * whole)
        process.kill()
        killed += process.wait() != 0
        assert {path.read_bytes() for path in _files(root)} <= {OLD, NEW}
        after = subprocess.run(APPLY, cwd=root, env=environment(home), check=False, capture_output=True)
        assert after.returncode == 0, after.stderr
        assert all(path.read_bytes() == NEW for path in _files(root))
        assert sorted(path.name for path in root.rglob("*") if path.is_file()) == ["spark-defaults.conf"] * COUNT
    assert killed, "no run was killed in time: nothing was tested"
