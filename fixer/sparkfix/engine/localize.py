"""From a finding in a view to one in the files that the view is rendered from: places, and what the fixes change."""

from __future__ import annotations

from dataclasses import replace

from sparkfix.model import (
    Add,
    AddComment,
    AddEnv,
    AddField,
    AddItem,
    AddProbe,
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


def localized(finding: Finding, view: View) -> Finding | None:
    """The finding in the files; None where no place of it is known. A fix that cannot be made there is blocked."""
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
        fixes=tuple(_fix(fix, view) for fix in finding.fixes),
        version=version,
    )


def version_in_files(version: SparkVersion, view: View) -> SparkVersion:
    """The version with the place of its evidence in the files, if that is known."""
    if not version.line or view.workspace.document(version.path) is None:
        return version
    path, line = view.sources.line(version.path, version.line) or ("", 0)
    return replace(version, path=path, line=line)


def _fix(fix: Fix, view: View) -> Fix:
    try:
        changes = [_change(change, view) for change in fix.changes]
    except Refused as reason:
        return replace(fix, changes=(), blocked=f"{fix.blocked}; {reason}" if fix.blocked else str(reason))
    told = "".join(
        f", by `{own.value}` in {own.path}"
        for change, own in zip(fix.changes, changes, strict=True)
        if isinstance(own, SetField) and isinstance(change, (SetValue, SetField)) and own.value != change.value
    )
    return replace(fix, title=fix.title + told, changes=tuple(changes))


def _change(change: Change, view: View) -> Change:
    """A change in the files that has the effect of one in a view. Raises `Refused`."""
    sources = view.sources
    if isinstance(change, SetValue):
        return value_set(sources.value(change.property), change.value)
    if isinstance(change, Add):
        return replace(change, beside=sources.property(change.beside))
    if isinstance(change, (Remove, CommentOut, RenameKey, AddComment)):
        return replace(change, property=sources.property(change.property))
    if isinstance(change, SetField):
        return value_set(sources.scalar(change.path, change.field), change.value)
    if isinstance(change, (AddField, AddItem)):
        path, owner = sources.node(change.path, change.owner)
        return replace(change, path=path, owner=owner)
    if isinstance(change, (AddEnv, AddProbe)):
        return replace(change, container=_container(change.container, view))
    if isinstance(change, SetWords):
        return with_command(change, sources.command(change.command))
    raise Refused("an init container is added to a template only where the template itself shows the fault")


def value_set(found: tuple[Property | ValuePart, ...], value: str) -> Change:
    """What gives a rendered value another text: the first of what may be set that can. Raises `Refused`."""
    for one in found:
        if isinstance(one, Property):
            return SetValue(one, value)
        if one.elsewhere:
            continue
        inner = value[len(one.before) : len(value) - len(one.after)]
        if inner and one.before + inner + one.after == value:
            return SetField(one.path, one.field, inner)
    shared = next((one.elsewhere for one in found if not isinstance(one, Property) and one.elsewhere), "")
    if shared:
        raise Refused(f"the value that it is made of is also printed in {shared}")
    raise Refused(f"`{value}` cannot be had by another value: a template puts more around it")


def _container(container: Container, view: View) -> Container:
    path, node = view.sources.node(container.path, container.node)
    _, pod = view.sources.node(container.path, container.pod)
    return replace(container, path=path, node=node, pod=pod, start=node.span.start)
