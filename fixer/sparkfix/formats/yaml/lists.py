"""Spark properties in YAML lists: `{name, value}` pairs, and arguments of a command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sparkfix.formats.helm.extent import GOES_ON, PARTLY, goes_on, whole
from sparkfix.formats.properties.parse import settings_in_a_row
from sparkfix.formats.yaml.compose import MappingNode, Node, ScalarNode, SequenceNode
from sparkfix.formats.yaml.entries import ArgumentEntry, Item, PairEntry, Piece
from sparkfix.formats.yaml.flags import FlagItemEntry, extent_of, flags_in
from sparkfix.formats.yaml.text import YamlText
from sparkfix.formats.yaml.walk import ALIASED, COMPUTED, IN_A_ROW, Found, Walk, value_lock
from sparkfix.model import Property, Span
from sparkfix.spark.flags import Flag
from sparkfix.spark.names import is_property_key
from sparkfix.spark.programs import end_of_options, launcher_at

_ARGUMENT = re.compile(r"(?P<prefix>--conf=|-c=|)(?P<key>spark\.[A-Za-z][^\s=\"';,]*)=(?P<value>.*)\Z", re.DOTALL)
# The same of any key, where Spark is what is started: it drops what is none of its own.
_ANY_ARGUMENT = re.compile(
    r"(?P<prefix>--conf=|)(?P<key>[A-Za-z][\w\-]*(?:\.[\w\-]+)+)=(?P<value>.*)\Z", re.DOTALL | re.ASCII
)
_COMPUTED = re.compile(r"\{\{|\$")
_LAUNCHER = re.compile(
    r"(?:.*/)?(?:spark-(?:submit|class|shell|sql)|pyspark|start-(?:connect-server|thriftserver)\.sh)\Z"
)


def launching_lists(node: MappingNode) -> list[SequenceNode]:
    """The words of a container that starts Spark: its `command` and `args`, if they are lists."""
    lists = [
        value
        for key, value in node.value
        if isinstance(key, ScalarNode) and key.value in ("command", "args") and isinstance(value, SequenceNode)
    ]
    words = (item.value for value in lists for item in value.value if isinstance(item, ScalarNode))
    return lists if any(map(_LAUNCHER.match, words)) else []


# Lists of a kustomization that name files as `KEY=PATH`: `kustomize.config.k8s.io/v1beta1`, `configMapGenerator`.
_GENERATORS = ("configMapGenerator", "secretGenerator")
_SOURCES = ("files", "envs")


def list_blocks(walk: Walk, node: SequenceNode, route: tuple[str, ...]) -> Iterator[Found]:
    """The blocks that a list itself holds; what stands deeper is not looked at."""
    yield from _pairs(walk, node, route)
    if not (route[:1] and route[0] in _GENERATORS and route[-1] in _SOURCES):
        read = node.value[: _end_of_options(node)]
        yield from _arguments(walk, node, read, route)
        yield from _flags(walk, node, len(read), route)


class _Items:
    """The places of a list's items."""

    def __init__(self, walk: Walk, node: SequenceNode) -> None:
        text, document = walk.text, walk.document
        self.flow, self.count = bool(node.flow_style), len(node.value)
        self.starts = [text.start(document, item) for item in node.value]
        self.ends = [text.end(document, item) for item in node.value]
        self.text = text

    def item(self, first: int, last: int) -> Item:
        """The item(s) `first` to `last` as one entry."""
        start = self.starts[first]
        return Item(
            start if self.flow else self.text.masked.rfind("-", 0, start),
            max(self.ends[last], start),
            self.flow,
            self.count,
            previous_end=self.ends[first - 1] if first else None,
            next_start=self.starts[last + 1] if last + 1 < self.count else None,
        )


def _pairs(walk: Walk, node: SequenceNode, route: tuple[str, ...]) -> Iterator[Found]:
    properties: list[Property] = []
    items: _Items | None = None
    for index, pair in enumerate(node.value):
        if not isinstance(pair, MappingNode):
            continue
        fields = {key.value: (key, value) for key, value in pair.value if isinstance(key, ScalarNode)}
        name_field = "name" if "name" in fields else "key"
        if name_field not in fields or "value" not in fields:
            continue
        name, (label, value) = fields[name_field][1], fields["value"]
        if isinstance(name, ScalarNode) and isinstance(value, ScalarNode) and is_property_key(name.value):
            items = items or _Items(walk, node)
            found = _Pair(pair, name_field, name, walk.piece(label), value)
            properties.append(_pair(walk, found, items.item(index, index)))
    if properties:
        text, document = walk.text, walk.document
        yield Found("list of pairs", route, tuple(properties), text.start(document, node), text.end(document, node))


@dataclass(frozen=True)
class _Pair:
    """One pair: its map, the name of the field with the key, that key, the word `value` and the value."""

    node: MappingNode
    name_field: str
    name: ScalarNode
    label: Piece
    value: ScalarNode


def _pair(walk: Walk, pair: _Pair, item: Item) -> Property:
    text, document = walk.text, walk.document
    name, value = walk.piece(pair.name), walk.piece(pair.value)
    key_span, value_span = text.span(document, pair.name), text.span(document, pair.value)
    if any(id(one) in walk.shared for one in (pair.node, pair.name, pair.value)):
        locked = ALIASED
    elif value.start < name.start:
        locked = "the value stands before the name"
    elif text.has_actions(name.start, name.end):
        locked = COMPUTED
    else:
        locked = value_lock(walk, pair.label, value, pair.value)
    if value_span.start < key_span.end:
        value_span = Span(key_span.end, key_span.end)
    return Property(
        path=text.source.path,
        key=text.scalar(document, pair.name),
        value=text.scalar(document, pair.value),
        key_span=key_span,
        value_span=value_span,
        guard=text.guard(text.start(document, pair.node)),
        templated=text.has_actions(value.start, value.end),
        locked=locked,
        entry=PairEntry(text.source, name, value, item, pair.name_field, "value", bool(pair.node.flow_style)),
    )


