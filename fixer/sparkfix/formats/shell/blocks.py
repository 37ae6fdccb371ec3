"""Blocks of properties that words make up: those of a command, and those in a word that holds options itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from sparkfix.formats.helm.inner import inner_template
from sparkfix.formats.helm.lexer import Template
from sparkfix.formats.shell.options import Text, options_in
from sparkfix.formats.shell.words import Word, split
from sparkfix.model import Property, PropertyBlock, Span
from sparkfix.text.source import SourceText

CARRIERS = ("arguments", "flags", "Java options")
_HOLDS_OPTIONS = re.compile(r"(?:^|[\s=\"'])(?:(?:--conf|-c)[\s=]+[\"']?spark\.|-Dspark\.)")
_FLAGS = re.compile(r"(?:^|[\s=\"'(])--(?:master|driver-|executor-|num-executors|packages|deploy-mode|conf)")
_NAMED = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)=")
_SPARKS = re.compile(r"(?i)spark")
_READS_QUOTES = re.compile(r"(?:SPARK_\w*OPTS|PYSPARK_SUBMIT_ARGS|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS)\Z")

Finish = Callable[[Sequence[Property]], tuple[Property, ...]]
"""What becomes of properties that words set: variables in them may be known."""


def word_blocks(
    words: Sequence[Word], text: Text, where: str, span: Span, finish: Finish, *, sparks: bool = False,
    others: Collection[int] = (),
) -> Iterator[PropertyBlock]:  # fmt: skip
    """The blocks of the words of one command, and of those words that hold options themselves, but for those at the
    positions of `others`, which are read otherwise."""
    options = options_in(words, text, sparks=sparks)
    for carrier in CARRIERS:
        if carrier in options.found:
            yield PropertyBlock(words[0].source.path, carrier, where, finish(options.found[carrier]), span)
    for position, word in enumerate(words):
        if position not in options.words and position not in others and holds_options(word) and word.text != text.whole:
            yield from text_blocks(word, text.template, where, finish)


def text_blocks(
    word: Word, template: Template, where: str, finish: Finish, *, name: str = "", handed: bool = False
) -> Iterator[PropertyBlock]:
    """The blocks of a word that is a text of options; `name` is that of the variable that gets it, which may be `handed`
    to Spark."""
    name = name or name_in(word)
    words = words_inside(word, name=name)
    if not words:
        return
    inner = words[0].source
    if template.actions:
        template = _template_of(inner, word.source, template)
    where = f"the variable `{name}`" if name else where
    span = inner.span(0, len(inner.folded))
    yield from word_blocks(
        words,
        Text(template, lines=True, whole=word.text),
        where,
        span,
        finish,
        sparks=handed or bool(_SPARKS.search(name)),
    )


def _template_of(inner: SourceText, source: SourceText, template: Template) -> Template:
    """The template of a text at some depth in `source`."""
    if inner is source or inner.placement is None:
        return template
    return inner_template(_template_of(inner.placement.outer, source, template), inner)


def words_inside(word: Word, *, name: str = "") -> list[Word]:
    """The words of a text of options, without the `NAME=` that may stand before them.

    Spark's own variables, and those of Java, are taken apart with regard to quotes
    (`CommandBuilderUtils.parseOptionString` and `pyspark/java_gateway.py` of Spark 3.5).
    """
    inner, computed = word.laid_out
    own = _NAMED.match(inner.folded)
    masked = " " * own.end() + inner.folded[own.end() :] if own is not None else inner.folded
    words = split(inner, masked, computed, quotable=bool(_READS_QUOTES.match(name)))
    if own is None or len(words) != 1 or not words[0].parts or not words[0].parts[0].style:
        return words
    return [replace(one, quotable=True) for one in words_inside(words[0])]


def name_in(word: Word) -> str:
    """The variable that a word assigns (`NAME=--conf …`), or nothing."""
    own = _NAMED.match(word.text)
    return own["name"] if own is not None else ""


def holds_options(word: Word) -> bool:
    """May a word hold options of Spark that are words of their own?"""
    text = word.spelt
    return bool(_HOLDS_OPTIONS.search(text)) and not text.lstrip().startswith(("{", "["))


def may_hold_flags(text: str, name: str, *, handed: bool = False) -> bool:
    """Does a variable that is named after Spark, or `handed` to it, hold options?"""
    return bool((handed or _SPARKS.search(name)) and _FLAGS.search(text))
