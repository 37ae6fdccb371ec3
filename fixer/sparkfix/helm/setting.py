"""`--set` on top of lists that values files hold: Helm changes single elements (`a[0].b=x`), and so must we.

Helm parses an expression *into* the values so far (`strvals.ParseInto`). The library parses into nothing, so lists that
an expression reaches into go in front of it as expressions of their own, with a token for each scalar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sparkfix.formats.yaml.scalars import text_of_scalar

_SPECIAL = "\\.,=["


def list_prefix(values: Mapping[str, Any], expression: str) -> tuple[str, dict[str, Any]]:
    """What goes before `expression`, and what each token in it stands for; empty where no list is reached into."""
    word = "zq"
    while word in expression:
        word += "xz"
    tokens: dict[str, Any] = {}
    parts = []
    for path, found in _lists(values, ""):
        if f"{path}[" in expression:
            for place, value in _leaves(path, found):
                token = f"{word}{len(tokens)}{word}"
                tokens[token] = value
                parts.append(f"{place}={token}")
    return "".join(part + "," for part in parts), tokens


def without_tokens(value: Any, tokens: Mapping[str, Any]) -> Any:
    """Parsed values with each token replaced by what it stands for."""
    if isinstance(value, dict):
        return {key: without_tokens(item, tokens) for key, item in value.items()}
    if isinstance(value, list):
        return [without_tokens(item, tokens) for item in value]
    return tokens.get(value, value) if isinstance(value, str) else value


def escaped(key: str) -> str:
    """A key as it is written in an expression."""
    return "".join("\\" + letter if letter in _SPECIAL else letter for letter in key)


def _lists(values: Mapping[str, Any], path: str) -> Iterator[tuple[str, list[Any]]]:
    for key, value in values.items():
        place = f"{path}.{escaped(str(key))}" if path else escaped(str(key))
        if isinstance(value, dict):
            yield from _lists(value, place)
        elif isinstance(value, list):
            yield place, value


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Each scalar in a list, by the expression that names its place. Empty maps and lists count as scalars."""
    if isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _leaves(f"{path}[{number}]", item)
    elif isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(f"{path}.{escaped(str(key))}", item)
    else:
        yield path, value


def escaped_value(value: Any) -> str:
    """A scalar as it is written behind `=` in an expression; a list in braces stays one."""
    if value is None:
        return "null"
    text = text_of_scalar(value)
    if text.startswith("{") and text.endswith("}"):
        return text
    return text.replace("\\", "\\\\").replace(",", "\\,")
