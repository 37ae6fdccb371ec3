"""Bytes, their ASCII twin, spans and splices."""

from __future__ import annotations

import codecs
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.model import Edit, FileChange, Refused, Span
from sparkfix.text.diff import unified_diff
from sparkfix.text.edits import EditSet, OverlappingEdits, before_edits, splice
from sparkfix.text.source import SourceText

MARKS = {"utf-8": b"", "utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def source_of(text: str, encoding: str) -> SourceText:
    return SourceText("x", MARKS[encoding] + text.encode("utf-8" if encoding == "utf-8-sig" else encoding))


@given(st.text(max_size=30).filter(lambda text: not text.startswith("\ufeff")), st.sampled_from(sorted(MARKS)))
def test_the_twin_has_one_ascii_character_per_code_unit(text: str, encoding: str) -> None:
    source = source_of(text, encoding)
    assert source.folded.isascii()
    assert len(source.folded) * source.unit == len(source.data) - source.base
    assert source.text(0, len(source.folded)) == text
    plain = [char for char in text if " " <= char <= "~" or char in "\t\n\f\r"]
    assert [char for char in source.folded if char != "x"] == [char for char in plain if char != "x"]


@given(st.binary(max_size=30))
def test_any_bytes_have_a_twin(data: bytes) -> None:
    source = SourceText("x", data)
    assert (len(source.folded) + (len(data) - source.base) % source.unit) >= (len(data) - source.base) // source.unit
    if source.unit == 1:
        assert source.encode(source.text(0, len(source.folded))) == data[source.base :]


@given(st.text(st.sampled_from("aé😀\n\r"), max_size=20), st.sampled_from(sorted(MARKS)), st.integers(0, 40))
def test_positions_count_lines_and_characters(text: str, encoding: str, at: int) -> None:
    at = min(at, len(text))
    source = source_of(text, encoding)
    byte = source.base + len(source.encode(text[:at]))
    assert source.position(byte) == (text[:at].count("\n") + 1, len(text[:at].rpartition("\n")[2]) + 1)
    assert source.offset(source.span(source.offset(byte), source.offset(byte)).start) == source.offset(byte)
    for number, line in enumerate(text.split("\n")[: max(source.folded.count("\n"), 1)], start=1):
        assert source.line_text(number) == line.rstrip("\r")


@given(
    st.binary(max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4), st.binary(max_size=3)), max_size=4),
)
def test_a_splice_keeps_all_that_is_not_edited(data: bytes, wanted: list[tuple[int, int, bytes]]) -> None:
    edits = [Edit("x", Span(start, start + size), new) for start, size, new in wanted]
    try:
        result = splice(data, edits)
    except OverlappingEdits:
        assert len(edits) > 1
        return
    except ValueError:
        assert any(edit.span.end > len(data) for edit in edits)
        return
    expected = data
    for edit in sorted(set(edits), reverse=True):
        expected = expected[: edit.span.start] + edit.new + expected[edit.span.end :]
    assert result == expected


def test_overlaps() -> None:
    first, second = Edit("x", Span(0, 3), b"a"), Edit("x", Span(2, 4), b"b")
    taken = EditSet()
    taken.add(first)
    assert taken.conflicts(second)
    assert not taken.conflicts(first)
    assert not taken.conflicts(Edit("y", Span(0, 3), b"b"))
    assert not taken.conflicts(Edit("x", Span(3, 3), b"b"))
    taken.add(Edit("x", Span(3, 3), b"a"))
    assert taken.conflicts(Edit("x", Span(3, 3), b"b"))
    with pytest.raises(OverlappingEdits):
        splice(b"abcdef", [first, second])
    with pytest.raises(ValueError, match="ends at byte"):
        splice(b"", [first])


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(Refused, match="surrogate"):
        source_of("", "utf-16-le").encode("\ud83d")
    with pytest.raises(Refused, match="surrogate"):
        source_of("", "utf-8").encode("\ud83d")


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1)])
def test_no_span(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n", "x.yaml"),
        (b"a\r\nb\r\n", b"a\r\nB\r\n", "x.yaml"),
        (b"a", b"a\nb", "x.yaml"),
        (b"a\n", b"a", "x.yaml"),
        (b"\xff\xfe\xe9\n", b"\xff\xfe\xe8\n", "x.yaml"),
        (b"a\rb\x0cc\n", b"a\rb\x0cd\n", "x.yaml"),
        (b"a\n", b"b\n", "with blank.yaml"),
        (b"a\n", b"b\n", "é\"\\.yaml"),
        (b"a\n", b"", "x.yaml"),
    ],
)  # fmt: skip
def test_git_applies_the_diff(tmp_path: Path, before: bytes, after: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(before)
    diff = unified_diff(FileChange(name, before, after))
    done = subprocess.run(["git", "apply", "-"], input=diff, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / name).read_bytes() == after


def test_offsets_before_edits() -> None:
    edits = [Edit("a", Span(2, 2), b"xyz\n"), Edit("a", Span(5, 8), b"q")]
    after = splice(b"0123456789", edits)
    assert after == b"01xyz\n234q89"
    assert [before_edits(after.index(char), edits) for char in (b"0", b"1", b"x", b"z", b"2", b"4", b"q", b"8", b"9")] == [
        0, 1, 2, 2, 2, 4, 5, 8, 9,
    ]  # fmt: skip
