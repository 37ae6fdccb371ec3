"""Notebooks: from text to a document with what its code cells set."""

from __future__ import annotations

import json
from typing import Any

from sparkfix.formats.document import Context, Document, Nested, with_nested
from sparkfix.formats.notebook.cells import code_cells
from sparkfix.formats.notebook.magics import parts_of
from sparkfix.model import Problem
from sparkfix.text.source import SourceText

_ENDINGS = {"python": ".py", "scala": ".scala", "sh": ".sh", "bash": ".sh"}


def read_notebook(source: SourceText, context: Context) -> Document:
    """A notebook in nbformat 4. What is no JSON becomes a `Problem`."""
    try:
        cells = list(code_cells(source))
    except (ValueError, IndexError, RecursionError):
        return Document(source, problems=(Problem(source.path, "not a notebook: not JSON"),), language="notebook")
    ending = _ENDINGS.get(_language(source), ".py")
    nested: list[Nested] = []
    others: dict[int, list[str]] = {}
    for cell in cells:
        parts = parts_of(cell.source, ending)
        documents = [context.read_inner(part.source, "cell" + part.ending) for part in parts.parts]
        if any(document is not None for document in documents):
            read = zip(parts.parts, documents, strict=True)
            unread = (part.unread for part, document in read if document is None)
            others[cell.number] = [parts.others, *unread]
        nested.extend(Nested(document, f"cell {cell.number}") for document in documents if document is not None)
    return with_nested(Document(source, language="notebook", syntax=others), nested)


def _language(source: SourceText) -> str:
    """The language of a notebook's cells as its metadata say it; empty if they do not."""
    data = json.loads(source.text(0, len(source.folded)))
    metadata = data.get("metadata") if isinstance(data, dict) else None
    for name in ("language_info", "kernelspec"):
        part = metadata.get(name) if isinstance(metadata, dict) else None
        said = (part.get("name" if name == "language_info" else "language") or "") if isinstance(part, dict) else ""
        if said:
            return str(said).lower()
    return ""


def rest_of_notebook(document: Document) -> Any:
    """What a notebook says besides the parts of cells that are read, which are compared in their own languages."""
    if document.syntax is None:
        return None
    data = json.loads(document.source.text(0, len(document.source.folded)))
    for number, others in document.syntax.items():
        data["cells"][number - 1]["source"] = others
    return data
