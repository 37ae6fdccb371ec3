"""What a YAML library makes of a file's real text, without the ASCII twin: one more proof of an edit."""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sparkfix.formats.helm.lexer import Template
from sparkfix.formats.yaml.compose import too_deep
from sparkfix.text.source import SourceText

Scalar = tuple[str, str]
"""A scalar's resolved tag and its text."""


def real_scalars(source: SourceText, masked: str, template: Template) -> tuple[Scalar, ...] | None:
    """All scalars of a file in order, each as often as it is reached; None where its decoded text is not YAML.

    Template actions are what the mask makes of them.
    """
    text = _decoded(source, masked, template)
    if too_deep(text):
        return None
    try:
        roots: Sequence[Node] = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, UnicodeError):
        return None
    found: list[Scalar] = []
    seen: set[int] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        if isinstance(node, ScalarNode):
            found.append((node.tag, node.value))
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, MappingNode):
                stack.extend(part for pair in reversed(node.value) for part in reversed(pair))
            elif isinstance(node, SequenceNode):
                stack.extend(reversed(node.value))
    return tuple(found)


def _decoded(source: SourceText, masked: str, template: Template) -> str:
    """The masked text with what is no action in its real characters."""
    parts: list[str] = []
    position = 0
    for start, end in (*((action.start, action.end) for action in template.actions), (len(masked), len(masked))):
        same = masked[position:start] == source.folded[position:start]
        parts += [source.text(position, start) if same else masked[position:start], masked[start:end]]
        position = end
    return "".join(parts)
