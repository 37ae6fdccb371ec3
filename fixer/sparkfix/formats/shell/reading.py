"""Shell scripts: properties that commands, arrays and variables set, and the texts inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sparkfix.formats.document import Context, Document, with_nested
from sparkfix.formats.helm.lexer import NO_TEMPLATE, Template, parse
from sparkfix.formats.helm.mask import SOLID_BLANK, mask
from sparkfix.formats.shell.blocks import Finish, holds_options, may_hold_flags, text_blocks, word_blocks
from sparkfix.formats.shell.inner import call_name, is_script, nested_texts
from sparkfix.formats.shell.options import Text, options_in
from sparkfix.formats.shell.parse import without_inline_comments
from sparkfix.formats.shell.syntax import Call, Script, parse_script
from sparkfix.formats.shell.variables import literals, with_variables
from sparkfix.formats.shell.words import Range, Word
from sparkfix.model import Problem, Property, PropertyBlock, Span
from sparkfix.spark.programs import launcher_at
from sparkfix.text.source import SourceText

_ACTION_LINE = re.compile(r"(?m)^[ \t]*#_+[ \t]*\r?\n|^[ \t]+\r?\n")
EXPANSION = re.compile(r"\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|\$\w+|`[^`]*`")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
_PRINTS = frozenset({"echo", "printf", "log", "info", "print"})


def read_shell(source: SourceText, context: Context) -> Document:
    """A script. A part that the grammar does not understand becomes a `Problem` where it speaks of Spark."""
    template = template_of(source, context)
    script = script_of(source, template)
    blocks = tuple(_script_blocks(source, script, template))
    document = Document(
        source, template, blocks=blocks, problems=tuple(_problems(source, script)), language="shell",
        handed_on=tuple(_handed_on(source, script, template)),
    )  # fmt: skip
    return with_nested(document, tuple(nested_texts(source, script, template, context)))


def read_words(source: SourceText, context: Context) -> Document:
    """A text that is words alone: options in a variable's value or in one argument."""
    template = template_of(source, context)
    name = context.name if _VARIABLE.fullmatch(context.name) else ""
    blocks = tuple(text_blocks(all_of(source, template), template, "its words", tuple, name=name))
    return Document(source, template, blocks=blocks, language="words", syntax=name)


def all_of(source: SourceText, template: Template) -> Word:
    """A text of options as one word, with what a shell, Kubernetes or compose may compute in it."""
    end = len(source.folded)
    ranges = sorted({*_ranges(template), *(match.span() for match in EXPANSION.finditer(source.folded))})
    pieces, computed, position = [], [], 0
    for low, high in ranges:
        if low < position:
            continue
        if position < low:
            pieces.append((source.text(position, low), position, low))
        pieces.append((source.text(low, high), low, high))
        computed.append((low, high))
        position = high
    if position < end:
        pieces.append((source.text(position, end), position, end))
    return Word(source, 0, end, tuple(pieces), (), tuple(computed), raw=True)


def template_of(source: SourceText, context: Context) -> Template:
    """The template actions of a script: those that are known, or those that stand in it."""
    if context.template is not None:
        return context.template
    return parse(source.folded) if source.has_braces else NO_TEMPLATE


def script_of(source: SourceText, template: Template) -> Script:
    """The script that a text is."""
    return parse_script(source, readable(source, template), _ranges(template))


def readable(source: SourceText, template: Template) -> str:
    """The text as the grammar takes it, with as many characters: actions masked, comments in backquotes left out, line
    ends of one character."""
    text = source.folded
    if template.actions:
        text = mask(text, template).replace(SOLID_BLANK, " ")
        text = _ACTION_LINE.sub(lambda match: " " * len(match[0]), text)
    text = without_inline_comments(text)
    return text.replace("\\\r\n", "\\\n ").replace("\r\n", " \n") if "\r" in text else text


def _ranges(template: Template) -> tuple[Range, ...]:
    return tuple((action.start, action.end) for action in template.actions)


def _script_blocks(source: SourceText, script: Script, template: Template) -> Iterator[PropertyBlock]:
    known = literals(script)

    def finish(properties: Sequence[Property]) -> tuple[Property, ...]:
        return with_variables(properties, script, known)

    found: list[PropertyBlock] = []
    for call in script.calls:
        if not speaks(script, call):
            continue
        text = Text(template, lines=bool(call.array))
        where = f"the array `{call.array}`" if call.array else f"the command `{call_name(call)}`"
        span = source.span(call.start, call.end)
        found.extend(
            word_blocks(call.words, text, where, span, finish, sparks=sparks(script, call), others=scripts(call))
        )
    found.extend(_assigned_blocks(source, script, template, finish))
    yield from sorted(found, key=lambda block: block.span)


def _handed_on(source: SourceText, script: Script, template: Template) -> Iterator[Span]:
    for call in script.calls:
        if speaks(script, call) and launcher_at([word.text for word in call.words]) is not None:
            options = options_in(call.words, Text(template, lines=bool(call.array)), sparks=sparks(script, call))
            for position in options.handed_on:
                yield source.span(call.words[position].start, call.words[position].end)


def _assigned_blocks(
    source: SourceText, script: Script, template: Template, finish: Finish
) -> Iterator[PropertyBlock]:  # fmt: skip
    for assignment in script.assignments:
        value = assignment.value
        handed = assignment.name in script.handed_to_spark
        if holds_options(value) or may_hold_flags(value.spelt, assignment.name, handed=handed):
            where = f"the variable `{assignment.name}`"
            yield from text_blocks(value, template, where, finish, name=assignment.name, handed=handed)


def speaks(script: Script, call: Call) -> bool:
    """May a command set properties? What is only printed does not."""
    if call.words[0].text in _PRINTS and not call.array:
        return False
    raw = call.words[0].source.folded[call.start : call.end]
    return "spark" in raw or (bool(call.array) and may_hold_flags(raw, call.array, handed=sparks(script, call)))


def sparks(script: Script, call: Call) -> bool:
    """Is an array named after Spark, or handed to it?"""
    return "spark" in call.array.lower() or call.array in script.handed_to_spark


def scripts(call: Call) -> frozenset[int]:
    """The positions of a command's words that are scripts of their own."""
    return frozenset(position for position in range(len(call.words)) if is_script(call, position))


def _problems(source: SourceText, script: Script) -> Iterator[Problem]:
    for start, end in script.errors:
        if "spark." in source.folded[source.line_start(start) : source.line_end(end)]:
            line = source.position(source.span(start, start).start)[0]
            yield Problem(source.path, "a part of this shell script is not understood", line)
            return
