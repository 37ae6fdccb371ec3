# ruff: noqa: E501
"""Makefiles: what recipes and variables set there, how it is edited, and what make hands to the shell."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command_files import after, found, opened, refused, settings_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sparkfix.model import Add, Change, CommentOut, Property, Refused, Remove, RenameKey, SetValue

FILE = """\
SPARK_HOME ?= /opt/spark
OPTS = --conf spark.a=1 \\
\t--conf spark.b=$(X) # why
ifdef X
export SPARK_HISTORY_OPTS := -Dspark.c=1
endif
.PHONY: run
run: build ; @echo hi
\t@echo "start $@ --conf spark.no=1"
\t# spark-submit --conf spark.no=1
\t-@$(SPARK_HOME)/bin/spark-submit \\
\t  --conf spark.d=1 \\
\t  --conf spark.e=$$HOME $(OPTS) \\
\t  job.py
ifeq ($(A),b)
\tspark-submit --conf "spark.f=$(shell date)" --driver-memory 2g
endif
\tZ=1; spark-submit --conf spark.g=$(X) --conf spark.h=$$Z ${OPTS} $< $(@D)
"""


def test_what_a_makefile_sets() -> None:
    document = opened(FILE, "Makefile")
    assert settings_of(document) == {
        "arguments": {
            "spark.a": "1", "spark.b": "$(X)", "spark.d": "1", "spark.e": "$HOME", "spark.f": "$(shell date)",
            "spark.g": "$(X)", "spark.h": "1",
        },
        "Java options": {"spark.c": "1"},
        "flags": {"spark.driver.memory": "2g"},
    }  # fmt: skip
    assert not document.problems
    assert {block.where for block in document.blocks} == {
        "the variable `OPTS`", "the variable `SPARK_HISTORY_OPTS`", "a recipe: the command `spark-submit`",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["Makefile", "a/makefile", "GNUmakefile", "x.mk", "Makefile.local"])
def test_names(name: str) -> None:
    assert opened(FILE, name).language == "make"


@pytest.mark.parametrize(
    ("key", "change", "old", "new"),
    [
        ("spark.a", lambda one: SetValue(one, "2"), "spark.a=1", "spark.a=2"),
        ("spark.a", Remove, "--conf spark.a=1 \\\n\t--conf", "--conf"),
        ("spark.a", lambda one: Add(one, "spark.z", "1"), "spark.a=1 \\\n", "spark.a=1 \\\n\t--conf spark.z=1 \\\n"),
        ("spark.a", lambda one: RenameKey(one, "spark.z"), "spark.a", "spark.z"),
        ("spark.b", lambda one: RenameKey(one, "spark.z"), "spark.b", "spark.z"),
        ("spark.c", lambda one: SetValue(one, "2"), "spark.c=1", "spark.c=2"),
        ("spark.c", lambda one: Add(one, "spark.z", "1"), "spark.c=1", "spark.c=1 -Dspark.z=1"),
        ("spark.d", lambda one: SetValue(one, "$x"), "spark.d=1", "spark.d='$$x'"),
        ("spark.d", Remove, "\t  --conf spark.d=1 \\\n", ""),
        ("spark.d", lambda one: Add(one, "spark.z", "1"), "spark.d=1 \\\n", "spark.d=1 \\\n\t  --conf spark.z=1 \\\n"),
        ("spark.e", Remove, "--conf spark.e=$$HOME ", ""),
        ("spark.f", Remove, '--conf "spark.f=$(shell date)" ', ""),
        ("spark.g", Remove, "--conf spark.g=$(X) ", ""),
        ("spark.h", lambda one: SetValue(one, "2"), "Z=1;", "Z=2;"),
        ("spark.driver.memory", lambda one: SetValue(one, "3g"), "2g", "3g"),
    ],
)  # fmt: skip
def test_each_change(key: str, change: Callable[[Property], Change], old: str, new: str) -> None:
    for text in (FILE, FILE.removesuffix("\n"), "# äöü\n" + FILE):
        assert after(text, change(found(opened(text, "Makefile"), key)), "Makefile") == text.replace(old, new)


@pytest.mark.parametrize(
    ("key", "change", "reason"),
    [
        ("spark.b", lambda one: SetValue(one, "2"), "it is computed from the variable `X`"),
        ("spark.f", lambda one: SetValue(one, "2"), "the shell computes it from a command's output"),
        ("spark.g", lambda one: SetValue(one, "2"), "it is computed from the variable `X`"),
        ("spark.c", lambda one: SetValue(one, "a#b"), "for a comment"),
        ("spark.d", lambda one: SetValue(one, "a\nb"), "a line break would end the line"),
        ("spark.d", CommentOut, "in a command nothing can be commented out"),
    ],
)
def test_what_a_makefile_cannot_take(key: str, change: Callable[[Property], Change], reason: str) -> None:
    assert reason in refused(FILE, change(found(opened(FILE, "Makefile"), key)), "Makefile")


@pytest.mark.parametrize(
    "text",
    ["# run: spark-submit --conf spark.a=1\n", "NOTE = say --name spark\n", "run: spark.a=1 x\n\ttrue\n", "$(info --conf spark.a=1)\n"],
)  # fmt: skip
def test_false_friends(text: str) -> None:
    assert not opened(text, "Makefile").blocks


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=10)


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no `make`")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=TEXT, form=st.sampled_from(["spark.a=x", "'spark.a=x'", '"spark.a=x"', 'spark.a="x"']))
def test_make_hands_over_the_value_that_was_set(value: str, form: str, tmp_path: Path) -> None:
    text = f"# é\nPRINT = printf '%s\\0'\nall:\n\t@$(PRINT) spark-submit \\\n\t  --conf {form} $(Y) x.py\n"
    try:
        result = after(text, SetValue(found(opened(text, "Makefile"), "spark.a"), value), "Makefile")
    except Refused:
        assert "{{" in value
        return
    (tmp_path / "Makefile").write_bytes(result.encode())
    done = subprocess.run(["make", "-s", "SHELL=/bin/bash", "Y=why"], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == ["spark-submit", "--conf", f"spark.a={value}", "why", "x.py"]
