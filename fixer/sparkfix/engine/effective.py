"""What Spark ends up with in each workload of a workspace, for each values set and overlay, with places in the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.engine.check import Scope, Views, scopes_of
from sparkfix.engine.localize import version_in_files
from sparkfix.engine.rendered import Rendered
from sparkfix.engine.unit import tell
from sparkfix.model import KubernetesObject, Place, Problem, Role, Span, SparkVersion, Workload
from sparkfix.spark.precedence import Effective, Layer, Setting, layer_of
from sparkfix.workspace.effective import Text, effective_of
from sparkfix.workspace.views import View
from sparkfix.workspace.workloads import workloads_of
from sparkfix.workspace.workspace import Workspace

_VARIABLE = re.compile(r"\$\{env[:.]([A-Za-z_]\w*)\}")
_OF_PROGRAMS = frozenset({Layer.CODE, Layer.DATA})
_OF_COMMANDS = frozenset({Layer.OPTION, Layer.CONF, Layer.JAVA})


@dataclass(frozen=True, slots=True)
class Shown:
    """A workload as people know it, and what Spark ends up with in it.

    `values` names the values set or overlay that it is rendered with, empty for files as they are written. `environment`
    has what the container declares of the variables that values name; `path` is the workload's file in the workspace
    that it was read in.
    """

    name: str
    kind: str
    role: Role
    where: Place | None
    values: str
    version: SparkVersion | None
    effective: Effective
    environment: Mapping[str, str] = field(default_factory=dict)
    container: str = ""
    namespace: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What people may call it: by its name, with its kind, with its container."""
        with_kind = (f"{self.kind}/{self.name}",) if self.kind else ()
        return (self.name, *with_kind, *((f"{self.name}/{self.container}",) if self.container else ()))


def shown_workloads(workspace: Workspace, views: Views | None, defects: list[Problem]) -> Iterator[Shown]:
    """All workloads with settings in what was asked for. What raises in one unit or view is added to `defects`.

    Where values sets or overlays render a unit, its workloads are those of these; else those of its files.
    """
    for scope in scopes_of(workspace, views):
        shown = views.views(workspace, scope) if views is not None else ()
        given = [one for one in shown if not one.view.derived]
        if given:
            for one in given:
                yield from _of_view(workspace, scope, one, defects)
        else:
            yield from _of_files(workspace, scope, defects)


def _of_view(workspace: Workspace, scope: Scope, one: Rendered, defects: list[Problem]) -> Iterator[Shown]:
    try:
        found = [_shown(item, one.view.workspace, one.view) for item in _joined(one.subjects.workloads)]
    except Exception as error:
        tell(defects, scope.path, error)
        return
    for item in found:
        if one.view.asked or any(place.path in workspace.target_set for place in _places(item)):
            yield item


def _of_files(workspace: Workspace, scope: Scope, defects: list[Problem]) -> Iterator[Shown]:
    for unit, paths in scope.units:
        try:
            found = [_shown(item, workspace, None) for item in _joined(workloads_of(workspace, unit))]
        except Exception as error:
            tell(defects, next(iter(paths), unit), error)
            continue
        yield from (item for item in found if any(place.path in workspace.target_set for place in _places(item)))


def _joined(workloads: Iterable[Workload]) -> list[Workload]:
    """The workloads; blocks that stand alone make one of a program's file, and one of each command of a script."""
    found: list[Workload] = []
    alone: dict[tuple[str, int], int] = {}
    for item in workloads:
        key = _place_of_loose(item)
        if key is not None and key in alone:
            first = found[alone[key]]
            found[alone[key]] = replace(first, blocks=(*first.blocks, *item.blocks))
            continue
        if key is not None:
            alone[key] = len(found)
        found.append(item)
    return found


