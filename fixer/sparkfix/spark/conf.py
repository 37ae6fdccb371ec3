"""Words behind `--conf` that are no `key=value`, and what they are meant to be.

Spark 3.5, SparkSubmitArguments.handle and Utils/SparkSubmitUtils: a word without `=` ends the submission, a comma separates
nothing. Verified on 3.5.8.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import Command, SetWords, Word
from sparkfix.spark.arguments import Option, is_plain, reaches_spark_unexpanded, spark_options
from sparkfix.spark.facts import is_resource

_KEY = re.compile(r"spark\.[A-Za-z][\w.\-]*")
_BLANK = re.compile(r"(?P<key>spark\.[A-Za-z][\w.\-]*)[ \t]+(?P<value>[^\s=]+)")
_ROW = re.compile(r"(?:spark\.[A-Za-z][\w.\-]*=[^,=]*)(?:,spark\.[A-Za-z][\w.\-]*=[^,=]*)+")
_JOINED = re.compile(r"(?P<flag>--conf)[ \t]+(?P<setting>[^\s=]+=.*)", re.DOTALL)


class Fault(enum.Enum):
    """What is wrong with a word, in a few words."""

    NO_EQUALS = "has no `=`"
    SPLIT = "ends at its `=`, and its value is a word of its own"
    ROW = "sets several keys at once, which Spark takes for one value"
    JOINED = "stands in one word with its setting"


@dataclass(frozen=True, slots=True)
class Malformed:
    """An argument that is malformed: its key as far as it tells, its fault, its word, and the words to write instead.

    `words` are None where nothing tells what is meant, or where a shell would read them in its own way.
    """

    key: str
    fault: Fault
    word: Word
    words: SetWords | None
    certain: bool = False


def malformed(command: Command) -> Iterator[Malformed]:
    """The malformed settings of a command that Spark reads."""
    for option in spark_options(command):
        if option.name in ("--conf", "-c") and not option.word.dynamic:
            found = _malformed(option)
            if found is not None:
                yield found
        elif (joined := _JOINED.fullmatch(command.words[option.at].text)) and reaches_spark_unexpanded(command):
            word, setting = command.words[option.at], joined["setting"]
            words = _instead(option, (joined["flag"], setting), option.at + 1)
            yield Malformed(setting.partition("=")[0], Fault.JOINED, word, words, certain=True)


def _malformed(option: Option) -> Malformed | None:
    text, following = option.value, _following(option)
    found = _BLANK.fullmatch(text)
    if found is not None:
        words = _instead(option, _with(option, f"{found['key']}={found['value']}"), option.end)
        return Malformed(found["key"], Fault.NO_EQUALS, option.word, words, certain=True)
    if _ROW.fullmatch(text):
        settings = re.split(r",(?=spark\.)", text)
        words = _instead(option, tuple(word for one in settings for word in _with(option, one)), option.end)
        return Malformed(text.partition("=")[0], Fault.ROW, option.word, words)
    key = text.removesuffix("=")
    if not _KEY.fullmatch(key):
        return None
    meant = following is not None and not following.dynamic and is_plain(following.text)
    words = _instead(option, _with(option, f"{key}={following.text}"), option.end + 1) if meant and following else None
    if text == key:
        return Malformed(key, Fault.NO_EQUALS, option.word, words)
    return Malformed(key, Fault.SPLIT, option.word, words) if meant else None


def _following(option: Option) -> Word | None:
    """The word behind an option, if it is neither another option nor the application."""
    words = option.command.words
    word = words[option.end] if option.end < len(words) else None
    return None if word is None or word.text.startswith("-") or is_resource(word) else word


def _with(option: Option, setting: str) -> tuple[str, ...]:
    """An option with another setting, in one word or in two as it is written."""
    return (f"{option.name}={setting}",) if option.end == option.at + 1 else (option.name, setting)


def _instead(option: Option, texts: tuple[str, ...], end: int) -> SetWords | None:
    """The command with some texts in the place of an option's words."""
    words = option.command.words
    if option.command.shell and not all(map(is_plain, texts)):
        return None
    flag: tuple[Word | str, ...] = (words[option.at],) if texts[0] == words[option.at].text else (texts[0],)
    return SetWords(option.command, (*words[: option.at], *flag, *texts[1:], *words[end:]))
