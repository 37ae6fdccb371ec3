"""Dockerfiles: what commands and variables set there, how it is edited, and what Docker makes of it."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable

import pytest
from command_files import after, found, opened, refused, settings_of
from dockerfile_parse import DockerfileParser
from hypothesis import given, settings
from hypothesis import strategies as st

from sparkfix.formats.docker.instructions import instructions
from sparkfix.model import Add, Change, CommentOut, Property, Refused, Remove, RenameKey, SetValue

FILE = """\
# syntax=docker/dockerfile:1
ARG TAG=3.5.1
FROM --platform=linux/amd64 apache/spark:${TAG} AS base
ENV SPARK_HISTORY_OPTS="-Dspark.a=1 -Dspark.b=$DIR" \\
    # the other one
    SPARK_OPTS='--conf spark.c=1 --driver-memory 2g' OTHER=1
ENV SPARK_DAEMON_JAVA_OPTS -Dspark.d=1 -Xmx1g
RUN set -e && \\
    # a comment
    spark-submit \\
      --conf spark.e=1 \\
      --conf "spark.f=$(date)" x.py
RUN --mount=type=cache,target=/x ["spark-submit", "--conf", "spark.g=1", "x.py", "--conf", "spark.no=1"]
RUN <<EOF
spark-submit --conf spark.h=1 x.py
EOF
COPY <<-EOF /opt/spark/conf/spark-defaults.conf
\tspark.i=1
\tspark.j=$DIR
\tEOF
ENTRYPOINT ["/opt/entrypoint.sh", "driver", \\
    "--conf", "spark.k=1", \\
    # here
    "--driver-memory", "2g"]
