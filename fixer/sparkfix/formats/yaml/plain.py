"""From bytes to plain Python values, with the scalars of Kubernetes' own YAML readers.

Two readers matter, and they differ. Manifests pass through go-yaml v3 (`resolve.go`): only `true` and `false` are
booleans, `0777` and `0o17` are octal, `1_000` is a number, a date becomes a timestamp. Kustomization files and JSON
patches pass through sigs.k8s.io/yaml, which is go-yaml v2: `yes`, `no`, `on`, `off`, `y`, `n` are booleans there, too,
and dates stay text. Both refuse a mapping key that is given twice.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator
from typing import Any, TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sparkfix.errors import SparkfixError
from sparkfix.formats.yaml.compose import too_deep

Route: TypeAlias = tuple[str, ...]

_DEEPEST = 200
_MOST_NODES = 1_000_000
_PLAIN = "plain"
_TEXT = frozenset({"quoted", "tag:yaml.org,2002:str"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_OLD_BOOLEANS = {
    **{text: True for word in ("y", "yes", "on") for text in (word, word.capitalize(), word.upper())},
    **{text: False for word in ("n", "no", "off") for text in (word, word.capitalize(), word.upper())},
}
_NUMBER = re.compile(r"[-+]?(?:0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|[0-9]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d\d:\d\d)?)?\Z"
)


class _Loader(yaml.CLoader):
    """libyaml's composer; of a scalar's tag it keeps whether it was written plainly, quoted or with a tag."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's interface

    def resolve(self, kind: object, value: object, implicit: Any) -> str:
        return "quoted" if kind is ScalarNode and not implicit[0] else _PLAIN

    def descend_resolver(self, current_node: object, current_index: object) -> None:
        """Nothing depends on where a node stands."""

    def ascend_resolver(self) -> None:
        """Nothing depends on where a node stands."""


class NotYaml(SparkfixError):
    """A text that is not YAML, or YAML that Kubernetes would not read; `line` is 1-based."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


def load_all(data: bytes, *, old_booleans: bool = False, as_text: Collection[Route] = ()) -> list[Any]:
    """The documents of a YAML (or JSON) file as plain values; empty documents are left out.

    `old_booleans` reads as go-yaml v2 does, else as v3 (see above). Scalars directly below the mappings at the routes
    in `as_text` stay the text that was written, nulls excepted. All mapping keys are text. Anchors share their values:
    treat the result as immutable. Raises `NotYaml`.
    """
    try:
        text = _decoded(data)
        if too_deep(text):
            raise NotYaml(f"nested more than {_DEEPEST} levels deep", 0)
        construct = _Constructor(old_booleans, frozenset(as_text))
        return [value for root in _roots(text) if (value := construct.value(root, ())) is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        raise NotYaml(reason, mark.line + 1 if mark is not None else 0) from None


def scalar(text: str, *, old_booleans: bool = False) -> Any:
    """The value of a plain scalar: None, a boolean, a number or the text itself."""
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if old_booleans and text in _OLD_BOOLEANS:
        return _OLD_BOOLEANS[text]
    if text[0] in "0123456789+-.":
        return _number(text, old_booleans)
    return text


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotYaml("not UTF-8 text", data[: error.start].count(b"\n") + 1) from None


def _roots(text: str) -> Iterator[Node]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            root = loader.get_node()
            if root is not None:
                yield root
    finally:
        loader.dispose()


def _number(text: str, old_booleans: bool) -> Any:
    if not old_booleans and (date := _timestamp(text)) is not None:
        return date
    plain = text.replace("_", "") if text[0] != "." else text
    if _NUMBER.match(plain) and (whole := _whole(plain)) is not None:
        return whole
    if not _FLOAT.match(plain):
        return text
    value = float(plain)
    if value in (float("inf"), float("-inf")):
        return text
    # JSON knows one kind of number: what Kubernetes gets for 1.0 or 1e3 is a whole number.
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def _whole(plain: str) -> int | None:
    """A number that fits into 64 bits, or None. A leading zero means octal, as in Go."""
    sign, digits = (-1, plain[1:]) if plain[0] == "-" else (1, plain.lstrip("+"))
    if len(digits) > 1 and digits[0] == "0" and digits[1] in "01234567":
        digits = "0o" + digits[1:]
    try:
        value = sign * int(digits, 0)
    except ValueError:
        return None
    return value if -(2**63) <= value < 2**64 else None


def _timestamp(text: str) -> str | None:
    """The text that Go's encoder gives for a date, or None if it is none."""
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day, between, hour, minute, second, fraction, zone = match.groups()
    with_zone = zone is not None
    if between is not None and with_zone == (between == " "):
        return None
    try:
        moment = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    rest = (fraction or "").rstrip("0").rstrip(".")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + rest + (zone if zone not in (None, "+00:00") else "Z")


class _Constructor:
    """Turns nodes into values; counts them, because a few aliases can stand for a billion."""

    def __init__(self, old_booleans: bool, as_text: frozenset[Route]) -> None:
        self.old_booleans = old_booleans
        self.as_text = as_text
        self.nodes = 0

    def value(self, node: Node, route: Route, *, raw: bool = False) -> Any:
        self.nodes += 1
        if self.nodes > _MOST_NODES or len(route) > _DEEPEST:
            raise NotYaml("anchors expand without end", node.start_mark.line + 1)
        if isinstance(node, ScalarNode):
            return self._scalar(node, raw)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*route, "[]")) for item in node.value]
        return self._mapping(node, route)

    def _scalar(self, node: ScalarNode, raw: bool) -> Any:
        text: str = node.value
        if node.tag in _TEXT:
            return text
        value = scalar(text, old_booleans=self.old_booleans)
        if raw and value is not None:
            return text
        return value

    def _mapping(self, node: Node, route: Route) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        raw = route in self.as_text
        for key, item in node.value:
            if not isinstance(key, ScalarNode):
                raise NotYaml("a mapping key that is not a scalar", key.start_mark.line + 1)
            if key.value == "<<" and key.tag == _PLAIN:
                merged = {**self._merge(item, route), **merged}
                continue
            name = self._key(key)
            if name in own:
                raise NotYaml(f"the key {name!r} is given twice", key.start_mark.line + 1)
            own[name] = self.value(item, (*route, name), raw=raw)
        return {**merged, **own}

    def _key(self, node: ScalarNode) -> str:
        """A key as text; where `on` is a boolean, the key `on` is `true`, as it is in JSON."""
        if self.old_booleans and node.tag == _PLAIN and node.value in _OLD_BOOLEANS:
            return "true" if _OLD_BOOLEANS[node.value] else "false"
        return str(node.value)

    def _merge(self, node: Node, route: Route) -> dict[str, Any]:
        sources = node.value if isinstance(node, SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for source in sources:
            if not isinstance(source, MappingNode):
                raise NotYaml("a merge key that names no mapping", node.start_mark.line + 1)
            merged = {**self._mapping(source, route), **merged}
        return merged
