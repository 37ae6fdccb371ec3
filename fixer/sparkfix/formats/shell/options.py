"""The properties that the words of a command set: with `--conf`, with named options, with `-D`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sparkfix.formats.helm.extent import PARTLY, PRINTED_BEHIND, goes_on, whole
from sparkfix.formats.helm.lexer import Template
from sparkfix.formats.shell.entries import FlagEntry, SettingEntry
from sparkfix.formats.shell.layout import Place
from sparkfix.formats.shell.words import Range, Word
from sparkfix.model import Property, Span
from sparkfix.spark.flags import OWN, flags_among
from sparkfix.spark.programs import end_of_options, launcher_at

CONF = ("--conf", "-c")
_SETTING = re.compile(r"(?P<prefix>--conf=|-D|)(?P<key>spark\.[A-Za-z][^\s=\"';,]*)=", re.DOTALL)
# The same of any key, where Spark is what is started: it drops what is none of its own.
_ANY_SETTING = re.compile(r"(?P<prefix>--conf=|)(?P<key>[A-Za-z][\w\-]*(?:\.[\w\-]+)+)=", re.ASCII)
# What Kubernetes or make puts in before any shell sees it.
_PUT_IN = re.compile(r"\$\(([A-Z_][A-Z0-9_]*)\)")
_BLANKS = " \t\r\n"
_VARIABLE = re.compile(r"\$(?:\{)?(\w+)")


@dataclass(frozen=True)
class Options:
    """The properties of one command by carrier, and the positions of the words that make them up; those of the words that
    Spark hands to the application unread."""

    found: dict[str, tuple[Property, ...]]
    words: frozenset[int]
    handed_on: range


@dataclass(frozen=True)
class Text:
    """What is known of the text that some words stand in: its template, whether line breaks separate its words, and the
    `whole` text where it is a word itself."""

    template: Template
    lines: bool = False
    whole: str = ""


@dataclass(frozen=True, slots=True)
class _Option:
    """An option in the making: its carrier, its first word's position and that of the word with the value, and the
    ranges of key and value in that word."""

    carrier: str
    at: int
    value_at: int
    key: str
    key_range: Range
    value: int


def options_in(words: Sequence[Word], text: Text, *, sparks: bool = False) -> Options:
    """The properties that words set. `sparks`: whoever gets them is Spark, though no word says so."""
    texts = [word.text for word in words]
    launcher = launcher_at(texts)
    end = end_of_options(texts, lambda position: bool(words[position].computed))
    options = list(_settings(texts[:end], of_any_key=launcher is not None))
    if sparks or launcher is not None or options or any(word.partition("=")[0] in OWN for word in texts[:end]):
        taken = {position for option in options for position in (option.at, option.value_at)}
        first = launcher + 1 if launcher is not None else 0
        options.extend(option for option in _flags(texts[:end], first) if option.at not in taken)
    found: dict[str, tuple[Property, ...]] = {}
    for option in sorted(options, key=lambda option: option.at):
        found[option.carrier] = (*found.get(option.carrier, ()), _property(words, option, text))
    last = texts.index("--", end) if "--" in texts[end:] else len(texts)
    return Options(
        found,
        frozenset(position for option in options for position in (option.at, option.value_at)),
        range(min(end + 1, last), last),
    )


def _settings(texts: Sequence[str], *, of_any_key: bool) -> Iterator[_Option]:
    """`--conf key=value`, `--conf=key=value` and `-Dkey=value`."""
    for position, text in enumerate(texts):
        found = _SETTING.match(text) or (_ANY_SETTING.match(text) if of_any_key else None)
        if found is None:
            continue
        flagged = position > 0 and texts[position - 1] in CONF
        key_range, carrier = found.span("key"), "Java options" if found["prefix"] == "-D" else "arguments"
        if found["prefix"] and not (position > 0 and texts[position - 1] in (*CONF, "--driver-java-options")):
            yield _Option(carrier, position, position, found["key"], key_range, found.end())
        elif not found["prefix"] and flagged:
            yield _Option(carrier, position - 1, position, found["key"], key_range, found.end())


def _flags(texts: Sequence[str], first: int) -> Iterator[_Option]:
    for flag in flags_among(texts, first):
        value = len(flag.name) + 1 if flag.value_at == flag.at else 0
        yield _Option("flags", flag.at, flag.value_at, flag.key, (0, len(flag.name)), value)


def _property(words: Sequence[Word], option: _Option, text: Text) -> Property:
    word, flag = words[option.value_at], words[option.at]
    source = word.source
    key_word = flag if option.carrier == "flags" else word
    inside = _in_bytes(word, option.value)
    key_range = (_in_bytes(key_word, option.key_range[0]), _in_bytes(key_word, option.key_range[1]))
    place = Place(source, flag.start, word.end, text.lines)
    entry: SettingEntry | FlagEntry
    computed = _computed(word, inside, text.template)
    if option.carrier == "flags":
        entry = FlagEntry(word, place, flag, inside, computed)
    else:
        entry = SettingEntry(word, place, key_range, inside, computed)
    key_span = key_word.inner.span(*key_range)
    value_span = word.inner.span(inside, len(word.inner.folded))
    if value_span.start < key_span.end:
        value_span = Span(key_span.end, max(key_span.end, value_span.end))
    return Property(
        path=source.path,
        key=option.key,
        value=word.inner.text(inside, len(word.inner.folded)),
        key_span=key_span,
        value_span=value_span,
        guard=text.template.guard(flag.start) if text.template.branches else (),
        templated=any(end > inside for _, end in word.computed_inside),
        locked=_lock(word, key_word, option, inside, text.template),
        entry=entry,
        extent=place.extent(),
    )


def _in_bytes(word: Word, position: int) -> int:
    """The offset in a word's `inner` text of a character of its meaning."""
    return len(word.text[:position].encode("utf-8", "surrogateescape"))


