"""The proof for kustomizations: each overlay that a change reaches is built before and after, and just the change shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sparkfix.engine.proof import Proof, Rendered, RenderedDifference, Shown
from sparkfix.engine.prove import compare_texts
from sparkfix.formats.document import Document
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.formats.kubernetes.objects import containers_of
from sparkfix.formats.yaml.paths import is_path
from sparkfix.model import (
    Add,
    AddEnv,
    AddField,
    AddInitContainer,
    AddItem,
    AddProbe,
    Change,
    Container,
    FileChange,
    Needless,
    Node,
    Property,
    Refused,
    SetField,
    SetWords,
    Span,
    path_of,
    property_of,
    with_command,
    with_property,
)
from sparkfix.workspace.views import View
from sparkfix.workspace.workspace import Workspace

Overlays = Callable[[Workspace, "Sequence[str]"], "tuple[Sequence[View], Sequence[str]]"]
"""The views of all overlays that some files reach, in a snapshot, and why others have none."""


@dataclass(frozen=True)
class OverlayProver:
    """A `Prover` that builds kustomizations."""

    overlays: Overlays

    def __call__(self, before: Workspace, after: Workspace, changes: Sequence[Change]) -> Proof:
        paths = [path_of(change) for change in changes]
        old, missing = self.overlays(before, paths)
        new = {view.name: view for view in self.overlays(after, paths)[0]}
        shown: list[tuple[str, frozenset[int]]] = []
        for view in old:
            if view.name not in new:
                raise Refused(f"{view.name} could not be built any more")
            in_charts = any(before.chart_of(path) is not None or path in view.values for path in paths)
            shown.append((view.name, _shows(before, view, new[view.name], changes, in_charts=in_charts)))
        found = [
            Shown(change, frozenset(Rendered(name) for name, numbers in shown if number in numbers))
            for number, change in enumerate(changes)
        ]
        return Proof(
            overlays=tuple(view.name for view in old), changes=tuple(found),
            remarks=tuple(f"not proven: {reason}" for reason in missing), open=tuple(missing),
        )  # fmt: skip

    def differences(self, before: Workspace, after: Workspace, paths: Sequence[str]) -> Iterator[RenderedDifference]:
        """What changes in the objects of the overlays that some changed files reach."""
        old, missing = self.overlays(before, paths)
        new = {view.name: view for view in self.overlays(after, paths)[0]}
        for view in old:
            other = new.get(view.name)
            files = sorted({*view.workspace.targets, *(other.workspace.targets if other else ())})
            changes = [
                FileChange(
                    _shown(file), view.workspace.data(file) or b"", (other and other.workspace.data(file)) or b""
                )
                for file in files
            ]
            yield RenderedDifference(view.name, "" if other else "it cannot be built any more", tuple(changes))
        for reason in missing:
            yield RenderedDifference("", reason, ())


def _shows(
    files: Workspace, before: View, after: View, changes: Sequence[Change], *, in_charts: bool
) -> frozenset[int]:
    """Which changes of some files show in a view? Raises `Refused` with the difference if anything else does."""
    shown = set[int]()
    for file in sorted({*before.workspace.targets, *after.workspace.targets}):
        old, new = ((view.workspace.data(file) or b"").decode("utf-8", "surrogateescape") for view in (before, after))
        if in_charts and file in before.opaque:
            # What a chart makes of its own change is proven where it is rendered as a chart.
            shown.update(range(len(changes)) if old != new else ())
            continue
        document = before.workspace.document(file) if file in before.workspace.targets else None
        wanted = {
            number: list(_in_view(change, files, before, document)) if document else []
            for number, change in enumerate(changes)
        }
        try:
            if compare_texts(file, old, new, [one for own in wanted.values() for one in own], shown=_shown(file)):
                shown.update(number for number, own in wanted.items() if own)
        except Needless as reason:
            raise Needless(f"in {before.name}, {reason}") from None
        except Refused as reason:
            raise Refused(f"in {before.name}, {reason}") from None
    return frozenset(shown)


def _shown(file: str) -> str:
    """`ConfigMap conf` for the file of an object."""
    *_, kind, name = file.removesuffix(".yaml").split("!")
    return f"{kind} {name}"


def _in_view(change: Change, files: Workspace, view: View, document: Document) -> Iterator[Change]:
    """A change of a file as changes of an object that the file has a part in."""
    item = property_of(change)
    if isinstance(change, Add):
        yield from _additions(change, files, view, document)
    elif item is not None:
        for own in _properties(item, view, document):
            yield with_property(change, own)
    elif isinstance(change, (AddEnv, AddInitContainer, AddProbe)):
        for container in _containers(change.container, view, document):
            yield replace(change, container=container)
    elif isinstance(change, (AddField, AddItem)):
        for node in _nodes(change.owner, change.path, view, document):
            yield replace(change, path=document.path, owner=node)
    elif isinstance(change, SetField):
        for node in _nodes(change.field, change.path, view, document):
            [part] = view.sources.scalar(document.path, node)
            yield SetField(document.path, node, part.before + change.value + part.after)
    elif isinstance(change, SetWords):
        yield from _commands(change, view, document)


def _scalars(item: Property, view: View, document: Document) -> Iterator[Property]:
    """The scalars of an object that a scalar of a file, which is no property, comes out as."""
    for root in document.nodes:
        for own in root.walk():
            try:
                found = view.sources.node(document.path, own)
            except Refused:
                continue
            at = found[1].key_span or Span(found[1].span.start, found[1].span.start)
            if not isinstance(own.value, (dict, list)) and (found[0], at) == (item.path, item.key_span):
                yield replace(item, key_span=own.key_span or at, value_span=own.span)


def _properties(item: Property, view: View, document: Document) -> Iterator[Property]:
    if is_path(item):
        yield from _scalars(item, view, document)
        return
    for block in document.blocks:
        for own in block.all(item.key):
            try:
                found = view.sources.property(own)
            except Refused:
                continue
            if (found.path, found.key_span) == (item.path, item.key_span):
                yield own


def _additions(change: Add, files: Workspace, view: View, document: Document) -> Iterator[Change]:
    """Where an added property shows: beside its neighbour, or, where a later file sets that one, another of its block.

    Nowhere if a later file sets the property itself.
    """
    beside = list(_properties(change.beside, view, document))
    yield from (with_property(change, own) for own in beside)
    for block in document.blocks if not beside else ():
        for own in block.properties if not block.all(change.key) else ():
            try:
                found = view.sources.property(own)
            except Refused:
                continue
            if found.path == change.beside.path and _are_in_one_block(found, change.beside, files):
                yield with_property(change, own)
                break


def _are_in_one_block(left: Property, right: Property, files: Workspace) -> bool:
    """Do two properties of a file stand in one block there?"""
    document = files.document(left.path)
    blocks = document.blocks if document is not None else ()
    return any({left.key_span, right.key_span} <= {item.key_span for item in block.properties} for block in blocks)


def _nodes(node: Node, path: str, view: View, document: Document) -> Iterator[Node]:
    for root in document.nodes:
        for own in root.walk():
            if type(own.value) is type(node.value) and _comes_from(own, path, node, view, document):
                yield own


def _comes_from(own: Node, path: str, node: Node, view: View, document: Document) -> bool:
    try:
        found = view.sources.node(document.path, own)
    except Refused:
        return False
    return (found[0], found[1].span) == (path, node.span)


def _containers(container: Container, view: View, document: Document) -> Iterator[Container]:
    for item in document.objects:
        for own in containers_of(item):
            same = own.init == container.init
            if same and _comes_from(own.node, container.path, container.node, view, document):
                yield own


def _commands(change: SetWords, view: View, document: Document) -> Iterator[SetWords]:
    for own in commands_in(document.objects):
        try:
            found = view.sources.command(own)
        except Refused:
            continue
        if (found.path, found.words[0].span) == (change.command.path, change.command.words[0].span):
            yield with_command(change, own)
