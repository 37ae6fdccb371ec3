"""The views of a workspace: its charts with all their values sets. The one place of the engine that asks for rendering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sparkfix.engine.check import Scope
from sparkfix.engine.rendered import Rendered
from sparkfix.helm.charts import Charts
from sparkfix.helm.coverage import unreached
from sparkfix.helm.renderer import CannotRender
from sparkfix.helm.values import top_chart
from sparkfix.helm.views import chart_views
from sparkfix.model import Place
from sparkfix.workspace.workspace import Workspace

_CHART = "chart:"


@dataclass
class RenderedViews:
    """Makes views (see `sparkfix.engine.check.Views`); `notes` gathers what could not be rendered, and why."""

    charts: Charts
    notes: dict[str, None] = field(default_factory=dict)
    _charts: dict[str, tuple[object, tuple[Rendered, ...]]] = field(default_factory=dict)

    def scopes(self, workspace: Workspace, units: Mapping[str, tuple[str, ...]]) -> list[Scope]:
        """Charts with their subcharts; folders alone."""
        groups: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for unit, paths in units.items():
            name = unit
            if unit.startswith(_CHART):
                name = _CHART + top_chart(workspace, unit.removeprefix(_CHART))
            groups.setdefault(name, []).append((unit, paths))
        return [Scope(name, tuple(members)) for name, members in groups.items()]

    def views(self, workspace: Workspace, scope: Scope) -> Sequence[Rendered]:
        """What the chart of a scope renders to, once for each content of it."""
        if not scope.name.startswith(_CHART):
            return ()
        chart = scope.name.removeprefix(_CHART)
        files = self.charts.files(workspace, chart)
        known = self._charts.get(chart)
        if known is None or known[0] is not files:
            known = self._charts[chart] = (files, self._rendered(workspace, chart))
        return known[1]

    def unreached(self, workspace: Workspace, place: Place) -> str:
        """A remark for a place in a template that no values of the repository render."""
        return unreached(self.charts, workspace, place)

    def _rendered(self, workspace: Workspace, chart: str) -> tuple[Rendered, ...]:
        try:
            found = tuple(map(Rendered, chart_views(self.charts, workspace, chart)))
            arms = self.charts.arms(workspace, chart)
        except CannotRender as reason:
            self.notes[str(reason)] = None
            return ()
        for name, error in (arms.errors if arms else {}).items():
            self.notes[f"{chart or 'the chart'} does not render with {name}: {error}"] = None
        return found
