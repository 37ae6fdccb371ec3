"""Dockerfiles: what commands, variables and here documents set."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from sparkfix.formats.detect import SHEBANG
from sparkfix.formats.docker.instructions import Here, Instruction, escape_sign, expansions, instructions
from sparkfix.formats.document import Context, Document, Nested, with_nested
from sparkfix.formats.helm.lexer import NO_TEMPLATE
from sparkfix.formats.shell.blocks import holds_options, may_hold_flags, name_in, text_blocks
from sparkfix.formats.shell.inner import SCRIPT, here_document
from sparkfix.formats.shell.reading import readable
from sparkfix.formats.shell.rest import remaining
from sparkfix.formats.shell.syntax import HereDocument
from sparkfix.formats.shell.words import Word, split, whole_word
from sparkfix.model import Problem, PropertyBlock, Refused
from sparkfix.text.placing import Piece, placed
from sparkfix.text.source import SourceText

_COMMANDS = ("RUN", "CMD", "ENTRYPOINT")
_VARIABLES = ("ENV", "ARG")
_ONLY_HERE = re.compile(r"(?:[ \t]|\\\r?\n)*<<-?[\"']?\w+[\"']?(?:[ \t]|\\\r?\n)*")
_OLD_FORM = re.compile(r"(?P<name>[^\s=\\]+)(?:[ \t]|\\[ \t]*\r?\n)+(?=\S)")
_ESCAPES = '\\"$'  # BuildKit, `shell_parser`: a backtick needs none
_NESTED = "\0text"
_CONTINUED = re.compile(r"\\[ \t]*\r?\n")


def read_dockerfile(source: SourceText, context: Context) -> Document:
    """A Dockerfile. One whose lines are not continued by backslashes becomes a `Problem`."""
    if escape_sign(source.folded) != "\\":
        return Document(
            source, language="docker", problems=(Problem(source.path, "lines are not continued by backslashes", 1),)
        )
    text = readable(source, NO_TEMPLATE)
    found = tuple(instructions(source.folded))
    blocks = [block for one in found if one.name in _VARIABLES for block in _variable_blocks(source, text, one)]
    problems = tuple(
        Problem(source.path, f"`{one.name}` has no value", source.line_in_file(one.start))
        for one in found
        if one.name == "ENV" and one.start < one.end and not _has_value(source, one)
    )
    document = Document(source, blocks=tuple(blocks), problems=problems, language="docker")
    return with_nested(document, [nested for one in found for nested in _nested(source, one, context)])


def _has_value(source: SourceText, one: Instruction) -> bool:
    own = source.folded[one.start : one.end]
    return "=" in own or bool(_OLD_FORM.match(own))


def _nested(source: SourceText, one: Instruction, context: Context) -> Iterator[Nested]:
    """The commands of an instruction, and its here documents."""
    if one.name in _COMMANDS:
        inner, name = _command(source, one)
        document = context.read_inner(inner, name) if name else context.open_inner(inner, name, None)
        if document is not None:
            yield Nested(document, f"`{one.name}`")
    for here in one.here if one.name in ("COPY", "ADD") else ():
        yield from here_document(source, _as_of_a_shell(source, one, here), NO_TEMPLATE, context)


def _command(source: SourceText, one: Instruction) -> tuple[SourceText, str]:
    """A command as a text of its own, with a name that says its language: a list of words, or a script.

    What stands in brackets and is no JSON is given to a shell.
    """
    if one.here and _ONLY_HERE.fullmatch(source.folded, one.start, one.end):
        body = one.here[0]
        inner = _part(source, one, body.start, body.end, partial(_checked_line, body.delimiter))
        name = "" if inner.folded.lstrip().startswith("#!") and not SHEBANG.match(inner.folded) else SCRIPT
        return inner, name
    if source.folded.startswith("[", one.start):
        words = _words(source, one)
        if _is_list(words.text(0, len(words.folded))):
            return words, "words.json"
    return _part(source, one, one.start, one.stop if one.here else one.end, _continued), SCRIPT


def _is_list(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, list) and all(isinstance(item, str) for item in found)


def _words(source: SourceText, one: Instruction) -> SourceText:
    """A list of words without the backslashes at the ends of its lines."""
    pieces: list[Piece] = []
    for start, end in _kept(one, one.start, one.end):
        position = start
        for match in _CONTINUED.finditer(source.folded, start, end):
            pieces.extend([(source.text(position, match.start()), position, match.start()), ("\n", *match.span())])
            position = match.end()
        pieces.append((source.text(position, end), position, end))
    return placed(
        source, [piece for piece in pieces if piece[0]], lambda text: text.replace("\n", "\\\n"), at=one.start
    )


def _part(source: SourceText, one: Instruction, start: int, end: int, escape: Callable[[str], str]) -> SourceText:
    pieces = [(source.text(low, high), low, high) for low, high in _kept(one, start, end)]
    return placed(source, pieces, escape, at=start)


def _kept(one: Instruction, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A range without the lines in it that do not count."""
    for low, high in one.skipped:
        if start <= low < end:
            if start < low:
                yield start, low
            start = high
    if start < end:
        yield start, end


