"""Python's syntax tree from LibCST, with the range of each node in the text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sparkfix.text.source import SourceText

_PLACE = re.compile(r"error at (\d+):")
_PYTHON_2 = re.compile(
    r"(?m)^[ \t]*(?:print[ \t]+[\"'\w]|exec[ \t]+[\"']|except[ \t]+[\w.]+[ \t]*,[ \t]*\w+[ \t]*:|raise[ \t]+\w+[ \t]*,)"
)


class NotPython(Exception):
    """The text is no Python 3; `offset` is where that shows."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.offset = offset


@dataclass(frozen=True)
class Tree:
    """A module with the range of each of its nodes in the ASCII text; parentheses and blanks around a node are left out.

    `signs` are the offsets, in order, of what a reader looks for: subtrees without one need not be walked.
    """

    module: Any
    source: SourceText
    spans: Mapping[Any, tuple[int, int]]
    signs: tuple[int, ...]

    def range(self, node: Any) -> tuple[int, int]:
        return self.spans[node]

    def outer_range(self, node: Any) -> tuple[int, int]:
        """The range of an expression with the parentheses around it."""
        start, end = self.range(node)
        left, right = getattr(node, "lpar", ()), getattr(node, "rpar", ())
        return self.range(left[0])[0] if left else start, self.range(right[-1])[1] if right else end

    def matters(self, node: Any) -> bool:
        """Does a sign stand in a node?"""
        start, end = self.range(node)
        index = bisect_left(self.signs, start)
        return index < len(self.signs) and self.signs[index] < end

    def code(self, node: Any) -> str:
        """The text of a node, as it is written."""
        return self.source.text(*self.range(node))


def parse(source: SourceText, signs: tuple[int, ...]) -> Tree:
    """The tree of a text. Raises `NotPython`.

    The ranges come from one pass of LibCST's code writer, as in its `ByteSpanPositionProvider`. That one counts the bytes
    of every token and takes as long as parsing; here a character is a byte.
    """
    import libcst

    text = source.folded
    try:
        module = libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        told = _PLACE.search(error.message)
        raise NotPython(_reason(text), _line_start(text, int(told[1]) if told else error.raw_line)) from None
    ranges = _counter()(default_indent=module.default_indent, default_newline=module.default_newline, provider=None)
    module._codegen(ranges)
    return Tree(module, source, ranges.found, signs)


@cache
def _counter() -> Any:
    """The class that counts where LibCST would write each node."""
    from libcst.metadata.span_provider import SpanProvidingCodegenState

    class Counter(SpanProvidingCodegenState):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.found: dict[Any, tuple[int, int]] = {}

        def add_indent_tokens(self) -> None:
            self.position += sum(map(len, self.indent_tokens))

        def add_token(self, value: str) -> None:
            self.position += len(value)

        def pop_trailing_newline(self) -> None:
            pass

        def after_codegen(self, node: Any) -> None:
            start = self._stack.pop()
            if node not in self.found:
                self.found[node] = (start, self.position)

        @contextmanager
        def record_syntactic_position(
            self, node: Any, *, start_node: Any = None, end_node: Any = None
        ) -> Iterator[None]:
            start = self.position
            yield
            start = start if start_node is None else self.found[start_node][0]
            self.found[node] = (start, self.position if end_node is None else self.found[end_node][1])

    return Counter


def _line_start(text: str, line: int) -> int:
    """The offset of a line by its number from 1; that of the last one if there are fewer."""
    position = 0
    for _ in range(line - 1):
        position = (text.find("\n", position) + 1) or position
    return position


def _reason(text: str) -> str:
    return "not Python 3, but Python 2" if _PYTHON_2.search(text) else "not Python: a syntax error"
