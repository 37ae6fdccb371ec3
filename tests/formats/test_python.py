"""Python: what sets a property and what only speaks of one, and edits that leave all the rest of the tree alone."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.engine.verify import verify
from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Edit, Property, Refused, Remove, RenameKey, SetValue
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.mentions import words_in
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

MODULE = '''\
"""Sets spark.doc=1"""
import os
from pyspark import SparkConf
from pyspark.sql import SparkSession

MEMORY = "4g"
CORES = "2"
KEY = "spark.key"


def session(name, café="é"):
    """Has {"spark.doc": "1"}."""
    spark = (SparkSession.builder
             .appName("job")
             # memory
             .config("spark.memory", MEMORY)  # why
             .config('spark.cores', CORES + CORES)
             .config(KEY, os.environ["X"])
             .config(f"spark.{name}.uri", "x")
             .config(map={"spark.map": True, "other": 1})
             .config(
                 "spark.wide",
                 1,  # inner
             )
             .config(conf=SparkConf().set("spark.raw", r"a\\b").setMaster("local"))
             .getOrCreate())
    other = SparkSession.builder \\
        .master("local[*]") \\
        .config("spark.first", "é") \\
        .config("spark.last", "1").getOrCreate()
    conf = SparkConf().setAll([("spark.pair", "1"), ("spark.number", 2)])
    conf.set("spark.one", "1")
    conf.set("spark.two", "1").set("spark.three", "2")
    spark.conf.set("spark.joined", "x" "y")
    spark.sql("SET spark.query=1")
    spark.sql("select 'spark.none=1'")
    conf["spark.item"] = None
    conf.setExecutorEnv("NAME", "1")
    if name:
        spark.conf.set("spark.only", "1")
    if name: spark.conf.set("spark.line", "1")
    print({"spark.none": "1"}, conf.get("spark.none", "1"))
    assert conf == {"spark.none": "1"}


run(["spark-submit", "--conf", "spark.flag=1",
     "--conf=spark.joined=2", f"--conf=spark.f={x}", "app.py", "--conf", "spark.none=1"])
TASK = SparkSubmitOperator(
    conf={
        # the first
        "spark.air": "1",  # one
        "spark.flow": (
            "2"
        ),
        "spark.end": "3"
    },
    application_args=["--conf", "spark.none=2"],
)
MANIFEST = """
kind: SparkApplication
apiVersion: v1
spec:
  sparkConf:
    spark.yaml: "1"
"""
'''
WIDE = """\
             .config(
                 "spark.wide",
                 1,  # inner
             )
