"""Properties text against an independent reading of the java.util.Properties javadoc, and its edits."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sparkfix.formats.helm.lexer import Template
from sparkfix.formats.properties.block import properties_in
from sparkfix.formats.properties.parse import looks_like_properties, parse, unescape
from sparkfix.model import Property, Refused
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText

_BLANKS = " \t\f"


def reference(text: str) -> list[tuple[str, str]]:
    """`Properties.load(Reader)`, written from its javadoc, character by character."""
    found = []
    for line in _logical_lines(text):
        position = 0
        while position < len(line) and line[position] not in "=: \t\f":
            position += 2 if line[position] == "\\" else 1
        position = min(position, len(line))
        key, rest = line[:position], line[position:].lstrip(_BLANKS)
        if rest[:1] in ("=", ":"):
            rest = rest[1:].lstrip(_BLANKS)
        found.append((_java_unescape(key), _java_unescape(rest)))
    return found


def _logical_lines(text: str) -> list[str]:
    """Natural lines joined by `\\` at their ends; comments and blank lines dropped."""
    naturals = re.split(r"\r\n|\r|\n", text)
    found: list[str] = []
    pending: str | None = None
    for natural in naturals:
        line = natural.lstrip(_BLANKS)
        if not pending and (not line or line[0] in "#!"):
            if pending is not None and not line:
                pending = None
            continue
        ends = len(line) - len(line.rstrip("\\"))
        joined = (pending or "") + (line[:-1] if ends % 2 else line)
        if ends % 2:
            pending = joined
        else:
            found.append(joined)
            pending = None
    return found + ([pending] if pending else [])


def _java_unescape(raw: str) -> str:
    result, position = "", 0
    while position < len(raw):
        char = raw[position]
        position += 1
        if char != "\\":
            result += char
        elif position < len(raw):
            code = raw[position]
            position += 1
            if code == "u":
                result += chr(int(raw[position : position + 4], 16))
                position += 4
            else:
                result += {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}.get(code, code)
    return result.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def spark_trim(value: str) -> str:
    """Spark's `trimExceptCRLF` (Utils.getPropertiesFromFile)."""
    start, end = 0, len(value)
    while start < end and value[start] <= " " and value[start] not in "\r\n":
        start += 1
    while end > start and value[end - 1] <= " " and value[end - 1] not in "\r\n":
        end -= 1
    return value[start:end]


def opened(text: str) -> tuple[SourceText, tuple[Property, ...]]:
    source = SourceText("spark-defaults.conf", text.encode("utf-8", "surrogatepass"))
    return source, properties_in(source, source.folded, Template((), ()), 0, len(source.folded))


def settings(text: str) -> list[tuple[str, str]]:
    return [(item.key, item.value) for item in opened(text)[1]]


def expected(text: str) -> list[tuple[str, str]]:
    return [(key, spark_trim(value)) for key, value in reference(text)]


_PIECES = st.sampled_from(
    ["spark.a", "b", "=", ":", " ", "\t", "\f", "\\", "\\\\", "\n", "\r\n", "\r", "#", "!", "\\u00e9", "\\ud83d\\ude00",
     "é", "😀", "\\n", "\\t", "\\ ", "\\=", "\\:", "\\\n", "\\\r\n", "\\\r", "x", "\u2028", "\x85", "\x0b", "\\#"]
)  # fmt: skip
TEXTS = st.lists(_PIECES, max_size=25).map("".join)


def _well_formed(text: str) -> bool:
    """Java raises on `\\u` without four digits; what it would read then is no question."""
    try:
        reference(text)
    except ValueError:
        return False
    return True


@given(TEXTS.filter(_well_formed))
@example("a=1\rb=2\r")
@example("a=1\\\r  2\rb=3")
@example("a\fb")
@example("\fa=b\f")
@example("a=b\\")
@example("a=b\\ ")
@example("a=\\u0020b")
@example("\\\n# c\na=1")
@example("\\\n\na=1")
@example("a=\\\n\nb=1")
@example("a=\\\n   \nb=1")
@example("a\\\n=1")
@example("a\\\n   b = \\\n  c \\\n  d")
@example("=x\n:y\n")
@example("a\\ b\\=c\\:d e")
@example("x #y\nx=1 # z\n ! c\n")
@example("é=ü\n\u2028=1\n")
def test_reads_what_java_and_spark_read(text: str) -> None:
    assert settings(text) == expected(text)


@given(TEXTS.filter(_well_formed))
def test_ranges_lie_in_order_and_inside(text: str) -> None:
    folded = SourceText("x.conf", text.encode()).folded
    last = 0
    for item in parse(folded):
        assert last <= item.start <= item.first <= item.key_end <= item.value_start <= item.value_end <= item.end
        last = item.end
    assert last <= len(folded)


