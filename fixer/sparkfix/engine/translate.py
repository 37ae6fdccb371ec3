"""A change of a template, said about what the template renders to.

A rendered property, container or command is the one of the template if its line was made by the template's line (see
`sparkfix.helm.sourcemap`). One template line may make many rendered ones, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.formats.kubernetes.objects import containers_of
from sparkfix.formats.yaml.paths import is_path
from sparkfix.model import (
    Add,
    AddComment,
    AddEnv,
    AddField,
    AddInitContainer,
    AddItem,
    AddProbe,
    Change,
    Command,
    CommentOut,
    Container,
    Node,
    Property,
    Refused,
    Remove,
    RenameKey,
    SetField,
    SetValue,
    SetWords,
    Span,
    with_command,
)

Made = Callable[[int, str, int], bool]
"""Did a line of a template (path, line from 1) make this rendered line (from 1)?"""


def translated(change: Change, template: Document, rendered: Document, made: Made) -> list[Change]:
    """The change, once for each place in a rendered file that comes from where `template` holds its subject.

    Raises `Refused` where a command renders to other words than it has in the template.
    """
    if isinstance(change, (SetValue, Remove, CommentOut, RenameKey, AddComment)):
        return [replace(change, property=item) for item in _properties(change.property, template, rendered, made)]
    if isinstance(change, Add):
        return [replace(change, beside=item) for item in _properties(change.beside, template, rendered, made)]
    if isinstance(change, AddProbe):
        found = _containers(change.container, template, rendered, made)
        return [replace(change, container=item) for item in found if _stands_in(change, item)]
    if isinstance(change, (AddEnv, AddInitContainer)):
        return [replace(change, container=item) for item in _containers(change.container, template, rendered, made)]
    if isinstance(change, (AddField, AddItem)):
        return [replace(change, owner=item) for item in _nodes(change.owner, change.path, template, rendered, made)]
    if isinstance(change, SetField):
        return [replace(change, field=item) for item in _nodes(change.field, change.path, template, rendered, made)]
    return [_words(change, command) for command in _commands(change.command, template, rendered, made)]


def _line(document: Document, span: Span) -> int:
    return document.source.line_of(document.source.offset(span.start))


def _properties(item: Property, template: Document, rendered: Document, made: Made) -> Iterator[Property]:
    line = _line(template, item.key_span)
    if is_path(item):
        yield from _scalars(item, template, rendered, made)
        return
    for block in rendered.blocks:
        for found in block.properties:
            same_key = found.key == item.key or "{{" in item.key
            if same_key and made(_line(rendered, found.key_span), item.path, line):
                yield found


def _scalars(item: Property, template: Document, rendered: Document, made: Made) -> Iterator[Property]:
    """The rendered scalars that come from a scalar of a template that is no property."""
    line, name = _line(template, item.key_span), template.source.span_text(item.key_span)
    for root in rendered.nodes:
        for found in root.walk():
            at = found.key_span or Span(found.span.start, found.span.start)
            same = rendered.source.span_text(at) == name and not isinstance(found.value, (dict, list))
            if same and made(_line(rendered, at), item.path, line):
                yield replace(item, key_span=at, value_span=found.span)


def _containers(container: Container, template: Document, rendered: Document, made: Made) -> Iterator[Container]:
    line = _line(template, container.node.span)
    for item in rendered.objects:
        for found in containers_of(item):
            if found.init == container.init and made(_line(rendered, found.node.span), container.path, line):
                yield found


def _stands_in(change: AddProbe, rendered: Container) -> bool:
    """Does a rendered container get the probe? In the template it goes before another one, into the arm of that."""
    nodes = (change.container.node, rendered.node)
    own, found = (
        [kind for kind in ("livenessProbe", "readinessProbe") if node.get(kind) is not None] for node in nodes
    )
    return not own or own[0] in found


def _nodes(node: Node, path: str, template: Document, rendered: Document, made: Made) -> Iterator[Node]:
    """The rendered maps and scalars whose first line comes from where a node of the template begins."""
    line, kind = _line(template, node.key_span or node.span), type(node.value)
    for root in rendered.nodes:
        for found in root.walk():
            at = found.key_span or found.span
            if (
                type(found.value) is kind
                and made(_line(rendered, at), path, line)
                and _same_key(node, found, template, rendered)
            ):
                yield found


def _same_key(node: Node, found: Node, template: Document, rendered: Document) -> bool:
    left, right = node.key_span, found.key_span
    if left is None or right is None:
        return left is right
    return template.source.span_text(left) == rendered.source.span_text(right)


def _commands(command: Command, template: Document, rendered: Document, made: Made) -> Iterator[Command]:
    line = _line(template, command.words[0].span)
    for found in commands_in(rendered.objects):
        if found.shell == command.shell and made(_line(rendered, found.words[0].span), command.path, line):
            yield found


def _words(change: SetWords, rendered: Command) -> SetWords:
    """The same reordering of the rendered command's words."""
    if len(change.command.words) != len(rendered.words):
        raise Refused("the command renders to other words than it has in the template, so nothing could be proven")
    return with_command(change, rendered)
