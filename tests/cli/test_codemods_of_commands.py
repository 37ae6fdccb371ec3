"""Codemods over commands wherever they stand, as a user runs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sample import Run

FILES = {
    "run.sh": "spark-submit \\\n  --conf spark.a=1 \\\n  --driver-memory 1g \\\n  job.py --conf spark.a=1\n",
    "Dockerfile": 'FROM apache/spark\nCMD ["spark-submit", "--conf", "spark.a=1", "--driver-memory", "1g", "job.py"]\n',
    "Makefile": 'run:\n\t@spark-submit --conf spark.a=1 --driver-memory 1g "$(X)" job.py\n',
    "docker-compose.yml": "services:\n  a:\n    command: spark-submit --conf spark.a=1 --driver-memory 1g job.py\n",
    "dag.py": 'BashOperator(bash_command="spark-submit --conf spark.a=1 --driver-memory 1g job.py")\n',
}
APPLICATION = "job.py --conf spark.a=1"


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    folder = tmp_path / "commands"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def changed(folder: Path, change: Callable[[str], str]) -> None:
    for name, text in FILES.items():
        wanted = change(text.replace(APPLICATION, "\0")).replace("\0", APPLICATION)
        assert (folder / name).read_text() == wanted, name


def test_set(commands: Path, sparkfix: Run) -> None:
    ran = sparkfix("set", "spark.a=2", cwd=commands)
    assert ran.code == 0, ran.err
    changed(commands, lambda text: text.replace("spark.a=1", "spark.a=2"))


def test_set_what_a_named_option_sets(commands: Path, sparkfix: Run) -> None:
    ran = sparkfix("set", "spark.driver.memory=4g", cwd=commands)
    assert ran.code == 0, ran.err
    changed(commands, lambda text: text.replace("1g", "4g"))


def test_rename(commands: Path, sparkfix: Run) -> None:
    assert sparkfix("rename", "spark.a", "spark.c", cwd=commands).code == 0
    changed(commands, lambda text: text.replace("spark.a", "spark.c"))


def test_unset(commands: Path, sparkfix: Run) -> None:
    assert sparkfix("unset", "spark.a", cwd=commands).code == 0

    def expected(text: str) -> str:
        for own in ("  --conf spark.a=1 \\\n", ' "--conf", "spark.a=1",', " --conf spark.a=1"):
            text = text.replace(own, "")
        return text

    changed(commands, expected)


def test_what_is_checked(commands: Path, sparkfix: Run) -> None:
    (commands / "twice.sh").write_text("spark-submit --conf spark.a=1 --conf spark.a=2 job.py\n")
    (commands / "Dockerfile.twice").write_text('ENV SPARK_SUBMIT_OPTS="-Dspark.a=1 -Dspark.a=2"\n')
    ran = sparkfix("check", cwd=commands)
    assert ran.code == 1
    assert "twice.sh:1:21 duplicate-property warning" in ran.out
    assert "Dockerfile.twice:1:26 duplicate-property warning" in ran.out
