"""What the tests of files with commands share: reading, changes proven as the engine proves them, refusals."""

from __future__ import annotations

import pytest

from sparkfix.engine.verify import verify
from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.formats.render import render
from sparkfix.model import Change, Property, Refused
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace


def opened(text: str, path: str = "job.sh") -> Document:
    return open_document(SourceText(path, text.encode()), in_chart_templates=path.startswith("templates/"))


def found(document: Document, key: str) -> Property:
    return next(item for block in document.blocks for item in block.all(key))


def settings_of(document: Document) -> dict[str, dict[str, str]]:
    """Key and value of each setting by the carrier of its block."""
    result: dict[str, dict[str, str]] = {}
    for block in document.blocks:
        result.setdefault(block.carrier, {}).update({item.key: item.value for item in block.properties})
    return result


def after(text: str, change: Change, path: str = "job.sh") -> str:
    """The text with a change made, proven as the engine proves it."""
    edits = render(change)
    before = Workspace(MemoryStore({path: text.encode()}), (path,), named=frozenset({path}))
    data = splice(text.encode(), edits)
    verify(before, before.with_edits({path: data}), [change], {path: list(edits)})
    return data.decode()


def refused(text: str, change: Change, path: str) -> str:
    """Why a change is refused."""
    with pytest.raises(Refused) as caught:
        after(text, change, path)
    return str(caught.value)
