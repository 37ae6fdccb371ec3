"""Our reader and writer of properties text against `java.util.Properties` in a JVM (run by `make test-spark`).

All texts are made first, from a fixed seed, so that one JVM answers for all of them.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from sparkfix.formats.helm.lexer import NO_TEMPLATE
from sparkfix.formats.properties.block import properties_in
from sparkfix.model import Property, Refused
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText

CACHE = os.environ.get("SPARKFIX_SPARK", "")
SEED, READ, WRITTEN = 20240917, 3000, 1500
PIECES = (
    "spark.a", "b", "=", ":", " ", "\t", "\f", "\\", "\\\\", "\n", "\r\n", "\r", "#", "!", "\\u00e9", "\\ud83d\\ude00",
    "é", "😀", "\\n", "\\t", "\\ ", "\\=", "\\:", "\\\n", "\\\r\n", "\\\r", "x", "\u2028", "\x85", "\x0b", "\\#", "\\u12",
    "key value", "\u00a0",
)  # fmt: skip
CHARACTERS = "ab1=:#! \\/$é{}'\"-,\t\f\u00a0\u2028😀\x85\x01"

pytestmark = pytest.mark.skipif(not CACHE, reason="no PySpark is named by SPARKFIX_SPARK: make test-spark")


def opened(text: str) -> tuple[SourceText, tuple[Property, ...]]:
    source = SourceText("spark-defaults.conf", text.encode("utf-8", "surrogatepass"))
    return source, properties_in(source, source.folded, NO_TEMPLATE, 0, len(source.folded))


def ours(text: str) -> dict[str, str]:
    """What our reader finds; of equal keys the last one."""
    return {item.key: item.value for item in opened(text)[1]}


def trimmed(value: str) -> str:
    """Spark's `Utils.trimExceptCRLF`, which it applies to what Java reads."""
    blanks = "".join(map(chr, range(33))).replace("\r", "").replace("\n", "")
    return value.strip(blanks)


def java(texts: list[str], folder: Path) -> list[dict[str, str] | None]:
    """What `java.util.Properties` reads; None where it refuses a text."""
    given, answer = folder / "texts.json", folder / "answers.json"
    given.write_text(json.dumps(texts), encoding="utf-8")
    program = Path(CACHE, "3.5", "bin", "python").absolute()
    script = Path(__file__).with_name("java_properties.py")
    subprocess.run([program, script, given, answer], check=True, capture_output=True, timeout=300, cwd=folder)
    found: list[dict[str, str] | None] = json.loads(answer.read_text(encoding="utf-8"))
    assert len(found) == len(texts)
    return found


def random_text(random: random.Random) -> str:
    return "".join(random.choices(PIECES, k=random.randrange(25)))


def random_word(random: random.Random) -> str:
    return "".join(random.choices(CHARACTERS, k=random.randrange(12)))


def written(chance: random.Random) -> tuple[str, str, str, str] | None:
    """A text after an edit: how it was edited, and the key and value that it must now hold. None where it is refused."""
    newline = chance.choice(("\n", "\r\n", "\r"))
    lines = [f"spark.k{number}{chance.choice(('=', ' ', ': ', ' = '))}v" for number in range(chance.randrange(1, 4))]
    source, items = opened(newline.join(lines) + chance.choice(("", newline)))
    entry = chance.choice(items).entry
    assert entry is not None
    key, value = f"spark.new{random_word(chance)}", random_word(chance)
    how = chance.choice(("set", "rename", "add"))
    try:
        if how == "set":
            key = next(item.key for item in items if item.entry is entry)
            edits = entry.set_value(value)
        elif how == "rename":
            value, edits = "v", entry.rename(key)
        else:
            edits = entry.add_beside(key, value, before=chance.random() < 0.5)
    except Refused:
        return None
    return how, splice(source.data, edits).decode("utf-8", "surrogatepass"), key, value


def test_reader_and_writer_agree_with_java(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    texts = [random_text(chance) for _ in range(READ)]
    edited = [found for _ in range(WRITTEN) if (found := written(chance)) is not None]
    answers = java([*texts, *(text for _, text, _, _ in edited)], tmp_path)
    # Half a surrogate pair does not survive the way from the JVM.
    whole = [
        not any("\ud800" <= letter <= "\udfff" for letter in "".join(sum(ours(text).items(), ()))) for text in texts
    ]
    read = [
        (text, answer) for text, answer, kept in zip(texts, answers, whole, strict=False) if answer is not None and kept
    ]
    assert len(read) > READ // 2
    for text, answer in read:
        # Spark drops an empty key; the JVM also finds one where a text ends behind a lone backslash.
        theirs = {key: trimmed(value) for key, value in answer.items() if key}
        assert {key: value for key, value in ours(text).items() if key} == theirs, (SEED, text)
    assert len(edited) > WRITTEN // 2
    assert {how for how, _, _, _ in edited} == {"set", "rename", "add"}
    for (how, text, key, value), back in zip(edited, answers[READ:], strict=True):
        assert back is not None, (SEED, how, text)
        assert trimmed(back[key]) == trimmed(value), (SEED, how, text)
    print(f"{len(read)} texts read as Java reads them, {len(edited)} edits written as it reads them back, seed {SEED}")
