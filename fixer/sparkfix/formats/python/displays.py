"""Settings in dict and list literals: `{"spark.a": "1"}`, `[("spark.a", "1")]`, `["--conf", "spark.a=1"]`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sparkfix.formats.code.arguments import Words, settings_among
from sparkfix.formats.code.settings import Value, item_of
from sparkfix.formats.code.slots import Form
from sparkfix.formats.python.found import KEY, Module, Scope
from sparkfix.formats.python.literals import Quotes

_COLLECTIONS = frozenset((
    "Dict", "List", "Tuple", "Set", "ListComp", "DictComp", "SetComp", "GeneratorExp", "Lambda",
))  # fmt: skip
_OF_THE_APPLICATION = ("application_args", "arguments", "app_args")


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
        item = item_of(ranges, node.elements.index(element), "#")
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
            item = item_of(ranges, index, "#", needed)
            properties.append(
                module.setting(key, value, item, Form(item.start, item.end, key.slot, value.slot), "({}, {})")
            )
            module.omitted.entries.add(element)
    module.add("Python pairs", scope.where(scope.name or "a list"), properties, *module.tree.range(node))


def _arguments(module: Module, node: Any, ranges: list[tuple[int, int]], scope: Scope, needed: str) -> None:
    values = [_text(module, element.value) for element in node.elements]
    words = Words(module.source, values, ranges, "#", needed)
    properties = []
    for item, own in settings_among(words):
        properties.append(item)
        module.omitted.entries.update(node.elements[own.start : own.stop])
    module.add(words.carrier, scope.where(scope.name or "a list"), properties, *module.tree.range(node))


def _text(module: Module, node: Any) -> Value | None:
    kind = type(node).__name__
    return module.values.of(node) if kind in ("SimpleString", "FormattedString", "ConcatenatedString") else None
