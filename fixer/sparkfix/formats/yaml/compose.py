"""From text to nodes, with libyaml.

libyaml counts characters; it is only ever given the ASCII twin of a file (see `sparkfix.text.source`), so its marks
are offsets into that twin. Each document of a stream is parsed alone: a broken one does not hide its neighbours.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import BaseResolver

__all__ = [
    "BrokenDocument",
    "Composed",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "compose_documents",
    "schema_ranges",
    "style_of",
    "too_deep",
]

# Begins with the line break, so that the search is one for a fixed letter; texts are given one more in front.
_SEPARATOR = re.compile(r"\n(?:---|\.\.\.)(?=[ \t\r\n]|\Z)")
_TAG_DIRECTIVE = re.compile(r"^%TAG[ \t]", re.MULTILINE)
_YAML_DIRECTIVE = re.compile(r"^%(?=YAML[ \t])", re.MULTILINE)
_SCHEMA_KIND = "CustomResourceDefinition"
_SCHEMA = re.compile(rf"^kind:[ \t]*[\"']?{_SCHEMA_KIND}\b", re.MULTILINE)
_DEEPEST = 200
_NOTHING = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n|[ \t]+\Z|[ \t]*#[^\n]*\Z)*\Z")


class _Loader(yaml.CLoader):
    """libyaml's parser and composer without tag resolution (which is most of its time)."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's interface

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        return _TAGS[kind]  # type: ignore[index]

    def descend_resolver(self, current_node: object, current_index: object) -> None:
        """Tags are not resolved."""

    def ascend_resolver(self) -> None:
        """Tags are not resolved."""


_TAGS = {
    ScalarNode: BaseResolver.DEFAULT_SCALAR_TAG,
    SequenceNode: BaseResolver.DEFAULT_SEQUENCE_TAG,
    MappingNode: BaseResolver.DEFAULT_MAPPING_TAG,
}


@dataclass(frozen=True, slots=True)
class Composed:
    """One document: its root node, and where it begins in the text (marks of its nodes count from there)."""

    root: Node
    base: int
    end: int


@dataclass(frozen=True, slots=True)
class BrokenDocument:
    """A document that does not parse: its range, the reason, and the offset that the reason points at."""

    base: int
    end: int
    reason: str
    offset: int


def style_of(node: ScalarNode) -> str | None:
    """A scalar's style: `'`, `"`, `|`, `>`, or None for plain (libyaml says an empty text)."""
    return node.style or None


def _documents(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of the documents of a stream; tag directives stand with the document that they are for."""
    starts = [0, *(match.start() for match in _SEPARATOR.finditer(f"\n{text}")), len(text)]
    begun: int | None = None
    tagged = "%TAG" in text
    for start, end in itertools.pairwise(starts):
        if tagged and _TAG_DIRECTIVE.search(text, start, end) and _NOTHING.match(text[start:end].removeprefix("...")):
            begun = start + (3 if text.startswith("...", start) else 0)
            continue
        if start < end:
            yield (start if begun is None else begun), end
        begun = None


def schema_ranges(text: str) -> list[tuple[int, int]]:
    """Ranges of the CustomResourceDefinitions of a stream."""
    if _SCHEMA_KIND not in text:
        return []
    return [(start, end) for start, end in _documents(text) if _SCHEMA.search(text, start, end)]


def compose_documents(text: str) -> list[Composed | BrokenDocument]:
    """All documents of an ASCII text; empty ones are left out, and so are CustomResourceDefinitions, whose property
    names stand in prose and are large. Never raises for bad YAML."""
    found: list[Composed | BrokenDocument] = []
    schemas = _SCHEMA_KIND in text
    for start, end in _documents(text):
        piece = text[start:end]
        if piece.startswith("...") or _NOTHING.match(piece) or (schemas and _SCHEMA.search(piece)):
            continue
        result = compose_one(_YAML_DIRECTIVE.sub("#", piece) if piece.startswith("%") else piece, start)
        if result is not None:
            found.append(result)
    return found


def too_deep(piece: str) -> bool:
    """Is a text nested deeper than can be read? libyaml's composer is recursive and would take the process with it."""
    if piece.count("[") + piece.count("{") < _DEEPEST and piece.count("- -") < _DEEPEST:
        return False
    depth = 0
    try:
        for event in yaml.parse(piece, Loader=yaml.CLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _DEEPEST:
                    return True
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        return False
    return False


def compose_one(piece: str, base: int) -> Composed | BrokenDocument | None:
    """The document in `piece`, which begins at `base` of the whole text; None if it is empty."""
    if too_deep(piece):
        return BrokenDocument(base, base + len(piece), f"nested more than {_DEEPEST} levels deep", base)
    loader = _Loader(piece)
    try:
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        offset = base + (mark.index if mark is not None else 0)
        reason = getattr(error, "problem", None) or str(error)
        return BrokenDocument(base, base + len(piece), " ".join(str(reason).split()), offset)
    finally:
        loader.dispose()
    return None if root is None else Composed(root, base, base + len(piece))
