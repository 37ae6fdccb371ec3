"""Every carrier takes the changes that it says it takes, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from sparkfix.engine.verify import verify
from sparkfix.formats.carriers import CARRIERS, KINDS, Carrier
from sparkfix.formats.render import render
from sparkfix.model import Add, Change, CommentOut, Edit, Property, Refused, Remove, RenameKey, SetValue
from sparkfix.text.edits import splice
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

# A file of each carrier with two properties in one block, `spark.a` and `spark.b` where any name will do; fields become
# properties of their own.
SAMPLES = {
    "properties text": ("a.conf", "spark.a=1\nspark.b=2\n"),
    "map": ("a.yaml", "sparkConf:\n  spark.a: 'x'\n  spark.b: y\n"),
    "resource fields": (
        "a.yaml",
        "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nspec:\n  hadoopConf:\n    a: x\n    b: y\n",
    ),
    "nested map": ("a.yaml", "sparkConf:\n  spark:\n    a: x\n    b: y\n"),
    "list of pairs": ("a.yaml", "conf:\n- name: spark.a\n  value: x\n- name: spark.b\n  value: y\n"),
    "list": ("a.yaml", "conf:\n- spark.a=1\n- spark.b=2\n"),
    "arguments": ("a.yaml", "args:\n- --conf\n- spark.a=1\n- --conf\n- spark.b=2\n"),
    "flags": ("a.yaml", "args:\n- --driver-memory\n- 1g\n- --executor-memory=2g\n"),
    "Java options": ("a.sh", "SPARK_HISTORY_OPTS='-Dspark.a=1 -Dspark.b=2'\n"),
    "base64 Secret": ("a.yaml", "kind: Secret\napiVersion: v1\ndata:\n  spark.conf: c3BhcmsuYT0xCnNwYXJrLmI9Mgo=\n"),
    "Python calls": ("a.py", 'conf.set("spark.a", "1")\nconf.set("spark.b", "2")\n'),
    "Python dict": ("a.py", 'CONF = {\n    "spark.a": "1",\n    "spark.b": 2\n}\n'),
    "Python pairs": ("a.py", 'conf.setAll([\n    ("spark.a", "1"),\n    ("spark.b", 2)\n])\n'),
    "JVM calls": ("a.scala", 'object A {\n  conf.set("spark.a", "1")\n  conf.set("spark.b", "2")\n}\n'),
    "Scala map": ("a.scala", 'object A {\n  val m = Map(\n    "spark.a" -> "1",\n    "spark.b" -> 2\n  )\n}\n'),
    "Terraform map": ("a.tf", 'conf = {\n  "spark.a" = "1"\n  "spark.b" = 2\n}\n'),
    "TOML table": ("a.toml", '[conf]\n"spark.a" = "1"\n"spark.b" = 2\n'),
    "JSON map": ("a.json", '{"spark.a": "1", "spark.b": 2}'),
    "JSON pairs": ("a.json", '[{"name": "spark.a", "value": "1"}, {"name": "spark.b", "value": "2"}]'),
}
PREFIXES = {"resource fields": "spark.hadoop."}
NOT_HERE = {("JSON pairs", "add"): "the list is written in flow style"}


def change_of(kind: str, item: Property, new: str) -> Change:
    if kind == "set":
        return SetValue(item, "new")
    if kind == "rename":
        return RenameKey(item, new)
    return Add(item, new, "new") if kind == "add" else (Remove if kind == "remove" else CommentOut)(item)


def wanted(kind: str, settings: Sequence[tuple[str, str]], new: str) -> list[tuple[str, str]]:
    (key, value), *rest = settings
    first = {
        "set": [(key, "new")],
        "rename": [(new, value)],
        "add": [(key, value), (new, "new")],
    }.get(kind, [])
    return [*first, *rest]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("own", CARRIERS, ids=lambda one: one.name)
def test_a_carrier_takes_what_it_says(own: Carrier, kind: str) -> None:
    path, text = SAMPLES[own.name]
    before = workspace({path: text.encode()})
    block, item = found(before, path, own.name)
    new = "spark.executor.cores" if own.name == "flags" else PREFIXES.get(own.name, "spark.") + "c"
    change = change_of(kind, item, new)
    reason = own.cannot.get(kind, NOT_HERE.get((own.name, kind)))
    if reason is not None:
        with pytest.raises(Refused, match=reason):
            render(change)
        return
    edits = render(change)
    after = before.with_edits({path: splice(text.encode(), edits)})
    verify(before, after, [change], by_path(edits))
    assert found(after, path, own.name)[0] == wanted(kind, block, new)


def workspace(files: Mapping[str, bytes]) -> Workspace:
    return Workspace(MemoryStore(dict(files)), tuple(files), named=frozenset(files))


def found(files: Workspace, path: str, name: str) -> tuple[list[tuple[str, str]], Property]:
    document = files.document(path)
    assert document is not None
    (block,) = document.blocks
    assert block.carrier == name
    return [(item.key, item.value) for item in block.properties], block.properties[0]


def by_path(edits: Sequence[Edit]) -> dict[str, list[Edit]]:
    grouped: dict[str, list[Edit]] = {}
    for edit in edits:
        grouped.setdefault(edit.path, []).append(edit)
    return grouped


def test_each_carrier_has_a_sample() -> None:
    assert set(SAMPLES) == {item.name for item in CARRIERS}
