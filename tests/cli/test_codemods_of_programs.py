"""Codemods and checks over programs of all languages, as a user runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sample import Run

FILES = {
    "job.py": 'import pyspark\nspark.conf.set("spark.a", "1")\nx = spark.conf.get("spark.a")\n',
    "dag.py": 'SparkSubmitOperator(\n    conf={\n        "spark.a": 1,\n        "spark.b": "x",\n    },\n)\n',
    "Job.scala": 'object Job {\n  val m = Map("spark.a" -> "1", "spark.b" -> "x")\n}\n',
    "Job.java": 'class Job { void f(SparkConf conf) {\n    conf.set("spark.a", "1");\n    conf.set("spark.b", "x");\n} }\n',
    "main.tf": 'conf = {\n  "spark.a" = "1"\n  "spark.b" = "x"\n}\n',
    "job.toml": '[conf]\n"spark.a" = "1"\n"spark.b" = "x"\n',
    "note.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "code", "source": ["%time\n", 'spark.conf.set("spark.a", "1")\n', "1"], "outputs": []}
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 4,
        },
        indent=1,
    ),
}


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def changed(folder: Path, change: Callable[[str, str], str]) -> None:
    for name, text in FILES.items():
        assert (folder / name).read_text() == change(name, text), name


def test_set(programs: Path, sparkfix: Run) -> None:
    ran = sparkfix("set", "spark.a=2", cwd=programs)
    assert ran.code == 0, ran.err

    def expected(name: str, text: str) -> str:
        if name == "dag.py":
            return text.replace('"spark.a": 1', '"spark.a": 2')
        return text.replace('\\"1\\"', '\\"2\\"') if name == "note.ipynb" else text.replace('"1"', '"2"')

    changed(programs, expected)
    assert "job.py:3" in ran.out + ran.err  # where it is asked for, which nobody changes


def test_rename(programs: Path, sparkfix: Run) -> None:
    assert sparkfix("rename", "spark.a", "spark.c", cwd=programs).code == 0
    changed(programs, lambda name, text: text.replace("spark.a", "spark.c").replace('get("spark.c")', 'get("spark.a")'))


def test_unset(programs: Path, sparkfix: Run) -> None:
    assert sparkfix("unset", "spark.a", cwd=programs).code == 0
    lines = {"Job.scala": '"spark.a" -> "1", '}

    def expected(name: str, text: str) -> str:
        if name in lines:
            return text.replace(lines[name], "")
        kept = (line for line in text.splitlines(keepends=True) if "spark.a" not in line or ".get(" in line)
        return "".join(kept)

    changed(programs, expected)


def test_a_program_without_spark_is_not_read(tmp_path: Path, sparkfix: Run) -> None:
    (tmp_path / "broken.py").write_text('print "x"\n')
    (tmp_path / "spark.py").write_text('print "spark.a=1"\nconf.set("spark.a", 1)\n')
    ran = sparkfix("check", cwd=tmp_path)
    assert "spark.py:1 not understood: not Python 3, but Python 2" in ran.out + ran.err
    assert "broken.py" not in ran.out + ran.err


def test_what_is_checked(programs: Path, sparkfix: Run) -> None:
    (programs / "twice.py").write_text('conf.set("spark.a", "1")\nconf.set("spark.a", "2")\n')
    ran = sparkfix("check", cwd=programs)
    assert ran.code == 1
    assert "twice.py:1:10 duplicate-property warning" in ran.out


def test_no_parser_is_loaded_for_a_folder_without_programs(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "a.conf").write_text("spark.a=1\n")
    code = (
        "import sys\nfrom sparkfix.cli.main import main\ntry:\n    main(['check', '--no-render'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('libcst', 'tree_sitter_hcl', 'tree_sitter_java') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
