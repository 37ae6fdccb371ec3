"""Values of secrets that stand in plain text are never shown: not by check, not by diff, not in what apply says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sample import Run

GOLDEN = Path(__file__).parents[2] / "golden"
VALUES = ("abcDEF123", "abc/DEF+123", "AKIAABCDEFGHIJKLMNOP", "changeme")
CASES = sorted(path for path in (GOLDEN / "secret_in_plain_text").iterdir() if (path / "findings.txt").is_file())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_no_value_is_shown(case: Path, tree: Path, sparkfix: Run) -> None:
    shutil.copytree(case / "before", tree / "case")
    ran = sparkfix("check", "case")
    assert ran.code == 1
    assert "secret-in-plain-text" in ran.out
    shown = ran.out + ran.err
    for command in ("diff", "apply"):
        more = sparkfix(command, "--unsafe-fixes", "--select", "secret-in-plain-text", "case")
        shown += more.out + more.err
    assert not [value for value in VALUES if value in shown]
