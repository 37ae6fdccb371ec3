"""Scala, Java, Terraform and TOML: what sets a property, each change in the layout of its neighbours, false friends."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import tomli
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
from sparkfix.workspace.workspace import Workspace

SCALA = '''\
package a

import org.apache.spark.SparkConf
import org.apache.spark.sql.SparkSession

object Job extends App {
  val spark = SparkSession
    .builder()
    .appName("job")
    // memory
    .config("spark.a", "é") // one
    .config("spark.b", 2L)
    .config("spark.c", s"x$y")
    .config("spark.raw", """a\\b""")
    .getOrCreate()
  val conf = new SparkConf().setMaster("local[*]").set("spark.d", "1")
  conf.set("spark.e", "1")
  conf.set("spark.f", true).set("spark.g", "x")
  def main(x: String) = {
    spark.conf.set("spark.h", x + "1")
    println("spark.no=1")
    spark.conf.set("spark.last", "1")
  }
  val m = Map("spark.j" -> "1", "other" -> "2",
    "spark.k" -> true
  )
  val y = conf.get("spark.no", "1")
  // conf.set("spark.no", "1")
  conf.setIfMissing("spark.if", "1")
}
'''
JAVA = """\
import org.apache.spark.sql.SparkSession;

public class Job {
  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().appName("x")
        .config("spark.a", "ü") // one
        .config("spark.b", 2)
        .getOrCreate();
    SparkConf conf = new SparkConf().setMaster("local").set("spark.c", "1" + args[0]);
    conf.set("spark.d", "1"); // why
    conf.set("spark.e", "a\\"b");
    if (x) conf.set("spark.f", "1");
    spark.conf().set("spark.g", true);
    assertEquals(conf.get("spark.no"), "1");
    conf.setExecutorEnv("NAME", "1");
  }
}
"""
TERRAFORM = """\
resource "x" "y" {
  conf = { "spark.a" = "ü", "spark.b" = 2 }
  spark_conf = {
    # first
    "spark.c" = "x${var.y}z" # c
    "spark.d" = "1" # d
    "spark.e" : var.q
    "spark.f" = true
  }
  v = jsonencode({
    configurationOverrides = {
      "spark.g" : "d\\"",
      "spark.h" = "a$${b}"
    }
  })
  h = <<-EOT
    apiVersion: v1
    kind: SparkApplication
    spec:
      sparkConf:
        spark.i: "1"
        spark.j: "2"
  EOT
  l = ["--conf", "spark.k=1", "--conf",
    "spark.l=${var.z}", "--conf", "spark.m=2"]
  j = "{\\"spark.n\\": \\"1\\", \\"spark.o\\": 2}"
  description = "sets spark.no=1"
  schema = { "spark.no" = { type = "string" } }
}
# "spark.no" = "1"
"""
TOML = """\
name = "spark.no=1"
[a.b]
"spark.a" = "ü" # c
spark.b.c = 2
'spark.d' = 'x'
t = { "spark.e" = "1", "spark.f" = true }
spark.version = "3"
m = \"\"\"
apiVersion: v1
kind: SparkApplication
spec:
  sparkConf:
    spark.g: x
    spark.h: y
