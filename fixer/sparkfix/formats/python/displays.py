"""Settings in dict and list literals: `{"spark.a": "1"}`, `[("spark.a", "1")]`, `["--conf", "spark.a=1"]`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sparkfix.formats.code.places import Item
from sparkfix.formats.code.slots import Form, Slot
from sparkfix.formats.properties.parse import settings_in_a_row
from sparkfix.formats.python.found import KEY, Module, Scope
from sparkfix.formats.python.literals import Quotes
from sparkfix.formats.python.values import Value
from sparkfix.model import Command, Property, Span, Word
from sparkfix.spark.facts import launch_of

_ARGUMENT = re.compile(
    r"(?P<prefix>--conf=|-c=|)(?P<key>spark\.(?:[A-Za-z]|\{\{)(?:[^\s=\"';,]|\{\{.*?\}\})*)=(?P<value>.*)\Z", re.DOTALL
)
_FLAGS = ("--conf", "-c")
_COLLECTIONS = frozenset((
    "Dict", "List", "Tuple", "Set", "ListComp", "DictComp", "SetComp", "GeneratorExp", "Lambda",
))  # fmt: skip
_OF_THE_APPLICATION = ("application_args", "arguments", "app_args")
IN_A_ROW = "several settings stand on its line"


def read_dict(module: Module, node: Any, scope: Scope) -> None:
    """The block of a dict whose keys are properties."""
    elements = [element for element in node.elements if type(element).__name__ == "DictElement"]
    ranges = _ranges(module, node.elements)
    properties = []
    for element in elements:
        if type(element.value).__name__ in _COLLECTIONS or type(element.key).__name__ in _COLLECTIONS:
            continue
        key = module.values.key(element.key)
        if not KEY.match(key.text):
            continue
        quotes = key.literal.quotes if key.literal else Quotes("", '"')
        value = module.values.of(element.value, quotes)
        item = _item(ranges, node.elements.index(element), "")
        form = Form(item.start, item.end, key.slot, value.slot)
        properties.append(module.setting(key, value, item, form, "{}: {}"))
        module.omitted.entries.add(element)
    module.add("Python dict", scope.where(scope.name or "a dict"), properties, *module.tree.range(node))


def read_list(module: Module, node: Any, scope: Scope) -> None:
    """The blocks of a list or tuple: pairs of key and value, and arguments."""
    if any(type(element).__name__ != "Element" for element in node.elements):
        return  # a part of it is unpacked from elsewhere, and its order with it
    ranges = _ranges(module, node.elements)
    single = type(node).__name__ == "Tuple" and len(node.elements) == 2
    needed = "what is left would be no tuple" if single else ""
    _pairs(module, node, ranges, scope, needed)
    if scope.name not in _OF_THE_APPLICATION:
        _arguments(module, node, ranges, scope, needed)


def _ranges(module: Module, elements: Sequence[Any]) -> list[tuple[int, int]]:
    found = []
    for element in elements:
        start = module.tree.range(element)[0]
        first = getattr(element, "key", None) or element.value
        found.append((min(start, module.tree.outer_range(first)[0]), module.tree.outer_range(element.value)[1]))
    return found


def _item(ranges: list[tuple[int, int]], index: int, needed: str, first: int | None = None) -> Item:
    """The entry of some elements, from `first` to `index`."""
    first = index if first is None else first
    return Item(
        ranges[first][0],
        ranges[index][1],
        "#",
        previous_end=ranges[first - 1][1] if first else None,
        next_start=ranges[index + 1][0] if index + 1 < len(ranges) else None,
        needed=needed,
    )


def _pairs(module: Module, node: Any, ranges: list[tuple[int, int]], scope: Scope, needed: str) -> None:
    properties = []
    for index, element in enumerate(node.elements):
        pair = element.value
        if type(pair).__name__ not in ("Tuple", "List") or len(pair.elements) != 2:
            continue
        left, right = (one.value for one in pair.elements)
        if type(left).__name__ in _COLLECTIONS or type(right).__name__ in _COLLECTIONS:
            continue
        key = module.values.key(left)
        if KEY.match(key.text):
            quotes = key.literal.quotes if key.literal else Quotes("", '"')
            value = module.values.of(right, quotes)
            item = _item(ranges, index, needed)
            properties.append(
                module.setting(key, value, item, Form(item.start, item.end, key.slot, value.slot), "({}, {})")
            )
            module.omitted.entries.add(element)
    module.add("Python pairs", scope.where(scope.name or "a list"), properties, *module.tree.range(node))


def _arguments(module: Module, node: Any, ranges: list[tuple[int, int]], scope: Scope, needed: str) -> None:
    values = [_text(module, element.value) for element in node.elements]
    texts = [value.text if value else "" for value in values]
    end = _end_of_options(module, texts)
    properties = []
    for index, value in enumerate(values[:end]):
        found = _ARGUMENT.match(value.text) if value is not None else None
        if value is None or found is None:
            continue
        flagged = index > 0 and texts[index - 1] in _FLAGS
        first = index - 1 if flagged else index
        # A list of two words that a flag and its setting are may be emptied.
        item = _item(ranges, index, needed if len(texts) - (2 if flagged else 1) else "", first)
        properties.append(_argument(module, value, found, item, flagged=flagged))
        module.omitted.entries.update(node.elements[first : index + 1])
    command = any(text in _FLAGS or text.startswith("--conf=") for text in texts)
    carrier = "arguments" if command else "list"
    module.add(carrier, scope.where(scope.name or "a list"), properties, *module.tree.range(node))


def _text(module: Module, node: Any) -> Value | None:
    kind = type(node).__name__
    return module.values.of(node) if kind in ("SimpleString", "FormattedString", "ConcatenatedString") else None


def _end_of_options(module: Module, texts: list[str]) -> int:
    """Where the words of a list end that Spark reads; behind its primary resource they are the application's."""
    words = tuple(Word(text or "$X", Span(0, 0), dynamic=not text or "{{" in text) for text in texts)
    for index, text in enumerate(texts):
        if re.search(r"(?:^|/)(?:spark-submit|spark-class|pyspark|spark-shell|spark-sql)\Z", text):
            launch = launch_of(Command(module.source.path, words[index:], False, ""))
            if launch is not None and launch.resource is not None:
                return index + launch.resource
    return len(texts)


def _argument(module: Module, value: Value, found: re.Match[str], item: Item, *, flagged: bool) -> Property:
    literal = value.literal
    quotes = literal.quotes if literal else Quotes("", '"')
    start, end = value.slot.start, value.slot.end
    if literal is not None:
        key_slot = Slot(*literal.range_of(*found.span("key")), quotes.escaped)
        value_slot = Slot(*literal.range_of(*found.span("value")), quotes.escaped)
    else:
        key_slot = value_slot = Slot(start, end, quotes.escaped)
    locked = value.locked
    if not flagged and not found["prefix"] and len(settings_in_a_row(found[0])) > 1:
        locked = IN_A_ROW
    key = Value(found["key"], key_slot)
    form = Form(item.start, item.end, key_slot, value_slot)
    return module.setting(
        key, Value(found["value"], value_slot, value.templated, locked, literal), item, form, '"{}={}"'
    )
