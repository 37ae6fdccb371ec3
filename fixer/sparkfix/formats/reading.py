"""Understanding a file, and the texts inside it, in whatever language they are."""

from __future__ import annotations

from dataclasses import replace

from sparkfix.formats.detect import is_kept, language_inside
from sparkfix.formats.document import Context, Document
from sparkfix.formats.helm.lexer import Template
from sparkfix.formats.languages import language, language_of_file
from sparkfix.model import Problem
from sparkfix.text.source import SourceText

# Commands of Spark that set nothing are kept: they may have lost what they set. So is what ended in an error of ours.
_KEPT = ("shell", "")
DEEPEST = 8  # texts inside one another; real ones are three or four deep


def open_document(source: SourceText, *, in_chart_templates: bool = False) -> Document:
    """Understand a file by its name and content. Never raises for bad content: that becomes a `Problem`."""
    own = language_of_file(source.path) or language("yaml")
    try:
        return own.read(source, _context(0, in_chart_templates=in_chart_templates))
    except Exception as error:
        # A defect of ours in one file must not keep the others from being read.
        return Document(source, problems=(internal_problem(source.path, error),))


def internal_problem(path: str, error: Exception) -> Problem:
    """A defect of sparkfix met in a file, as a problem of that file."""
    return Problem(path, f"internal error: {type(error).__name__}: {error}")


def _context(depth: int, *, in_chart_templates: bool = False) -> Context:
    def open_inner(source: SourceText, name: str, template: Template | None) -> Document | None:
        document = _read_inner(source, name, template, depth + 1)
        known = document is not None and (
            document.blocks or document.objects or document.language in _KEPT or is_kept(name, source.folded)
        )
        return document if known else None

    def read_inner(source: SourceText, name: str) -> Document | None:
        return _read_inner(source, name, None, depth + 1)

    return Context(open_inner, in_chart_templates, read_inner=read_inner)


def _read_inner(source: SourceText, name: str, template: Template | None, depth: int) -> Document | None:
    """A text inside another one; None if it is in no language that we read there."""
    if depth > DEEPEST:
        return None
    found = language_inside(name, source.folded)
    if not found:
        return None
    try:
        return language(found).read(source, replace(_context(depth), template=template, name=name))
    except Exception as error:
        # As for a file: what surrounds the text is still read.
        return Document(source, problems=(internal_problem(source.path, error),), language="")
