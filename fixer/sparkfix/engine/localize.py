"""From a finding in a view to one in the files that the view is rendered from: places, and what the fixes change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sparkfix.model import (
    Add,
    AddComment,
    AddEnv,
    AddField,
    AddItem,
    AddProbe,
    Applicability,
    Change,
    CommentOut,
    Container,
    Finding,
    Fix,
    Property,
    Refused,
    Remove,
    RenameKey,
    SetField,
    SetValue,
    SetWords,
    SparkVersion,
    with_command,
)
from sparkfix.workspace.views import ValuePart, View

New = tuple[str, int, str]
"""A file, where a value in it begins (bytes), and its new text."""
Wish = tuple["int | None", Applicability, New]
"""A new value, with the number of the solution that wants it and whether that is safe."""


def shared_wishes(findings: Sequence[Finding], view: View) -> frozenset[Wish]:
    """The new values that findings of one rule want in each line of a view that a value is printed into."""
    wanted: dict[Wish, set[tuple[str, int]]] = {}
    shown: dict[Wish, set[tuple[str, int]]] = {}
    for fix in (fix for finding in findings for fix in finding.fixes if not fix.blocked):
        for change in fix.changes:
            for part, new in _wished(change, view):
                wish = (fix.solution, fix.applicability, new)
                wanted.setdefault(wish, set()).add(part.line)
                shown.setdefault(wish, set()).update((part.line, *part.others))
    return frozenset(wish for wish, lines in shown.items() if lines <= wanted[wish])


def _wished(change: Change, view: View) -> Iterator[tuple[ValuePart, New]]:
    """The values that other lines print, too, each with what a change would make of it."""
    if not isinstance(change, (SetValue, SetField)):
        return
    try:
        found: Sequence[Property | ValuePart] = (
            view.sources.value(change.property)
            if isinstance(change, SetValue)
            else view.sources.scalar(change.path, change.field)
        )
    except Refused:
        return
    for part in found:
        inner = _inner(part, change.value) if isinstance(part, ValuePart) and part.elsewhere else ""
        if isinstance(part, ValuePart) and inner:
            yield part, (part.path, part.field.span.start, inner)


def localized(finding: Finding, view: View, shared: Collection[Wish] = ()) -> Finding | None:
    """The finding in the files; None where no place of it is known. A fix that cannot be made there is blocked.

    `shared` are the values that may change though other lines print them, too (see `shared_wishes`).
    """
    first = view.sources.place(finding.primary.path, finding.primary.span)
    others = [
        replace(own[0], label=place.label)
        for place in finding.places[1:]
        if (own := view.sources.place(place.path, place.span))
    ]
    places = [*(replace(place, label=place.label or finding.primary.label) for place in first), *others]
    if not places:
        return None
    version = version_in_files(finding.version, view) if finding.version is not None else None
    return replace(
        finding,
        places=tuple(dict.fromkeys(places)),
        fixes=tuple(_fix(fix, view, shared) for fix in finding.fixes),
        version=version,
    )


def version_in_files(version: SparkVersion, view: View) -> SparkVersion:
    """The version with the place of its evidence in the files, if that is known."""
    if not version.line or view.workspace.document(version.path) is None:
        return version
    path, line = view.sources.line(version.path, version.line) or ("", 0)
    return replace(version, path=path, line=line)


def _fix(fix: Fix, view: View, shared: Collection[Wish]) -> Fix:
    own = frozenset(new for solution, safe, new in shared if (solution, safe) == (fix.solution, fix.applicability))
    try:
        changes = [_change(change, view, own) for change in fix.changes]
    except Refused as reason:
        return replace(fix, changes=(), blocked=f"{fix.blocked}; {reason}" if fix.blocked else str(reason))
    told = "".join(
        f", by `{own.value}` in {own.path}"
        for change, own in zip(fix.changes, changes, strict=True)
        if isinstance(own, SetField) and isinstance(change, (SetValue, SetField)) and own.value != change.value
    )
    return replace(fix, title=fix.title + told, changes=tuple(changes))


def _change(change: Change, view: View, shared: Collection[New]) -> Change:
    """A change in the files that has the effect of one in a view. Raises `Refused`."""
    sources = view.sources
    if isinstance(change, SetValue):
        return value_set(sources.value(change.property), change.value, shared)
    if isinstance(change, Add):
        return replace(change, beside=sources.property(change.beside))
    if isinstance(change, (Remove, CommentOut, RenameKey, AddComment)):
        return replace(change, property=sources.property(change.property))
    if isinstance(change, SetField):
        return value_set(sources.scalar(change.path, change.field), change.value, shared)
    if isinstance(change, (AddField, AddItem)):
        path, owner = sources.node(change.path, change.owner)
        return replace(change, path=path, owner=owner)
    if isinstance(change, (AddEnv, AddProbe)):
        return replace(change, container=_container(change.container, view))
    if isinstance(change, SetWords):
        return with_command(change, sources.command(change.command))
    raise Refused("an init container is added to a template only where the template itself shows the fault")


def value_set(found: tuple[Property | ValuePart, ...], value: str, shared: Collection[New] = ()) -> Change:
    """What gives a rendered value another text: the first of what may be set that can. Raises `Refused`.

    `shared` are the places and new texts of values that may change though they are printed elsewhere, too.
    """
    for one in found:
        if isinstance(one, Property):
            return SetValue(one, value)
        inner = _inner(one, value)
        if inner and (not one.elsewhere or (one.path, one.field.span.start, inner) in shared):
            return SetField(one.path, one.field, inner)
    also = next((one.elsewhere for one in found if not isinstance(one, Property) and one.elsewhere), "")
    if also:
        raise Refused(f"the value that it is made of is also printed in {also}")
    raise Refused(f"`{value}` cannot be had by another value: a template puts more around it")


def _inner(part: ValuePart, value: str) -> str:
    """The text of a value that gives what it is printed into the text `value`; empty if none does."""
    inner = value[len(part.before) : len(value) - len(part.after)]
    return inner if part.before + inner + part.after == value else ""


def _container(container: Container, view: View) -> Container:
    path, node = view.sources.node(container.path, container.node)
    _, pod = view.sources.node(container.path, container.pod)
    return replace(container, path=path, node=node, pod=pod, start=node.span.start)
