"""Simple commands of a shell script, with tree-sitter's bash grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

WORDS = frozenset({
    "word", "string", "raw_string", "concatenation", "number", "simple_expansion", "expansion", "command_substitution",
    "ansi_c_string", "translated_string", "command_name", "process_substitution", "arithmetic_expansion",
})  # fmt: skip
DYNAMIC = frozenset(
    {"simple_expansion", "expansion", "command_substitution", "arithmetic_expansion", "process_substitution"}
)
_INLINE_COMMENT = re.compile(r"(?<!\S)`#[^`\\\n]*`(?!\S)")
_QUOTING = re.compile(r"[\"'\\]")


@dataclass(frozen=True, slots=True)
class ShellWord:
    """A word's range (in characters of the ASCII script), its text without quotes, and whether the shell computes it."""

    start: int
    end: int
    text: str
    dynamic: bool


@cache
def parser() -> Any:
    """The parser of bash scripts."""
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def without_inline_comments(script: str) -> str:
    """The script with blanks for each `# comment` in backquotes: nothing to a shell, but the grammar reads to the end of
    the line."""
    return _INLINE_COMMENT.sub(lambda match: " " * len(match[0]), script) if "`#" in script else script


def find_commands(script: str) -> list[tuple[ShellWord, ...]]:
    """All simple commands of an ASCII script in order, with assignments and redirections left out."""
    data = without_inline_comments(script).encode("ascii", "replace")
    found: list[tuple[ShellWord, ...]] = []
    stack = [parser().parse(data).root_node]
    while stack:
        node = stack.pop()
        if node.type == "command":
            words = tuple(_word(data, child) for child in node.children if child.type in WORDS)
            if words:
                found.append(words)
        stack.extend(reversed(node.children))
    return sorted(found, key=lambda words: words[0].start)


def _word(data: bytes, node: Any) -> ShellWord:
    text = data[node.start_byte : node.end_byte].decode("ascii")
    return ShellWord(node.start_byte, node.end_byte, _unquote(text), _computed(node))


def _computed(node: Any) -> bool:
    return node.type in DYNAMIC or any(_computed(child) for child in node.children)


def _unquote(text: str) -> str:
    """Quotes and backslashes removed as the shell does; expansions stay as written."""
    if not _QUOTING.search(text):
        return text
    result, quote, position = [], "", 0
    while position < len(text):
        char = text[position]
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == "\\" and quote != "'" and position + 1 < len(text):
            position += 1
            if text[position] != "\n":
                result.append(text[position])
        else:
            result.append(char)
        position += 1
    return "".join(result)