"""
CHANGES: dict[str, Callable[[Property], Change]] = {
    "text": lambda one: SetValue(one, 'say "it\'s" \\ ü'),
    "number": lambda one: SetValue(one, "7"),
    "boolean": lambda one: SetValue(one, "false"),
    "rename": lambda one: RenameKey(one, "spark.new.key"),
    "add": lambda one: Add(one, "spark.new.key", "x"),
    "add before": lambda one: Add(one, "spark.new.key", "x", before=True),
    "remove": Remove,
    "comment out": CommentOut,
}


def opened(text: str | bytes, path: str = "a.py") -> Document:
    return open_document(SourceText(path, text if isinstance(text, bytes) else text.encode()))


def found(document: Document, key: str) -> Property:
    return next(item for block in document.blocks for item in block.all(key))


def after(text: str, change: Change) -> str:
    return splice(text.encode(), render(change)).decode()


def settings(text: str) -> dict[str, str]:
    document = opened(text)
    assert document.problems == ()
    return {item.key: item.value for block in document.blocks for item in block.properties}


def test_everything_that_sets_a_property_is_found_and_nothing_else() -> None:
    document = opened(MODULE)
    assert [(block.carrier, block.where, [item.key for item in block.properties]) for block in document.blocks] == [
        ("Python calls", "session: SparkSession.builder",
         ["spark.app.name", "spark.memory", "spark.cores", "spark.key", "spark.{{name}}.uri", "spark.wide"]),
        ("Python dict", "session: map", ["spark.map"]),
        ("Python calls", "session: SparkConf", ["spark.raw", "spark.master"]),
        ("Python calls", "session: SparkSession.builder", ["spark.master", "spark.first", "spark.last"]),
        ("Python pairs", "session: setAll()", ["spark.pair", "spark.number"]),
        ("Python calls", "session: conf", ["spark.one", "spark.two", "spark.three"]),
        ("Python calls", "session: spark.conf", ["spark.joined"]),
        ("Python calls", "session: spark", ["spark.query"]),
        ("Python calls", "session: conf", ["spark.item", "spark.executorEnv.NAME"]),
        ("Python calls", "session: spark.conf", ["spark.only"]),
        ("Python calls", "session: spark.conf", ["spark.line"]),
        ("arguments", "run()", ["spark.flag", "spark.joined", "spark.f"]),
        ("Python dict", "conf", ["spark.air", "spark.flow", "spark.end"]),
        ("map", "MANIFEST: SparkApplication spec.sparkConf", ["spark.yaml"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "locked", "templated"),
    [
        ("spark.memory", "4g", "", False),
        ("spark.cores", "22", "it is put together from several literals", False),
        ("spark.key", '{{ os.environ["X"] }}', "it is computed", True),
        ("spark.{{name}}.uri", "x", "its key is computed", False),
        ("spark.map", "true", "", False),
        ("spark.wide", "1", "", False),
        ("spark.raw", "a\\b", "", False),
        ("spark.item", "{{ None }}", "it is `None`", True),
        ("spark.f", "{{x}}", "it is an f-string", True),
        ("spark.flow", "2", "", False),
    ],
)
def test_values_as_spark_gets_them(key: str, value: str, locked: str, templated: bool) -> None:
    item = found(opened(MODULE), key)
    assert (item.value, item.locked, item.templated) == (value, locked, templated)


@pytest.mark.parametrize("variant", ["lf", "crlf", "no final newline", "bom"])
@pytest.mark.parametrize("name", CHANGES)
def test_each_change_of_each_setting_is_proven_or_refused(name: str, variant: str) -> None:
    text = MODULE.rstrip("\n") if variant == "no final newline" else MODULE
    data = (text.replace("\n", "\r\n") if variant == "crlf" else text).encode(
        "utf-8-sig" if variant == "bom" else "utf-8"
    )
    files = Workspace(MemoryStore({"a.py": data}), ("a.py",), named=frozenset({"a.py"}))
    document = files.document("a.py")
    assert document is not None
    made = 0
    for item in [item for block in document.blocks for item in block.properties]:
        change = CHANGES[name](item)
        try:
            edits = render(change)
        except Refused:
            continue
        result = splice(data, edits)
        ast.parse(result)
        assert variant != "crlf" or b"\n" not in result.replace(b"\r\n", b"")
        verify(files, files.with_edits({"a.py": result}), [change], {"a.py": list(edits)})
        made += 1
    assert made >= 8


def changed_constants(before: str, after: str) -> list[tuple[object, object]]:
    """The constants in which two modules differ; all else of their trees is equal."""
    old = [node.value for node in ast.walk(ast.parse(before)) if isinstance(node, ast.Constant)]
    new = [node.value for node in ast.walk(ast.parse(after)) if isinstance(node, ast.Constant)]
    assert shape(before) == shape(after)
    return [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]


def shape(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = 0
            node.kind = None
    return ast.dump(tree)


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("spark.memory", "4g", "9"),
        ("spark.wide", 1, 9),
        ("spark.first", "é", "9"),
        ("spark.raw", "a\\b", "9"),
        ("spark.query", "SET spark.query=1", "SET spark.query=9"),
        ("spark.flag", "spark.flag=1", "spark.flag=9"),
    ],
)
def test_the_tree_differs_in_the_literal_alone(key: str, old: object, new: object) -> None:
    assert changed_constants(MODULE, after(MODULE, SetValue(found(opened(MODULE), key), "9"))) == [(old, new)]


@pytest.mark.parametrize(
    ("key", "change", "old", "new"),
    [
        ("spark.memory", SetValue, '"4g"', '"v"'),
        ("spark.map", SetValue, "True", '"v"'),
        ("spark.raw", SetValue, 'r"a\\b"', 'r"v"'),
        ("spark.memory", RenameKey, '"spark.memory"', '"spark.k"'),
        ("spark.memory", Add, "# why\n", '# why\n             .config("spark.k", "v")\n'),
        ("spark.app.name", Add, '("job")\n', '("job")\n             .config("spark.k", "v")\n'),
        ("spark.last", Add, '"spark.last", "1")', '"spark.last", "1") \\\n        .config("spark.k", "v")'),
        ("spark.raw", Add, 'r"a\\b")', 'r"a\\b").set("spark.k", r"v")'),
        ("spark.one", Add, '"1")\n    conf.set("spark.two"',
         '"1")\n    conf.set("spark.k", "v")\n    conf.set("spark.two"'),
        ("spark.pair", Add, '("spark.pair", "1")', '("spark.pair", "1"), ("spark.k", "v")'),
        ("spark.flag", Add, '"spark.flag=1"', '"spark.flag=1", "--conf", "spark.k=v"'),
        ("spark.air", Add, "# one\n", '# one\n        "spark.k": "v",\n'),
        ("spark.end", Add, '"spark.end": "3"\n', '"spark.end": "3",\n        "spark.k": "v"\n'),
        ("spark.memory", Remove, "refused", "the constant that gives its value would be left over"),
        ("spark.wide", Remove, WIDE, ""),
        ("spark.first", Remove, ' \\\n        .config("spark.first", "é")', ""),
        ("spark.one", Remove, '    conf.set("spark.one", "1")\n', ""),
        ("spark.only", Remove, "refused", "it is the only statement of its block"),
        ("spark.line", Remove, "refused", "it is no statement of its own|only statement"),
        ("spark.flag", Remove, '"--conf", "spark.flag=1",\n     ', ""),
        ("spark.air", Remove, '        "spark.air": "1",  # one\n', ""),
        ("spark.end", Remove, '        "spark.end": "3"\n', ""),
        ("spark.air", CommentOut, '"spark.air"', '# "spark.air"'),
        ("spark.flow", CommentOut, '"spark.flow": (\n            "2"\n        ),',
         '# "spark.flow": (\n        #     "2"\n        # ),'),
        ("spark.one", CommentOut, 'conf.set("spark.one"', '# conf.set("spark.one"'),
        ("spark.memory", CommentOut, "refused", "the constant"),
        ("spark.first", CommentOut, "refused", "lines to itself|a comment would end the lines"),
        ("spark.pair", CommentOut, "refused", "it does not have its lines to itself"),
        ("spark.app.name", RenameKey, "refused", "`.appName` sets no other property"),
        ("spark.key", SetValue, "refused", "it is computed"),
        ("spark.query", SetValue, "SET spark.query=1", "SET spark.query=v"),
    ],
)  # fmt: skip
def test_each_change(key: str, change: type, old: str, new: str) -> None:
    item = found(opened(MODULE), key)
    made = change(item, *{SetValue: ("v",), RenameKey: ("spark.k",), Add: ("spark.k", "v")}.get(change, ()))
    if old == "refused":
        with pytest.raises(Refused, match=new):
            render(made)
    else:
        assert MODULE.count(old) == 1
        assert after(MODULE, made) == MODULE.replace(old, new)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('A = "1"\nc.config("spark.a", A)\nprint(A)\n', "1"),
        ('def f(a="1"):\n    c.config("spark.a", a)\n', "{{ a }}"),
        ('A = "1"\nA = "2"\nc.config("spark.a", A)\n', "{{ A }}"),
        ('A = "1"\nif x:\n    A = "2"\nc.config("spark.a", A)\n', "{{ A }}"),
        ('c.config("spark.a", b"1")\n', '{{ b"1" }}'),
        ('c.config("spark.a", "%s" % x)\n', '{{ "%s" % x }}'),
        ('c.config("spark.a", "s3://" + x)\n', "s3://{{ x }}"),
    ],
)
def test_what_is_not_a_literal_of_its_own_cannot_be_set(text: str, value: str) -> None:
    item = found(opened(text), "spark.a")
    assert item.value == value
    with pytest.raises(Refused):
        render(SetValue(item, "9"))


SHARED = 'M = "2g"\nc = SparkConf().set("spark.a", M).set("spark.b", M)\nd = {"spark.c": M, "spark.d": "1"}\n'


@pytest.mark.parametrize("constants", [SHARED, SHARED.replace("d = ", "# "), SHARED + "print(M)\n"])
@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (Remove, '.set("spark.a", M)', ""),
        (lambda one: RenameKey(one, "spark.x"), '"spark.a"', '"spark.x"'),
        (lambda one: Add(one, "spark.x", "1"), '("spark.a", M)', '("spark.a", M).set("spark.x", "1")'),
    ],
)
def test_a_setting_may_go_or_change_its_name_where_a_constant_gives_its_value(
    constants: str, change: Callable[[Property], Change], old: str, new: str
) -> None:
    made = change(found(opened(constants), "spark.a"))
    result = after(constants, made)
    assert result == constants.replace(old, new)
    files = Workspace(MemoryStore({"a.py": constants.encode()}), ("a.py",), named=frozenset({"a.py"}))
    verify(files, files.with_edits({"a.py": result.encode()}), [made], {"a.py": list(render(made))})
    other = files.with_edits({"a.py": result.replace("2g", "3g").encode()})
    with pytest.raises(Refused, match="the result would"):
        verify(files, other, [made], {"a.py": list(render(made))})


def test_a_constant_that_others_use_is_not_written() -> None:
    with pytest.raises(Refused, match="its value is the constant `M`, which is used elsewhere, too"):
        render(SetValue(found(opened(SHARED), "spark.a"), "3g"))


@pytest.mark.parametrize(
    "text",
    [
        '# spark.conf.set("spark.a", "1")\n',
        'print("spark.a=1")\n',
        'def test():\n    self.assertEqual(conf, {"spark.a": "1"})\n',
        '@pytest.mark.parametrize("k,v", [("spark.a", "1")])\ndef test(k, v): ...\n',
        'x = conf.get("spark.a", "1")\n',
        'SCHEMA = {"spark.a": {"type": "string"}}\n',
        '"""Example\n\napiVersion: v1\nspec:\n  sparkConf:\n    spark.a: "1"\n"""\n',
        'if conf == [("spark.a", "1")]: ...\n',
        'SparkSession.builder.config("fs.s3a.endpoint", "http://x").config("hive.metastore.uris", "thrift://x")\n',
    ],
)
def test_what_only_speaks_of_properties(text: str) -> None:
    assert settings(text) == {}


def test_a_notebook_source_of_databricks() -> None:
    text = '# Databricks notebook source\n# MAGIC %sql set spark.no=1\n\n# COMMAND ----------\n\nspark.conf.set("spark.a", "1")\n'
    assert settings(text) == {"spark.a": "1"}


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ('x = 1\nprint "spark.a", 1\nconf.set("spark.a", "1")\n', "not Python 3, but Python 2", 2),
        ('conf.set("spark.a", "1"\n', "not Python: a syntax error", 2),
        ('if x:\n\tconf.set("spark.a", "1")\n  y\n', "not Python: a syntax error", 1),
    ],
)
def test_what_is_no_python_is_a_problem(text: str, reason: str, line: int) -> None:
    (problem,) = opened(text).problems
    assert (problem.reason, problem.line) == (reason, line)


def test_a_module_nested_too_deeply_is_a_problem() -> None:
    text = "x = SparkSession.builder" + '.config("spark.a", "1")' * 2000 + "\n"
    (problem,) = opened(text).problems
    assert problem.reason in ("nested too deeply to be read", "not Python: a syntax error")


def test_tabs_stay() -> None:
    text = 'if x:\n\tconf.set("spark.a", "1")\n\ty = 1\n'
    assert after(text, Add(found(opened(text), "spark.a"), "spark.b", "2")) == text.replace(
        "\ty", '\tconf.set("spark.b", "2")\n\ty'
    )


def test_in_a_config_map_and_in_json() -> None:
    script = 'import x\nspark.conf.set("spark.a", "1")\n'
    text = "kind: ConfigMap\napiVersion: v1\ndata:\n  app.py: |\n    " + script.replace("\n", "\n    ").rstrip() + "\n"
    item = found(opened(text, "a.yaml"), "spark.a")
    assert after(text, Add(item, "spark.b", "2")) == text + '    spark.conf.set("spark.b", "2")\n'
    text = '{"app.py": "import x\\nspark.conf.set(\\"spark.a\\", \\"1\\")\\n"}'
    item = found(opened(text, "a.json"), "spark.a")
    assert after(text, SetValue(item, "2")) == text.replace('\\"1\\"', '\\"2\\"')


@pytest.mark.parametrize(
    "line",
    ['conf.set("spark.a", x)', "builder = SparkSession.builder.appName('x')", "spark.conf.set(\n  'spark.a',\n 1)",
     "c = SparkConf().setMaster('x')", 'd["spark.a"] = 1', "from pyspark.sql import SparkSession"],
)  # fmt: skip
def test_the_prefilter_lets_python_pass(line: str) -> None:
    assert words_in(f"import pyspark\n{line}\n".encode()).spark


PREFIXES = st.sampled_from(["", "r", "R", "u"])
QUOTES = st.sampled_from(["'", '"', "'''", '"""'])


