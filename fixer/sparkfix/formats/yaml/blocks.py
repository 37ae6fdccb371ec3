"""Spark properties in YAML: maps, nested maps, lists of pairs, arguments, and properties text in scalars."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sparkfix.formats.properties.block import embedded_properties, properties_in
from sparkfix.formats.properties.parse import looks_like_properties, parse, spark_value, unescape
from sparkfix.formats.yaml.compose import Composed, MappingNode, Node, ScalarNode, SequenceNode, style_of
from sparkfix.formats.yaml.entries import ArgumentEntry, Item, MapEntry, PairEntry, Piece
from sparkfix.formats.yaml.nested import nested_properties
from sparkfix.formats.yaml.quoted import scalar_layer
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import Property, PropertyBlock, Span

KEY = re.compile(r"spark\.[A-Za-z][^\s/=:]*\Z")
_ARGUMENT = re.compile(r"(?P<prefix>--conf=|-c=|)(?P<key>spark\.[A-Za-z][\w.\-]*)=(?P<value>.*)\Z", re.DOTALL)
_NOT_PROPERTIES = re.compile(r"\.(?:sh|py|scala|sql|xml|json|ya?ml|md|ipynb|java|toml|tpl|R)\Z", re.IGNORECASE)
_FILE_NAMES = re.compile(r"\.(?:conf|properties)(?:\.\w+)?\Z|defaults\Z")
_ASSIGNMENT = re.compile(r"(?m)^\s*spark\.[A-Za-z][\w.\-]*\s*=")
_METADATA = frozenset({"labels", "annotations", "matchLabels", "nodeSelector", "description"})
SECRET = "it is base64 in a Secret"
ALIASED = "it is shared through a YAML alias"


@dataclass(frozen=True)
class Found:
    """A block in the making: carrier, route of keys that leads to it, properties, range."""

    carrier: str
    route: tuple[str, ...]
    properties: tuple[Property, ...]
    span: Span
    name: str = ""
    confidential: bool = False


@dataclass
class _Walk:
    text: YamlText
    document: Composed
    shared: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)


def blocks_in(text: YamlText, document: Composed) -> list[PropertyBlock]:
    """All property blocks of one document, in file order."""
    walk = _Walk(text, document, _shared_nodes(text, document))
    kind = _kind(document.root)
    found = sorted(_walk(walk, document.root, (), kind), key=lambda item: item.span)
    return [
        PropertyBlock(
            path=text.source.path,
            carrier=item.carrier,
            where=_where(item, kind),
            properties=item.properties,
            span=item.span,
            name=item.name,
            confidential=item.confidential,
        )
        for item in found
    ]


def _kind(root: Node) -> str:
    if isinstance(root, MappingNode):
        for key, value in root.value:
            if isinstance(key, ScalarNode) and key.value == "kind" and isinstance(value, ScalarNode):
                return str(value.value)
    return ""


def _where(item: Found, kind: str) -> str:
    route = ".".join(step for step in item.route if step) or "the document"
    return f"{kind} {route}" if kind else route


def _shared_nodes(text: YamlText, document: Composed) -> set[int]:
    """Identities of nodes that an alias names, and of all nodes below them."""
    if "*" not in text.masked[document.base : document.end]:
        return set()
    visits: dict[int, int] = {}
    shared: set[int] = set()

    def visit(node: Node, below: bool) -> None:
        identity = id(node)
        visits[identity] = visits.get(identity, 0) + 1
        if visits[identity] > 1 or below:
            below = True
            if identity in shared:
                return
            shared.add(identity)
        if isinstance(node, MappingNode):
            for key, value in node.value:
                visit(key, below)
                visit(value, below)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                visit(item, below)

    visit(document.root, False)
    return shared


def _walk(walk: _Walk, node: Node, route: tuple[str, ...], kind: str) -> Iterator[Found]:
    text, document = walk.text, walk.document
    if id(node) in walk.seen:
        return
    walk.seen.add(id(node))
    start = text.start(document, node)
    is_secret_data = kind == "Secret" and route[:1] == ("data",)
    if not is_secret_data and not text.mentioned(start, document.base + node.end_mark.index):
        return
    if isinstance(node, MappingNode):
        yield from _mapping(walk, node, route, kind)
    elif isinstance(node, SequenceNode):
        yield from _sequence(walk, node, route, kind)


def _mapping(walk: _Walk, node: MappingNode, route: tuple[str, ...], kind: str) -> Iterator[Found]:
    own = [
        (key, value)
        for key, value in node.value
        if isinstance(key, ScalarNode) and isinstance(value, ScalarNode) and _is_setting(key, value)
    ]
    if own and route[-1:] and route[-1] in _METADATA:
        return
    if own:
        secret = kind == "Secret" and route == ("data",)
        yield _map_block(walk, node, own, route, SECRET if secret else "", confidential=kind == "Secret")
    yield from nested_blocks(walk, node, route)
    for key, value in node.value:
        name = str(key.value) if isinstance(key, ScalarNode) else ""
        if isinstance(value, ScalarNode):
            if kind == "Secret" and route == ("data",):
                yield from _base64_text(walk, value, (*route, name))
            elif not (isinstance(key, ScalarNode) and _is_setting(key, value)):
                yield from _scalar_text(walk, value, (*route, name), confidential=kind == "Secret")
        else:
            yield from _walk(walk, value, (*route, name), kind)


def _is_setting(key: ScalarNode, value: ScalarNode) -> bool:
    """Is `key: value` a property, and not a file (`spark.conf: |`) in a ConfigMap?"""
    return (
        bool(KEY.match(key.value))
        and key.value not in ("spark.conf", "spark.properties")
        and not (value.style in ("|", ">") and looks_like_properties(value.value))
    )


def piece(walk_text: YamlText, document: Composed, node: ScalarNode) -> Piece:
    return Piece(walk_text.start(document, node), walk_text.end(document, node), style_of(node))


def _map_block(
    walk: _Walk,
    node: MappingNode,
    own: list[tuple[ScalarNode, ScalarNode]],
    route: tuple[str, ...],
    locked: str,
    *,
    confidential: bool,
) -> Found:
    text, document = walk.text, walk.document
    ends = [(text.start(document, key), text.end(document, value)) for key, value in node.value]
    order = {start: index for index, (start, _) in enumerate(ends)}
    properties = []
    for key, value in own:
        start = text.start(document, key)
        index = order[start]
        value_start, value_end = text.start(document, value), text.end(document, value)
        aliased = not (start < value_start) or id(value) in walk.shared or id(key) in walk.shared
        if value_start < start:
            value_start = value_end = text.end(document, key)
        item = Item(
            start,
            max(value_end, text.end(document, key)),
            bool(node.flow_style),
            len(node.value),
            previous_end=ends[index - 1][1] if index else None,
            next_start=ends[index + 1][0] if index + 1 < len(ends) else None,
            parent_end=_parent_end(text, text.start(document, node)),
        )
        properties.append(
            Property(
                path=text.source.path,
                key=text.scalar(document, key),
                value=text.scalar(document, value),
                key_span=text.span(document, key),
                value_span=text.source.span(value_start, value_end),
                guard=text.guard(start),
                templated=text.has_actions(value_start, value_end),
                locked=locked or _lock(aliased=aliased, computed=text.has_actions(start, text.end(document, key))),
                entry=MapEntry(
                    text.source, piece(text, document, key), Piece(value_start, value_end, style_of(value)), item
                ),
            )
        )
    return Found("map", route, tuple(properties), text.span(document, node), confidential=confidential)


def _lock(*, aliased: bool, computed: bool) -> str:
    """Why a map's entry cannot be edited, if it cannot."""
    return ALIASED if aliased else "its key is computed" if computed else ""


