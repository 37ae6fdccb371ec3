"""Strategic merge, as kustomize does it.

Sources: kyaml `yaml/merge2/merge2.go` (what wins), `yaml/merge2/smpdirective.go` (`$patch`), `yaml/walk/` (how the two
trees are walked) and `yaml/fns.go` (`ElementSetter`). It differs from `kubectl patch`: items of a patch come before
those of the object, the whole object is walked, so that items given twice are made one, and in a list that is merged
by several keys, an item that lacks some of them keeps what it had. Those differences are kept here on purpose: what
counts is what kustomize builds. `$setElementOrder` hints are left out.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Final

from sparkfix.formats.yaml.plain import scalar
from sparkfix.workspace.kustomize.kinds import Shape
from sparkfix.workspace.kustomize.trees import Unresolved, text


class _Gone:
    """No value at all; null is a value."""


GONE: Final = _Gone()
_DIRECTIVE = "$patch"
_DIRECTIVES = ("delete", "replace", "merge")
_ORDER_HINT = "$setElementOrder/"


def merge(target: Any, patch: Any, shape: Shape | None) -> Any:
    """`target` with `patch` merged into it; `GONE` if nothing is left. Neither is changed.

    `shape` says which lists are merged item by item; without one, lists are replaced. Raises `Unresolved` where a
    mapping meets a list or a scalar, and for an unknown directive.
    """
    sample = patch if _empty(target) else target
    if _empty(sample) or isinstance(sample, dict):
        return _merge_mappings(_expect(dict, target), _expect(dict, patch), shape)
    if isinstance(sample, list):
        target, patch = _expect(list, target), _expect(list, patch)
        if shape is not None and shape.keys:
            return _merge_keyed(target, patch, shape)
        return target if patch is GONE else patch
    if isinstance(patch, dict | list):
        raise Unresolved(f"{_kind(patch)} cannot be merged into {_kind(target)}")
    return target if patch is GONE else patch


def _empty(value: Any) -> bool:
    return value is GONE or value is None


def _kind(value: Any) -> str:
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a scalar"


def _expect(kind: type, value: Any) -> Any:
    if _empty(value) or isinstance(value, kind):
        return value
    raise Unresolved(f"{_kind(value)} cannot be merged with {_kind(kind())}")


def _merge_mappings(target: Any, patch: Any, shape: Shape | None) -> Any:
    if patch is GONE and target is None:
        return None
    if patch is None:
        return GONE
    itself = target is patch
    directive, patch = _directive(patch)
    if directive == "delete":
        return GONE
    if itself or _empty(target) or directive == "replace":
        target = patch
    if target is GONE:
        return GONE
    result = dict(target)
    added = patch if patch is not GONE else {}
    for key in (*target, *(key for key in added if key not in target)):
        if key.startswith(_ORDER_HINT):
            result.pop(key, None)
            continue
        value = merge(target.get(key, GONE), added.get(key, GONE), shape.fields.get(key) if shape else None)
        if value is GONE or (value is None and key in added):
            result.pop(key, None)
        else:
            result[key] = value
    return result


def _directive(patch: Any) -> tuple[str, Any]:
    """A mapping's `$patch` and the mapping without it."""
    if patch is GONE or _DIRECTIVE not in patch:
        return "merge", patch
    directive = text(patch[_DIRECTIVE])
    if directive not in _DIRECTIVES:
        raise Unresolved(f"unknown directive $patch: {directive}")
    return directive, {key: value for key, value in patch.items() if key != _DIRECTIVE}


# Lists whose items have keys


def _merge_keyed(target: Any, patch: Any, shape: Shape) -> Any:
    if _empty(target):
        target = patch
    elif patch is None:
        return GONE
    else:
        directive, patch = _list_directive(patch)
        if directive == "delete":
            return GONE
        if directive == "replace":
            target = patch
    if target is GONE:
        return GONE
    if shape.keys == ("",):
        return _union(patch, target)
    return _merge_items(target, patch, shape)


def _list_directive(patch: Any) -> tuple[str, Any]:
    """The directive of an item that holds nothing else, and the list without it."""
    for item in patch if patch is not GONE else ():
        if isinstance(item, dict) and _DIRECTIVE in item:
            if len(item) > 1:
                break
            directive = text(item[_DIRECTIVE])
            if directive not in _DIRECTIVES:
                raise Unresolved(f"unknown directive $patch: {directive}")
            return directive, [other for other in patch if other != item]
    return "merge", patch


