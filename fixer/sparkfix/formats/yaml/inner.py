"""Scalars that hold a text of their own: scripts, manifests, JSON, Python."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sparkfix.formats.detect import VALUES, may_hold_settings
from sparkfix.formats.yaml.compose import Composed, MappingNode, Node, ScalarNode, SequenceNode, style_of
from sparkfix.formats.yaml.quoted import flow_scalar, folded_scalar
from sparkfix.formats.yaml.text import YamlText
from sparkfix.formats.yaml.walk import is_confidential, is_metadata, kind_of, objects_of, value_of, where_of
from sparkfix.text.placing import indented
from sparkfix.text.source import SourceText


@dataclass(frozen=True)
class InnerScalar:
    """A scalar's text, the key that leads to it (of a list: the key above), and its place in words."""

    source: SourceText
    name: str
    where: str
    confidential: bool


def inner_scalars(text: YamlText, taken: Collection[int], keys: Sequence[int]) -> Iterator[InnerScalar]:
    """The scalars of all documents that speak of Spark in several words, but for those that start at `taken` bytes and
    those that hold one of some `keys` (bytes, in order). Texts of Helm values are among them whatever they speak of."""
    for document in text.documents:
        values = _values_texts(text, document)
        for root, kind, prefix in objects_of(document.root):
            seen = {id(node) for node in values}
            own = ((node, VALUES, route) for node, route in values.items()) if root is document.root else ()
            for node, name, route in (*own, *_scalars(text, document, root, "", (), seen)):
                start, end = text.start(document, node), text.end(document, node)
                span = text.source.span(start, end)
                index = bisect_left(keys, span.start)
                if span.start not in taken and not (index < len(keys) and keys[index] < span.end):
                    inner = scalar_source(text, node, start, end)
                    if inner is not None:
                        yield InnerScalar(inner, name, where_of((*prefix, *route), kind), is_confidential(kind))


def _values_texts(text: YamlText, document: Composed) -> dict[ScalarNode, tuple[str, ...]]:
    """The literal texts of values in an Argo CD Application, with the routes to them.

    Argo CD reads `spec.source.helm.values`, and the same of each of `spec.sources`, as a values file.
    """
    named = text.masked.find("argoproj.io/", document.base, document.end) >= 0
    if not named or kind_of(document.root) != "Application":
        return {}
    several, one = _at(document.root, "spec", "sources"), _at(document.root, "spec", "source")
    items: list[Node] = several.value if isinstance(several, SequenceNode) else []
    sources: list[tuple[tuple[str, ...], Node | None]] = [(("spec", "source"), one)]
    sources += [(("spec", "sources", str(index)), item) for index, item in enumerate(items)]
    texts = (((*route, "helm", "values"), _at(source, "helm", "values")) for route, source in sources)
    return {node: route for route, node in texts if isinstance(node, ScalarNode) and node.style == "|"}


def _at(node: Node | None, *names: str) -> Node | None:
    """What stands under some keys of maps inside one another."""
    for name in names:
        node = value_of(node, name) if node is not None else None
    return node


def _scalars(
    text: YamlText, document: Composed, node: Node, name: str, route: tuple[str, ...], seen: set[int]
) -> Iterator[tuple[ScalarNode, str, tuple[str, ...]]]:
    if id(node) in seen or (route and is_metadata(route[-1])):
        return
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        if may_hold_settings(node.value):
            yield node, name, route
        return
    if not text.mentioned(text.start(document, node), document.base + node.end_mark.index):
        return
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                name = _variable(node) if key.value == "value" else ""
                yield from _scalars(text, document, value, name or str(key.value), (*route, str(key.value)), seen)
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _scalars(text, document, item, name, (*route, str(index)), seen)


def _variable(node: MappingNode) -> str:
    """The name beside a value, as in `{name: SPARK_OPTS, value: …}`."""
    names = (value.value for key, value in node.value if isinstance(key, ScalarNode) and key.value == "name")
    return next((name for name in names if isinstance(name, str)), "")


def scalar_source(text: YamlText, node: ScalarNode, start: int, end: int) -> SourceText | None:
    """The text of a scalar with its placement; None where not each of its characters has one known place."""
    source = text.source
    if node.style == "|":
        return indented(source, source.line_end(start), end)
    if node.style == ">":
        return folded_scalar(source, source.line_end(start), end)
    actions = [(action.start, action.end) for action in text.template.within(start, end)]
    return flow_scalar(source, start, end, style_of(node), actions=actions, folds=True)
