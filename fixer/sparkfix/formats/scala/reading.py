"""Scala and Java files: from text to a document with the settings that their calls make."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sparkfix.formats.code.tree import Tree, leaves, parser
from sparkfix.formats.document import Context, Document
from sparkfix.formats.scala.walk import Reader
from sparkfix.text.source import SourceText

_SIGN = re.compile(r"\"spark\.[A-Za-z]|\bbuilder\b|\bSparkConf\b")
_CALL = re.compile(r"\.(?:set(?:IfMissing|Master|AppName|ExecutorEnv)?|config|master|appName|remote)[ \t]*\(")


@cache
def _parser(language: str) -> Any:
    if language == "java":
        import tree_sitter_java

        return parser(tree_sitter_java.language())
    import tree_sitter_scala

    return parser(tree_sitter_scala.language())


def read_scala(source: SourceText, context: Context) -> Document:
    """A Scala file."""
    return _read(source, "scala")


def read_java(source: SourceText, context: Context) -> Document:
    """A Java file."""
    return _read(source, "java")


def _read(source: SourceText, language: str) -> Document:
    if not _SIGN.search(source.folded):
        return Document(source, language=language)
    tree = _tree(source, language)
    return Document(source, blocks=Reader(tree).read(), language=language, syntax=tree)


def _tree(source: SourceText, language: str) -> Tree:
    signs = sorted(found.start() for sign in (_SIGN, _CALL) for found in sign.finditer(source.folded))
    return Tree(source, _parser(language).parse(source.folded.encode("ascii")).root_node, tuple(signs))


def rest_of_code(document: Document) -> object:
    """The words of a file without its settings."""
    tree = document.syntax or _tree(document.source, document.language)
    return tuple(leaves(tree, without=("comment", "line_comment", "block_comment", ",")))
