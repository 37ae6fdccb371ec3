"""Field paths of replacements and variables: `spec.containers.[name=main].env.0.value`, `webhooks.*.name`.

Sources: kyaml `utils/pathsplitter.go`, `yaml/match.go` (`PathMatcher`) and `yaml/fns.go` (`PathGetter`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sparkfix.formats.yaml.plain import scalar
from sparkfix.workspace.kustomize.expressions import compiled
from sparkfix.workspace.kustomize.trees import Unresolved, text

_DOT = re.compile(r"(?<!\\)\.")


def split_path(path: str) -> list[str]:
    """The parts of a path. Dots count as text behind a backslash and between brackets."""
    parts: list[str] = []
    pieces = [piece.replace("\\.", ".") for piece in _DOT.split(path.removeprefix("."))]
    while pieces:
        part = pieces.pop(0)
        while part.startswith("[") and not part.endswith("]") and pieces:
            part += "." + pieces.pop(0)
        parts.append(part if "=" in part or not part.startswith("[") else part.strip("[]"))
    return [part for part in parts if part]


def look_up(tree: Any, path: str) -> Any:
    """The value at the end of a path; None if there is none. Raises `Unresolved` for a path with `*`."""
    for part in split_path(path):
        if part == "*":
            raise Unresolved(f"{path}: a source cannot have *")
        if isinstance(tree, list):
            tree = _one_item(tree, part)
        else:
            tree = tree.get(part) if isinstance(tree, dict) else None
    return tree


def _one_item(items: list[Any], part: str) -> Any:
    if part == "-":
        return items[-1] if items else None
    if part.isdigit():
        return items[int(part)] if int(part) < len(items) else None
    key, value = _condition(part)
    for item in items:
        if (text(item.get(key)) if isinstance(item, dict) and key in item else text(item)) == value:
            return item
    return None


def _condition(part: str) -> tuple[str, str]:
    """Key and value of a part like `[name=main]`; the key is empty for `[=main]`."""
    key, separator, value = part.strip("[]").partition("=")
    if not separator or not part.startswith("["):
        raise Unresolved(f"{part} names no item of a list")
    return key, value


def set_fields(tree: Any, path: str, change: Callable[[Any], Any], *, create: Any = None) -> tuple[Any, int]:
    """The tree with `change` applied to all values that a path leads to, and how many those were.

    `create` is what a missing field begins as; None leaves it missing. Raises `Unresolved`.
    """
    parts = split_path(path)
    if not parts:
        raise Unresolved("an empty path")
    return _set(tree, parts, change, create)


def _set(tree: Any, parts: list[str], change: Callable[[Any], Any], create: Any) -> tuple[Any, int]:
    if not parts:
        return change(tree), 1
    part, rest = parts[0], parts[1:]
    if part.isdigit() or part == "*" or part.startswith("["):
        if not isinstance(tree, list):
            raise Unresolved(f"{part} names items of a list, but there is none")
        return _set_items(tree, part, rest, change, create)
    if isinstance(tree, str):
        raise Unresolved(f"{part} is looked for in the text of a field; that is not supported here")
    if not isinstance(tree, dict):
        raise Unresolved(f"{part} is looked for in something that is no mapping")
    if part not in tree and create is None:
        return tree, 0
    below = tree[part] if part in tree else _beginning(rest, create)
    value, count = _set(below, rest, change, create)
    return {**tree, part: value}, count


def _beginning(rest: list[str], create: Any) -> Any:
    if not rest:
        return create
    return [] if rest[0].isdigit() or rest[0].startswith("[") else {}


def _set_items(
    items: list[Any], part: str, rest: list[str], change: Callable[[Any], Any], create: Any
) -> tuple[list[Any], int]:
    if part.isdigit() and int(part) == len(items) and create is not None:
        items = [*items, _beginning(rest, create)]
    if part.isdigit() and int(part) >= len(items):
        raise Unresolved(f"item {part} is asked for, but there are only {len(items)}")
    chosen = _chosen(items, part)
    if not chosen and part.startswith("[") and create is not None:
        key, value = _condition(part)
        items = [*items, {key: scalar(value)} if key else scalar(value)]
        chosen = {len(items) - 1}
    total = 0
    result = []
    for place, item in enumerate(items):
        if place in chosen:
            item, count = _set(item, rest, change, create)
            total += count
        result.append(item)
    return result, total


def _chosen(items: list[Any], part: str) -> set[int]:
    if part == "*":
        return set(range(len(items)))
    if part.isdigit():
        return {int(part)}
    key, pattern = _condition(part)
    expression = compiled(pattern)
    values = [item.get(key) if key and isinstance(item, dict) else item for item in items]
    return {
        place
        for place, value in enumerate(values)
        if value is not None and not isinstance(value, dict | list) and expression.search(text(value))
    }