def _parent_end(text: YamlText, start: int) -> int | None:
    """Where ` {}` would have to stand if a block map that begins at `start` became empty: behind its parent's colon."""
    before = text.masked[:start].rstrip(" \t\r\n")
    line = before.rfind("\n") + 1
    if before.endswith(":") and "#" not in before[line:] and not text.has_actions(line, start):
        return len(before)
    return None


def nested_blocks(walk: _Walk, node: MappingNode, route: tuple[str, ...]) -> Iterator[Found]:
    """Blocks of nested maps that spell keys (`driver: {host: …}` below `spark:`), where Spark is meant."""
    for key, properties in nested_properties(walk.text, walk.document, node, route, walk.shared):
        yield Found(
            "nested map", (*route, key), properties, Span(properties[0].key_span.start, properties[-1].value_span.end)
        )


def _sequence(walk: _Walk, node: SequenceNode, route: tuple[str, ...], kind: str) -> Iterator[Found]:
    yield from _pairs(walk, node, route)
    yield from _arguments(walk, node, route)
    for index, item in enumerate(node.value):
        if not isinstance(item, ScalarNode):
            yield from _walk(walk, item, (*route, str(index)), kind)


def _dash(text: YamlText, start: int) -> int:
    """Position of the dash before a block sequence's item."""
    return text.masked.rfind("-", 0, start)


