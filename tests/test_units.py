"""Sizes, durations, booleans and versions as Spark reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix import units


@pytest.mark.parametrize(
    ("text", "unit", "size"),
    [
        ("0", "b", 0),
        ("512", "b", 512),
        ("512", "m", 512 * 1024**2),
        ("50b", "m", 50),
        ("1k", "b", 1024),
        ("1kb", "b", 1024),
        ("2M", "b", 2 * 1024**2),
        ("2Mb", "b", 2 * 1024**2),
        ("4g", "b", 4 * 1024**3),
        ("4GB", "m", 4 * 1024**3),
        ("1t", "b", 1024**4),
        ("1tb", "b", 1024**4),
        ("1p", "b", 1024**5),
        ("1PB", "b", 1024**5),
        (" 4g\t", "b", 4 * 1024**3),
        ("-1", "b", -1),
    ],
)
def test_size(text: str, unit: str, size: int) -> None:
    assert units.parse_size(text, unit) == size


@pytest.mark.parametrize("text", ["", "g", "4Gi", "512Mi", "4 g", "1e3", "0x10", "4bb", "٤g", "+4g", "1ms", "9" * 20])
def test_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r"size"):
        units.parse_size(text)


@pytest.mark.parametrize("text", ["1.5g", "0.5", "1.0GB"])
def test_fractional_sizes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^fractional size"):
        units.parse_size(text)


@pytest.mark.parametrize(
    ("text", "unit", "microseconds"),
    [
        ("10", "ms", 10_000),
        ("10", "s", 10_000_000),
        ("7us", "s", 7),
        ("5ms", "s", 5_000),
        ("120s", "ms", 120_000_000),
        ("2m", "ms", 120_000_000),
        ("2MIN", "ms", 120_000_000),
        ("1h", "ms", 3_600_000_000),
        ("1d", "ms", 86_400_000_000),
        ("-1", "s", -1_000_000),
    ],
)
def test_duration(text: str, unit: str, microseconds: int) -> None:
    assert units.parse_duration(text, unit) == microseconds


@pytest.mark.parametrize("text", ["", "s", "1.5s", "1sec", "1 s", "2w", "1g"])
def test_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration"):
        units.parse_duration(text)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("TRUE", True), (" False ", False)])
def test_boolean(text: str, value: bool) -> None:
    assert units.parse_boolean(text) is value
    assert units.parse_boolean(units.format_boolean(value)) is value


@pytest.mark.parametrize("text", ["", "yes", "on", "1", "t", '"true"'])
def test_no_boolean(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a boolean"):
        units.parse_boolean(text)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.5", (3, 5)),
        ("3.5.7", (3, 5, 7)),
        ("4.1.1-scala2.13-java17", (4, 1, 1)),
        ("4.0.0-SNAPSHOT", (4, 0, 0)),
        ("3.10.12", (3, 10, 12)),
    ],
)
def test_version(text: str, version: tuple[int, ...]) -> None:
    assert units.parse_version(text) == version
    assert units.parse_version(units.format_version(version)) == version


@pytest.mark.parametrize("text", ["", "3", "latest", "v3.5", "3.x"])
def test_no_version(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a version"):
        units.parse_version(text)


def test_the_largest_exact_unit_is_written() -> None:
    assert units.format_size(1536 * 1024**2) == "1536m"
    assert units.format_size(4 * 1024**3) == "4g"
    assert units.format_size(1025) == "1025b"
    assert units.format_size(0) == "0b"
    assert units.format_duration(90_000_000) == "90s"
    assert units.format_duration(120_000_000) == "2min"
    assert units.format_duration(0) == "0us"


@given(st.integers(-(2**62), 2**62))
def test_what_is_written_is_read_again(number: int) -> None:
    assert units.parse_size(units.format_size(number)) == number
    assert units.parse_duration(units.format_duration(number)) == number


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512Mi", 512 * 1024**2), ("1.5Gi", 3 * 1024**3 // 2), ("2G", 2 * 10**9), ("1e3", 1000), ("100", 100),
        ("1500m", 2), ("128974848000m", 128974848), ("1E", 10**18),
    ],
)  # fmt: skip
def test_kubernetes_quantities(text: str, size: int) -> None:
    assert units.parse_quantity(text) == size


@pytest.mark.parametrize("text", ["", "1 Gi", "1gb", "{{ .Values.memory }}", "-1", "1Gi2"])
def test_no_kubernetes_quantities(text: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        units.parse_quantity(text)
