"""Which file the output of a command goes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sparkfix.formats.shell.parse import WORDS

_WRITING = frozenset({">", ">>", ">|"})
_HOLDERS = ("list", "pipeline")


def target_of(node: Any) -> Any:
    """The word that names the file which a command's output is written to, or that `tee` writes; None if there is none."""
    for redirect in _redirects(node):
        kinds = {child.type for child in redirect.children}
        if kinds & _WRITING and "file_descriptor" not in kinds:
            return next((child for child in redirect.children if child.type in WORDS), None)
    return _of_tee(node.next_named_sibling) if node.parent is not None and node.parent.type == "pipeline" else None


def _redirects(node: Any) -> Iterator[Any]:
    """The redirections of a command. The grammar gives those of a list's last command to the list."""
    yield from (child for child in node.children if child.type == "file_redirect")
    outer = node
    while outer.parent is not None and outer.parent.type in _HOLDERS and outer.parent.children[-1] == outer:
        outer = outer.parent
    holder = outer.parent
    if holder is not None and holder.type == "redirected_statement" and holder.children[0] == outer:
        yield from (child for child in holder.children if child.type == "file_redirect")


def _of_tee(node: Any) -> Any:
    if node is None or node.type != "command":
        return None
    words = [child for child in node.children if child.type in WORDS]
    texts = [word.text.decode("ascii", "replace") for word in words]
    behind = texts.index("tee") + 1 if "tee" in texts else len(texts)
    return next((word for word, text in zip(words[behind:], texts[behind:], strict=True) if text[:1] != "-"), None)
