"""One text, understood: its property blocks, Kubernetes objects and commands, and the texts inside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sparkfix.formats.helm.lexer import NO_TEMPLATE, Template
from sparkfix.formats.kubernetes.objects import objects_in
from sparkfix.formats.yaml.nodes import root_node
from sparkfix.formats.yaml.proof import Scalar, real_scalars
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import KubernetesObject, Node, Problem, PropertyBlock, Span
from sparkfix.text.source import SourceText


@dataclass(frozen=True)
class Document:
    """What sparkfix understands of one text. `problems` are the parts that it does not.

    `language` names how it was read (see `sparkfix.formats.languages`) and `syntax` is what that language keeps of
    it. `nested` are texts inside it that were read on their own; their blocks, objects and problems are among those
    of the text around them, with the file's spans. `handed_on` are the words of commands that Spark hands to the
    application unread.
    """

    source: SourceText
    template: Template = NO_TEMPLATE
    texts: tuple[YamlText, ...] = ()
    blocks: tuple[PropertyBlock, ...] = ()
    problems: tuple[Problem, ...] = ()
    masked: str = field(default="", repr=False)
    language: str = "yaml"
    nested: tuple[Document, ...] = ()
    syntax: Any = field(default=None, compare=False, repr=False)
    handed_on: tuple[Span, ...] = field(default=(), compare=False, repr=False)

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def objects(self) -> tuple[KubernetesObject, ...]:
        """The Kubernetes objects of the text, in its order; built when first asked for."""
        found: dict[int, KubernetesObject] = {}
        for text in self.texts:
            for document in text.documents:
                for item in objects_in(text, document):
                    found.setdefault(item.span.start, item)
        for inner in self.nested:
            for item in inner.objects:
                found.setdefault(item.span.start, item)
        return tuple(found[start] for start in sorted(found))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The root of each YAML document, for reading values; none of texts inside it."""
        return tuple(root_node(text, document) for text in self.texts[:1] for document in text.documents)

    @cached_property
    def scalars(self) -> tuple[Scalar, ...] | None:
        """All scalars of the file's YAML as a YAML library reads its real text; None if it is no YAML in one piece."""
        text = next(iter(self.texts), None)
        return real_scalars(self.source, text.masked, self.template) if text is not None else None


@dataclass(frozen=True)
class Context:
    """What a reader is told of its text: whether it stands in a chart's `templates/`, which template actions the text
    around it has there (None: nobody has looked), what `name` is known of it, and how it has the texts inside it read.

    `open_inner` takes such a text, the name that is known of it (a file name or the key above it) and its template
    actions; it gives None if there is nothing in it that sparkfix knows. `read_inner` gives None only if the text is in
    no language that it reads.
    """

    open_inner: Callable[[SourceText, str, Template | None], Document | None]
    in_chart_templates: bool = False
    template: Template | None = None
    name: str = ""
    read_inner: Callable[[SourceText, str], Document | None] = lambda source, name: None


@dataclass(frozen=True)
class Nested:
    """A text inside another one with the words for its place; a `confidential` one is never shown."""

    document: Document
    where: str
    confidential: bool = False


def with_nested(document: Document, nested: Sequence[Nested]) -> Document:
    """The document with what was read inside it."""
    if not nested:
        return document
    blocks = [*document.blocks]
    for item in nested:
        for block in item.document.blocks:
            where = f"{item.where}: {block.where}"
            blocks.append(replace(block, where=where, confidential=block.confidential or item.confidential))
    return replace(
        document,
        blocks=tuple(sorted(blocks, key=lambda block: block.span)),
        problems=(*document.problems, *(problem for item in nested for problem in item.document.problems)),
        nested=tuple(item.document for item in nested),
        handed_on=(*document.handed_on, *(span for item in nested for span in item.document.handed_on)),
    )