def _place_of_loose(workload: Workload) -> tuple[str, int] | None:
    """What blocks without an object belong together by: the program's file, or the command."""
    if workload.pod is not None or not workload.blocks or any(block.owner for block in workload.blocks):
        return None
    layers = {layer_of(block.carrier) for block in workload.blocks}
    if layers <= _OF_PROGRAMS:
        return workload.path, -1
    return (workload.path, workload.blocks[0].span.start) if layers <= _OF_COMMANDS else None


def _shown(workload: Workload, workspace: Workspace, view: View | None) -> Shown:
    found = effective_of(workload, _text_in(workspace))
    owner, place = _owner(workload), _place_of(workload)
    settings = [one.setting for one in found.properties]
    return Shown(
        name=workload.name,
        kind=owner.kind if owner is not None else "",
        role=workload.role,
        where=(_first(view, place) if view is not None else place) if place is not None else None,
        values=view.name if view is not None else "",
        version=_version(workload.version, view),
        effective=_in_files(found, view) if view is not None else found,
        environment=_declared(workload, settings),
        container=workload.server.name if workload.server is not None else "",
        namespace=workload.namespace,
    )


def _version(version: SparkVersion | None, view: View | None) -> SparkVersion | None:
    return version_in_files(version, view) if version is not None and view is not None else version


def _text_in(workspace: Workspace) -> Text:
    def text(path: str, span: Span) -> str:
        document = workspace.document(path)
        return document.source.span_text(span) if document is not None else ""

    return text


def _owner(workload: Workload) -> KubernetesObject | None:
    """The manifest that a workload stands in."""
    return workload.pod or next((block.owner for block in workload.blocks if block.owner is not None), None)


def _place_of(workload: Workload) -> Place | None:
    """Where a workload is named: in its manifest, or where its first setting stands."""
    owner = _owner(workload)
    if owner is not None:
        name = owner.node.get("metadata", "name")
        return Place(owner.path, name.span if name is not None else owner.span)
    first = next((item for block in workload.blocks for item in block.properties), None)
    return Place(first.path, first.key_span) if first is not None else None


def _places(item: Shown) -> Iterator[Place]:
    if item.where is not None:
        yield item.where
    for one in item.effective.properties:
        for setting in (one.setting, *one.overrides):
            yield from ((setting.place,) if setting.place is not None else ())
            yield from setting.sources


def _declared(workload: Workload, settings: Sequence[Setting]) -> dict[str, str]:
    """What the container says of the variables that values name: a value, or the field that Kubernetes takes it from."""
    declared = workload.server.environment() if workload.server is not None else {}
    found = {}
    for name in dict.fromkeys(name for item in settings for name in _VARIABLE.findall(item.value)):
        entry = declared.get(name)
        if entry is not None:
            source = entry.get("valueFrom")
            field_path = entry.text("valueFrom", "fieldRef", "fieldPath")
            found[name] = entry.text("value") if source is None else field_path or "taken from elsewhere"
    return found


def _in_files(found: Effective, view: View) -> Effective:
    """The same with places in the files that a view is made of."""
    properties = tuple(
        replace(
            one,
            setting=_located(one.setting, view),
            overrides=(*_replaced(one.setting, view), *(_located(item, view) for item in one.overrides)),
        )
        for one in found.properties
    )
    unread = tuple(replace(one, setting=_located(one.setting, view)) for one in found.unread)
    return Effective(properties, unread)


def _replaced(setting: Setting, view: View) -> Iterator[Setting]:
    """What other values files or manifests further down say where a setting stands."""
    place = setting.place
    for at, value in view.sources.overridden(place.path, place.span, setting.value) if place is not None else ():
        yield replace(setting, value=value, layer=Layer.BELOW, place=at, name="", guard=())


def _located(setting: Setting, view: View) -> Setting:
    if setting.place is None:
        return setting
    places = view.sources.place(setting.place.path, setting.place.span)
    return replace(setting, place=places[0] if places else None, sources=tuple(places[1:]), guard=())


def _first(view: View, place: Place) -> Place | None:
    return next(iter(view.sources.place(place.path, place.span)), None)
