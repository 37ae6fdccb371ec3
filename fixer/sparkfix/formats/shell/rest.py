"""What a script says besides the properties that it sets, as values that can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sparkfix.formats.document import Document
from sparkfix.formats.helm.lexer import Template
from sparkfix.formats.shell.blocks import holds_options, name_in, words_inside
from sparkfix.formats.shell.options import Text, options_in
from sparkfix.formats.shell.parse import DYNAMIC, WORDS
from sparkfix.formats.shell.reading import all_of, script_of, scripts, sparks, speaks
from sparkfix.formats.shell.syntax import Call, Script
from sparkfix.formats.shell.variables import literals
from sparkfix.formats.shell.words import Word

_NESTED = "\0text"
_LITERAL = "\0literal"
_GONE = object()


def rest_of_shell(document: Document) -> object:
    """The syntax tree of a script: without the words that set properties, with a mark where a text is read on its own,
    and with a mark for the value of a variable that serves one place."""
    script = script_of(document.source, document.template)
    return _Tree(document, script).of(script.root)


def rest_of_words(document: Document) -> object:
    """The words of a text of options without those that set properties."""
    word, name = all_of(document.source, document.template), document.syntax or ""
    return remaining(word, document.template, lambda word: word.text, name)


def remaining(
    word: Word, template: Template, shown: Callable[[Word], str], name: str = "", *, handed: bool = False
) -> tuple[object, ...]:
    """The words inside a word that is given to `name`, as `shown`, without those that set properties, at any depth."""
    own = name_in(word)
    words = words_inside(word, name=name or own)
    options = options_in(words, Text(template, lines=True), sparks=handed or "spark" in (name or own).lower())
    left: list[object] = [own] if own else []
    for position, one in enumerate(words):
        if position not in options.words:
            deeper = holds_options(one) and one.text != word.text
            left.append(remaining(one, template, shown) if deeper else shown(one))
    return tuple(left)


class _Tree:
    """A syntax tree on its way to a value that can be compared."""

    def __init__(self, document: Document, script: Script) -> None:
        self.document, self.script = document, script
        self.nested = sorted(
            (inner.source.span(0, 0).start, inner.source.span(0, len(inner.source.folded)).end)
            for inner in document.nested
        )
        self.words: dict[tuple[int, int], object] = {}
        for call in script.calls:
            self._take_call(call)
        known = literals(script)
        for assignment in script.assignments:
            value = assignment.value
            literal = assignment.name in known
            self.words[value.start, value.end] = _LITERAL if literal else self._word(value, assignment.name)

    def _take_call(self, call: Call) -> None:
        left: frozenset[int] = frozenset()
        if speaks(self.script, call):
            left = options_in(
                call.words, Text(self.document.template, bool(call.array)), sparks=sparks(self.script, call)
            ).words
        own = scripts(call)
        for position, word in enumerate(call.words):
            key = word.start, word.end
            self.words[key] = _GONE if position in left else self._word(word, script=position in own)

    def _word(self, word: Word, name: str = "", *, script: bool = False) -> object:
        if self._is_nested(word.start, word.end):
            return _NESTED
        if script:
            return (word.spelt,)
        handed = name in self.script.handed_to_spark
        return remaining(word, self.document.template, lambda word: word.spelt, name, handed=handed)

    def _is_nested(self, start: int, end: int) -> bool:
        span = self.document.source.span(start, end)
        return any(span.start <= low and high <= span.end for low, high in self.nested)

    def of(self, node: Any) -> object:
        """A node with what is below it."""
        key = node.start_byte, node.end_byte
        if node.type in WORDS and key in self.words:
            return (self.words[key], tuple(self._computed(node)))
        if node.type == "heredoc_body":
            return node.text
        if not node.children:
            return (node.type, self.document.source.text(*key))
        return (node.type, *(self.of(child) for child in node.children if not self._gone(child)))

    def _lines(self, start: int, end: int) -> tuple[int, int]:
        """The whole lines of a here document; its node may begin and end inside of them."""
        source = self.document.source
        return source.line_start(start), source.line_end(max(end - 1, start))

    def _gone(self, node: Any) -> bool:
        if node.type == "heredoc_body":
            return self._is_nested(*self._lines(node.start_byte, node.end_byte))
        return node.type in WORDS and self.words.get((node.start_byte, node.end_byte)) is _GONE

    def _computed(self, node: Any) -> list[object]:
        """The commands whose output a word takes in."""
        if node.type in DYNAMIC:
            return [self.of(child) for child in node.children]
        return [one for child in node.children for one in self._computed(child)]