def _item(walk: _Walk, node: SequenceNode, first: int, last: int) -> Item:
    """The item(s) `first` to `last` of a list as one entry."""
    text, document, flow = walk.text, walk.document, bool(node.flow_style)
    starts = [text.start(document, item) for item in node.value]
    ends = [text.end(document, item) for item in node.value]
    return Item(
        starts[first] if flow else _dash(text, starts[first]),
        ends[last],
        flow,
        len(node.value),
        previous_end=ends[first - 1] if first else None,
        next_start=starts[last + 1] if last + 1 < len(starts) else None,
    )


def _pairs(walk: _Walk, node: SequenceNode, route: tuple[str, ...]) -> Iterator[Found]:
    text, document = walk.text, walk.document
    properties = []
    for index, pair in enumerate(node.value):
        if not isinstance(pair, MappingNode) or id(pair) in walk.shared:
            continue
        fields = {key.value: (key, value) for key, value in pair.value if isinstance(key, ScalarNode)}
        name_field = next((name for name in ("name", "key") if name in fields), "")
        name = fields[name_field][1] if name_field else None
        value = fields["value"][1] if "value" in fields else None
        if not isinstance(name, ScalarNode) or not isinstance(value, ScalarNode) or not KEY.match(name.value):
            continue
        value_piece = piece(text, document, value)
        entry = PairEntry(
            text.source, piece(text, document, name), value_piece, _item(walk, node, index, index), name_field, "value"
        )
        properties.append(
            Property(
                path=text.source.path,
                key=text.scalar(document, name),
                value=text.scalar(document, value),
                key_span=text.span(document, name),
                value_span=text.span(document, value),
                guard=text.guard(text.start(document, pair)),
                templated=text.has_actions(value_piece.start, value_piece.end),
                locked="the value stands before the name" if value_piece.start < entry.key.start else "",
                entry=entry,
            )
        )
    if properties:
        yield Found("list of pairs", route, tuple(properties), text.span(document, node))


def _arguments(walk: _Walk, node: SequenceNode, route: tuple[str, ...]) -> Iterator[Found]:
    text, document = walk.text, walk.document
    properties: list[Property] = []
    previous: Node | None = None
    for index, item in enumerate(node.value):
        before, previous = previous, item
        if not isinstance(item, ScalarNode) or item.style in ("|", ">") or "spark." not in item.value:
            continue
        found = _ARGUMENT.match(text.scalar(document, item))
        if not found:
            continue
        own = piece(text, document, item)
        flagged = isinstance(before, ScalarNode) and before.value in ("--conf", "-c")
        flag = piece(text, document, before) if flagged and isinstance(before, ScalarNode) else None
        raw = text.source.folded[own.start : own.end]
        key_start = own.start + max(raw.find(found["key"]), 0)
        value_start = key_start + len(found["key"]) + 1
        quote = 1 if own.style in ("'", '"') else 0
        plain = raw.find(found["key"]) >= 0 and "\n" not in raw
        properties.append(
            Property(
                path=text.source.path,
                key=found["key"],
                value=found["value"],
                key_span=text.source.span(key_start, value_start - 1),
                value_span=text.source.span(min(value_start, own.end - quote), own.end - quote),
                guard=text.guard(own.start),
                templated=text.has_actions(own.start, own.end),
                locked="" if plain and id(item) not in walk.shared else "it goes over several lines",
                entry=ArgumentEntry(
                    text.source, own, found["key"], found["value"], found["prefix"],
                    _item(walk, node, index - 1 if flag else index, index), flag,
                ),
            )
        )  # fmt: skip
    if properties:
        carrier = "arguments" if _is_command(node) else "list"
        yield Found(carrier, route, tuple(properties), text.span(document, node))


