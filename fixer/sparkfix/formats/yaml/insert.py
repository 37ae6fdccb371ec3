"""Inserting keys and list items into YAML maps without touching what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sparkfix.formats.yaml.compose import MappingNode, ScalarNode, SequenceNode
from sparkfix.formats.yaml.entries import indent_of
from sparkfix.formats.yaml.fragment import fragment_lines
from sparkfix.formats.yaml.nodes import Origin
from sparkfix.model import Edit, Guard, Node, Refused
from sparkfix.text.source import SourceText

# Of an item of a list, not of the `---` above a document.
_DASH = re.compile(r"(?<!--)-[ \t\r\n]+(?:[&!][^\s]+[ \t\r\n]+)*\Z")
_REACH = 2000
_WIDEST_OFFSET = 8
_INDENT = re.compile(r"\bn?indent\s+(\d+)")


def _origin(node: Node) -> tuple[Origin, MappingNode]:
    origin = node.origin
    if not isinstance(origin, Origin) or not isinstance(origin.node, MappingNode):
        raise Refused("it is not written as a map")
    if origin.node.flow_style:
        raise Refused("it is written in flow style")
    return origin, origin.node


def _insert(origin: Origin, at: int, lines: Sequence[str], *, newline_first: bool = False) -> Edit:
    source = origin.text.source
    newline = _newline_at(source, at)
    text = newline + newline.join(lines) if newline_first else "".join(line + newline for line in lines)
    if not newline_first and at == len(source.folded) and not source.folded.endswith("\n"):
        text = newline + text.removesuffix(newline)
    return source.edit(at, at, text)


def _newline_at(source: SourceText, at: int) -> str:
    """The newline of the line that ends at or before a position; the file's where there is none."""
    end = source.folded.rfind("\n", 0, at)
    if end < 0:
        return source.newline
    return "\r\n" if end and source.folded[end - 1] == "\r" else "\n"


def guard_of(node: Node) -> Guard:
    """The template arms that a map itself stands under: those of its key or dash, as its first key may have its own.

    A document has neither: it stands under the arms that all its keys have in common.
    """
    origin, mapping = _origin(node)
    text = origin.text
    if node.key_span is not None:
        return text.guard(text.source.offset(node.key_span.start))
    start = text.start(origin.document, mapping)
    dash = _DASH.search(text.masked, max(start - _REACH, 0), start)
    if dash is not None:
        return text.guard(dash.start())
    return _common([text.guard(text.start(origin.document, key)) for key, _ in mapping.value])


def _common(guards: Sequence[Guard]) -> Guard:
    """The outermost arms that are the same in all of some guards."""
    first = guards[0] if guards else ()
    same = next(
        (at for at, arm in enumerate(first) if any(arm not in guard[at : at + 1] for guard in guards)), len(first)
    )
    return first[:same]


def _rebinds(outer: Guard, inner: Guard) -> bool:
    """Does the dot mean something else under `inner` than under `outer`?"""
    return any(arm.condition.startswith(("with", "range")) for arm in inner if arm not in outer)


def _pairs(origin: Origin, node: MappingNode) -> list[tuple[str, int, int, Any]]:
    text, document = origin.text, origin.document
    return [
        (text.scalar(document, key), text.start(document, key), text.start(document, value), value)
        for key, value in node.value
        if isinstance(key, ScalarNode)
    ]


def dash_offset_of(node: Node) -> int:
    """Blanks before the dashes of the lists below a map's keys, as its neighbours have it, else the rest of the
    document; 2 if none tells."""
    origin, mapping = _origin(node)
    offsets = (_dash_offset(origin, one) for one in (mapping, *_maps_in(origin.document.root)))
    return next((offset for offset in offsets if offset is not None), 2)


def _dash_offset(origin: Origin, mapping: MappingNode) -> int | None:
    source = origin.text.source
    for _, key_start, value_start, value in _pairs(origin, mapping):
        if isinstance(value, SequenceNode) and not value.flow_style and value.value:
            offset = (value_start - source.line_start(value_start)) - _column(source, key_start)
            if 0 <= offset <= _WIDEST_OFFSET:
                return offset
    return None


def _column(source: SourceText, key_start: int) -> int:
    return key_start - source.line_start(key_start)


def _maps_in(root: Any) -> Iterator[MappingNode]:
    """The block maps of a document, outermost first."""
    todo, seen = [root], set()
    for node in todo:
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, MappingNode) and not node.flow_style:
            yield node
            todo += [value for _, value in node.value]
        elif isinstance(node, SequenceNode):
            todo += node.value


def _item_lines(items: Sequence[Any], dash_offset: int) -> list[str]:
    """List items from their dashes on; lists inside them are indented by `dash_offset`."""
    return [line[dash_offset:] for line in fragment_lines({"list": list(items)}, dash_offset=dash_offset)[1:]]


def _key_indent(origin: Origin, key_start: int) -> str:
    """Blanks that put a new key under `key_start`'s column, also where that key follows a dash."""
    line = origin.text.source.text(origin.text.source.line_start(key_start), key_start)
    return "".join(char if char in " \t" else " " for char in line)