CMD ["sh", "-c", "spark-submit --conf spark.l=1 x.py"]
ONBUILD RUN spark-submit --conf spark.m=1
HEALTHCHECK --interval=5m CMD spark-submit --conf spark.n=1 || exit 1
LABEL use="spark-submit --conf spark.no=1"
"""


def test_what_a_dockerfile_sets() -> None:
    document = opened(FILE, "Dockerfile")
    assert settings_of(document) == {
        "Java options": {"spark.a": "1", "spark.b": "$DIR", "spark.d": "1"},
        "arguments": {
            "spark.c": "1", "spark.e": "1", "spark.f": "$(date)", "spark.g": "1", "spark.h": "1", "spark.k": "1",
            "spark.l": "1", "spark.m": "1", "spark.n": "1",
        },
        "flags": {"spark.driver.memory": "2g"},
        "properties text": {"spark.i": "1", "spark.j": "$DIR"},
    }  # fmt: skip
    assert not document.problems
    assert {block.where for block in document.blocks} >= {
        "the variable `SPARK_HISTORY_OPTS`", "`RUN`: the command `spark-submit`", "`ENTRYPOINT`: the document",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["Dockerfile", "a/Dockerfile.spark", "spark.Dockerfile", "Containerfile", "x.dockerfile"]
)
def test_names(name: str) -> None:
    assert opened(FILE, name).language == "docker"


@pytest.mark.parametrize(
    ("key", "change", "old", "new"),
    [
        ("spark.a", lambda one: SetValue(one, "2"), "spark.a=1", "spark.a=2"),
        ("spark.a", lambda one: SetValue(one, "x y"), "spark.a=1", 'spark.a=\\"x y\\"'),
        ("spark.a", Remove, "-Dspark.a=1 ", ""),
        ("spark.a", lambda one: Add(one, "spark.z", "1"), "spark.a=1", "spark.a=1 -Dspark.z=1"),
        ("spark.a", lambda one: RenameKey(one, "spark.z"), "spark.a", "spark.z"),
        ("spark.b", Remove, " -Dspark.b=$DIR", ""),
        ("spark.c", lambda one: SetValue(one, "2"), "spark.c=1", "spark.c=2"),
        ("spark.c", Remove, "--conf spark.c=1 ", ""),
        ("spark.d", lambda one: SetValue(one, "2"), "spark.d=1", "spark.d=2"),
        ("spark.d", Remove, "-Dspark.d=1 ", ""),
        ("spark.d", lambda one: Add(one, "spark.z", "1"), "spark.d=1", "spark.d=1 -Dspark.z=1"),
        ("spark.e", lambda one: SetValue(one, "x $y"), "spark.e=1", "spark.e='x $y'"),
        ("spark.e", Remove, "      --conf spark.e=1 \\\n", ""),
        ("spark.e", lambda one: Add(one, "spark.z", "1"), "spark.e=1 \\\n", "spark.e=1 \\\n      --conf spark.z=1 \\\n"),
        ("spark.f", Remove, '--conf "spark.f=$(date)" ', ""),
        ("spark.f", lambda one: RenameKey(one, "spark.z"), "spark.f", "spark.z"),
        ("spark.g", lambda one: SetValue(one, 'x "y"'), "spark.g=1", 'spark.g=x \\"y\\"'),
        ("spark.g", Remove, ' "--conf", "spark.g=1",', ""),
        ("spark.g", lambda one: Add(one, "spark.z", "1"), '"spark.g=1"', '"spark.g=1", "--conf", "spark.z=1"'),
        ("spark.h", lambda one: SetValue(one, "2"), "spark.h=1", "spark.h=2"),
        ("spark.h", Remove, " --conf spark.h=1", ""),
        ("spark.i", lambda one: SetValue(one, "$x"), "spark.i=1", "spark.i=\\$x"),
        ("spark.i", lambda one: Add(one, "spark.z", "1"), "\tspark.i=1\n", "\tspark.i=1\n\tspark.z=1\n"),
        ("spark.i", CommentOut, "\tspark.i=1", "\t# spark.i=1"),
        ("spark.k", lambda one: SetValue(one, "2"), "spark.k=1", "spark.k=2"),
        ("spark.k", Remove, ' "--conf", "spark.k=1",', ""),
        ("spark.l", lambda one: SetValue(one, "a b"), "spark.l=1", 'spark.l=\\"a b\\"'),
        ("spark.l", Remove, " --conf spark.l=1", ""),
        ("spark.m", Remove, " --conf spark.m=1", ""),
        ("spark.n", lambda one: SetValue(one, "2"), "spark.n=1", "spark.n=2"),
    ],
)  # fmt: skip
def test_each_change(key: str, change: Callable[[Property], Change], old: str, new: str) -> None:
    for text in (FILE, FILE.replace("\n", "\r\n"), FILE.removesuffix("\n"), "# äöü\n" + FILE):
        end = "\r\n" if "\r" in text else "\n"
        wanted = text.replace(old.replace("\n", end), new.replace("\n", end))
        if (key, change) == ("spark.k", Remove):
            wanted = text.replace(f'    "--conf", "spark.k=1", \\{end}', "")
        assert after(text, change(found(opened(text, "Dockerfile"), key)), "Dockerfile") == wanted


@pytest.mark.parametrize(
    ("text", "change", "reason"),
    [
        (FILE, lambda one: SetValue(one("spark.b"), "2"), "the shell computes it from the variable `DIR`"),
        (FILE, lambda one: SetValue(one("spark.j"), "2"), "the shell computes it from the variable `DIR`"),
        (FILE, lambda one: CommentOut(one("spark.a")), "in a command nothing can be commented out"),
        (FILE, lambda one: CommentOut(one("spark.k")), "JSON has no comments"),
        (FILE, lambda one: SetValue(one("spark.e"), "a\nb"), "a line break would end the instruction"),
        (FILE, lambda one: SetValue(one("spark.h"), "a\nEOF\nb"), "a line would end the here document"),
        (FILE, lambda one: SetValue(one("spark.a"), "a`b"), "the result would hold other settings"),
        ("ENV SPARK_HISTORY_OPTS -Dspark.a=1\n", lambda one: Remove(one("spark.a")), "`ENV` has no value"),
    ],
)  # fmt: skip
def test_what_a_dockerfile_cannot_take(
    text: str, change: Callable[[Callable[[str], Property]], Change], reason: str
) -> None:
    document = opened(text, "Dockerfile")
    assert reason in refused(text, change(lambda key: found(document, key)), "Dockerfile")


@pytest.mark.parametrize(
    "text",
    [
        "FROM spark\n# RUN spark-submit --conf spark.a=1\n",
        "FROM spark\nRUN set -e && \\\n  # spark-submit --conf spark.a=1 \\\n  true\n",
        'LABEL x="--conf spark.a=1"\nEXPOSE 7077\nWORKDIR /spark.a=1\n',
        'RUN echo "spark-submit --conf spark.a=1"\n',
        "RUN pip install pyspark --conf\n", "COPY spark.a=1 /opt/spark/conf/\n", "COPY <<EOF /x.md\nuse --conf spark.a=1\nEOF\n",
        "RUN spark-submit x.py --conf spark.a=1\n", "ENV NOTE=--driver-memory\n",
    ],
)  # fmt: skip
def test_false_friends(text: str) -> None:
    assert not opened(text, "Dockerfile").blocks


def test_other_signs_for_lines_that_go_on() -> None:
    (problem,) = opened("# escape=`\nFROM x\nCMD spark-submit --conf spark.a=1\n", "Dockerfile").problems
    assert problem.reason == "lines are not continued by backslashes"


def test_brackets_that_are_no_list_are_a_script() -> None:
    document = opened(
        "CMD ['spark-submit', '--conf']\nCMD [ -f x ] && spark-submit --conf spark.a=1 x.py\n", "Dockerfile"
    )
    assert settings_of(document) == {"arguments": {"spark.a": "1"}}


def test_instructions_end_where_docker_ends_them() -> None:
    text = "FROM a\nRUN one \\\n\n# c\n  two\\ \n  three\nRUN <<A <<-'B'\nRUN no\nA\n\tRUN no\n\tB\nCMD x \\"
    found = [(one.name, text[one.start : one.end]) for one in instructions(text)]
    assert found == [
        ("FROM", "a"), ("RUN", "one \\\n\n# c\n  two\\ \n  three"), ("RUN", "<<A <<-'B'"), ("CMD", "x \\"),
    ]  # fmt: skip
    for one in instructions(text):
        assert [text[here.start : here.end] for here in one.here] == (["RUN no\n", "\tRUN no\n"] if one.here else [])


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n`\\$"), max_size=10)


@settings(max_examples=80, deadline=None)
@given(
    value=TEXT,
    form=st.sampled_from(['X="-Dspark.a=x -Dx=y"', "X='-Dspark.a=x -Dx=y'", "X -Dspark.a=x -Dx=y", "X=-Dspark.a=x"]),
)
def test_docker_reads_the_variable_that_was_set(value: str, form: str) -> None:
    text = f"FROM é\nENV SPARK_{form}\nRUN true\n".replace("SPARK_X", "SPARK_HISTORY_OPTS")
    try:
        result = after(text, SetValue(found(opened(text, "Dockerfile"), "spark.a"), value), "Dockerfile")
    except Refused:
        assert "{{" in value
        return
    read = DockerfileParser(fileobj=io.BytesIO(result.encode())).envs["SPARK_HISTORY_OPTS"]
    assert shlex.split(read) == [f"-Dspark.a={value}", *(["-Dx=y"] if "-Dx" in form else [])]
    assert found(opened(result, "Dockerfile"), "spark.a").value == value


@settings(max_examples=60, deadline=None)
@given(value=TEXT)
def test_json_reads_the_words_that_were_set(value: str) -> None:
    text = 'FROM é\nCMD ["spark-submit", "--conf", "spark.a=x", \\\n  "x.py"]\n'
    try:
        result = after(text, SetValue(found(opened(text, "Dockerfile"), "spark.a"), value), "Dockerfile")
    except Refused:
        assert "{{" in value or not value.isprintable()
        return
    words = json.loads(result.partition("CMD ")[2].replace("\\\n", "\n"))
    assert words == ["spark-submit", "--conf", f"spark.a={value}", "x.py"]
