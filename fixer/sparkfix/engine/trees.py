"""The YAML of a file as plain data without its Spark properties, and what it must be after some changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sparkfix.engine.expect import rewritten_keys, rewritten_words
from sparkfix.engine.fields import other_data
from sparkfix.formats.document import Context, Document
from sparkfix.formats.kubernetes.commands import WordList, commands_in
from sparkfix.formats.kubernetes.write import env_entry
from sparkfix.formats.languages import language
from sparkfix.formats.yaml.fields import proven_as_settings
from sparkfix.formats.yaml.scalars import text_of_scalar
from sparkfix.model import (
    AddEnv,
    AddField,
    AddInitContainer,
    AddItem,
    AddProbe,
    Change,
    CommentOut,
    Node,
    Refused,
    Remove,
    RenameKey,
    SetField,
    SetValue,
    SetWords,
    Word,
)
from sparkfix.text.similar import replaced_stretches
from sparkfix.text.source import SourceText

_PROPERTIES = "\0properties"
_SCRIPT = "\0script"
# Languages that are compared as plain data.
_DATA = ("yaml", "json")


@dataclass
class _Context:
    """What is left out of the trees: properties by the start of their key (`ordered`, with the values of named options),
    texts that hold them, scripts.

    `nested` are texts that are read on their own, with `inside`, the places at which they begin, in order. `places` are
    the maps that were made, by their start, and `holders` the map and key, or the list and position, of each value by
    its start.
    """

    keys: set[int]
    texts: set[int]
    scripts: set[int]
    ordered: list[int]
    nested: list[Document]
    inside: list[int]
    places: dict[int, Any] = field(default_factory=dict)
    holders: dict[int, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Text:
    """A text that is read on its own. It equals one that says the same, also where that one holds no property (any more)
    and so was not read."""

    language: str
    roots: list[Any]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Text):
            return (self.language, self.roots) == (other.language, other.roots)
        return isinstance(other, str) and self.roots == _read_as(self.language, other)

    __hash__ = None  # type: ignore[assignment]


def _read_as(name: str, text: str) -> list[Any] | None:
    """What a text says if it is taken for one in a language, with all that it holds; None where it is in none that is
    compared as a whole, or is not well written."""
    own = language(name)
    if own.rest is None and name not in _DATA:
        return None
    document = own.read(SourceText("", text.encode("utf-8", "surrogateescape")), Context(lambda *_: None))
    if own.rest is None and document.problems:
        return None
    return _roots(document, _Context(set(), set(), set(), [], [], []))


def trees_of(document: Document, changes: Sequence[Change]) -> tuple[Any, ...]:
    """The documents of a file as dicts, lists and texts; properties are left out (see `expect`) but for those among
    words that a change rewrites, and the words of scripts that one rewrites stand beside them."""
    scripts = any(isinstance(change, SetWords) and change.command.shell for change in changes)
    context = _context(document, changes, scripts=scripts)
    return (*_roots(document, context), _script_words(document) if scripts else [])


def expected_trees(document: Document, changes: Sequence[Change]) -> tuple[Any, ...]:
    """The same after the changes, computed from the document before them."""
    scripts = any(isinstance(change, SetWords) and change.command.shell for change in changes)
    context = _context(document, changes, scripts=scripts)
    roots = _roots(document, context)
    for change in changes:
        _carry_out(change, context, document)
    words = _script_words(document, changes) if scripts else []
    return (*roots, words)


def _context(document: Document, changes: Sequence[Change], *, scripts: bool) -> _Context:
    keys = {
        item.key_span.start for block in document.blocks for item in proven_as_settings(block.carrier, block.properties)
    }
    keys -= rewritten_keys(document, changes)
    flags = (item for block in document.blocks if block.carrier == "flags" for item in block.properties)
    values = {item.value_span.start for item in flags if item.key_span.start in keys}
    texts = {block.span.start for block in document.blocks if block.carrier in ("properties text", "base64 Secret")}
    places: set[int] = set()
    if scripts:
        places.update(start for _, start in _scripts(document))
    words = rewritten_words(document, changes)
    nested = [one for one in _texts_inside(document) if not any(span.start <= _start(one) < span.end for span in words)]
    nested.sort(key=_start)
    return _Context(keys, texts, places, sorted(keys | values), nested, [_start(one) for one in nested])


def _texts_inside(document: Document) -> Iterator[Document]:
    for one in document.nested:
        yield one
        yield from _texts_inside(one)


def _start(document: Document) -> int:
    return document.source.span(0, 0).start


def _roots(document: Document, context: _Context) -> list[Any]:
    """What a text says besides its properties: YAML as plain data, else what its language compares."""
    rest = language(document.language).rest
    if rest is not None:
        return [rest(document), *(_roots(one, context) for one in document.nested)]
    return [_plain(root, context) for root in document.nodes]


def _scripts(document: Document) -> list[tuple[list[str], int]]:
    """The words of each shell command with the start of the scalar that holds it."""
    found = []
    for command in commands_in(document.objects):
        if command.shell and command.container is not None:
            container = command.container.node
            nodes = [node for key in ("command", "args") for node in _scalars(container.get(key))]
            holder = next((node.span.start for node in nodes if node.span.covers(command.words[0].span)), -1)
            found.append(([word.text for word in command.words], holder))
    return found


def _scalars(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return [node] if isinstance(node.value, str) else list(node.items())


def _script_words(document: Document, changes: Sequence[Change] = ()) -> list[list[str]]:
    wanted = {
        change.command.words[0].span.start: _texts(change.words) for change in changes if isinstance(change, SetWords)
    }
    return [
        wanted.get(command.words[0].span.start, _texts(command.words))
        for command in commands_in(document.objects)
        if command.shell
    ]


def _texts(words: Sequence[Word | str]) -> list[str]:
    return [word if isinstance(word, str) else word.text for word in words]


def _plain(node: Node, context: _Context) -> Any:
    """A node as plain data; containers that changes name are remembered by their place."""
    value = node.value
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for key, child in value.items():
            if child.key_start not in context.keys:
                found[key] = _plain(child, context)
                context.holders[child.start] = (found, key)
        context.places[node.start] = found
        return found
    if isinstance(value, list):
        return _plain_items(value, context)
    if node.start in context.texts:
        return _PROPERTIES
    if node.start in context.scripts:
        return _SCRIPT
    inner = _inside(node, context)
    return _Text(inner.language, _roots(inner, context)) if inner is not None else value


def _inside(node: Node, context: _Context) -> Document | None:
    """The text that a scalar holds, if it is read on its own; the outermost one where texts stand in that one."""
    index = bisect_left(context.inside, node.start)
    return context.nested[index] if index < len(context.inside) and context.inside[index] < node.span.end else None


def _plain_items(items: Sequence[Node], context: _Context) -> list[Any]:
    """The items of a list as plain data, without those that are properties or introduce one."""
    found: list[Any] = []
    for index, child in enumerate(items):
        if _flags_property(items, index, context):
            continue
        if not _is_property(child, context):
            context.holders[child.start] = (found, len(found))
            found.append(_plain(child, context))
        elif more := _more_fields(child, context):
            found.append(more)
    return found


def _more_fields(node: Node, context: _Context) -> dict[str, Any]:
    """What a `{name, value}` pair holds besides its property."""
    fields = node.value.items() if isinstance(node.value, dict) else ()
    return {name: _plain(child, context) for name, child in fields if name not in ("name", "key", "value")}


def _is_property(node: Node, context: _Context) -> bool:
    if isinstance(node.value, str):
        if _inside(node, context) is not None:
            return False
        index = bisect_left(context.ordered, node.start)
        return index < len(context.ordered) and context.ordered[index] < node.span.end
    if isinstance(node.value, dict):
        return any(child.start in context.keys and name in ("name", "key") for name, child in node.value.items())
    return False


def _flags_property(items: Sequence[Node], index: int, context: _Context) -> bool:
    """Is an item the `--conf` before a property?"""
    if items[index].value not in ("--conf", "-c") or index + 1 == len(items):
        return False
    following = items[index + 1]
    return not str(following.value).startswith("-") and _is_property(following, context)


def _carry_out(change: Change, context: _Context, document: Document) -> None:
    if isinstance(change, AddEnv):
        container = context.places[change.container.node.span.start]
        if all(entry.get("name") != change.name for entry in container.get("env") or []):
            container["env"] = [_texted(env_entry(change)), *(container.get("env") or [])]
    elif isinstance(change, AddProbe):
        context.places[change.container.node.span.start][change.kind] = _texted(dict(change.spec))
    elif isinstance(change, AddInitContainer):
        pod = context.places[change.container.pod.span.start]
        pod["initContainers"] = [_texted(dict(change.spec)), *(pod.get("initContainers") or [])]
    elif isinstance(change, AddField):
        data = other_data(document, change)
        if data is not None:
            context.places[change.owner.span.start][change.key] = _texted(data)
    elif isinstance(change, AddItem):
        owner = context.places[change.owner.span.start]
        new = [_texted(dict(item)) for item in (change.item, *change.more)]
        owner[change.key] = [*new, *_others(new, owner.get(change.key) or [], change.key)]
    elif isinstance(change, SetField) and not _is_setting(change.field, context):
        holder, key = context.holders[change.field.span.start]
        holder[key] = change.value
    elif isinstance(change, SetWords) and not change.command.shell:
        _set_words(change, context)
    elif isinstance(change, (SetValue, Remove, CommentOut, RenameKey)):
        _edit_scalar(change, context)


def _edit_scalar(change: SetValue | Remove | CommentOut | RenameKey, context: _Context) -> None:
    """A change of a scalar that is no property. One that another arm of the template hides is not in the trees."""
    item = change.property
    if item.key_span.start in context.keys or item.value_span.start not in context.holders:
        return
    holder, key = context.holders[item.value_span.start]
    if isinstance(change, SetValue):
        holder[key] = change.value
    elif isinstance(change, RenameKey):
        holder[change.key.rpartition(".")[2]] = holder.pop(key)
    else:
        del holder[key]


def _is_setting(node: Node, context: _Context) -> bool:
    """Is a scalar the value of a property, and so not in the trees?"""
    return node.key_span is not None and node.key_span.start in context.keys


def _others(new: Sequence[Any], present: Sequence[Any], key: str) -> Sequence[Any]:
    """The items that a list has. Raises `Refused` where Kubernetes would find one of the new ones twice in it."""
    taken = [_names(item) for item in present]
    for what, name in (pair for item in new for pair in _names(item).items()):
        if any(other.get(what) == name for other in taken):
            raise Refused(f"`{key}` would hold {what} `{name[0]}` twice")
    return present


def _names(item: Any) -> dict[str, tuple[str, ...]]:
    """What no other item of a list may have as well: its name, and a Service's port with its protocol."""
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(item, dict):
        if "name" in item:
            found["name"] = (item["name"],)
        if "port" in item:
            found["port"] = (item["port"], item.get("protocol") or "TCP")
    return found


