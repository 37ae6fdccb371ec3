"""Fields of custom resources as the properties that operators make of them (see `sparkfix.spark.resources`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.formats.yaml.compose import MappingNode, Node, ScalarNode, SequenceNode
from sparkfix.formats.yaml.entries import MapEntry
from sparkfix.formats.yaml.maps import map_block
from sparkfix.formats.yaml.walk import Found, Walk
from sparkfix.model import Add, Edit, Property, Refused
from sparkfix.spark.names import is_property_key
from sparkfix.spark.resources import (
    CARRIER,
    Field,
    Index,
    Kind,
    Resource,
    Route,
    index_of,
    route_of,
    type_problem,
)

_NOTHING = ("", "~", "null")


@dataclass
class Host:
    """A resource in a file with the properties that it holds: those that fields become, and those of its maps."""

    resource: Resource
    index: Index
    fields: list[Property] = field(default_factory=list)
    conf: list[Property] = field(default_factory=list)


@dataclass(frozen=True)
class FieldEntry:
    """A field; `route` leads to it from the specification. `entry` writes it as an entry of its map."""

    entry: MapEntry
    host: Host
    field: Field
    route: Route

    def set_value(self, value: str) -> tuple[Edit, ...]:
        _must_fit(self.field, value)
        return self.entry.set_value(value)

    def rename(self, key: str) -> tuple[Edit, ...]:
        found = route_of(self.host.resource, key)
        if found is None:
            raise Refused(f"no field of a {self.host.resource.kind} becomes `{key}`")
        if found[1][:-1] != self.route[:-1]:
            raise Refused(f"`{key}` is the field `{'.'.join(found[1])}`, which stands elsewhere")
        return self.entry.rename(found[1][-1])

    def remove(self) -> tuple[Edit, ...]:
        return self.entry.remove()

    def comment_out(self) -> tuple[Edit, ...]:
        return self.entry.comment_out()

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        found = route_of(self.host.resource, key)
        if found is None or found[1][:-1] != self.route[:-1]:
            raise Refused(f"`{key}` is no field beside `{'.'.join(self.route)}`")
        _must_fit(found[0], value)
        plain = found[0].kind is not Kind.TEXT
        return self.entry.add_beside(found[1][-1], value, before=before, like=value if plain else "")

    def spelling(self, key: str) -> str:
        """How a property is called among the fields beside this one."""
        found = route_of(self.host.resource, key)
        return found[1][-1] if found is not None else key


@dataclass(frozen=True)
class ConfEntry:
    """An entry of a resource's map of properties; a new property that is a field becomes one, where fields stand."""

    entry: MapEntry
    host: Host

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return self.entry.set_value(value)

    def rename(self, key: str) -> tuple[Edit, ...]:
        return self.entry.rename(key)

    def remove(self) -> tuple[Edit, ...]:
        return self.entry.remove()

    def comment_out(self) -> tuple[Edit, ...]:
        return self.entry.comment_out()

    def add_beside(self, key: str, value: str, *, before: bool) -> tuple[Edit, ...]:
        return self.entry.add_beside(key, value, before=before)


def landing(change: Add) -> Add:
    """The addition beside the property of the resource beside which it belongs: its own field's section, else the map.

    Raises `Refused` where a resource has neither.
    """
    entry = change.beside.entry
    if not isinstance(entry, (FieldEntry, ConfEntry)):
        return change
    beside = _neighbour(entry, change.beside, change.key)
    return change if beside is change.beside else replace(change, beside=beside, before=False)


def _neighbour(entry: FieldEntry | ConfEntry, own: Property, key: str) -> Property:
    host = entry.host
    found = route_of(host.resource, key)
    if found is not None and (isinstance(entry, FieldEntry) or "*" not in found[0].route):
        if any(item.key == key for item in host.fields):
            raise Refused(f"`{'.'.join(found[1])}` is set already")
        section = [item for item in host.fields if _section(item) == found[1][:-1]]
        if section:
            return own if own in section else _nearest(section, own, key)
    if isinstance(entry, ConfEntry):
        return own
    if not host.conf:
        raise Refused(f"no field of this {host.resource.kind} becomes `{key}`, and it has no `sparkConf` to add it to")
    return _nearest(host.conf, own, key)


def _section(item: Property) -> Route | None:
    return item.entry.route[:-1] if isinstance(item.entry, FieldEntry) else None


def _nearest(items: Sequence[Property], own: Property, key: str) -> Property:
    """The one in the same arms whose key has most in common with a new one; of several the last."""
    alike = [item for item in items if item.guard == own.guard and not item.locked]
    if not alike:
        raise Refused(f"`{key}` would stand under other conditions of the template, or where nothing can be added")
    return max(reversed(alike), key=lambda item: _common(item.key, key))


def _common(left: str, right: str) -> int:
    """How many dotted parts two keys begin with in common."""
    parts = zip(left.split("."), right.split("."), strict=False)
    return next(
        (at for at, (one, other) in enumerate(parts) if one != other), min(left.count("."), right.count(".")) + 1
    )