def _union(patch: Any, target: list[Any]) -> list[Any]:
    found = {text(item): item for item in (patch if patch is not GONE else [])}
    return list({**found, **{text(item): item for item in target}}.values())


def _merge_items(target: list[Any], patch: Any, shape: Shape) -> list[Any]:
    result: list[Any] = []
    keys: tuple[str, ...] = shape.keys
    added = target is patch
    values = _unified(_key_values([patch if patch is not GONE else [], target], shape.keys))
    for own in values:
        keys, own = _used_keys(values, own, shape.keys)
        place = _find(target, keys, own)
        given = GONE if patch is GONE else _item(patch, _find(patch, keys, own))
        item = merge(_item(target, place), given, shape.item)
        if _empty(item) or item == {}:
            target = _set_item(target, None, keys, own)
            continue
        if place is not None and (added or not _replaces(given)):
            target = [*target[:place], item, *target[place + 1 :]]
        for key, value in zip_longest(keys, own, fillvalue=""):
            if value and isinstance(item, dict) and key not in item:
                item = {**item, key: scalar(value)}
        result = _set_item(result, item, keys, own)
    return _append_items(result, target, keys) if values else target


def _item(items: list[Any], place: int | None) -> Any:
    return GONE if place is None else items[place]


def _replaces(patch: Any) -> bool:
    return isinstance(patch, dict) and patch.get(_DIRECTIVE) == "replace"


def _key_values(lists: list[list[Any]], keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What the items have at their keys, each combination once, in order; an empty text where they have none."""
    seen: dict[tuple[str, ...], None] = {}
    for items in lists:
        for item in items:
            seen[tuple(_key_text(item, key) for key in keys)] = None
    return list(seen)


def _key_text(item: Any, key: str) -> str:
    value = item.get(key) if isinstance(item, dict) else None
    return "" if value is None or value in ({}, []) else text(value)


def _unified(values: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Combinations that agree where both are given become one: port 80 is port 80 over TCP if that is there."""
    result = list(values)
    for i in range(len(result)):
        own = result[i]
        for j in range(len(result)):
            both = _agreed(own, result[j])
            if both is not None:
                result[i] = result[j] = both
    return result


def _agreed(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...] | None:
    if len(one) < 2 or not any(a == b for a, b in zip(one, other, strict=True)):
        return None
    if any(a and b and a != b for a, b in zip(one, other, strict=True)):
        return None
    return tuple(a or b for a, b in zip(one, other, strict=True))


def _used_keys(
    values: list[tuple[str, ...]], own: tuple[str, ...], keys: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys that some item has, and an item's values for them."""
    used = [any(value[i] for value in values) for i in range(len(keys))]
    if not any(used):
        return keys, own
    kept = [i for i in range(len(keys)) if used[i]]
    return tuple(keys[i] for i in kept), tuple(own[i] for i in kept)


def _find(items: list[Any], keys: tuple[str, ...], values: tuple[str, ...]) -> int | None:
    """The place of the first item with these values; keys without a value do not count."""
    pairs = list(zip(keys, values, strict=True))
    wanted = [(key, value) for key, value in pairs if value] or pairs
    for place, item in enumerate(items):
        if isinstance(item, dict) and all(_matches(item, key, value) for key, value in wanted):
            return place
    return None


def _matches(item: Any, key: str, value: str) -> bool:
    return key in item and (not value or _key_text(item, key) == value)


def _set_item(items: list[Any], new: Any, keys: tuple[str, ...], values: tuple[str, ...]) -> list[Any]:
    """The list with the matching items replaced by `new` (None removes them), or with `new` at its end."""
    result = []
    found = False
    for item in items:
        if _empty(item) or item == {}:
            continue
        if not isinstance(item, dict):
            result.append(item)
        elif not values:
            continue
        elif not all(_matches(item, key, value) for key, value in zip(keys, values, strict=False)):
            result.append(item)
        else:
            found = True
            if new is not None:
                result.append(new)
    return result if found or new is None else [*result, new]


def _append_items(items: list[Any], more: list[Any], keys: tuple[str, ...]) -> list[Any]:
    """The list with further items; one with the keys of an item that is there takes its place."""
    for item in more:
        values: tuple[str, ...] = ()
        for key in keys:
            if isinstance(item, dict) and item.get(key) is not None:
                values = (*values, _key_text(item, key))
            else:
                items = [*items, item]
        if len(keys) > 1:
            items = _set_item(items, None, keys, values)
        items = _set_item(items, item, keys, values)
    return items
