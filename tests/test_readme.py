"""The README is true: every command line in it runs, in order, on the demo repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from sparkfix.engine.registry import load_rules

ROOT = Path(__file__).parents[1]
LINES = re.findall(r"(?m)^\$ (.*)$", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_every_command_runs(tmp_path: Path) -> None:
    tree = tmp_path / "repository"
    shutil.copytree(ROOT / "tests" / "demo" / "repository", tree)
    (tree / "spark-defaults.conf").write_text("spark.master local\n")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    script = bin_folder / "sparkfix"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sparkfix "$@"\n')
    script.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment = {**kept, "HOME": str(tmp_path), "PATH": f"{bin_folder}:{os.environ['PATH']}"}

    def shell(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line], cwd=tree, env=environment, capture_output=True, text=True, check=False
        )

    assert len([line for line in LINES if line.startswith("sparkfix")]) >= 12
    shell(
        "git init -q && git config user.name t && git config user.email t@example.org && git add -A && git commit -qm x"
    )
    for line in LINES:
        ran = shell(line)
        assert ran.returncode in (0, 1), (line, ran.stderr)
        assert "Traceback" not in ran.stderr
        if line.startswith("git apply") or " --commit" in line or " --solution 1" in line:
            assert not ran.stderr.startswith(("sparkfix: ", "error: ")), (line, ran.stderr)
        if " --commit" not in line and "apply --solution" in line:
            shell("git checkout -q -- . && git clean -qfd -e spark-defaults.conf -e fix.patch")


def test_what_rendering_shows_is_shown_as_it_is(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"In `(golden/[^`]+)`, `sparkfix check` says\n\n```text\n(.*?)```", text, re.DOTALL)
    assert found is not None
    shutil.copytree(ROOT / found[1], tmp_path / "tree")
    ran = subprocess.run(
        [sys.executable, "-m", "sparkfix", "check", "--no-cache"], cwd=tmp_path / "tree", capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.stdout.startswith(found[2])


def test_what_show_says_is_shown_as_it_is() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"In `(golden/[^`]+)`,\n`sparkfix (show [^`]+)` says\n\n```text\n(.*?)```", text, re.DOTALL)
    assert found is not None
    words = [sys.executable, "-m", "sparkfix", *found[2].split()]
    ran = subprocess.run(words, cwd=ROOT / found[1], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == (found[3], "")


def test_each_rule_has_one_line_in_the_table() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text[text.index("## What it finds") : text.index("The first rule answers")]
    listed = re.findall(r"(?m)^\| `([a-z0-9-]+)` \|", table)
    assert sorted(listed) == sorted(rule.id for rule in load_rules())