def _must_fit(taken: Field, value: str) -> None:
    problem = type_problem(taken, value)
    if problem:
        raise Refused(problem)


def field_block(walk: Walk, root: Node, resource: Resource, prefix: Route, found: list[Found]) -> Found | None:
    """The block of a resource's fields, and its maps of properties in `found` told that they are parts of it."""
    spec = _at(root, resource.root)
    host = Host(resource, index_of(resource))
    for index, block in enumerate(found):
        if block.carrier == "map" and any(block.route == (*prefix, *resource.root, *route) for route in resource.conf):
            inside = _as_conf(block, host)
            found[index] = inside
            host.conf += inside.properties
    if not isinstance(spec, MappingNode):
        return None
    properties = sorted(_fields(walk, spec, (), host), key=lambda item: item.key_span)
    host.fields += properties
    if not properties:
        return None
    text, document = walk.text, walk.document
    start, end = text.start(document, spec), text.end(document, spec)
    return Found(CARRIER, (*prefix, *resource.root), tuple(properties), start, end)


def _as_conf(block: Found, host: Host) -> Found:
    return replace(
        block,
        properties=tuple(
            replace(item, entry=ConfEntry(item.entry, host)) if isinstance(item.entry, MapEntry) else item
            for item in block.properties
        ),
    )


def _at(root: Node, route: Route) -> Node | None:
    here: Node | None = root
    for step in route:
        pairs = here.value if isinstance(here, MappingNode) else ()
        here = next((value for key, value in pairs if isinstance(key, ScalarNode) and key.value == step), None)
    return here


def _fields(walk: Walk, node: MappingNode, route: Route, host: Host, above: tuple[int, ...] = ()) -> Iterator[Property]:
    """The properties that the fields of a map and of the maps below it become."""
    if id(node) in above:
        return
    own: list[tuple[ScalarNode, ScalarNode]] = []
    known: dict[int, tuple[Field, Route]] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode) or is_property_key(key.value):
            continue
        here = (*route, walk.text.scalar(walk.document, key))
        taken = host.index.field_at(here)
        if taken is None:
            if isinstance(value, MappingNode) and here in host.index.above:
                yield from _fields(walk, value, here, host, (*above, id(node)))
        elif taken.made:
            yield from _made(walk, taken, here, key, value)
        elif isinstance(value, ScalarNode):
            own.append((key, value))
            known[walk.text.span(walk.document, key).start] = (taken, here)
    block = map_block(walk, node, own, route, "", confidential=False) if own else None
    for item in block.properties if block is not None else ():
        taken, here = known[item.key_span.start]
        # A field without a value is none to the operator, unless a template makes the value.
        if (item.value not in _NOTHING or item.locked) and isinstance(item.entry, MapEntry):
            yield replace(item, key=taken.twin(here[-1]), entry=FieldEntry(item.entry, host, taken, here))


def _made(walk: Walk, taken: Field, route: Route, key: ScalarNode, value: Node) -> Iterator[Property]:
    """What the operator makes of lists and of maps, to be read."""
    if isinstance(value, MappingNode):
        if taken.route[-1] == "*":
            yield _read_only(walk, taken, taken.twin(route[-1]), f"{_text(value, 'name')}:{_text(value, 'key')}", key)
    elif isinstance(value, SequenceNode) and "*" in taken.key:
        for item in value.value:
            name = _at(item, ("name",))
            if isinstance(name, ScalarNode):
                yield _read_only(walk, taken, taken.key.replace("*", str(name.value)), _text(item, "path"), name)
    elif isinstance(value, SequenceNode):
        texts = [walk.text.scalar(walk.document, one) for one in value.value if isinstance(one, ScalarNode)]
        if texts and len(texts) == len(value.value):
            yield _read_only(walk, taken, taken.key, ",".join(texts), key)


def _text(node: Node, name: str) -> str:
    found = _at(node, (name,))
    return str(found.value) if isinstance(found, ScalarNode) else ""


def _read_only(walk: Walk, taken: Field, key: str, value: str, at: ScalarNode) -> Property:
    text, document = walk.text, walk.document
    start, stop = text.start(document, at), text.end(document, at)
    return Property(
        path=text.source.path,
        key=key,
        value=value,
        key_span=text.source.span(start, stop),
        value_span=text.source.span(stop, stop),
        guard=text.guard(start),
        templated="{{" in value,
        locked=taken.made,
    )


def written_name(change: Add) -> str:
    """What stands in a file of the key of a new property at least."""
    entry = change.beside.entry
    return entry.spelling(change.key) if isinstance(entry, FieldEntry) else change.key.rpartition(".")[2]


def proven_as_settings(carrier: str, properties: Iterable[Property]) -> list[Property]:
    """The properties of a block that proofs compare as settings; what operators make of lists and maps is compared as YAML."""
    return [item for item in properties if carrier != CARRIER or item.entry is not None]
