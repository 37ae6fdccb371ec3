"""Texts inside a script: here documents, and JSON, scripts and options in its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sparkfix.formats.document import Context, Document, Nested
from sparkfix.formats.helm.inner import inner_template
from sparkfix.formats.helm.lexer import Template
from sparkfix.formats.properties.parse import looks_like_properties
from sparkfix.formats.shell.options import computed_by, with_locks
from sparkfix.formats.shell.syntax import Call, HereDocument, Script
from sparkfix.formats.shell.words import Word
from sparkfix.model import Refused, Span
from sparkfix.spark.programs import launcher_at
from sparkfix.text.placing import Piece, placed
from sparkfix.text.source import SourceText

SCRIPT = "script.sh"
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|a|z|k)?sh|su|eval")
_FILE = re.compile(r"[\w.\-]+\.(?:conf|properties|sh)|spark-defaults")
_ECHO_OPTION = re.compile(r"-[neE]+")
_SHELL_FLAG = re.compile(r"-[a-z]*c|-\w*c|--command")
_TARGET = re.compile(r">>?[ \t]*[\"']?([^\s\"';|&]+)|\btee[ \t]+(?:-a[ \t]+)?[\"']?([^\s\"';|&]+)")
_READER = re.compile(r"(?:^|[\s;&|/(])(bash|sh|zsh|ksh|python[\d.]*|spark-shell|scala|psql|beeline|spark-sql)\b")
_ENDINGS = {"python": ".py", "spark-shell": ".scala", "scala": ".scala", "psql": ".sql", "beeline": ".sql"}
_ESCAPE = re.compile(r"\\([\\$`])|\\\r?\n")
_PLAIN_HOLE = re.compile(r"[\w${}:.@/+\-]*", re.ASCII)


def nested_texts(source: SourceText, script: Script, template: Template, context: Context) -> Iterator[Nested]:
    """The texts of a script that are read on their own."""
    for here in script.here_documents:
        yield from here_document(source, here, template, context)
    for call in script.calls:
        for position, word in enumerate(call.words):
            name = SCRIPT if is_script(call, position) else printed_file(call, position)
            yield from _word(word, name, f"a word of `{call_name(call)}`", context)
    for assignment in script.assignments:
        yield from _word(assignment.value, "", f"the variable `{assignment.name}`", context)


def call_name(call: Call) -> str:
    """What a command is called by: Spark's program or else its first word, or the array's name."""
    if call.array:
        return call.array
    launcher = launcher_at([word.text for word in call.words])
    name = call.words[launcher or 0].text.rsplit("/", 1)[-1]
    return name if re.fullmatch(r"[\w.\-]+", name) else "a command"


def is_script(call: Call, position: int) -> bool:
    """Is a word of a command a script that a shell runs?"""
    texts = [word.text for word in call.words]
    if position and texts[0] == "eval":
        return True
    if not position or not _SHELL_FLAG.fullmatch(texts[position - 1]):
        return False
    return any(_SHELL.fullmatch(text) for text in texts[: position - 1])


def printed_file(call: Call, position: int) -> str:
    """The name of the file that a word becomes a line of, as in `echo 'spark.x 1' >>spark-defaults.conf`; or nothing."""
    name = call.target.rsplit("/", 1)[-1].strip("\"'")
    if not _FILE.fullmatch(name) or position != len(call.words) - 1 or not position:
        return ""
    before = [word.text for word in call.words[:position] if word.text != "sudo"]
    if before[:1] != ["echo"] or not all(_ECHO_OPTION.fullmatch(text) for text in before[1:]):
        return ""
    return "" if "\\" in call.words[position].text else name


def _word(word: Word, name: str, where: str, context: Context) -> Iterator[Nested]:
    text = word.text.lstrip()
    if text.startswith(("{", "[")) and text.rstrip().endswith(("}", "]")):
        inner, name = _json_source(word), "word.json"
        if not inner.folded.lstrip().startswith(("{", "[")):
            return
    elif name:
        inner = word.inner
    else:
        return
    document = _known(context.read_inner(inner, name))
    if document is not None:
        yield Nested(_locked(document, word.source, word.computed), where)


def _known(document: Document | None) -> Document | None:
    """A text that is understood, whether or not it holds anything: it may have lost what it held."""
    return None if document is not None and document.problems and not document.blocks else document


def _json_source(word: Word) -> SourceText:
    """A word's meaning with what the shell computes put so that JSON can be read: a number outside of its strings."""
    pieces: list[Piece] = []
    inside = False
    for text, start, end in word.pieces:
        if not any(low <= start and end <= high for low, high in word.computed):
            for match in re.finditer(r"\\.|\"", text, re.DOTALL):
                inside = inside != (match[0] == '"')
            pieces.append((text, start, end))
        else:
            pieces.append(((_as_text(text) if inside else "0"), start, end))
    return placed(
        word.source, pieces, lambda text: text, at=word.parts[0].start if word.parts else word.start,
        escape_at=word.inner.placement.escape_at if word.inner.placement else None,
    )  # fmt: skip