\"\"\"
l = ["spark.i=1", "spark.j=2"]
words = [
  "--conf", "spark.k=1",
  "--conf", "spark.l=1"
]
date = 2024-01-01
"""
FILES = {"Job.scala": SCALA, "Job.java": JAVA, "main.tf": TERRAFORM, "a.toml": TOML}


def opened(text: str, path: str) -> Document:
    return open_document(SourceText(path, text.encode()))


def found(document: Document, key: str) -> Property:
    return next(item for block in document.blocks for item in block.all(key))


def after(text: str, change: Change) -> str:
    return splice(text.encode(), render(change)).decode()


def blocks(path: str) -> list[tuple[str, str, list[str]]]:
    document = opened(FILES[path], path)
    assert document.problems == ()
    return [(block.carrier, block.where, [item.key for item in block.properties]) for block in document.blocks]


def test_scala() -> None:
    assert blocks("Job.scala") == [
        ("JVM calls", "Job: SparkSession.builder", ["spark.app.name", "spark.a", "spark.b", "spark.c", "spark.raw"]),
        ("JVM calls", "Job: SparkConf", ["spark.master", "spark.d"]),
        ("JVM calls", "Job: conf", ["spark.e", "spark.f", "spark.g"]),
        ("JVM calls", "Job.main: spark.conf", ["spark.h"]),
        ("JVM calls", "Job.main: spark.conf", ["spark.last"]),
        ("Scala map", "Job: Map", ["spark.j", "spark.k"]),
        ("JVM calls", "Job: conf", ["spark.if"]),
    ]


def test_java() -> None:
    assert blocks("Job.java") == [
        ("JVM calls", "Job.main: SparkSession.builder", ["spark.app.name", "spark.a", "spark.b"]),
        ("JVM calls", "Job.main: SparkConf", ["spark.master", "spark.c"]),
        ("JVM calls", "Job.main: conf", ["spark.d", "spark.e"]),
        ("JVM calls", "Job.main: SparkConf", ["spark.f"]),
        ("JVM calls", "Job.main: spark.conf()", ["spark.g"]),
        ("JVM calls", "Job.main: conf", ["spark.executorEnv.NAME"]),
    ]


def test_terraform() -> None:
    assert blocks("main.tf") == [
        ("Terraform map", "resource.x.y.conf", ["spark.a", "spark.b"]),
        ("Terraform map", "resource.x.y.spark_conf", ["spark.c", "spark.d", "spark.e", "spark.f"]),
        ("Terraform map", "resource.x.y.configurationOverrides", ["spark.g", "spark.h"]),
        ("map", "resource.x.y.h: SparkApplication spec.sparkConf", ["spark.i", "spark.j"]),
        ("arguments", "resource.x.y.l", ["spark.k", "spark.l", "spark.m"]),
        ("JSON map", "resource.x.y.j: the document", ["spark.n", "spark.o"]),
    ]


def test_toml() -> None:
    assert blocks("a.toml") == [
        ("TOML table", "a.b", ["spark.a", "spark.b.c", "spark.d"]),
        ("TOML table", "a.b.t", ["spark.e", "spark.f"]),
        ("map", "a.b.m: SparkApplication spec.sparkConf", ["spark.g", "spark.h"]),
        ("list", "a.b.l", ["spark.i", "spark.j"]),
        ("arguments", "a.b.words", ["spark.k", "spark.l"]),
    ]


@pytest.mark.parametrize(
    ("path", "key", "value", "templated"),
    [
        ("Job.scala", "spark.b", "2", False), ("Job.scala", "spark.c", '{{ s"x$y" }}', True),
        ("Job.scala", "spark.raw", "a\\b", False), ("Job.java", "spark.c", '{{ "1" + args[0] }}', True),
        ("Job.java", "spark.e", 'a"b', False), ("main.tf", "spark.c", "x{{var.y}}z", True),
        ("main.tf", "spark.e", "{{ var.q }}", True), ("main.tf", "spark.h", "a${b}", False),
        ("main.tf", "spark.l", "{{var.z}}", True), ("a.toml", "spark.f", "true", False),
    ],
)  # fmt: skip
def test_values(path: str, key: str, value: str, templated: bool) -> None:
    item = found(opened(FILES[path], path), key)
    assert (item.value, item.templated, bool(item.locked)) == (value, templated, templated)


@pytest.mark.parametrize(
    ("path", "key", "change", "old", "new"),
    [
        ("Job.scala", "spark.b", SetValue, "2L", '"v"'),
        ("Job.scala", "spark.a", Add, "// one\n", '// one\n    .config("spark.k", "v")\n'),
        ("Job.scala", "spark.a", Remove, '    .config("spark.a", "é") // one\n', ""),
        ("Job.scala", "spark.b", Remove, '\n    .config("spark.b", 2L)', ""),
        ("Job.scala", "spark.e", CommentOut, 'conf.set("spark.e"', '// conf.set("spark.e"'),
        ("Job.scala", "spark.last", Remove, "refused", "it may be the value of its block"),
        ("Job.scala", "spark.j", Remove, '"spark.j" -> "1", ', ""),
        ("Job.scala", "spark.k", Add, '"spark.k" -> true', '"spark.k" -> true,\n    "spark.k" -> "v"'),
        ("Job.scala", "spark.if", Add, "refused", "the first one counts"),
        ("Job.java", "spark.d", Add, '    conf.set("spark.e"', '    conf.set("spark.k", "v");\n    conf.set("spark.e"'),
        ("Job.java", "spark.d", Remove, '    conf.set("spark.d", "1"); // why\n', ""),
        ("Job.java", "spark.f", Remove, "refused", "it is no statement of its own"),
        ("Job.java", "spark.g", Remove, '    spark.conf().set("spark.g", true);\n', ""),
        ("Job.java", "spark.master", RenameKey, "refused", "`.setMaster` sets no other property"),
        ("Job.java", "spark.executorEnv.NAME", SetValue, '"NAME", "1"', '"NAME", "v"'),
        ("main.tf", "spark.b", SetValue, '"spark.b" = 2', '"spark.b" = "v"'),
        ("main.tf", "spark.d", Add, "# d\n", '# d\n    "spark.k" = "v"\n'),
        ("main.tf", "spark.d", Remove, '    "spark.d" = "1" # d\n', ""),
        ("main.tf", "spark.d", CommentOut, '"spark.d"', '# "spark.d"'),
        ("main.tf", "spark.h", Add, '"a$${b}"', '"a$${b}",\n      "spark.k" = "v"'),
        ("main.tf", "spark.i", Remove, '        spark.i: "1"\n', ""),
        ("main.tf", "spark.k", Remove, '"--conf", "spark.k=1", ', ""),
        ("main.tf", "spark.n", SetValue, '\\"1\\"', '\\"v\\"'),
        ("main.tf", "spark.c", SetValue, "refused", "it is put together by Terraform"),
        ("a.toml", "spark.a", Add, "# c\n", '# c\n"spark.k" = "v"\n'),
        ("a.toml", "spark.d", SetValue, "'x'", "'v'"),
        ("a.toml", "spark.b.c", RenameKey, "spark.b.c", "spark.k"),
        ("a.toml", "spark.f", Remove, ', "spark.f" = true', ""),
        ("a.toml", "spark.e", CommentOut, "refused", "it does not have its lines to itself"),
        ("a.toml", "spark.h", Add, "    spark.h: y\n", "    spark.h: y\n    spark.k: v\n"),
        ("a.toml", "spark.l", Remove, '  "--conf", "spark.l=1"\n', ""),
    ],
)  # fmt: skip
def test_each_change(path: str, key: str, change: type, old: str, new: str) -> None:
    item = found(opened(FILES[path], path), key)
    made = change(item, *{SetValue: ("v",), RenameKey: ("spark.k",), Add: ("spark.k", "v")}.get(change, ()))
    if old == "refused":
        with pytest.raises(Refused, match=new):
            render(made)
    else:
        assert FILES[path].count(old) == 1
        assert after(FILES[path], made) == FILES[path].replace(old, new)


CHANGES: tuple[Callable[[Property], Change], ...] = (
    lambda one: SetValue(one, 'say "it\'s" \\ ü ${x}'), lambda one: SetValue(one, "7"), lambda one: SetValue(one, "false"),
    lambda one: RenameKey(one, "spark.new.key"), lambda one: Add(one, "spark.new.key", "x"),
    lambda one: Add(one, "spark.new.key", "x", before=True), Remove, CommentOut,
)  # fmt: skip


@pytest.mark.parametrize("variant", ["lf", "crlf", "no final newline", "bom"])
@pytest.mark.parametrize("path", FILES)
def test_each_change_of_each_setting_is_proven_or_refused(path: str, variant: str) -> None:
    text = FILES[path].rstrip("\n") if variant == "no final newline" else FILES[path]
    data = (text.replace("\n", "\r\n") if variant == "crlf" else text).encode(
        "utf-8-sig" if variant == "bom" else "utf-8"
    )
    files = Workspace(MemoryStore({path: data}), (path,), named=frozenset({path}))
    document = files.document(path)
    assert document is not None
    assert words_in(data).spark
    made = 0
    for item in [item for block in document.blocks for item in block.properties]:
        for change in (make(item) for make in CHANGES):
            try:
                edits = render(change)
            except Refused:
                continue
            result = splice(data, edits)
            assert variant != "crlf" or b"\n" not in result.replace(b"\r\n", b"")
            verify(files, files.with_edits({path: result}), [change], {path: list(edits)})
            made += 1
    assert made > 50


@pytest.mark.parametrize(
    ("path", "text", "reason", "line"),
    [
        ("a.toml", 'x = \n"spark.a" = "1"\n', "not TOML: a syntax error", 1),
        ("a.tf", 'a = {\n  "spark.a" = "1"\n', "not Terraform: a syntax error", 1),
    ],
)
def test_what_does_not_parse_is_a_problem(path: str, text: str, reason: str, line: int) -> None:
    (problem,) = opened(text, path).problems
    assert (problem.reason, problem.line) == (reason, line)


def test_code_that_the_grammar_does_not_know_is_locked() -> None:
    text = 'object A {\n  conf.set("spark.a", "1" §§ 2)\n  conf.set("spark.b", "1")\n}\n'
    items = [item for block in opened(text, "A.scala").blocks for item in block.properties]
    assert "spark.b" in {item.key for item in items if not item.locked} | {item.key for item in items if item.locked}
    assert all(item.locked for item in items if item.key == "spark.a")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(old=texts, new=texts)
def test_toml_reads_back(old: str, new: str) -> None:
    text = f'[t]\n"spark.a" = {json.dumps(old, ensure_ascii=False)} # ü\nother = 1\n'.replace("\x7f", "\\u007f")
    item = found(opened(text, "a.toml"), "spark.a")
    assert item.value == old == tomli.loads(text)["t"]["spark.a"]
    result = after(text, SetValue(item, new))
    assert tomli.loads(result) == {"t": {"spark.a": new, "other": 1}}
    assert found(opened(result, "a.toml"), "spark.a").value == new


@given(old=texts, new=texts, path=st.sampled_from(["A.scala", "A.java", "a.tf"]))
def test_other_languages_read_back(old: str, new: str, path: str) -> None:
    code = json.dumps(old).replace("${", "$${").replace("%{", "%%{") if path == "a.tf" else json.dumps(old)
    text = {
        "A.scala": 'object A {{ conf.set("spark.a", {}) /* ü */ }}\n',
        "A.java": 'class A {{ void f() {{ conf.set("spark.a", {}); /* ü */ }} }}\n',
        "a.tf": 'a = {{ "spark.a" = {} }} # ü\n',
    }[path].format(code)
    item = found(opened(text, path), "spark.a")
    assert item.value == old
    (edit,) = render(SetValue(item, new))
    result = splice(text.encode(), (edit,))
    assert found(opened(result.decode(), path), "spark.a").value == new
    assert result[: edit.span.start] == text.encode()[: edit.span.start]
    assert result.endswith(text.encode()[edit.span.end :])
