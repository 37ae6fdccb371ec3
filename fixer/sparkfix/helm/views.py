"""A chart with one values set as a view: its manifests as a workspace, and the way back (see `sources`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.charts import Charts
from sparkfix.helm.coverage import unreached
from sparkfix.helm.loading import packed_in
from sparkfix.helm.releases import release_of
from sparkfix.helm.renderer import CannotRender, Rendering
from sparkfix.helm.sources import ChartSources
from sparkfix.helm.values import ValuesSet, set_of, top_chart
from sparkfix.model import Place, Workload
from sparkfix.workspace.kustomize.charts import Chart
from sparkfix.workspace.kustomize.trees import Unresolved
from sparkfix.workspace.mentions import words_in
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.views import View, completed
from sparkfix.workspace.workspace import Workspace


@dataclass
class ChartViews:
    """Makes views of charts (see `sparkfix.workspace.views.ViewsOfCharts`); `notes` tell what did not render, and why."""

    charts: Charts
    notes: dict[str, None] = field(default_factory=dict)
    _known: dict[str, tuple[ChartFiles, tuple[View, ...]]] = field(default_factory=dict)
    _inflated: dict[str, tuple[ChartFiles, View | None]] = field(default_factory=dict)
    _packs_spark: dict[str, bool] = field(default_factory=dict)

    def top(self, workspace: Workspace, chart: str) -> str:
        """The chart that carries this one, directly or not; itself if none does."""
        return top_chart(workspace, chart)

    def packs_spark(self, workspace: Workspace, chart: str) -> bool:
        """May a packed chart in the `charts/` of a chart say something of Spark? Archives are never edited: asked once."""
        if chart not in self._packs_spark:
            contents = packed_in(workspace.data, workspace.store.names, chart)
            found = self._packs_spark[chart] = any(words_in(data).spark for data in contents)
            if found:
                self.notes[
                    f"{chart or 'the chart'} has Spark in packed charts only: told is what its values do there"
                ] = None
        return self._packs_spark[chart]

    def linked(self, workspace: Workspace, chart: str) -> frozenset[str]:
        """The files of a chart that stand in no chart: symbolic links lead to them."""
        return self.charts.linked(workspace, chart)

    def of(self, workspace: Workspace, chart: str) -> tuple[View, ...]:
        """One view for each values set with which the chart in a folder renders."""
        files = self.charts.files(workspace, chart)
        known = self._known.get(chart)
        if known is None or known[0] is not files:
            known = self._known[chart] = (files, self._rendered(workspace, chart, files))
        return known[1]

    def inflated(self, workspace: Workspace, path: str, chart: Chart) -> View | None:
        """The view of a chart as the kustomization file `path` has it rendered; None if it does not render so."""
        try:
            values = set_of(release_of(workspace, path, chart))
            files = self.charts.files(workspace, chart.folder)
            known = self._inflated.get(repr(values))
            if known is None or known[0] is not files:
                [rendering] = self.charts.rendered(files, [values.job(workspace.data)])
                view = (
                    None if rendering.error else _view(self.charts, workspace, chart.folder, files, values, rendering)
                )
                known = self._inflated[repr(values)] = (files, view)
            return known[1]
        except (CannotRender, Unresolved):
            return None

    def unreached(self, workspace: Workspace, place: Place) -> str:
        """A remark for a place in a template that no values of the repository render, else an empty text."""
        return unreached(self.charts, workspace, place)

    def _rendered(self, workspace: Workspace, chart: str, files: ChartFiles) -> tuple[View, ...]:
        try:
            sets = self.charts.sets(workspace, chart)
            rendered = self.charts.rendered(files, [item.job(workspace.data) for item in sets])
        except CannotRender as reason:
            self.notes[str(reason)] = None
            return ()
        self.notes.update(dict.fromkeys(files.notes))
        refused = self.charts.refused(workspace, chart)
        self.notes.update((f"{file} is not used as values: {why}", None) for file, why in refused.items())
        found = []
        given = {file for values in sets for file in values.sources}
        for values, rendering in zip(sets, rendered, strict=True):
            view = (
                None
                if rendering.error
                else _view(
                    self.charts, workspace, chart, files, values, rendering, frozenset(given.difference(values.sources))
                )
            )
            broken = _not_yaml(view) if view is not None else ""
            if view is not None and not broken:
                found.append(view)
            elif not values.derived:
                # Values that we made up may well be none that a chart can do with.
                why = f"does not render with {values.label}: {rendering.error}"
                why = f"renders to what is not YAML with {values.label}: {broken}" if broken else why
                self.notes[f"{chart or 'the chart'} {why}"] = None
        return tuple(found)


def _not_yaml(view: View) -> str:
    """The first file of a view that is not YAML: what is missing in the view then would look like a fault."""
    for path in view.workspace.targets:
        document = view.workspace.document(path)
        if document is not None and document.problems:
            return f"{path.replace('!', '/')}:{document.problems[0].line}"
    return ""


def _view(
    charts: Charts, workspace: Workspace, folder: str, chart: ChartFiles, values: ValuesSet, rendering: Rendering,
    others: frozenset[str] = frozenset(),
) -> View:  # fmt: skip
    """The view of one rendering of the chart in a folder; `others` are the values files that only other views have."""
    files = {
        f"{file.replace('/', '!').rpartition('.')[0]}.yaml": file
        for file in rendering.files
        if file.endswith((".yaml", ".yml", ".json")) and not file.rpartition("/")[2].startswith("_")
    }
    contents = {name: rendering.files[file].encode() for name, file in files.items()}
    # A release in the namespace `default` is most often one of which nobody said where it goes.
    known = values.deployed and values.namespace != "default"
    inside = Workspace(
        MemoryStore(contents),
        tuple(contents),
        spark_version=workspace.spark_version,
        unnamed_namespace="" if known else values.namespace,
        default_namespace=values.namespace if known else "",
    ).sharing(charts.manifests)
    read = frozenset((*chart.places.values(), *values.files))
    sources = ChartSources(charts, workspace, chart, values, inside, files)
    return View(
        values.label, inside, sources, values.derived, chart=folder, release=values.path, bare=values.bare,
        complete=lambda workload: _completed(workspace, sources, workload),
        keeps=lambda place: bool(unreached(charts, workspace, place)),
        reads=lambda path: path in read and path not in others,
    )  # fmt: skip


def _completed(workspace: Workspace, sources: ChartSources, workload: Workload) -> Workload:
    path = sources.template_of(workload.path)
    return completed(workspace, workload, path) if path is not None else workload