def _continued(text: str) -> str:
    if re.search(r"(?<!\\)\n", text.replace("\r\n", "\n")):
        raise Refused("a line break would end the instruction")
    return text


def _checked_line(delimiter: str, text: str) -> str:
    if any(line.strip() == delimiter for line in text.splitlines()):
        raise Refused("a line would end the here document")
    return text


def _as_of_a_shell(source: SourceText, one: Instruction, here: Here) -> HereDocument:
    """The content of a file that `COPY` makes; Docker puts variables in as a shell does."""
    computed = () if here.literal else tuple(expansions(source.folded, here.start, here.end, quotes=False))
    target = source.folded[one.start : one.end].split()[-1]
    return HereDocument(here.start, here.end, here.delimiter, here.literal, here.dash, computed, f"> {target}")


def _variable_blocks(source: SourceText, text: str, one: Instruction) -> Iterator[PropertyBlock]:
    for word, name in _assigned(source, text, one):
        if holds_options(word) or may_hold_flags(word.spelt, name):
            yield from text_blocks(word, NO_TEMPLATE, f"`{one.name}`", tuple, name=name)


def _assigned(source: SourceText, text: str, one: Instruction) -> Iterator[tuple[Word, str]]:
    """The words of `ENV` or `ARG` with the names that they are assigned to: `NAME=value …`, or `NAME value` as a whole."""
    blank = "".join(" " * (high - low) if gap else text[low:high] for low, high, gap in _stretches(one))
    computed = list(expansions(blank, one.start, one.end, quotes=True))
    old = _OLD_FORM.match(blank, one.start) if one.name == "ENV" else None
    if old is not None:
        yield replace(whole_word(source, blank, old.end(), one.end, computed, _ESCAPES), spaced=True), old["name"]
        return
    for word in split(source, " " * one.start + blank[one.start : one.end], computed, quotable=True, escapes=_ESCAPES):
        yield word, name_in(word)


def _stretches(one: Instruction) -> Iterator[tuple[int, int, bool]]:
    """The whole text up to the end of an instruction: what counts, and what does not."""
    position = 0
    for low, high in one.skipped:
        yield position, low, False
        yield low, high, True
        position = high
    yield position, one.end, False


def rest_of_dockerfile(document: Document) -> object:
    """The text of a Dockerfile with a mark where a command is read on its own, and without the words that set properties."""
    source = document.source
    text = readable(source, NO_TEMPLATE)
    left: list[object] = []
    position = 0
    for one in instructions(source.folded):
        left.append(source.text(position, one.start))
        position = one.end
        if one.name in _VARIABLES:
            left.extend(
                remaining(word, NO_TEMPLATE, lambda word: word.spelt, name)
                for word, name in _assigned(source, text, one)
            )
        elif one.name in _COMMANDS:
            left.append(_NESTED)
            position = one.stop
        else:
            left.append(source.text(one.start, one.end))
            for here in one.here:
                left.append(source.text(position, here.start))
                left.append(_NESTED if _is_read(document, here) else source.text(here.start, here.end))
                position = here.end
    return (*left, source.text(position, len(source.folded)))


def _is_read(document: Document, here: Here) -> bool:
    span = document.source.span(here.start, here.end)
    return any(span.covers(inner.source.span(0, len(inner.source.folded))) for inner in document.nested)
