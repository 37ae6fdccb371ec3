"""The views of a workspace: its charts with all their values sets, and its kustomize overlays.

The one place of the engine that asks for rendering, beside the proofs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sparkfix.engine.check import Scope
from sparkfix.engine.overlays import Overlays
from sparkfix.engine.rendered import Rendered
from sparkfix.model import Place
from sparkfix.workspace.views import View, ViewsOfCharts
from sparkfix.workspace.workspace import Workspace

_CHART = "chart:"
Members = list[tuple[str, tuple[str, ...]]]


@dataclass
class RenderedViews:
    """Makes views (see `sparkfix.engine.check.Views`); `charts` is None where the workspace has none."""

    charts: ViewsOfCharts | None
    overlays: Overlays
    _known: dict[str, tuple[tuple[View, ...], tuple[Rendered, ...]]] = field(default_factory=dict)
    _reached: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def scopes(self, workspace: Workspace, units: Mapping[str, tuple[str, ...]]) -> list[Scope]:
        """Charts with their subcharts; folders with all that share an overlay with them."""
        groups: dict[str, Members] = {}
        joined = self._joined(workspace, units)
        for unit, paths in units.items():
            if unit.startswith(_CHART) and self.charts is not None:
                name = _CHART + self.charts.top(workspace, unit.removeprefix(_CHART))
            else:
                name = joined.get(unit, unit)
            groups.setdefault(name, []).append((unit, paths))
        return [Scope(name, tuple(members)) for name, members in groups.items()]

    def views(self, workspace: Workspace, scope: Scope) -> Sequence[Rendered]:
        """What a scope is rendered to, once for each content of it."""
        if scope.name.startswith(_CHART):
            found = self.charts.of(workspace, scope.name.removeprefix(_CHART)) if self.charts is not None else ()
        else:
            overlays = (self.overlays.view(workspace, folder) for folder in self._reached.get(scope.name, ()))
            found = tuple(view for view in overlays if view is not None)
        known = self._known.get(scope.name)
        if known is None or known[0] != found:
            known = self._known[scope.name] = (found, tuple(map(Rendered, found)))
        return known[1]

    def unreached(self, workspace: Workspace, place: Place) -> str:
        """A remark for a place in a template that no values of the repository render."""
        return self.charts.unreached(workspace, place) if self.charts is not None else ""

    def superseded(self, workspace: Workspace, scope: Scope) -> frozenset[str]:
        """The files that contribute to overlays of a scope, if all of these could be built."""
        overlays = self._reached.get(scope.name, ())
        if scope.name.startswith(_CHART) or any(self.overlays.view(workspace, folder) is None for folder in overlays):
            return frozenset()
        return frozenset(path for folder in overlays for path in self.overlays.files(workspace, folder))

    def _joined(self, workspace: Workspace, units: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
        """The name of the scope of each folder that an overlay takes something from."""
        names: dict[str, str] = {}
        folders = {unit: set(paths) for unit, paths in units.items() if not unit.startswith(_CHART)}
        for overlay in self.overlays.all(workspace) if folders else ():
            files = self.overlays.files(workspace, overlay)
            members = [unit for unit, paths in folders.items() if paths & files]
            if members:
                known = {names[unit] for unit in members if unit in names}
                name = min(known, default=members[0])
                names.update({unit: name for unit, old in names.items() if old in known})
                names.update(dict.fromkeys(members, name))
                reached = [one for old in (name, *sorted(known - {name})) for one in self._reached.pop(old, ())]
                self._reached[name] = (*dict.fromkeys(reached), overlay)
        return names
