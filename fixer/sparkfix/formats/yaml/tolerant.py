"""YAML of files that are only looked into: what cannot be read is nothing. Chart metadata, values, Argo CD, Flux, helmfile.

Scalars are read as Helm reads them (sigs.k8s.io/yaml, see `plain`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import yaml

from sparkfix.formats.yaml.plain import NotYaml, load_all


def load_all_plain(data: bytes) -> list[Any]:
    """The documents of a YAML stream as dicts, lists and scalars; an empty list if it is not YAML."""
    try:
        return load_all(data, old_booleans=True)
    except NotYaml:
        return []


def load_plain(data: bytes) -> Any:
    """The first document of a YAML stream as plain data; None if there is none or it is not YAML."""
    return next(iter(load_all_plain(data)), None)


def dump_plain(value: Any) -> str:
    """Plain data as YAML text that reads back as the same data."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


class _Manifests(yaml.CSafeDumper):
    """Writes texts of several lines as block scalars, as people do."""


def _written_text(dumper: yaml.CSafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value and not any(line.endswith((" ", "\t")) for line in value.split("\n")) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Manifests.add_representer(str, _written_text)


def dump_manifest(value: Any) -> str:
    """Plain data as YAML text that reads back as the same data, in block style and without folded lines."""
    return yaml.dump(
        value, Dumper=_Manifests, sort_keys=False, allow_unicode=True, width=1 << 20, default_flow_style=False
    )


def key_lines(data: bytes, document: int = 0) -> dict[tuple[str | int, ...], int]:
    """The line (from 1) of each key and list item of a document (from 0), by its path; empty if it is not YAML.

    What an alias or a merge key brings in has no line of its own.
    """
    try:
        nodes = yaml.compose_all(data, yaml.CSafeLoader)
        node = next(itertools.islice(nodes, document, None), None)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return dict(_lines(node, ())) if node is not None else {}


def _lines(node: yaml.Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int]]:
    todo: list[tuple[yaml.Node, tuple[str | int, ...]]] = [(node, path)]
    seen = set()
    while todo:
        current, place = todo.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        inner: list[tuple[yaml.Node, tuple[str | int, ...]]] = []
        if isinstance(current, yaml.MappingNode):
            for key, value in current.value:
                inner.append((value, (*place, str(key.value))))
                yield inner[-1][1], key.start_mark.line + 1
        elif isinstance(current, yaml.SequenceNode):
            for number, value in enumerate(current.value):
                inner.append((value, (*place, number)))
                yield inner[-1][1], value.start_mark.line + 1
        # In the order of the file, so that an anchor is met before its aliases.
        todo += reversed(inner)