def _arguments(
    walk: Walk, node: SequenceNode, read: Sequence[Node], route: tuple[str, ...]
) -> Iterator[Found]:  # fmt: skip
    text, document = walk.text, walk.document
    properties: list[Property] = []
    items: _Items | None = None
    previous: Node | None = None
    for index, item in enumerate(read):
        before, previous = previous, item
        if not isinstance(item, ScalarNode) or item.style in ("|", ">"):
            continue
        of_any_key = id(node) in walk.launching and (_is_flag(before) or item.value.startswith("--conf="))
        if not of_any_key and "spark." not in item.value:
            continue
        written = text.scalar(document, item)
        found = _ARGUMENT.match(written) or (_ANY_ARGUMENT.match(written) if of_any_key else None)
        if found:
            items = items or _Items(walk, node)
            flagged = isinstance(before, ScalarNode) and before.value in ("--conf", "-c")
            flag = walk.piece(before) if flagged and isinstance(before, ScalarNode) else None
            properties.append(_argument(walk, item, found, items.item(index - 1 if flag else index, index), flag))
    if properties:
        carrier = "arguments" if _is_command(node) else "list"
        yield Found(carrier, route, tuple(properties), text.start(document, node), text.end(document, node))


def _flags(walk: Walk, node: SequenceNode, end: int, route: tuple[str, ...]) -> Iterator[Found]:
    """The named options of spark-submit in a list of words."""
    if any(not isinstance(item, ScalarNode) for item in node.value):
        return
    text, document = walk.text, walk.document
    texts = [text.scalar(document, item) for item in node.value]
    found = list(flags_in(texts[:end]))
    if not found:
        return
    items = _Items(walk, node)
    properties = tuple(_flag(walk, node, flag, texts, items.item(flag.at, flag.value_at)) for flag in found)
    yield Found("flags", route, properties, text.start(document, node), text.end(document, node))


def _flag(walk: Walk, node: SequenceNode, flag: Flag, texts: Sequence[str], item: Item) -> Property:
    text = walk.text
    name, value = walk.piece(node.value[flag.at]), walk.piece(node.value[flag.value_at])
    joined = flag.at == flag.value_at
    own = texts[flag.value_at]
    raw = text.source.folded[value.start : value.end]
    value_start = value.start + (raw.find("=") + 1 if joined else 0)
    value_end = value.end - (1 if joined and value.style in ("'", '"') else 0)
    locked = ""
    if value.style in ("|", ">"):
        locked = "its value is a block scalar"
    elif "\n" in raw or {id(node.value[flag.at]), id(node.value[flag.value_at])} & walk.shared:
        locked = "it goes over several lines"
    elif text.template.actions:
        locked = _template_lock(text, value)
    return Property(
        path=text.source.path,
        key=flag.key,
        value=own.partition("=")[2] if joined else own,
        key_span=text.source.span(name.start, value_start - 1 if joined else name.end),
        value_span=text.source.span(value_start, max(value_start, value_end)),
        guard=text.guard(name.start),
        templated=text.has_actions(value.start, value.end),
        locked=locked,
        entry=FlagItemEntry(text.source, flag.name, name, None if joined else value, item),
        extent=extent_of(text.source, item),
    )


def _end_of_options(node: SequenceNode) -> int:
    """Where the items of a list end that Spark reads, if one of them is Spark's program."""
    texts = [str(item.value) if isinstance(item, ScalarNode) else "" for item in node.value]
    if launcher_at(texts) is None:
        return len(texts)
    return end_of_options(texts, lambda position: not texts[position] or bool(_COMPUTED.search(texts[position])))


def _is_flag(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and node.value == "--conf"


def _argument(walk: Walk, node: ScalarNode, found: re.Match[str], item: Item, flag: Piece | None) -> Property:
    text, own, key = walk.text, walk.piece(node), found["key"]
    raw = text.source.folded[own.start : own.end]
    key_start = own.start + max(raw.find(key), 0)
    value_start = key_start + len(key) + 1
    value_end = own.end - (1 if own.style in ("'", '"') else 0)
    locked = ""
    if key not in raw or "\n" in raw or id(node) in walk.shared:
        locked = "it goes over several lines"
    elif flag is None and not found["prefix"] and len(settings_in_a_row(found[0])) > 1:
        locked = IN_A_ROW
    elif text.template.actions:
        locked = _template_lock(text, own)
    return Property(
        path=text.source.path,
        key=key,
        value=found["value"],
        key_span=text.source.span(key_start, value_start - 1),
        value_span=text.source.span(min(value_start, value_end), value_end),
        guard=text.guard(own.start),
        templated=text.has_actions(own.start, own.end),
        locked=locked,
        entry=ArgumentEntry(text.source, own, key, found["value"], found["prefix"], item, flag),
    )


def _template_lock(text: YamlText, own: Piece) -> str:
    if not whole(text.template, own.start, own.end):
        return PARTLY
    return GOES_ON if goes_on(text.template, text.source.folded, own.end) else ""


def _is_command(node: SequenceNode) -> bool:
    texts = [str(item.value) for item in node.value if isinstance(item, ScalarNode)]
    return any(text in ("--conf", "-c") or text.startswith("--conf=") for text in texts)
