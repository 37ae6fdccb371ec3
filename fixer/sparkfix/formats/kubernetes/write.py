"""Edits of containers and commands: environment, probes, init containers, words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from sparkfix.formats.kubernetes.commands import WordList
from sparkfix.formats.yaml.compose import ScalarNode, SequenceNode, style_of
from sparkfix.formats.yaml.entries import Piece, indent_of, value_edit
from sparkfix.formats.yaml.insert import guard_of, insert_items, insert_key
from sparkfix.formats.yaml.nodes import Origin, stands_in_flow
from sparkfix.formats.yaml.scalars import encode
from sparkfix.model import AddEnv, Command, Container, Edit, Node, Refused, Span, Word
from sparkfix.text.similar import replaced_stretches
from sparkfix.text.source import SourceText

_AFTER = ("imagePullPolicy", "image", "name")


def add_env(change: AddEnv) -> tuple[Edit, ...]:
    """Add a variable as the first entry of `env`, so that later entries can refer to it."""
    container, entry = change.container, env_entry(change)
    present = container.environment().get(change.name)
    if present is not None:
        same_field = present.text("valueFrom", "fieldRef", "fieldPath") == change.field_path
        if same_field and present.text("value") == change.value:
            return ()
        raise Refused(f"the container sets {change.name} to something else")
    return insert_items(container.node, "env", [entry], after=_AFTER)


def env_entry(change: AddEnv) -> dict[str, Any]:
    """The entry of `env` that a change adds."""
    if change.field_path:
        return {"name": change.name, "valueFrom": {"fieldRef": {"fieldPath": change.field_path}}}
    return {"name": change.name, "value": change.value}


def add_field(owner: Node, key: str, data: Any, *, after: Sequence[str] = ()) -> tuple[Edit, ...]:
    """Add a key to a map: behind one of `after` or its first scalar, in a map without one before its first key; never
    under a condition of the template that the map itself does not stand under."""
    try:
        return insert_key(owner, key, data, after=after)
    except Refused:
        fields = owner.value if isinstance(owner.value, dict) else {}
        if key in fields:
            raise
        guard = guard_of(owner)
        return insert_key(owner, key, data, before=[name for name, field in fields.items() if field.guard == guard])


def add_items(owner: Node, key: str, items: Sequence[Mapping[str, Any]]) -> tuple[Edit, ...]:
    """Add items to the list below a key of a map, as its first ones; a new list goes where a new key would."""
    names = tuple(owner.value) if isinstance(owner.value, dict) else ()
    data = [dict(item) for item in items]
    return insert_items(owner, key, data) if key in names else add_field(owner, key, data, after=_AFTER)


def set_field(field: Node, value: str) -> tuple[Edit, ...]:
    """Write another text into a scalar's place. Raises `Refused` for an alias or a value that the template makes."""
    origin = field.origin
    if not isinstance(origin, Origin) or not isinstance(origin.node, ScalarNode):
        raise Refused("it is not written as a scalar")
    text, document, node = origin.text, origin.document, origin.node
    start, end = text.start(document, node), text.end(document, node)
    if text.has_actions(start, end) and "{{" not in value:
        raise Refused("the template computes it")
    if field.key_span is not None and text.source.offset(field.key_span.start) > start:
        raise Refused("it is shared through a YAML alias")
    style = style_of(node)
    return (value_edit(text.source, Piece(start, end, style), value, flow=stands_in_flow(origin)),)


