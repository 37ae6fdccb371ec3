"""Text that is nested deeper than anybody writes is not understood; it must not end the process."""

from __future__ import annotations

import pytest

from sparkfix.formats.reading import open_document
from sparkfix.text.source import SourceText


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 200_000,
        "a: " + "[" * 200_000 + "]" * 200_000,
        "- " * 200_000 + "a",
        "{a: " * 100_000,
        "[{a: " * 400 + "}]" * 400,
    ],
    ids=["open lists", "lists", "dashes", "open maps", "maps in lists"],
)
def test_deep_nesting_is_a_problem(text: str) -> None:
    document = open_document(SourceText("values.yaml", f"spark.a.b: 1\nx: {text}\n".encode()))
    assert document.problems


def test_two_hundred_levels_are_read() -> None:
    text = "\n".join("  " * level + f"k{level}:" for level in range(190)) + "\n" + "  " * 190 + "spark.a.b: 1\n"
    document = open_document(SourceText("values.yaml", text.encode()))
    assert not document.problems
    assert [item.key for block in document.blocks for item in block.properties] == ["spark.a.b"]
