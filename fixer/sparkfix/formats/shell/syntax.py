"""A shell script as tree-sitter's bash grammar takes it apart: calls, assignments, here documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sparkfix.formats.shell.parse import DYNAMIC, WORDS, parser
from sparkfix.formats.shell.redirects import target_of
from sparkfix.formats.shell.words import Range, Word, whole_word
from sparkfix.spark.programs import launcher_at
from sparkfix.text.source import SourceText

_LINE_ENDS = re.compile(r"(?:\\\n)+")
_NAMED = re.compile(r"\$\{?(\w+)")
_KEEPS = frozenset({"local", "declare", "typeset", "readonly"})


@dataclass(frozen=True)
class Call:
    """A simple command, or an array that may become part of one (`array` is then its name): its words in order, and the
    file that its output goes to as it is written."""

    words: tuple[Word, ...]
    start: int
    end: int
    array: str = ""
    target: str = ""


@dataclass(frozen=True)
class Assignment:
    """`name=value`. `exported` says that other programs see it; `scope` is the range in which it surely holds."""

    name: str
    value: Word
    exported: bool
    scope: Range
    appends: bool


@dataclass(frozen=True)
class HereDocument:
    """The lines of a here document. `literal`: its delimiter is quoted; `dash`: leading tabs do not count."""

    start: int
    end: int
    delimiter: str
    literal: bool
    dash: bool
    computed: tuple[Range, ...]
    statement: str


@dataclass(frozen=True)
class Script:
    """What a script does, as far as we ask, in its order; `errors` are ranges that the grammar does not understand."""

    text: str
    root: Any = field(compare=False, repr=False)
    calls: tuple[Call, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    here_documents: tuple[HereDocument, ...] = ()
    errors: tuple[Range, ...] = ()

    @cached_property
    def handed_to_spark(self) -> frozenset[str]:
        """The variables and arrays among the words that programs of Spark are given."""
        found: set[str] = set()
        for call in self.calls:
            launcher = launcher_at([word.text for word in call.words])
            if launcher is not None:
                for word in call.words[launcher + 1 :]:
                    found.update(_NAMED.findall(word.source.folded[word.start : word.end]))
        return frozenset(found)


def parse_script(source: SourceText, text: str, actions: tuple[Range, ...] = ()) -> Script:
    """The script in a (masked) text of `source`; `actions` are the ranges of template actions in it."""
    root = parser().parse(text.encode("ascii")).root_node
    calls: list[Call] = []
    assignments: list[Assignment] = []
    here_documents: list[HereDocument] = []
    errors: list[Range] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "ERROR" or node.is_missing:
            errors.append((node.start_byte, node.end_byte))
        elif node.type in ("command", "array"):
            call = _call(source, text, node, actions)
            if call is not None:
                calls.append(call)
        elif node.type == "variable_assignment":
            assignment = _assignment(source, text, node, actions)
            if assignment is not None:
                assignments.append(assignment)
        elif node.type == "heredoc_redirect":
            document = _here_document(text, node)
            if document is not None:
                here_documents.append(document)
        stack.extend(reversed(node.children))
    calls.sort(key=lambda call: call.start)
    return Script(text, root, tuple(calls), tuple(assignments), tuple(here_documents), tuple(errors))


def computed_ranges(node: Any, actions: tuple[Range, ...] = ()) -> list[Range]:
    """What the shell computes in a node, and the template actions in it, in order."""
    found = [(low, high) for low, high in actions if node.start_byte <= low < node.end_byte]
    found.extend(_expansions(node))
    outermost: list[Range] = []
    for low, high in sorted(found):
        if not outermost or low >= outermost[-1][1]:
            outermost.append((low, high))
    return outermost


def _expansions(node: Any) -> Iterator[Range]:
    if node.type in DYNAMIC:
        yield node.start_byte, node.end_byte
        return
    for child in node.children:
        yield from _expansions(child)


def word_of(source: SourceText, text: str, node: Any, actions: tuple[Range, ...]) -> Word:
    return whole_word(source, text, node.start_byte, node.end_byte, computed_ranges(node, actions))


def _call(source: SourceText, text: str, node: Any, actions: tuple[Range, ...]) -> Call | None:
    nodes = [child for child in node.children if child.type in WORDS]
    nodes.extend(_behind_redirections(node))
    words = tuple(
        whole_word(source, text, start, end, [hole for one in joined for hole in computed_ranges(one, actions)])
        for start, end, joined in _joined(text, nodes)
    )
    if not words:
        return None
    if node.type == "array":
        name = _name_of(node.parent) if node.parent is not None else ""
        return Call(words, node.start_byte, node.end_byte, name or "array")
    target = target_of(node)
    written = target.text.decode("ascii", "replace") if target is not None else ""
    return Call(words, words[0].start, node.end_byte, target=written)


def _joined(text: str, nodes: Sequence[Any]) -> Iterator[tuple[int, int, list[Any]]]:
    """The ranges of words. Those that only a continued line end parts are one to a shell, though not to the grammar."""
    group: list[Any] = []
    for node in nodes:
        if group and not _LINE_ENDS.fullmatch(text, group[-1].end_byte, node.start_byte):
            yield group[0].start_byte, group[-1].end_byte, group
            group = []
        group.append(node)
    if group:
        yield group[0].start_byte, group[-1].end_byte, group


def _behind_redirections(node: Any) -> Iterator[Any]:
    """The words of a command that stand behind a redirection; the grammar makes them a part of that."""
    if node.type != "command":
        return
    outer = node.parent
    around = outer.children if outer is not None and outer.type == "redirected_statement" else ()
    for child in (*node.children, *around):
        if child.type == "file_redirect":
            yield from [one for one in child.children if one.type in WORDS][1:]


def _name_of(node: Any) -> str:
    name = node.child_by_field_name("name")
    return name.text.decode("ascii") if name is not None else ""


def _assignment(source: SourceText, text: str, node: Any, actions: tuple[Range, ...]) -> Assignment | None:
    value, parent = node.child_by_field_name("value"), node.parent
    if value is None or value.type == "array" or parent is None:
        return None
    exported, holder = parent.type == "command", parent
    if parent.type == "declaration_command":
        exported = parent.children[0].type not in _KEEPS or any(child.type == "word" for child in parent.children)
        holder = parent.parent
    scope = (node.end_byte, holder.end_byte if holder is not None and parent.type != "command" else node.end_byte)
    appends = any(child.type == "+=" for child in node.children)
    return Assignment(_name_of(node), word_of(source, text, value, actions), exported, scope, appends)


def _here_document(text: str, node: Any) -> HereDocument | None:
    children = {child.type: child for child in node.children}
    start, body, end = (children.get(name) for name in ("heredoc_start", "heredoc_body", "heredoc_end"))
    if start is None or end is None:
        return None
    delimiter = start.text.decode("ascii")
    first = text.find("\n", start.end_byte) + 1
    last = text.rfind("\n", 0, end.start_byte) + 1
    if not 0 < first <= last:
        return None
    outer = node.parent
    statement = text[outer.start_byte : first] if outer is not None else ""
    computed = tuple(computed_ranges(body)) if body is not None else ()
    bare = re.sub(r"['\"\\]", "", delimiter)
    return HereDocument(first, last, bare, bare != delimiter, "<<-" in children, computed, statement)