def add_probe(container: Container, kind: str, spec: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Add a probe before the container's other probes, else behind its image."""
    before = ("livenessProbe", "readinessProbe")
    return insert_key(container.node, kind, dict(spec), before=before, after=_AFTER)


def add_init_container(container: Container, spec: Mapping[str, Any]) -> tuple[Edit, ...]:
    """Add an init container to the pod, as the first one; before `containers` where the pod has none."""
    return insert_items(container.pod, "initContainers", [dict(spec)], before=("containers",))


def set_words(command: Command, words: Sequence[Word | str]) -> tuple[Edit, ...]:
    """Reorder, add and drop words of a command, touching only those that move."""
    if command.locked:
        raise Refused(command.locked)
    if len({word.guard for word in command.words}) > 1:
        raise Refused("some words of the command stand under conditions of the template")
    if command.shell:
        return _shell_words(command, words)
    return _list_words(command, words)


def _moves(command: Command, words: Sequence[Word | str]) -> list[tuple[int, int, list[Word | str]]]:
    """(start, end, new) per stretch of the old words that is replaced; a word that stays is in no stretch."""
    old = list(command.words)
    order = {id(word): index for index, word in enumerate(old)}
    names: list[Hashable] = [order.get(id(word), ("new", position)) for position, word in enumerate(words)]
    stretches = replaced_stretches(list(range(len(old))), names)
    return [(low, high, list(words[first:last])) for low, high, first, last in stretches]


def _shell_words(command: Command, words: Sequence[Word | str]) -> tuple[Edit, ...]:
    source = command.origin
    if not isinstance(source, SourceText):
        raise Refused("the script's place is not known")
    old = command.words
    edits = []
    for low, high, new in _moves(command, words):
        texts = [source.span_text(word.span) if isinstance(word, Word) else word for word in new]
        gap = source.span_text(Span(old[low - 1].span.end, old[low].span.start)) if 0 < low < len(old) else " "
        if high > low and texts:
            edits.append(_written(source, old[low].span, " ".join(texts)))
            low += 1
        elif texts:
            at = old[low].span.start if low < len(old) else old[-1].span.end
            new_text = " ".join(texts)
            edits.append(_written(source, Span(at, at), new_text + gap if low < len(old) else gap + new_text))
        if high > low:
            edits.append(_written(source, _with_gap(source, old, low, high), ""))
    return tuple(edits)


def _written(source: SourceText, span: Span, text: str) -> Edit:
    return source.edit(source.offset(span.start), source.offset(span.end), text)


def _with_gap(source: SourceText, words: Sequence[Word], low: int, high: int) -> Span:
    """The place of some words with the blanks before them; with those behind them where they begin a
    line that continues another one and goes on."""
    newline, continued = source.encode("\n"), source.encode("\\")
    before = source.data[words[low - 1].span.end : words[low].span.start]
    behind = source.data[words[high - 1].span.end : words[high].span.start] if high < len(words) else newline
    if continued in before and newline in before and newline not in behind:
        return Span(words[low].span.start, words[high].span.start)
    return Span(words[low - 1].span.end, words[high - 1].span.end)


def _list_words(command: Command, words: Sequence[Word | str]) -> tuple[Edit, ...]:
    lists = command.origin
    edits: list[Edit] = []
    for low, high, new in _moves(command, words):
        if low < high and new and _is_flow(lists[low]):
            edits.append(_replace_in_flow(command, lists[low], low, new))
            low += 1
        elif new:
            edits.extend(_put_items(command, lists, low, new))
        for key in ("command", "args"):
            run = [place for place in lists[low:high] if place.key == key]
            edits.extend(_drop_run(run) if run else ())
    return (*edits, *_emptied(command, lists, words))


def _is_flow(place: WordList) -> bool:
    return bool(_sequence(place)[1].flow_style)


def _replace_in_flow(command: Command, place: WordList, index: int, new: Sequence[Word | str]) -> Edit:
    source = _sequence(place)[0].text.source
    texts = [source.span_text(word.span) if isinstance(word, Word) else encode(word, None, flow=True) for word in new]
    return _written(source, command.words[index].span, ", ".join(texts))


def _drop_run(run: Sequence[WordList]) -> list[Edit]:
    """Take neighbouring items out of one list, with the commas that they leave behind in flow style."""
    origin, node = _sequence(run[0])
    source, text = origin.text.source, origin.text
    if not node.flow_style:
        ranges = [_item_range(place)[1:3] for place in run]
        for place, (_, stop) in zip(run, ranges, strict=True):
            _refuse_comment(source, text.end(origin.document, node.value[place.index]), stop)
        return [source.edit(start, end, "") for start, end in ranges]
    low, high = run[0].index, run[-1].index + 1
    start, end = text.start(origin.document, node.value[low]), text.end(origin.document, node.value[high - 1])
    if high < len(node.value):
        end = text.start(origin.document, node.value[high])
    elif low:
        start = text.end(origin.document, node.value[low - 1])
    position = start
    for item in node.value[low:high]:
        _refuse_comment(source, position, text.start(origin.document, item))
        position = text.end(origin.document, item)
    _refuse_comment(source, position, end)
    return [source.edit(start, end, "")]


def _refuse_comment(source: SourceText, start: int, end: int) -> None:
    """Raise `Refused` if what stands between two words, and would go with one of them, holds a comment."""
    if "#" in source.folded[start:end]:
        raise Refused("a comment beside a word that moves would be lost")


def _sequence(place: WordList) -> tuple[Origin, SequenceNode]:
    found = place.container.get(place.key)
    origin = found.origin if found is not None else None
    if not isinstance(origin, Origin) or not isinstance(origin.node, SequenceNode):
        raise Refused(f"`{place.key}` is not written as a list")
    return origin, origin.node


def _item_range(place: WordList) -> tuple[Origin, int, int, bool]:
    """Range of a list item: its whole lines in block style, the scalar and a comma in flow style."""
    origin, node = _sequence(place)
    text, source = origin.text, origin.text.source
    item = node.value[place.index]
    if not isinstance(item, ScalarNode) or item.style in ("|", ">"):
        raise Refused("a word of the command is a block scalar")
    start, end = text.start(origin.document, item), text.end(origin.document, item)
    if node.flow_style:
        if place.index + 1 < len(node.value):
            return origin, start, text.start(origin.document, node.value[place.index + 1]), True
        if place.index:
            return origin, text.end(origin.document, node.value[place.index - 1]), end, True
        return origin, start, end, True
    dash = text.masked.rfind("-", 0, start)
    indent_of(source, dash)
    return origin, source.line_start(dash), source.line_end(end), False


def _put_items(command: Command, lists: Sequence[WordList], low: int, new: Sequence[Word | str]) -> list[Edit]:
    at_end = low >= len(lists)
    place = lists[-1] if at_end else lists[low]
    origin, start, end, flow = _item_range(place)
    source = origin.text.source
    texts = []
    for word in new:
        text = word if isinstance(word, str) else ""
        texts.append(source.span_text(word.span) if isinstance(word, Word) else encode(text, None, flow=flow))
    if flow:
        item = _sequence(place)[1].value[place.index]
        at = origin.text.end(origin.document, item) if at_end else origin.text.start(origin.document, item)
        joined = ", ".join(texts)
        written = ", " + joined if at_end else joined + ", "
        return [source.edit(at, at, written)]
    at = end if at_end else start
    dash = source.folded.index("-", start)
    first = source.offset(command.words[-1 if at_end else low].span.start)
    lead = source.text(start, dash) + source.text(dash, first)
    lines = "".join(lead + text + source.newline for text in texts)
    if at == len(source.folded) and not source.folded.endswith("\n"):
        lines = source.newline + lines.removesuffix(source.newline)
    return [source.edit(at, at, lines)]


def _emptied(command: Command, lists: Sequence[WordList], words: Sequence[Word | str]) -> tuple[Edit, ...]:
    """A list that loses its last item becomes `[]`."""
    kept = {id(word) for word in words}
    stay = {index for index, word in enumerate(command.words) if id(word) in kept}
    moved = {index for low, high, _ in _moves(command, words) for index in range(low, high)}
    edits = []
    for key in ("command", "args"):
        indexes = [index for index, place in enumerate(lists) if place.key == key]
        if indexes and all(index in moved or index not in stay for index in indexes):
            origin, node = _sequence(lists[indexes[0]])
            if node.flow_style or len(node.value) != len(indexes):
                continue
            source = origin.text.source
            start = origin.text.start(origin.document, node)
            colon = len(source.folded[:start].rstrip(" \t\r\n"))
            if source.folded[colon - 1] != ":":
                raise Refused(f"`{key}` would become empty")
            edits.append(source.edit(colon, colon, " []"))
    return tuple(edits)