def insert_key(
    node: Node,
    key: str,
    data: Any,
    *,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    dash_offset: int | None = None,
) -> tuple[Edit, ...]:
    """Add `key: data` to a block map, directly before the first of `before` that it has, else after one of `after`.

    Only a place under the same template arms as the map itself is taken (a `before` key may bring its own).
    Raises `Refused` if there is none.
    """
    origin, mapping = _origin(node)
    text, source = origin.text, origin.text.source
    pairs = _pairs(origin, mapping)
    if any(name == key for name, *_ in pairs):
        raise Refused(f"`{key}` is there already")
    lines = fragment_lines({key: data}, dash_offset=dash_offset_of(node) if dash_offset is None else dash_offset)
    guard, templated = guard_of(node), any("{{" in line for line in lines)
    for wanted in before:
        for name, start, _, _ in pairs:
            if templated and _rebinds(guard, text.guard(start)):
                continue
            if name == wanted and not source.folded[source.line_start(start) : start].strip():
                indent = indent_of(source, start)
                return (_insert(origin, source.line_start(start), [indent + line for line in lines]),)
    for wanted in (*after, *(name for name, *_ in pairs)):
        for name, start, value_start, value in pairs:
            if name != wanted or not isinstance(value, ScalarNode) or text.guard(start) != guard:
                continue
            end = source.line_end(max(text.end(origin.document, value), start))
            if value.style in ("|", ">") or value_start < start or text.guard(end - 1) != guard:
                continue
            indent = _key_indent(origin, start)
            return (_insert(origin, end, [indent + line for line in lines]),)
    raise Refused(f"no safe place for `{key}` was found")


def insert_items(
    node: Node, key: str, items: Sequence[Any], *, before: Sequence[str] = (), after: Sequence[str] = ()
) -> tuple[Edit, ...]:
    """Add items to the list below `key` of a block map, as its first ones; the key is added if it is not there."""
    origin, mapping = _origin(node)
    text, source = origin.text, origin.text.source
    pairs = [pair for pair in _pairs(origin, mapping) if pair[0] == key]
    if not pairs:
        return insert_key(node, key, list(items), before=before, after=after)
    if len(pairs) > 1:
        raise Refused(f"`{key}` stands in several template arms")
    _, key_start, value_start, value = pairs[0]
    if text.guard(key_start) != guard_of(node):
        raise Refused(f"`{key}` stands under a condition of the template")
    key_line_end = source.line_end(key_start)
    if isinstance(value, SequenceNode) and not value.flow_style and value.value:
        dash = text.masked.rfind("-", 0, text.start(origin.document, value.value[0]))
        if dash < key_start:
            raise Refused(f"`{key}` is shared through a YAML alias")
        indent = indent_of(source, dash)
        lines = _item_lines(items, dash_offset_of(node))
        return (_insert(origin, key_line_end, [indent + line for line in lines]),)
    if isinstance(value, SequenceNode):
        return _into_flow(origin, key_start, value_start, value, items, dash_offset_of(node))
    if isinstance(value, ScalarNode) and value.value == "" and not value.style:
        return _into_nothing(origin, mapping, key, key_start, key_line_end, items, dash_offset_of(node))
    raise Refused(f"`{key}` is not written as a list")


def _into_flow(
    origin: Origin, key_start: int, value_start: int, value: SequenceNode, items: Sequence[Any], dash_offset: int
) -> tuple[Edit, ...]:
    source = origin.text.source
    if value.value:
        from sparkfix.formats.yaml.flow import flow_text

        at = origin.text.start(origin.document, value.value[0])
        return (source.edit(at, at, "".join(flow_text(item) + ", " for item in items)),)
    end = origin.text.end(origin.document, value)
    indent = _key_indent(origin, key_start) + " " * dash_offset
    lines = [indent + line for line in _item_lines(items, dash_offset)]
    start = value_start
    while source.folded[start - 1] == " ":
        start -= 1
    return (source.edit(start, end, ""), _insert(origin, source.line_end(end), lines))


def _into_nothing(
    origin: Origin, mapping: MappingNode, key: str, key_start: int, at: int, items: Sequence[Any], dash_offset: int
) -> tuple[Edit, ...]:
    """Below a key without a value: at the indent of its neighbours, or, where template actions make the list, before
    these actions and at the indent that they use.

    Of actions only where a condition or loop opens that list, since a bare `toYaml` of an empty list prints `[]`.
    """
    text = origin.text
    following = [start for _, start, _, _ in _pairs(origin, mapping) if start > key_start]
    actions = text.template.within(key_start, min(following, default=origin.document.end))
    if not actions:
        indent = _key_indent(origin, key_start) + " " * dash_offset
        return (_insert(origin, at, [indent + line for line in _item_lines(items, dash_offset)]),)
    if actions[0].start < at or actions[0].kind not in ("if", "with", "range"):
        raise Refused(f"`{key}` is filled by the template")
    found = next((match for action in actions if (match := _INDENT.search(action.text))), None)
    if not found:
        raise Refused(f"`{key}` is filled by the template, at an indent that is not known")
    indent = " " * int(found[1])
    return (_insert(origin, at, [indent + line for line in _item_lines(items, 2)]),)