def literal(prefix: str, quote: str, text: str) -> str | None:
    """A text as a literal as others may write it, if it can be written so."""
    code = prefix + quote + text + quote
    try:
        return code if isinstance(ast.literal_eval(code), str) else None
    except (SyntaxError, ValueError):
        return None


@given(prefix=PREFIXES, quote=QUOTES, text=st.text(max_size=8), new=st.text(max_size=8), outer=st.integers(0, 2))
def test_a_value_set_reads_back_and_all_else_stays(prefix: str, quote: str, text: str, new: str, outer: int) -> None:
    code = literal(prefix, quote, text)
    if code is None or any("\ud800" <= char <= "\udfff" for char in text + new) or "\x00" in text or "\f" in text:
        return
    form = ['c.config("spark.a", {})', '{{"spark.a": {}}}', '[("x", 1), ("spark.a", {})]'][outer]
    source = f"x = {form.format(code)}  # spark.a = é\n"
    if "\r" in source:
        return
    item = found(opened(source), "spark.a")
    assert item.value == ast.literal_eval(code)
    (edit,) = render(SetValue(item, new))
    result = splice(source.encode(), (edit,)).decode()
    again = found(opened(result), "spark.a")
    assert again.value == new
    written = result.encode()[again.value_span.start : again.value_span.end].decode()
    assert ast.literal_eval(written) == new
    assert_equal_but_for(source.encode(), result.encode(), edit)


def assert_equal_but_for(before: bytes, after: bytes, edit: Edit) -> None:
    assert after[: edit.span.start] == before[: edit.span.start]
    assert after[len(after) - (len(before) - edit.span.end) :] == before[edit.span.end :]