def _as_text(hole: str) -> str:
    return hole if _PLAIN_HOLE.fullmatch(hole) else "$" + re.sub(r"[^\w]", "_", hole[1:])


def _locked(document: Document, source: SourceText, computed: Sequence[tuple[int, int]]) -> Document:
    """The document with those properties locked in which the shell computes something."""
    holes = {source.span(start, end): source.text(start, end) for start, end in computed}
    if not holes:
        return document

    def reason(span: Span) -> str:
        return computed_by(holes[span])

    blocks = tuple(
        replace(block, properties=with_locks(block.properties, tuple(holes), reason)) for block in document.blocks
    )
    return replace(document, blocks=blocks)


def here_document(
    source: SourceText, here: HereDocument, template: Template, context: Context
) -> Iterator[Nested]:  # fmt: skip
    """What the lines of a here document hold, by the file or the program that they go to."""
    inner = _body(source, here)
    name = _here_name(here, inner)
    if template.actions:
        document = context.open_inner(inner, name, inner_template(template, inner))
    else:
        document = _known(context.read_inner(inner, name))
    if document is not None:
        yield Nested(_locked(document, source, here.computed), "the here document")


def _here_name(here: HereDocument, inner: SourceText) -> str:
    """What is known of a here document: the file that it goes to, or the program that reads it."""
    target = _TARGET.search(here.statement)
    if target is not None:
        name = (target[1] or target[2]).rsplit("/", 1)[-1]
        if "." in name and not name.startswith("&"):
            return name
    if looks_like_properties(inner.folded):
        return "here.properties"
    reader = _READER.search(here.statement)
    if reader is None:
        return "here.txt"
    return "here" + _ENDINGS.get(re.sub(r"[\d.]+\Z", "", reader[1]), ".sh" if reader[1].endswith("sh") else ".sql")


def _body(source: SourceText, here: HereDocument) -> SourceText:
    """The lines of a here document as the program reads them, placed in the script."""
    pieces: list[Piece] = []
    indent: str | None = None
    position = here.start
    for line in source.folded[here.start : here.end].splitlines(keepends=True):
        stop = position + len(line)
        first = position + (len(line) - len(line.lstrip("\t")) if here.dash else 0)
        if line.strip():
            tabs = source.folded[position:first]
            indent = tabs if indent is None else min(indent, tabs, key=len)
        pieces.extend(_line(source, here, first, stop))
        position = stop
    return placed(source, pieces, _escape_for(here), at=here.start, indent=indent or "")


def _line(source: SourceText, here: HereDocument, start: int, end: int) -> Iterator[Piece]:
    """The pieces of a line: in a document whose delimiter is not quoted, backslashes take the meaning from `$`."""
    if here.literal:
        yield source.text(start, end), start, end
        return
    marks = [(low, high, None) for low, high in here.computed if start <= low < end]
    holes = [(low, high) for low, high, _ in marks]
    for match in _ESCAPE.finditer(source.folded, start, end):
        if not any(low <= match.start() < high for low, high in holes):
            marks.append((match.start(), match.end(), match[1] or ""))  # type: ignore[arg-type]
    position = start
    for low, high, meaning in sorted(marks, key=lambda mark: mark[0]):
        if position < low:
            yield source.text(position, low), position, low
        yield (source.text(low, high) if meaning is None else meaning), low, high
        position = high
    if position < end:
        yield source.text(position, end), position, end


def _escape_for(here: HereDocument) -> Callable[[str], str]:
    def escape(text: str) -> str:
        if any(line.strip() == here.delimiter for line in text.splitlines()):
            raise Refused("a line would end the here document")
        return text if here.literal else re.sub(r"([\\$`])", r"\\\1", text)

    return escape
