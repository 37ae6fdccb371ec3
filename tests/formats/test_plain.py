"""Plain values as Kubernetes' own readers see them."""

from __future__ import annotations

from typing import Any

import pytest

from sparkfix.formats.yaml.plain import NotYaml, load_all, scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("Null", None),
        ("true", True),
        ("TRUE", True),
        ("yes", "yes"),
        ("off", "off"),
        ("n", "n"),
        ("1", 1),
        ("+1", 1),
        ("-0o17", -15),
        ("0777", 511),
        ("08", 8),
        ("0x1F", 31),
        ("0b11", 3),
        ("0b2", "0b2"),
        ("1_000", 1000),
        ("12345678901234567890", 12345678901234567890),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ("1.0", 1),
        ("1e3", 1000),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e400", "1e400"),
        (".inf", ".inf"),
        ("1.2.3", "1.2.3"),
        ("12:30", "12:30"),
        ("500m", "500m"),
        ("-", "-"),
        ("2020-01-02", "2020-01-02T00:00:00Z"),
        ("2020-1-2 3:4:5", "2020-01-02T03:04:05Z"),
        ("2020-01-01T10:11:12.500+02:00", "2020-01-01T10:11:12.5+02:00"),
        ("2020-13-01", "2020-13-01"),
    ],
)
def test_scalars_of_manifests(text: str, value: Any) -> None:
    found = scalar(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("OFF", False), ("y", True), ("n", False), ("2020-01-02", "2020-01-02"), ("7", 7)],
)
def test_scalars_of_kustomizations(text: str, value: Any) -> None:
    assert scalar(text, old_booleans=True) == value
    assert load_all(f"{text}: {text}\n".encode(), old_booleans=True) == [
        {{"yes": "true", "OFF": "false", "y": "true", "n": "false"}.get(text, text): value}
    ]


def test_quoted_scalars_stay_text() -> None:
    assert load_all(b"a: '1'\nb: \"true\"\nc: !!str 2\nd: |\n  3\n") == [{"a": "1", "b": "true", "c": "2", "d": "3\n"}]


def test_documents_anchors_and_merge_keys() -> None:
    data = b"---\n---\na: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {x: 9, z: 4}]}\n--- # more\n[1, ~]\n"
    one = {"x": 1, "y": 2}
    assert load_all(data) == [{"a": one, "b": {"x": 1, "y": 3}, "c": {**one, "z": 4}}, [1, None]]


def test_scalars_below_a_route_stay_as_written() -> None:
    data = b"metadata: {annotations: {a: 1.0, b: yes, c: ~, d: [1.0]}, labels: {a: 1.0}}\n"
    assert load_all(data, as_text=[("metadata", "annotations")]) == [
        {"metadata": {"annotations": {"a": "1.0", "b": "yes", "c": None, "d": [1]}, "labels": {"a": 1}}}
    ]


def test_encodings() -> None:
    assert load_all("a: ü\n".encode("utf-16")) == [{"a": "ü"}]
    assert load_all(b"\xef\xbb\xbfa: 1\r\n") == [{"a": 1}]


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"a: 1\nb: 2\na: 3\n", 3, "the key 'a' is given twice"),
        (b"a: [\n", 2, "did not find expected node content"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8 text"),
        (b"a: &a [*a]\n", 1, "anchors expand without end"),
        (b"? [a]\n: b\n", 1, "a mapping key that is not a scalar"),
        (b"a: {<<: 1}\n", 1, "a merge key that names no mapping"),
        (b"[" * 300, 0, "nested more than 200 levels deep"),
    ],
)
def test_what_is_not_read(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(NotYaml, match=reason.replace("(", ".")) as caught:
        load_all(data)
    assert caught.value.line == line


def test_aliases_of_aliases_are_not_expanded_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    with pytest.raises(NotYaml, match="without end"):
        load_all("\n".join(lines).encode())
