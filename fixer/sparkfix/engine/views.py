"""The views of a workspace: its charts with all their values sets, and its kustomize overlays.

The one place of the engine that asks for rendering, beside the proofs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.engine.check import Scope
from sparkfix.engine.overlays import Overlays
from sparkfix.engine.rendered import Rendered
from sparkfix.model import Place
from sparkfix.workspace.kustomize import find_kustomizations
from sparkfix.workspace.views import View, ViewsOfCharts
from sparkfix.workspace.workspace import Workspace

_CHART = "chart:"
_OVERLAY = "overlay:"


@dataclass
class RenderedViews:
    """Makes views (see `sparkfix.engine.check.Views`); `charts` is None where the workspace has none.

    A chart that overlays inflate is looked at as part of these: its bare default values are not, nor what Helm alone
    would make of it with the values of their kustomizations.
    """

    charts: ViewsOfCharts | None
    overlays: Overlays
    _known: dict[str, tuple[tuple[View, ...], tuple[Rendered, ...]]] = field(default_factory=dict)
    _rendered: dict[str, _Parts] = field(default_factory=dict)

    def scopes(self, workspace: Workspace, units: Mapping[str, tuple[str, ...]]) -> list[Scope]:
        """Charts with their subcharts, and whatever overlays bring together: folders, charts, or none but their bases.

        A chart whose files say nothing of Spark, but a packed chart in it does, is a unit without files.
        """
        units = {**units, **dict.fromkeys(self._packed(workspace, units), ())}
        parts = {unit: self._part(workspace, unit) for unit in units}
        links = self._links(workspace, units, parts)
        groups = _joined([*([part] for part in parts.values()), *links, *self._overlays(workspace, units, parts)])
        scopes = []
        for members in groups:
            own = tuple((unit, paths) for unit, paths in units.items() if parts[unit] in members)
            charts = [part for part in members if part.startswith(_CHART)]
            overlays = [part.removeprefix(_OVERLAY) for part in members if part.startswith(_OVERLAY)]
            name = next(iter([*charts, *(unit for unit, _ in own), *members]))
            self._rendered[name] = _Parts(tuple(part.removeprefix(_CHART) for part in charts), tuple(overlays))
            scopes.append(Scope(name, own))
        return scopes

    def views(self, workspace: Workspace, scope: Scope) -> Sequence[Rendered]:
        """What a scope is rendered to, once for each content of it."""
        found = tuple(self._views(workspace, self._rendered[scope.name]))
        known = self._known.get(scope.name)
        if known is None or known[0] != found:
            known = self._known[scope.name] = (found, tuple(map(Rendered, found)))
        return known[1]

    def unreached(self, workspace: Workspace, place: Place) -> str:
        """A remark for a place in a template that no values of the repository render."""
        return self.charts.unreached(workspace, place) if self.charts is not None else ""

    def superseded(self, workspace: Workspace, scope: Scope) -> frozenset[str]:
        """The files that contribute to overlays of a scope, if all of these could be built."""
        overlays = self._rendered[scope.name].overlays
        if any(self.overlays.view(workspace, folder) is None for folder in overlays):
            return frozenset()
        return frozenset(path for folder in overlays for path in self.overlays.files(workspace, folder))

    def _part(self, workspace: Workspace, unit: str) -> str:
        """What a unit is rendered as part of: its chart, or the one that carries this; a folder is none but itself."""
        if not unit.startswith(_CHART) or self.charts is None:
            return unit
        return _CHART + self.charts.top(workspace, unit.removeprefix(_CHART))

    def _packed(self, workspace: Workspace, units: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        """The charts with targets that say Spark in packed charts only."""
        if self.charts is None:
            return
        for chart in dict.fromkeys(map(workspace.chart_of, workspace.targets)):
            if chart is not None and _CHART + chart not in units and self.charts.packs_spark(workspace, chart):
                yield _CHART + chart

    def _links(
        self, workspace: Workspace, units: Mapping[str, tuple[str, ...]], parts: Mapping[str, str]
    ) -> Iterator[list[str]]:
        """Each chart with the folders that symbolic links in it lead to."""
        folders = {unit: paths for unit, paths in units.items() if not unit.startswith(_CHART)}
        for chart in dict.fromkeys(parts.values()) if folders and self.charts is not None else ():
            if chart.startswith(_CHART) and self.charts is not None:
                linked = self.charts.linked(workspace, chart.removeprefix(_CHART))
                members = [unit for unit, paths in folders.items() if not linked.isdisjoint(paths)]
                if members:
                    yield [chart, *members]

    def _overlays(
        self, workspace: Workspace, units: Mapping[str, tuple[str, ...]], parts: Mapping[str, str]
    ) -> Iterator[list[str]]:
        """Each overlay with the parts that it takes something from; one that was asked for also if there are none."""
        asked = set(find_kustomizations(workspace.targets))
        for folder in self.overlays.all(workspace) if units or asked else ():
            files = self.overlays.files(workspace, folder)
            members = [parts[unit] for unit, paths in units.items() if not files.isdisjoint(paths)]
            if members or (folder in asked and any(map(workspace.relevant, files))):
                yield [*dict.fromkeys(members), _OVERLAY + folder]

    def _views(self, workspace: Workspace, parts: _Parts) -> Iterator[View]:
        overlays = [(folder, view) for folder in parts.overlays if (view := self.overlays.view(workspace, folder))]
        within = {folder: set(self.overlays.inflated(workspace, folder)) for folder, _ in overlays}
        inflated = {one for ones in within.values() for one in ones}
        apart: list[View] = []
        for chart in parts.charts if self.charts is not None else ():
            assert self.charts is not None
            for view in self.charts.of(workspace, chart):
                if (view.release, chart) in inflated or (view.bare and any(chart == one for _, one in inflated)):
                    apart.append(view)
                else:
                    yield view
        for folder, view in overlays:
            names = (
                one.name for one in apart
                if any(chart == one.chart and (one.bare or one.release == path) for path, chart in within[folder])
            )  # fmt: skip
            yield replace(view, within=tuple(names))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is rendered of a scope: charts and overlays, by their folders."""

    charts: tuple[str, ...]
    overlays: tuple[str, ...]


def _joined(groups: Iterable[Sequence[str]]) -> list[list[str]]:
    """Groups that share a member, as one; members and groups in the order in which they were met."""
    found: list[dict[str, None]] = []
    for group in groups:
        own = [one for one in found if any(member in one for member in group)]
        if own:
            for other in own[1:]:
                own[0].update(other)
                found.remove(other)
            own[0].update(dict.fromkeys(group))
        else:
            found.append(dict.fromkeys(group))
    return [list(one) for one in found]
