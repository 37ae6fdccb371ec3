"""Notebooks: cells in their languages, edits that stay inside the strings, and outputs that nobody reads."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.engine.verify import verify
from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Property, Refused, Remove, RenameKey, SetValue
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.mentions import words_in
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import LONGEST_LINE, Workspace

CHAIN = [
    "%matplotlib inline\n",
    "from pyspark.sql import SparkSession\n",
    "!pip install x \\\n",
    "   y\n",
    "spark = (SparkSession.builder\n",
    '    .config("spark.a", "é")\n',
    "    .config('spark.b', 2)\n",
    "    .getOrCreate())\n",
    "x = !ls\n",
    'y = ("%s"\n',
    "     % spark)\n",
    "spark?\n",
    'spark.conf.set("spark.c", "1")',
]
CONFIGURE = ["%%configure -f\n", '{"conf": {"spark.f": "1",\n', ' "spark.g": "2"}}']
LINES = ["conf.set('spark.i', 1)\n", "conf.set('spark.j', 1)\n", "print(1)"]


def code(source: list[str] | str, outputs: list[Any] | None = None) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": outputs or [], "source": source}


def notebook(*cells: dict[str, Any], language: str = "python", indent: int | None = 1) -> str:
    data = {
        "cells": cells,
        "metadata": {"kernelspec": {"display_name": "K", "language": language, "name": "k"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(data, indent=indent, ensure_ascii=False) + "\n"


OUTPUT = {"output_type": "stream", "name": "stdout", "text": ['spark.conf.set("spark.no", "1")\n']}
NOTEBOOK = notebook(
    {"cell_type": "markdown", "metadata": {}, "source": ['spark.conf.set("spark.no", "1")']},
    code(CHAIN, [OUTPUT]),
    code('spark.conf.set("spark.d", "1")\nspark.conf.set("spark.e", "1")\n'),
    code(CONFIGURE),
    code(["%%sql\n", "SET spark.no=1"]),
    code(["%sql\n", "SET spark.no=1"]),
    code(["conf.set('spark.h', 1)"]),
    code(LINES),
    code([]),
)


def opened(text: str) -> Document:
    return open_document(SourceText("a.ipynb", text.encode()))


def found(document: Document, key: str) -> Property:
    return next(item for block in document.blocks for item in block.all(key))


def after(text: str, change: Change) -> str:
    return splice(text.encode(), render(change)).decode()


def sources(text: str) -> list[Any]:
    nbformat.validate(json.loads(text))
    return [cell["source"] for cell in json.loads(text)["cells"]]


def test_each_cell_is_read_in_its_language() -> None:
    document = opened(NOTEBOOK)
    assert document.problems == ()
    assert [(block.carrier, block.where, [item.key for item in block.properties]) for block in document.blocks] == [
        ("Python calls", "cell 2: SparkSession.builder", ["spark.a", "spark.b"]),
        ("Python calls", "cell 2: spark.conf", ["spark.c"]),
        ("Python calls", "cell 3: spark.conf", ["spark.d", "spark.e"]),
        ("JSON map", "cell 4: conf", ["spark.f", "spark.g"]),
        ("Python calls", "cell 7: conf", ["spark.h"]),
        ("Python calls", "cell 8: conf", ["spark.i", "spark.j"]),
    ]


@pytest.mark.parametrize(
    ("key", "change", "cell", "source"),
    [
        ("spark.c", lambda one: SetValue(one, 'say "é"\\'), 1, [*CHAIN[:-1], 'spark.conf.set("spark.c", "say \\"é\\"\\\\")']),
        ("spark.i", lambda one: RenameKey(one, "spark.x"), 7, ["conf.set('spark.x', 1)\n", *LINES[1:]]),
        ("spark.i", lambda one: Add(one, "spark.x", "1"), 7, [LINES[0], "conf.set('spark.x', 1)\n", *LINES[1:]]),
        ("spark.i", lambda one: Add(one, "spark.x", "1", before=True), 7, ["conf.set('spark.x', 1)\n", *LINES]),
        ("spark.i", Remove, 7, LINES[1:]),
        ("spark.j", Remove, 7, [LINES[0], LINES[2]]),
        ("spark.j", CommentOut, 7, [LINES[0], "# " + LINES[1], LINES[2]]),
        ("spark.a", Remove, 1, [*CHAIN[:5], *CHAIN[6:]]),
        ("spark.a", lambda one: Add(one, "spark.x", "1"), 1, [*CHAIN[:6], '    .config("spark.x", "1")\n', *CHAIN[6:]]),
        ("spark.c", lambda one: Add(one, "spark.x", "1"), 1,
         [*CHAIN[:-1], CHAIN[-1] + "\n", 'spark.conf.set("spark.x", "1")']),
        ("spark.d", Remove, 2, 'spark.conf.set("spark.e", "1")\n'),
        ("spark.d", lambda one: Add(one, "spark.x", "1"), 2,
         'spark.conf.set("spark.d", "1")\nspark.conf.set("spark.x", "1")\nspark.conf.set("spark.e", "1")\n'),
        ("spark.g", Remove, 3, [CONFIGURE[0], '{"conf": {"spark.f": "1"}}']),
        ("spark.f", lambda one: SetValue(one, "9"), 3, [CONFIGURE[0], '{"conf": {"spark.f": "9",\n', CONFIGURE[2]]),
    ],
)  # fmt: skip
def test_each_change_makes_whole_items(key: str, change: Any, cell: int, source: list[str] | str) -> None:
    result = sources(after(NOTEBOOK, change(found(opened(NOTEBOOK), key))))
    assert result[cell] == source
    assert result[:cell] + result[cell + 1 :] == sources(NOTEBOOK)[:cell] + sources(NOTEBOOK)[cell + 1 :]


@pytest.mark.parametrize(
    "text", [NOTEBOOK, NOTEBOOK.replace("\n", "\r\n"), NOTEBOOK.rstrip(), json.dumps(json.loads(NOTEBOOK))]
)
def test_each_change_of_each_setting_is_proven_or_refused(text: str) -> None:
    files = Workspace(MemoryStore({"a.ipynb": text.encode()}), ("a.ipynb",), named=frozenset({"a.ipynb"}))
    document = files.document("a.ipynb")
    assert document is not None
    made = 0
    for item in [item for block in document.blocks for item in block.properties]:
        for change in (
            SetValue(item, "7"),
            RenameKey(item, "spark.x"),
            Add(item, "spark.x", "y"),
            Remove(item),
            CommentOut(item),
        ):
            try:
                edits = render(change)
            except Refused:
                continue
            result = splice(text.encode(), edits)
            nbformat.validate(json.loads(result))
            verify(files, files.with_edits({"a.ipynb": result}), [change], {"a.ipynb": list(edits)})
            made += 1
    assert made > 40


COMMAND = [
    "import os\n",
    "!spark-submit --conf spark.k=1 \\\n",
    "  --conf spark.l=é x.py\n",
    "if os:\n",
    "    out = !spark-submit --conf spark.m=1 \\\n",
    "      y.py\n",
    "print(out)",
]


def proven(text: str, change: Change, result: str | None = None) -> list[Any]:
    """The source of the first cell after a change, which is proven; or `result` is taken for what the change made."""
    files = Workspace(MemoryStore({"a.ipynb": text.encode()}), ("a.ipynb",), named=frozenset({"a.ipynb"}))
    edits = list(render(change))
    made = splice(text.encode(), edits).decode() if result is None else result
    verify(files, files.with_edits({"a.ipynb": made.encode()}), [change], {"a.ipynb": edits})
    return list(sources(made)[0])


@pytest.mark.parametrize(
    ("key", "change", "line", "written"),
    [
        ("spark.k", lambda one: SetValue(one, "22"), 1, ["!spark-submit --conf spark.k=22 \\\n"]),
        ("spark.k", Remove, 1, ["!spark-submit \\\n"]),
        ("spark.l", lambda one: SetValue(one, "22"), 2, ["  --conf spark.l=22 x.py\n"]),
        ("spark.l", lambda one: RenameKey(one, "spark.long"), 2, ["  --conf spark.long=é x.py\n"]),
        ("spark.m", lambda one: SetValue(one, "22"), 4, ["    out = !spark-submit --conf spark.m=22 \\\n"]),
        ("spark.m", Remove, 4, ["    out = !spark-submit \\\n"]),
    ],
)
@pytest.mark.parametrize("python", [[], ["\n", "conf.set('spark.z', 1)"]])
def test_a_command_for_the_shell_is_edited(
    key: str, change: Any, line: int, written: list[str], python: list[str]
) -> None:
    text = notebook(code([*COMMAND[:-1], COMMAND[-1] + "".join(python[:1]), *python[1:]]))
    old = sources(text)[0]
    assert proven(text, change(found(opened(text), key))) == [*old[:line], *written, *old[line + 1 :]]


def test_the_only_setting_of_a_command_may_go() -> None:
    text = notebook(code(["!spark-submit --conf spark.k=1 x.py\n"]))
    assert proven(text, Remove(found(opened(text), "spark.k"))) == ["!spark-submit x.py\n"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import os", "import us"),
        ("if os:", "if us:"),
        ("out = !", "put = !"),
        (" y.py", " z.py"),
        ("    out", "  out"),
    ],
)
def test_what_stands_around_a_command_must_stay(old: str, new: str) -> None:
    text = notebook(code(COMMAND))
    change = SetValue(found(opened(text), "spark.m"), "22")
    with pytest.raises(Refused, match="would differ in more than the intended place"):
        proven(text, change, after(text, change).replace(old, new))


def test_a_notebook_in_another_language_is_not_read_as_python() -> None:
    text = notebook(code(["SET spark.no=1\n", 'spark.conf.set("spark.no", "1")']), language="sql")
    assert opened(text).blocks == ()


def test_a_long_output_is_passed_over() -> None:
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * (LONGEST_LINE + 1)}}
    text = notebook(code(['spark.conf.set("spark.a", "1")'], [picture]))
    files = Workspace(MemoryStore({"a.ipynb": text.encode()}), ("a.ipynb",))
    document = files.document("a.ipynb")
    assert words_in(text.encode()).spark
    assert document is not None
    assert (len(document.blocks), document.problems) == (1, ())


@pytest.mark.parametrize(
    "text", ['{"cells": [', '{"cells": [{"source": ["spark.conf.set(\\"spark.a\\", 1)"]}', "spark.a=1"]
)
def test_what_is_no_notebook_is_a_problem(text: str) -> None:
    (problem,) = opened(text).problems
    assert problem.reason == "not a notebook: not JSON"


def test_a_cell_that_is_no_python_is_a_problem() -> None:
    text = notebook(code(["print 'x'\n", "conf.set('spark.a', 1)"]), code(["conf.set('spark.b', 1)"]))
    document = opened(text)
    assert [problem.reason for problem in document.problems] == ["not Python 3, but Python 2"]
    assert [item.key for block in document.blocks for item in block.properties] == ["spark.b"]


@given(value=st.text(max_size=8), new=st.text(max_size=8), listed=st.booleans(), folded=st.booleans())
def test_a_value_set_reads_back_and_all_else_stays(value: str, new: str, listed: bool, folded: bool) -> None:
    if any("\ud800" <= char <= "\udfff" for char in value + new):
        return
    lines = ["x = 1\n", f"conf.set('spark.a', {value!a})  # ü\n", "y = 2"]
    text = notebook(code(lines if listed else "".join(lines)), indent=None if folded else 1)
    item = found(opened(text), "spark.a")
    assert item.value == value
    result = after(text, SetValue(item, new))
    assert found(opened(result), "spark.a").value == new
    written = "".join(sources(result)[0]).split("\n")
    assert [written[0], written[2]] == ["x = 1", "y = 2"]
    assert written[1].endswith(")  # ü")
