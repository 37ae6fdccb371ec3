"""Several changes rendered together."""

from __future__ import annotations

from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render_all
from sparkfix.model import Add
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText


def _with(data: bytes, *, before: bool = False) -> bytes:
    item = open_document(SourceText("spark-defaults.conf", data)).blocks[0].properties[0]
    changes = [Add(item, "spark.b", "2", before), Add(item, "spark.c", "3", before)]
    return splice(data, render_all(changes))


def test_what_goes_to_one_place_keeps_its_order() -> None:
    assert _with(b"spark.a=1\n") == b"spark.a=1\nspark.b=2\nspark.c=3\n"
    assert _with(b"spark.a=1") == b"spark.a=1\nspark.b=2\nspark.c=3"
    assert _with(b"spark.a=1\n", before=True) == b"spark.b=2\nspark.c=3\nspark.a=1\n"


def test_a_change_that_is_wanted_twice_is_made_once() -> None:
    data = b"spark.a=1\n"
    item = open_document(SourceText("spark-defaults.conf", data)).blocks[0].properties[0]
    assert splice(data, render_all([Add(item, "spark.b", "2")] * 2)) == b"spark.a=1\nspark.b=2\n"
