"""The words of files before they are parsed: each looked for once, and never in what the file held before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.workspace.mentions import words_in
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace


@pytest.mark.parametrize(
    "text",
    [
        "spark.driver.host=a\n",
        "args: [spark-submit, x.py]\n",
        "sparkConf:\n  spark:\n    driver: {}\n",
        "command: [start-connect-server.sh]\n",
        "command: [start-master.sh] # spark\n",
        "kind: Secret\ndata: {x: c3BhcmsuYT1i}\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_may_say_something_of_spark(text: str, encoding: str) -> None:
    assert words_in(text.encode(encoding)).spark


@pytest.mark.parametrize("text", ["a: 1\n", "image: spark\n", "command: [start-master.sh]\n", "x: c3BhcmsuYT1i\n"])
def test_what_says_nothing_of_spark(text: str) -> None:
    assert not words_in(text.encode()).spark


def test_words_are_those_of_the_content_at_hand() -> None:
    before = Workspace(MemoryStore({"a.yaml": b"spark.ui.port: 1\n"}), ("a.yaml",))
    after = before.with_edits({"a.yaml": b"b: limits\n"})
    for _ in range(2):
        assert before.mentions("a.yaml", (b"no", b"spark.ui.port"))
        assert not before.mentions("a.yaml", (b"limits",))
        assert after.mentions("a.yaml", (b"limits",))
        assert not after.mentions("a.yaml", (b"spark.ui.port",))
        assert before.relevant("a.yaml")
        assert not after.relevant("a.yaml")


def test_any_word_may_be_in_base64_or_nested_maps() -> None:
    assert words_in(b"kind: Secret\ndata: {x: c3BhcmsuYT1i}\n").may_say((b"spark.a",))
    assert words_in(b"sparkConf:\n  spark:\n    driver: {}\n").may_say((b"spark.driver.host",))
    assert not words_in(b"kind: Secret\ndata: {x: abc}\n").may_say((b"spark.a",))


def test_a_file_that_cannot_be_read_says_nothing() -> None:
    workspace = Workspace(MemoryStore({}), ("a.yaml",))
    assert not workspace.mentions("a.yaml", (b"a",))
    assert not workspace.relevant("a.yaml")


PIECES = [
    "spark",
    "spark.",
    "sparkspark",
    "spark-",
    "daemon.sh",
    "master",
    "/",
    "start-",
    "connect-server",
    "Conf:",
    "k",
    "\n",
    " ",
    "#",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))
def test_a_word_is_found_wherever_it_stands(pieces: list[str], asked: list[str]) -> None:
    data, word = "".join(pieces).encode(), "".join(asked).encode()
    assert words_in(data).may_say((word,)) == (word in data)
