"""Makefiles: what the commands of recipes set, and variables that hold options.

Each line of a recipe is a script of its own (GNU make, "Recipe Execution"); `$$` is a dollar sign there, and what else
begins with `$` is put in by make.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sparkfix.formats.code.tree import parser, range_of
from sparkfix.formats.document import Context, Document, Nested, with_nested
from sparkfix.formats.helm.lexer import NO_TEMPLATE
from sparkfix.formats.shell.blocks import holds_options, may_hold_flags, text_blocks
from sparkfix.formats.shell.inner import SCRIPT
from sparkfix.formats.shell.reading import all_of
from sparkfix.formats.shell.rest import remaining
from sparkfix.formats.shell.words import Word
from sparkfix.model import Problem, PropertyBlock, Refused
from sparkfix.text.placing import Piece, placed
from sparkfix.text.source import SourceText

_REFERENCE = re.compile(
    r"\$(?:(?P<dollar>\$)|\((?P<round>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)|\{(?P<curly>[^{}]*)\}|(?P<one>[\w@<^+?*%|]))"
)
_PLAIN = re.compile(r"[\w.\-]+(?: [\w.\-/:=,+ ]*)?", re.ASCII)
_ASSIGNS = re.compile(r"[ \t]*(?:[:?+!]|::)?=[ \t]*")
_PREFIX = re.compile(r"[ \t@+\-]*")
_NESTED = "\0text"


@cache
def _parser() -> Any:
    import tree_sitter_make

    return parser(tree_sitter_make.language())


@dataclass(frozen=True)
class _Variable:
    """A variable with the range of its value."""

    name: str
    start: int
    end: int


def read_makefile(source: SourceText, context: Context) -> Document:
    """A Makefile. A part that the grammar does not understand becomes a `Problem` where it speaks of Spark."""
    root = _root(source)
    blocks = [block for one in _variables(source, root) for block in _variable_blocks(source, one)]
    document = Document(
        source, blocks=tuple(blocks), problems=tuple(_problems(source, root)), language="make", syntax=root
    )
    return with_nested(document, tuple(_recipes(source, root, context)))


def _root(source: SourceText) -> Any:
    return _parser().parse(source.folded.encode("ascii")).root_node


def _nodes(root: Any, *types: str) -> Iterator[Any]:
    """The nodes of some types in their order."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in types:
            yield node
        stack.extend(reversed(node.children))


def _lines(source: SourceText, root: Any) -> Iterator[tuple[int, int]]:
    """The ranges of the lines of recipes, without `@` and the like before them."""
    for node in _nodes(root, "recipe_line"):
        prefix = _PREFIX.match(source.folded, node.start_byte, node.end_byte)
        yield (prefix.end() if prefix is not None else node.start_byte), node.end_byte


def _recipes(source: SourceText, root: Any, context: Context) -> Iterator[Nested]:
    for start, end in _lines(source, root):
        inner = placed(source, _pieces(source, start, end), _in_recipe, at=start)
        document = context.read_inner(inner, SCRIPT)
        if document is not None:
            yield Nested(document, "a recipe")


def _variables(source: SourceText, root: Any) -> Iterator[_Variable]:
    for node in _nodes(root, "variable_assignment"):
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            continue
        if value is not None:
            yield _Variable(source.folded[name.start_byte : name.end_byte], *range_of(value))
        elif (sign := _ASSIGNS.match(source.folded, name.end_byte)) is not None:
            yield _Variable(source.folded[name.start_byte : name.end_byte], sign.end(), sign.end())


def _variable_blocks(source: SourceText, one: _Variable) -> Iterator[PropertyBlock]:
    word = _value(source, one)
    if holds_options(word) or may_hold_flags(word.spelt, one.name):
        yield from text_blocks(word, NO_TEMPLATE, "a variable", tuple, name=one.name)


def _value(source: SourceText, one: _Variable) -> Word:
    return all_of(placed(source, _pieces(source, one.start, one.end), _in_variable, at=one.start), NO_TEMPLATE)


def _pieces(source: SourceText, start: int, end: int) -> Iterator[Piece]:
    """A text as a shell gets it, with a command's output in the place of what make puts in."""
    position = start
    for found in _REFERENCE.finditer(source.folded, start, end):
        if position < found.start():
            yield source.text(position, found.start()), position, found.start()
        yield _put_in(found), *found.span()
        position = found.end()
    if position < end:
        yield source.text(position, end), position, end


def _put_in(found: re.Match[str]) -> str:
    """`$(X)` for what make puts in: it is no variable that a script assigns."""
    if found["dollar"]:
        return "$"
    name = found["round"] or found["curly"] or found["one"] or "x"
    plain = name if _PLAIN.fullmatch(name) else name.split()[0] if name.split() else "x"
    return f"$({plain if _PLAIN.fullmatch(plain) else 'x'})"


def _in_recipe(text: str) -> str:
    if re.search(r"(?<!\\)\n", text.replace("\r\n", "\n")):
        raise Refused("a line break would end the line of the recipe")
    return text.replace("$", "$$")


def _in_variable(text: str) -> str:
    if "#" in text:
        raise Refused("make would take what is behind `#` for a comment")
    return _in_recipe(text)


def _problems(source: SourceText, root: Any) -> Iterator[Problem]:
    for node in _nodes(root, "ERROR"):
        if "spark." in source.folded[source.line_start(node.start_byte) : source.line_end(node.end_byte)]:
            line = source.line_in_file(node.start_byte)
            yield Problem(source.path, "a part of this Makefile is not understood", line)
            return


def rest_of_makefile(document: Document) -> object:
    """The text of a Makefile with a mark for each line of a recipe, and without the words that set properties."""
    source = document.source
    root = document.syntax if document.syntax is not None else _root(source)
    left: list[tuple[int, int, object]] = [(start, end, _NESTED) for start, end in _lines(source, root)]
    for one in _variables(source, root):
        words = remaining(_value(source, one), NO_TEMPLATE, lambda word: word.text, one.name)
        left.append((one.start, one.end, words))
    rest: list[object] = []
    position = 0
    for start, end, shown in sorted(left, key=lambda item: item[:2]):
        rest.extend((source.text(position, start), shown))
        position = end
    return (*rest, source.text(position, len(source.folded)))