_KEYS = st.from_regex(r"\Aspark\.[a-z]{1,5}(?:\.[a-zA-Z]{1,6}){0,2}\Z")
_VALUES = st.text(st.sampled_from("ab1=:#! \\/$é{}'\"-,"), max_size=12).map(str.strip)
_NEWLINES = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    newline = draw(_NEWLINES)
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        key, value = draw(_KEYS), draw(_VALUES).replace("\\", "\\\\")
        separator = draw(st.sampled_from(["=", " ", " = ", ":", "    ", "\t"]))
        lines.append(
            draw(st.sampled_from(["", "", "  ", "\t"])) + key + separator + value + draw(st.sampled_from(["", " "]))
        )
        if draw(st.booleans()):
            lines.append(draw(st.sampled_from(["# note é", "", "   ", "! other", f"spark.long=a,\\{newline}   b"])))
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


def _edited(text: str, index: int, operation: str, key: str, value: str) -> tuple[str, int]:
    source, items = opened(text)
    position = index % len(items)
    entry = items[position].entry
    assert entry is not None
    match operation:
        case "set":
            edits = entry.set_value(value)
        case "rename":
            edits = entry.rename(key)
        case "remove":
            edits = entry.remove()
        case "comment":
            edits = entry.comment_out()
        case _:
            edits = entry.add_beside(key, value, before=operation == "before")
    return splice(source.data, edits).decode(), position


def _intended(
    before: list[tuple[str, str]], position: int, operation: str, key: str, value: str
) -> list[tuple[str, str]]:
    own = before[position]
    middle = {
        "set": [(own[0], value)], "rename": [(key, own[1])], "remove": [], "comment": [],
        "before": [(key, value), own], "after": [own, (key, value)],
    }[operation]  # fmt: skip
    return [*before[:position], *middle, *before[position + 1 :]]


OPERATIONS = ["set", "rename", "remove", "comment", "before", "after"]


@given(documents(), st.integers(0, 9), st.sampled_from(OPERATIONS), _KEYS, _VALUES)
@example("spark.a 1", 0, "remove", "spark.b", "")
@example("spark.a 1\rspark.c 2", 1, "remove", "spark.b", "")
@example("spark.a=\n", 0, "set", "spark.b", "=x")
@example("spark.a\n", 0, "set", "spark.b", ":x")
@example("spark.a 1\r\nspark.b 2", 1, "after", "spark.c", "3")
@example("spark.a=1\r", 0, "comment", "spark.c", "3")
@example("spark.a=1,\\\r  2\rspark.b=1", 0, "comment", "spark.c", "3")
def test_each_operation_does_what_it_says(text: str, index: int, operation: str, key: str, value: str) -> None:
    after, position = _edited(text, index, operation, key, value)
    assert settings(after) == _intended(settings(text), position, operation, key, value)
    assert expected(after) == settings(after)


@given(documents(), st.integers(0, 9), st.sampled_from(["remove", "comment", "before", "after"]), _KEYS, _VALUES)
def test_other_lines_keep_their_bytes(text: str, index: int, operation: str, key: str, value: str) -> None:
    after, position = _edited(text, index, operation, key, value)
    own = opened(text)[1][position].key_span.start
    lines, start = [], 0
    for setting in parse(text):
        if len(text[: setting.first].encode()) != own:
            lines += [text[start : setting.end].rstrip("\r\n")]
        elif start < setting.start:
            lines += [text[start : setting.start].rstrip("\r\n")]
        start = setting.end
    lines += [text[start:].rstrip("\r\n")]
    position = 0
    for line in lines:
        found = after.find(line, position)
        assert found >= 0, (line, after)
        position = found + len(line)


@given(TEXTS)
def test_no_edit_gives_the_same_bytes(text: str) -> None:
    source, _ = opened(text)
    assert splice(source.data, ()) == text.encode()


@pytest.mark.parametrize(
    "value", ["a\nb", "a\rb"],
)  # fmt: skip
def test_a_line_break_in_a_value_is_refused(value: str) -> None:
    entry = opened("spark.a=1\n")[1][0].entry
    assert entry is not None
    with pytest.raises(Refused, match="line break"):
        entry.set_value(value)


def test_surrogate_pairs_become_one_character() -> None:
    assert unescape("\\ud83d\\ude00") == "😀"


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\nspark.a=1\n",
        "import x\nspark = SparkSession.builder\nspark.sql('x')\nspark.stop()\n",
        "SELECT 1;\nSET spark.a=1;\nSELECT 2;\n",
        "kind: X\nspec:\n  a: 1\n  b: 2\n  spark.a: 1\n",
        'rootLogger.level = info\nlogger.x.name = org.apache\n',
        "This text speaks of spark.driver.host\nand more\n",
        "spark {\n  a = 1\n  b = 2\n}\nspark.x = 3\n",
        '{"Event":"SparkListenerEnvironmentUpdate","spark.a":"1"}\n',
    ],
    ids=["shell", "python", "sql", "yaml", "log4j", "prose", "hocon", "event log"],
)  # fmt: skip
def test_other_languages_are_not_properties(text: str) -> None:
    assert not looks_like_properties(text)