def _texts(node: SequenceNode) -> list[str]:
    return [str(item.value) for item in node.value if isinstance(item, ScalarNode)]


def _is_command(node: SequenceNode) -> bool:
    return any(text in ("--conf", "-c") or text.startswith("--conf=") for text in _texts(node))


def _scalar_text(walk: _Walk, node: ScalarNode, route: tuple[str, ...], *, confidential: bool) -> Iterator[Found]:
    text, document = walk.text, walk.document
    name = route[-1]
    if "spark." not in node.value or _NOT_PROPERTIES.search(name) or (route[-1:] and name in _METADATA):
        return
    start, end = text.start(document, node), text.end(document, node)
    aliased = id(node) in walk.shared
    if node.style == "|":
        body = text.source.line_end(start)
        if not looks_like_properties(text.masked, body, end):
            return
        properties = properties_in(text.source, text.masked, text.template, body, end, ALIASED if aliased else "")
    else:
        if not looks_like_properties(node.value) or not _speaks_for_itself(name, node.value):
            return
        properties = _flow_text(text, document, node, ALIASED if aliased else "")
    if properties:
        span = text.source.span(start, end)
        yield Found("properties text", route, properties, span, name=name, confidential=confidential)


def _speaks_for_itself(name: str, content: str) -> bool:
    """Is a text outside of a literal scalar meant as properties? Its name says so, or it holds a plain `key=value`."""
    return bool(_FILE_NAMES.search(name)) or bool(_ASSIGNMENT.search(content))


def _flow_text(text: YamlText, document: Composed, node: ScalarNode, locked: str) -> tuple[Property, ...]:
    start, end = text.start(document, node), text.end(document, node)
    layer = (
        None
        if node.style == ">" or text.has_actions(start, end)
        else scalar_layer(text.source, start, end, style_of(node))
    )
    if layer is not None:
        return embedded_properties(layer, locked)
    reason = (
        "it stands in a folded scalar, where YAML joins lines"
        if "\n" in text.masked[start:end]
        else "it stands in a quoted template"
    )
    return read_only_properties(text, start, end, str(node.value), locked or reason)


def read_only_properties(text: YamlText, start: int, end: int, content: str, reason: str) -> tuple[Property, ...]:
    """Settings of a text whose characters have no fixed place; each one points at where its key is written."""
    found = []
    for setting in parse(content):
        raw_key = content[setting.first : setting.key_end]
        at = text.masked.find(raw_key, start, end)
        at = start if at < 0 else at
        stop = min(at + len(raw_key), end)
        value = spark_value(content[setting.value_start : setting.value_end])
        found.append(
            Property(
                path=text.source.path,
                key=unescape(raw_key),
                value=value,
                key_span=text.source.span(at, stop),
                value_span=text.source.span(stop, stop),
                guard=text.guard(at),
                locked=reason,
            )
        )
    return tuple(found)


def _base64_text(walk: _Walk, node: ScalarNode, route: tuple[str, ...]) -> Iterator[Found]:
    """Spark properties in a Secret's base64 `data`: read, locked, never shown."""
    text, document = walk.text, walk.document
    try:
        content = base64.b64decode("".join(node.value.split()), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return
    if not looks_like_properties(content):
        return
    start, end = text.start(document, node), text.end(document, node)
    reason = SECRET
    yield Found(
        "base64 Secret", route, read_only_properties(text, start, end, content, reason),
        text.source.span(start, end), name=route[-1], confidential=True,
    )  # fmt: skip
