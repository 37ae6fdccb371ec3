"""Manifests with the values of their Secrets taken out, to be shown to people."""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.model import Edit, Node
from sparkfix.text.edits import splice
from sparkfix.text.source import SourceText

HIDDEN = "***"
_HOLDERS = ("data", "stringData")


def without_secrets(path: str, text: str) -> str | None:
    """The text of manifests with `***` for each value of a Secret; None where they cannot be told apart from the rest."""
    if "Secret" not in text:
        return text
    document = open_document(SourceText(path, text.encode("utf-8", "surrogateescape")))
    values = list(_values(document))
    if document.problems or any(not isinstance(value.value, (str, type(None))) for value in values):
        return None
    data = document.source.data
    edits = [
        Edit(path, value.span, _hidden(data[value.span.start : value.span.end])) for value in values if value.value
    ]
    return splice(data, edits).decode("utf-8", "surrogateescape")


def _hidden(value: bytes) -> bytes:
    """What stands for a value; the line break that ends a block scalar stays."""
    return HIDDEN.encode() + (b"\n" if value.endswith(b"\n") else b"")


def _values(document: Document) -> Iterator[Node]:
    """What stands under the keys of the Secrets' data, also in lists of objects."""
    for root in document.nodes:
        for node in root.walk():
            if node.text("kind") == "Secret" and node.text("apiVersion"):
                for holder in _HOLDERS:
                    found = node.get(holder)
                    if found is not None and isinstance(found.value, dict):
                        yield from found.value.values()
                    elif found is not None:
                        yield found
