"""Files of properties text, and its blocks in other texts."""

from __future__ import annotations

from sparkfix.formats.document import Context, Document
from sparkfix.formats.helm.lexer import NO_TEMPLATE, Template, parse
from sparkfix.formats.helm.mask import SOLID_BLANK, mask
from sparkfix.formats.properties.block import properties_in
from sparkfix.formats.properties.parse import looks_like_properties
from sparkfix.model import PropertyBlock
from sparkfix.text.source import SourceText


def read_properties(source: SourceText, context: Context) -> Document:
    """Java properties text, or a template of it."""
    template = context.template
    if template is None:
        template = parse(source.folded) if "{{" in source.folded else NO_TEMPLATE
    masked = (mask(source.folded, template) if template.actions else source.folded).replace(SOLID_BLANK, " ")
    if not looks_like_properties(masked, name=source.path):
        return Document(source, template, masked=masked, language="properties")
    block = text_block(source, masked, template, 0, len(masked), "the file")
    return Document(source, template, blocks=(block,), masked=masked, language="properties")


def text_block(source: SourceText, masked: str, template: Template, start: int, end: int, where: str) -> PropertyBlock:
    """A range of a (masked) text as one block of properties."""
    properties = properties_in(source, masked, template, start, end)
    name = source.path.rsplit("/", 1)[-1]
    return PropertyBlock(source.path, "properties text", where, properties, source.span(start, end), name=name)
