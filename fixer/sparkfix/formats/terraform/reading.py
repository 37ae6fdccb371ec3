"""Terraform files: maps and lists of settings, also those that `jsonencode` is given, and texts in strings.

The syntax is that of HCL ("HCL Native Syntax Specification"); a string that holds `${…}` is known in part only.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

from sparkfix.formats.code.maps import SIGN, Reading, document_of, place_of, tree_of, words_besides
from sparkfix.formats.code.quoted import Dialect, quoted_literal
from sparkfix.formats.code.settings import Value
from sparkfix.formats.code.slots import Slot
from sparkfix.formats.code.tree import Tree, parser, range_of
from sparkfix.formats.document import Context, Document
from sparkfix.model import Property, Refused
from sparkfix.spark.names import is_property_key
from sparkfix.text.placing import indented
from sparkfix.text.source import SourceText

_DIALECT = Dialect((("${", "$${"), ("%{", "%%{")))
_TEMPLATE = re.compile(r"[$%]\{")
_INSIDE = ("expression", "literal_value", "template_expr", "collection_value")


@cache
def _parser() -> Any:
    import tree_sitter_hcl

    return parser(tree_sitter_hcl.language())


def read_terraform(source: SourceText, context: Context) -> Document:
    """A Terraform file. What does not parse becomes a `Problem`."""
    if not SIGN.search(source.folded):
        return Document(source, language="terraform")
    reading = Reading(tree_of(source, _parser()), context)
    _visit(reading, reading.tree.root, (), "")
    return document_of(reading, "terraform", "Terraform")


def rest_of_terraform(document: Document) -> object:
    """The words of a file without its settings."""
    return words_besides(document.syntax or tree_of(document.source, _parser()))


def _visit(reading: Reading, node: Any, inside: tuple[str, ...], name: str) -> None:
    """`inside` are the labels of the blocks around a node, `name` the attribute or key that it is given to."""
    tree = reading.tree
    if not tree.matters(node):
        return
    where = ".".join((*inside, name)) if name else ".".join(inside) or "the file"
    if node.type == "block":
        labels = [child for child in node.named_children if child.type in ("identifier", "string_lit")]
        inside = (*inside, *(tree.code(label).strip('"') for label in labels))
    elif node.type == "attribute" and node.named_children:
        name = tree.code(node.named_children[0])
    elif node.type == "object":
        _object(reading, node, where)
    elif node.type == "tuple":
        parts = [child for child in node.named_children if child.type == "expression"]
        reading.words(parts, [_text(tree, part) for part in parts], where, node)
    elif node.type == "heredoc_template":
        reading.open(_heredoc(tree, node), name, where, node)
        return
    elif node.type == "string_lit":
        literal = quoted_literal(tree.source, *range_of(node), _DIALECT)
        reading.open(literal.inner() if literal else None, name, where, node)
        return
    for child in node.named_children:
        if range_of(child) not in tree.omitted.whole:
            key = child.child_by_field_name("key") if child.type == "object_elem" else None
            own = name if key is None else tree.code(key).strip('"')
            _visit(reading, child, inside, own)


def _object(reading: Reading, node: Any, where: str) -> None:
    tree = reading.tree
    elements = [child for child in node.named_children if child.type == "object_elem"]
    commas = any(child.type == "," for child in node.children)
    properties: list[Property] = []
    for index, element in enumerate(elements):
        left, right = element.child_by_field_name("key"), element.child_by_field_name("val")
        key = _value(tree, left) if left is not None else None
        if key is None or right is None or key.literal is None or not is_property_key(key.text):
            continue
        if right.named_children and right.named_children[0].type == "collection_value":
            continue
        place = place_of(tree, elements, index, commas=commas, last_comma=True)
        properties.append(reading.entry(key, _value(tree, right), place, "{} = {}", element))
    reading.add("Terraform map", where, properties, node)


def _value(tree: Tree, node: Any) -> Value:
    """The value of an expression: a literal, or something that is only known when Terraform runs."""
    inner = node
    while inner.type in _INSIDE and inner.named_child_count == 1:
        inner = inner.named_children[0]
    start, end = range_of(inner)
    if inner.type == "string_lit":
        literal = quoted_literal(tree.source, start, end, _DIALECT)
        if literal is not None:
            return Value(literal.text, Slot(start, end, _DIALECT.written), "{{" in literal.text, literal=literal)
    if inner.type in ("numeric_lit", "bool_lit"):
        code = tree.code(inner)
        return Value(code, Slot(start, end, lambda text: _DIALECT.bare(code, text)))
    slot = Slot(*range_of(node), _DIALECT.written)
    if inner.type == "quoted_template":
        return Value(_known(tree, inner), slot, True, "it is put together by Terraform")
    return Value(f"{{{{ {' '.join(tree.code(node).split())} }}}}", slot, True, "it is computed by Terraform")


def _known(tree: Tree, template: Any) -> str:
    """The text of a string with `${…}` in it, which stand as `{{…}}`."""
    parts = []
    for child in template.named_children:
        if child.type == "template_literal":
            parts.append(tree.code(child))
        elif child.type == "template_interpolation":
            parts.append("{{" + tree.code(child)[2:-1] + "}}")
    return "".join(parts)


def _text(tree: Tree, node: Any) -> Value | None:
    value = _value(tree, node)
    return value if value.literal is not None or "put together" in value.locked else None


def _heredoc(tree: Tree, node: Any) -> SourceText | None:
    """The lines of a heredoc without the blanks that all begin with; None if Terraform computes parts of them."""
    if any(child.type in ("template_interpolation", "template_directive") for child in node.named_children):
        return None
    source = tree.source
    start, end = source.line_end(node.start_byte), source.line_start(node.end_byte - 1)
    if start >= end or _TEMPLATE.search(source.folded, start, end):
        return None
    inner = indented(source, start, end)
    return replace(inner, placement=inner.placement and replace(inner.placement, escape=_in_heredoc))


def _in_heredoc(text: str) -> str:
    if _TEMPLATE.search(text):
        raise Refused("Terraform would take it for a template")
    return text
