"""Where a property's key stands in text that sparkfix does not read as properties: command lines, embedded manifests.

A codemod that leaves such a place alone must say so, or its user believes that it is done.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import application_arguments
from sparkfix.formats.kubernetes.resources import resources_of
from sparkfix.formats.yaml.compose import schema_ranges
from sparkfix.model import Span, Unread
from sparkfix.workspace.workspace import Workspace

_OPTION = re.compile(r"(?:(?:--conf|-c)(?:=|[ \t]+)[\"'\\]*|-D)\Z")
# The last step of a JSON patch's path.
_POINTER = r"(?<=/sparkConf/)|(?<=/data/)"
_COMMENT = re.compile(r"(?:^|\s)#")
_REACH = 40


def unread_places(workspace: Workspace, key: str, value: str | None = None) -> tuple[Unread, ...]:
    """All places in the targets' text where `key` stands as a word of its own and is no property that was read.

    Comments, the prose between template bodies, schemas of custom resources, and words that Spark hands to the
    application are left out, and so are operations of JSON patches that set it to `value`, the one that is wanted. In
    the order of the files and their text.
    """
    if not key.isascii():
        return ()
    word = re.compile(rf"(?:(?<![\w.\-/])|(?<=-D)|{_POINTER}){re.escape(key)}(?![\w\-/]|[.:]\w)")
    found: list[Unread] = []
    for path in workspace.targets:
        document = workspace.document(path) if workspace.mentions(path, (key.encode(),)) else None
        if document is not None:
            done = [] if value is None else list(_pointers(document, value))
            found.extend(_in_document(document, key, word, done))
    return tuple(found)


def unread_resources(workspace: Workspace, kind: str, words: Sequence[bytes] = ()) -> tuple[Unread, ...]:
    """All places in texts within the targets' YAML (`manifest: |`) where a resource of a kind is written, and not read.

    Only files that hold all `words` are looked at.
    """
    word = re.compile(rf"(?m)^[ \t]*[\"']?kind[\"']?:[ \t]*[\"']?{re.escape(kind)}[\"']?[ \t]*\r?$")
    found: list[Unread] = []
    for path in workspace.targets:
        needed = (kind.encode(), *words)
        known = all(workspace.mentions(path, (one,)) for one in needed)
        document = workspace.document(path) if known else None
        if document is None:
            continue
        source = document.source
        texts = [node.span for root in document.nodes for node in root.walk() if "\n" in node.text()]
        read = sorted(node.span for item in resources_of(document) if (node := item.node.get("kind")) is not None)
        for match in word.finditer(source.folded) if texts else ():
            span = source.span(*match.span())
            if any(text.covers(span) for text in texts) and not any(span.covers(own) for own in read):
                found.append(Unread(path, source.line_of(match.end()), f"kind: {kind}", False))
    return tuple(found)


def _pointers(document: Document, value: str) -> Iterator[Span]:
    """The paths of the operations that add or replace something by a value, also in the texts inside a document."""
    for operation in (one for root in document.nodes for one in root.items()):
        path, own = operation.get("path"), operation.get("value")
        sets = operation.text("op") in ("add", "replace")
        if sets and path is not None and own is not None and isinstance(own.value, str) and own.text() == value:
            yield path.span
    for inner in document.nested:
        yield from _pointers(inner, value)


def _in_document(document: Document, key: str, word: re.Pattern[str], done: Sequence[Span]) -> Iterator[Unread]:
    source = document.source
    read = sorted((*done, *(item.key_span for block in document.blocks for item in block.all(key))))
    left = [match for match in word.finditer(source.folded) if not _in(read, source.span(*match.span()))]
    if not left:
        return
    passed = [*schema_ranges(source.folded), *_application_words(document)]
    for match in left:
        start = match.start()
        if any(first <= start < last for first, last in passed) or not _emitted(document, match):
            continue
        before = source.folded[max(start - _REACH, source.line_start(start)) : start]
        command = source.folded.startswith("=", match.end()) and bool(_OPTION.search(before))
        yield Unread(document.path, source.line_of(start), key, command)


def _in(spans: list[Span], span: Span) -> bool:
    """Does one of some spans that do not overlap hold another one? That of a quoted key holds its quotes, too."""
    index = bisect_right(spans, Span(span.start, 1 << 62)) - 1
    return index >= 0 and spans[index].covers(span)


def _application_words(document: Document) -> list[tuple[int, int]]:
    offset = document.source.offset
    spans = (*application_arguments(document.objects), *document.handed_on)
    return [(offset(span.start), offset(span.end)) for span in spans]


def _emitted(document: Document, match: re.Match[str]) -> bool:
    """Is a word part of the file's meaning: no comment, and no prose that Helm leaves out?"""
    source, start = document.source, match.start()
    before = source.folded[source.line_start(start) : start]
    if before.lstrip().startswith(("#", "!") if not document.texts else "#"):
        return False
    if any(not _quoted(before[: sign.start()]) for sign in _COMMENT.finditer(before)):
        return False
    action = document.template.around(start)
    if action is not None:
        return action.kind != "comment"
    return document.masked.startswith(match[0], start) if document.masked else True


def _quoted(before: str) -> bool:
    """Is a quote left open on a line?"""
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1