def _set_words(change: SetWords, context: _Context) -> None:
    """Words that keep their order stay in their list; new ones go to the list of the first word that they replace or
    stand before, at the end to the last list."""
    lists = cast(Sequence[WordList], change.command.origin)
    order = {id(word): index for index, word in enumerate(change.command.words)}
    names = [order.get(id(word), -1 - position) for position, word in enumerate(change.words)]
    keys: dict[int, str] = {}
    for low, _, first, last in replaced_stretches(list(range(len(lists))), names):
        keys.update(dict.fromkeys(range(first, last), lists[min(low, len(lists) - 1)].key))
    result: dict[str, list[str]] = {place.key: [] for place in lists}
    for position, text in enumerate(_texts(change.words)):
        name = names[position]
        if name < 0 or not _left_out(lists[name], context):
            result[keys.get(position) or lists[name].key].append(text)
    container = context.places[lists[0].container.span.start]
    container.update(result)


def _left_out(place: WordList, context: _Context) -> bool:
    """Is a word of a list a property, or the `--conf` before one, and so not in the trees?"""
    items = place.container.items(place.key)
    return _is_property(items[place.index], context) or _flags_property(items, place.index, context)


def _texted(data: Any) -> Any:
    """Plain data with every scalar as the text that YAML holds."""
    if isinstance(data, dict):
        return {key: _texted(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_texted(item) for item in data]
    return text_of_scalar(data)
