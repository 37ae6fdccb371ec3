"""One file, understood: its property blocks, Kubernetes objects and commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from sparkfix.formats.helm.lexer import Template, parse
from sparkfix.formats.helm.mask import SOLID_BLANK, blank_ranges, hidden_arms, mask, most_arms
from sparkfix.formats.kubernetes.commands import application_arguments
from sparkfix.formats.kubernetes.objects import objects_in
from sparkfix.formats.properties.block import properties_in
from sparkfix.formats.properties.parse import all_colons, looks_like_properties
from sparkfix.formats.yaml.blocks import blocks_in
from sparkfix.formats.yaml.compose import BrokenDocument, Composed, compose_documents
from sparkfix.formats.yaml.nodes import model_node
from sparkfix.formats.yaml.proof import Scalar, real_scalars
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import KubernetesObject, Node, Problem, PropertyBlock
from sparkfix.text.source import SourceText

YAML_NAMES = re.compile(r"\.(?:ya?ml|tpl|gotmpl)(?:\.(?:template|tmpl|gotmpl|j2))?\Z")
PROPERTIES_NAMES = re.compile(
    r"(?:\.(?:conf|properties|cfg)|(?:^|/)spark-defaults)(?:\.(?:template|tmpl|tpl|gotmpl|j2))?\Z"
)
_BEFORE_VALUE = re.compile(r"[ \t]*(?:(?:- +)*[\w.\-/\"']+:[ \t]+)?")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_EMPTY = Template((), ())


@dataclass(frozen=True)
class Document:
    """What sparkfix understands of one file. `problems` are the parts that it does not."""

    source: SourceText
    template: Template = _EMPTY
    texts: tuple[YamlText, ...] = ()
    blocks: tuple[PropertyBlock, ...] = ()
    problems: tuple[Problem, ...] = ()
    masked: str = field(default="", repr=False)

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def objects(self) -> tuple[KubernetesObject, ...]:
        """The Kubernetes objects of the file, in file order; built when first asked for."""
        found: dict[int, KubernetesObject] = {}
        for text in self.texts:
            for document in text.documents:
                for item in objects_in(text, document):
                    found.setdefault(item.span.start, item)
        return tuple(found[start] for start in sorted(found))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The root of each YAML document, for reading values."""
        return tuple(
            model_node(text, document, document.root) for text in self.texts[:1] for document in text.documents
        )

    @cached_property
    def scalars(self) -> tuple[Scalar, ...] | None:
        """All scalars of the file's YAML as a YAML library reads its real text; None if it is no YAML in one piece."""
        text = next(iter(self.texts), None)
        return real_scalars(self.source, text.masked, self.template) if text is not None else None


def open_document(source: SourceText, *, in_chart_templates: bool = False) -> Document:
    """Understand a file by its name and content. Never raises for bad content: that becomes a `Problem`."""
    try:
        if PROPERTIES_NAMES.search(source.path):
            return _properties_document(source)
        lone = _LONE_RETURN.search(source.folded) if "\r" in source.folded else None
        if lone:
            reason = "a carriage return without a line feed ends a line"
            return Document(source, problems=(Problem(source.path, reason, source.line_of(lone.start())),))
        return _yaml_document(source, in_chart_templates=in_chart_templates)
    except Exception as error:
        # A defect of ours in one file must not keep the others from being read.
        return Document(source, problems=(internal_problem(source.path, error),))


def internal_problem(path: str, error: Exception) -> Problem:
    """A defect of sparkfix met in a file, as a problem of that file."""
    return Problem(path, f"internal error: {type(error).__name__}: {error}")


def _properties_document(source: SourceText) -> Document:
    template = parse(source.folded) if "{{" in source.folded else _EMPTY
    masked = (mask(source.folded, template) if template.actions else source.folded).replace(SOLID_BLANK, " ")
    if not looks_like_properties(masked, name=source.path):
        return Document(source, template, masked=masked)
    block = _text_block(source, masked, template, 0, len(masked), "the file")
    return Document(source, template, blocks=(block,), masked=masked)


def _text_block(source: SourceText, masked: str, template: Template, start: int, end: int, where: str) -> PropertyBlock:
    properties = properties_in(source, masked, template, start, end)
    name = source.path.rsplit("/", 1)[-1]
    return PropertyBlock(source.path, "properties text", where, properties, source.span(start, end), name=name)


def _is_template(source: SourceText, *, in_chart_templates: bool) -> bool:
    if "{{" not in source.folded:
        return False
    if in_chart_templates or source.path.endswith((".tpl", ".gotmpl")):
        return True
    if _has_action_as_value(source.folded):
        return True
    return any(isinstance(item, BrokenDocument) for item in compose_documents(source.folded))


def _has_action_as_value(text: str) -> bool:
    """Does an action begin a line, or the value of a key?"""
    action = text.find("{{")
    while action >= 0:
        if _BEFORE_VALUE.fullmatch(text, text.rfind("\n", 0, action) + 1, action):
            return True
        line_end = text.find("\n", action)
        action = text.find("{{", line_end) if line_end >= 0 else -1
    return False


def _yaml_document(source: SourceText, *, in_chart_templates: bool) -> Document:
    if not _is_template(source, in_chart_templates=in_chart_templates):
        return _composed(source, source.folded, _EMPTY, (), ())
    template = parse(source.folded)
    partial = source.path.rsplit("/", 1)[-1].startswith("_") or source.path.endswith(".tpl")
    blocks, hidden = _bodies(source, template, partial=partial)
    masked = blank_ranges(mask(source.folded, template), hidden)
    problems = (Problem(source.path, f"template: {template.unbalanced}"),) if template.unbalanced else ()
    return _composed(source, masked, template, blocks, problems, partial=partial, hidden=tuple(hidden))


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
            blocks.append(_text_block(source, masked, template, start, end, f"the template `{name}`"))
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


def _composed(
    source: SourceText,
    masked: str,
    template: Template,
    blocks: Sequence[PropertyBlock],
    problems: Sequence[Problem],
    *,
    partial: bool = False,
    hidden: tuple[tuple[int, int], ...] = (),
) -> Document:
    texts, broken = _compose(source, masked, template, hidden)
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
            told.append(
                Problem(source.path, f"not YAML: {item.reason}", source.line_of(min(item.offset, len(source.folded))))
            )
    blocks = tuple(sorted(found, key=lambda block: block.span))
    return _without_application_arguments(Document(source, template, tuple(texts), blocks, tuple(told), masked))


def _without_application_arguments(document: Document) -> Document:
    """The document without `--conf` words that stand behind the application: Spark does not read those."""
    if all(block.carrier != "arguments" for block in document.blocks):
        return document
    unread = application_arguments(document.objects)
    kept = []
    for block in document.blocks:
        own = tuple(
            item for item in block.properties if not any(span.covers(item.key_span) for span in unread)
        ) if block.carrier == "arguments" else block.properties  # fmt: skip
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
