"""Python modules: from text to a document with the settings that they make and the texts in their strings."""

from __future__ import annotations

import re

from sparkfix.formats.detect import COMMAND
from sparkfix.formats.document import Context, Document, with_nested
from sparkfix.formats.python.found import Module, Omitted
from sparkfix.formats.python.rest import Syntax, rest_of
from sparkfix.formats.python.syntax import NotPython, parse
from sparkfix.formats.python.values import Values
from sparkfix.formats.python.walk import read_module
from sparkfix.model import Problem
from sparkfix.text.source import SourceText

# What only a module has that may set something: a key in a string, an option, a builder.
_SIGN = re.compile(
    r"(?<![\w)\].])spark\.[A-Za-z{][\w.\-{}$]*[ \t]*[\"'\\]*[ \t]*[=:,)\]\"']|--conf|-Dspark\.|\.builder\b|\bSparkConf\b"
    r"|(?i:set)[ \t]+spark\.|\bsparkConf\b|kind:[ \t]*[\"']?(?:Scheduled)?Spark|" + COMMAND
)
# Calls that may set something, with keys that stand elsewhere.
_CALL = re.compile(r"\.(?:set(?:All|IfMissing|Master|AppName|ExecutorEnv)?|config|master|appName|remote)[ \t]*\(")


def read_python(source: SourceText, context: Context) -> Document:
    """A Python module. What does not parse becomes a `Problem`."""
    if not _SIGN.search(source.folded):
        return Document(source, language="python")
    signs = sorted(match.start() for pattern in (_SIGN, _CALL) for match in pattern.finditer(source.folded))
    try:
        tree = parse(source, tuple(signs))
        module = Module(tree, context, Values(tree))
        read_module(module)
    except NotPython as error:
        line = source.line_in_file(error.offset)
        return Document(source, problems=(Problem(source.path, str(error), line),), language="python")
    except RecursionError:
        return Document(source, problems=(Problem(source.path, "nested too deeply to be read"),), language="python")
    document = Document(
        source,
        blocks=tuple(sorted(module.blocks, key=lambda block: block.span)),
        language="python",
        syntax=Syntax(tree.module, module.omitted),
    )
    return with_nested(document, module.nested)


def rest_of_python(document: Document) -> object:
    """What a module says besides its settings; None if it is no Python."""
    syntax = document.syntax
    if syntax is None:
        try:
            syntax = Syntax(parse(document.source, ()).module, Omitted())
        except (NotPython, RecursionError):
            return None
    return rest_of(syntax)