def _lock(word: Word, key_word: Word, option: _Option, inside: int, template: Template) -> str:
    """Why nothing of an option can be edited; empty if something can."""
    key_end = _in_bytes(key_word, option.key_range[1])
    if any(start < key_end for start, _ in key_word.computed_inside):
        return "its key is computed"
    if template.actions and not _computed(word, inside, template):
        first = word.outer(inside, inside)[0]
        if not whole(template, first, word.end):
            return PARTLY
        return PRINTED_BEHIND if goes_on(template, word.source.folded, word.end, _BLANKS) else ""
    return ""


def _computed(word: Word, inside: int, template: Template) -> str:
    """By what the shell computes a word's value; empty where it does not."""
    first = word.outer(inside, inside)[0]
    for start, end in word.computed:
        if end > first and (not template.actions or template.at(start) is None):
            return computed_by(word.source.text(start, end))
    return ""


def computed_by(expansion: str) -> str:
    """The reason that the shell computes a value, which names the variable or command that it computes it from."""
    named = _PUT_IN.fullmatch(expansion)
    if named is not None:
        return f"it is computed from the variable `{named[1]}`"
    if expansion.startswith(("$(", "`", "<(")):
        return "the shell computes it from a command's output"
    found = _VARIABLE.match(expansion)
    return f"the shell computes it from the variable `{found[1]}`" if found else "the shell computes it"


def with_locks(
    properties: Sequence[Property], holes: Sequence[Span], reason: Callable[[Span], str]
) -> tuple[Property, ...]:
    """Properties of a text in which the shell computes some ranges of the file: those that hold one are locked."""
    found = []
    for item in properties:
        inside = [hole for hole in holes if hole.start < item.value_span.end and item.key_span.start < hole.end]
        locked = item.locked or (reason(inside[0]) if inside else "")
        found.append(replace(item, templated=True, locked=locked) if inside else item)
    return tuple(found)
