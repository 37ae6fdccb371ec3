"""YAML and Helm templates: from text to a document with its property blocks and the texts inside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sparkfix.formats.document import Context, Document, Nested, with_nested
from sparkfix.formats.helm.inner import inner_template
from sparkfix.formats.helm.lexer import NO_TEMPLATE, Template, parse
from sparkfix.formats.helm.mask import SOLID_BLANK, blank_ranges, hidden_arms, mask, most_arms
from sparkfix.formats.kubernetes.commands import application_arguments
from sparkfix.formats.properties.parse import all_colons, looks_like_properties
from sparkfix.formats.properties.reading import text_block
from sparkfix.formats.yaml.blocks import blocks_in
from sparkfix.formats.yaml.compose import BrokenDocument, Composed, compose_documents
from sparkfix.formats.yaml.inner import inner_scalars
from sparkfix.formats.yaml.pieces import readable_pieces
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import Problem, PropertyBlock
from sparkfix.text.source import SourceText

_ACTION_AS_VALUE = re.compile(r"(?m)^[ \t]*(?:- +)*[\w.\-/\"']+:[ \t]+\{\{|^[ \t]*\{\{")
_LONE_RETURN = re.compile(r"\r(?!\n)")


def read_yaml(source: SourceText, context: Context) -> Document:
    """YAML, or a template of YAML. What does not parse becomes a `Problem`."""
    lone = _LONE_RETURN.search(source.folded) if "\r" in source.folded else None
    if lone:
        reason = "a carriage return without a line feed ends a line"
        return Document(source, problems=(_problem(source, reason, lone.start()),))
    if not _is_template(source, context):
        return read_composed(source, source.folded, NO_TEMPLATE, (), (), context)
    template = context.template if context.template is not None else parse(source.folded)
    partial = source.path.rsplit("/", 1)[-1].startswith("_") or source.path.endswith(".tpl")
    blocks, hidden = _bodies(source, template, partial=partial)
    masked = blank_ranges(mask(source.folded, template), hidden)
    problems = (Problem(source.path, f"template: {template.unbalanced}"),) if template.unbalanced else ()
    return read_composed(source, masked, template, blocks, problems, context, partial=partial, hidden=tuple(hidden))


def _problem(source: SourceText, reason: str, offset: int) -> Problem:
    return Problem(source.path, reason, source.line_in_file(offset))


def _is_template(source: SourceText, context: Context) -> bool:
    if "{{" not in source.folded:
        return False
    if context.template is not None or context.in_chart_templates or source.path.endswith((".tpl", ".gotmpl")):
        return True
    if _ACTION_AS_VALUE.search(source.folded):
        return True
    return any(isinstance(item, BrokenDocument) for item in compose_documents(source.folded))


def _bodies(
    source: SourceText, template: Template, *, partial: bool
) -> tuple[tuple[PropertyBlock, ...], list[tuple[int, int]]]:
    """Properties text in `define` bodies, and the ranges that are then not read as YAML.

    Helm emits nothing of a partial but its `define` bodies, so text between them is not read, either.
    """
    bodies = [branch for branch in template.branches if branch.kind == "define"]
    hidden: list[tuple[int, int]] = []
    blocks = []
    masked = mask(source.folded, template).replace(SOLID_BLANK, " ") if bodies else ""
    for body in bodies:
        start, end = source.line_end(body.start), source.line_start(body.end)
        if start < end and "spark." in masked[start:end] and _is_properties_body(masked, start, end):
            name = body.arm.condition.removeprefix("define").strip(' "`')
            blocks.append(text_block(source, masked, template, start, end, f"the template `{name}`"))
            hidden.append((start, end))
    if partial:
        position = 0
        for body in bodies:
            start = max(source.line_start(body.start), 0)
            if start > position:
                hidden.append((position, start))
            position = max(position, source.line_end(body.end))
        if bodies:
            hidden.append((position, len(source.folded)))
    return tuple(blocks), hidden


def _is_properties_body(masked: str, start: int, end: int) -> bool:
    """Properties text and no YAML? Of bodies that both would read alike, most are YAML."""
    return looks_like_properties(masked, start, end) and not all_colons(masked, start, end)


def read_composed(
    source: SourceText,
    masked: str,
    template: Template,
    blocks: Sequence[PropertyBlock],
    problems: Sequence[Problem],
    context: Context,
    *,
    partial: bool = False,
    hidden: tuple[tuple[int, int], ...] = (),
) -> Document:
    """The document of a (masked) text that is composed as YAML, with `blocks` and `problems` that are known already."""
    texts, broken = _compose(source, masked, template, hidden)
    if not template.actions:
        pieces = (piece for item in broken for piece in readable_pieces(masked, item))
        texts.extend(YamlText(source, alone, (composed,), template) for alone, composed in pieces)
    found = [*blocks]
    starts: set[int] = set()
    for text in texts:
        for document in text.documents:
            for block in blocks_in(text, document):
                fresh = tuple(item for item in block.properties if item.key_span.start not in starts)
                if fresh:
                    starts.update(item.key_span.start for item in fresh)
                    found.append(block if len(fresh) == len(block.properties) else replace(block, properties=fresh))
    told = [*problems]
    for item in broken:
        mentions = "spark" in source.folded[item.base : item.end]
        if partial and not re.search(r"(?m)^[ \t]*[\"']?spark\.[a-z]", source.folded[item.base : item.end]):
            continue
        if mentions or not partial:
            told.append(_problem(source, f"not YAML: {item.reason}", min(item.offset, len(source.folded))))
    blocks = tuple(sorted(found, key=lambda block: block.span))
    own = _without_application_arguments(Document(source, template, tuple(texts), blocks, tuple(told), masked))
    return with_nested(own, tuple(_nested(own, context)))


def _nested(document: Document, context: Context) -> Iterator[Nested]:
    """The texts in scalars that are not read as properties, with the routes to them."""
    taken = {block.span.start for block in document.blocks}
    taken.update(item.value_span.start for block in document.blocks for item in block.properties)
    keys = sorted(item.key_span.start for block in document.blocks for item in block.properties)
    for text in document.texts:
        for scalar in inner_scalars(text, taken, keys):
            template = inner_template(document.template, scalar.source) if document.template.actions else None
            inner = context.open_inner(scalar.source, scalar.name, template)
            if inner is not None and not (inner.language == "words" and _is_handed_on(document, inner)):
                yield Nested(inner, scalar.where, scalar.confidential)


def _is_handed_on(document: Document, inner: Document) -> bool:
    """Does a text stand in a word that Spark hands to the application?"""
    start = inner.source.span(0, 0)
    return any(span.covers(start) for span in application_arguments(document.objects))


def _without_application_arguments(document: Document) -> Document:
    """The document without `--conf` words that stand behind the application: Spark does not read those."""
    if not any(block.on_command_line for block in document.blocks):
        return document
    unread = application_arguments(document.objects)
    kept = []
    for block in document.blocks:
        own = tuple(
            item for item in block.properties if not any(span.covers(item.key_span) for span in unread)
        ) if block.on_command_line else block.properties  # fmt: skip
        if own:
            kept.append(replace(block, properties=own))
    return replace(document, blocks=tuple(kept))


def _overlap(left: Composed, right: BrokenDocument) -> bool:
    return left.base < right.end and right.base < left.end


def _compose(
    source: SourceText, masked: str, template: Template, hidden: tuple[tuple[int, int], ...]
) -> tuple[list[YamlText], list[BrokenDocument]]:
    """All documents; where all arms of a template together are not YAML, each arm in turn with the first of the others."""
    composed = compose_documents(masked)
    broken = [item for item in composed if isinstance(item, BrokenDocument)]
    texts = [YamlText(source, masked, tuple(item for item in composed if isinstance(item, Composed)), template)]
    arms = most_arms(template) if template.branches and broken else 0
    still = broken
    for chosen in range(arms):
        others = list(hidden_arms(template, chosen))
        shown = Template(
            tuple(
                action for action in template.actions if not any(start <= action.start < end for start, end in others)
            ),
            template.branches,
        )
        text = blank_ranges(mask(blank_ranges(source.folded, others), shown, one_arm=True), hidden)
        again = compose_documents(text)
        bad = {item.base for item in again if isinstance(item, BrokenDocument)}
        good = tuple(
            item for item in again
            if isinstance(item, Composed) and any(_overlap(item, one) for one in broken)
        )  # fmt: skip
        if good:
            texts.append(YamlText(source, text, good, template))
        still = [item for item in still if item.base in bad] if chosen == 0 else still
    return texts, still
