"""The charts of a workspace: their files, values sets, arms, renderings and sources, each found once per content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.explore import MOST_SETS, Explored, explore
from sparkfix.helm.loading import chart_files
from sparkfix.helm.plain import read_explored, read_lines, written_explored, written_lines
from sparkfix.helm.releases import Release
from sparkfix.helm.renderer import Job, Renderer, Rendering
from sparkfix.helm.sourcemap import Mapped, add_sources
from sparkfix.helm.values import ValuesSet, refused_files, values_sets
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace


@dataclass
class Charts:
    """What is known of charts, over all snapshots of a workspace.

    Sets are those of `sparkfix.helm.values`, with what `releases` deploy and with `given`, and at most `explored`
    derived ones for arms that none of these reaches. Which sets a chart has is decided when it is first asked for.
    `manifests` shares what is understood of rendered files.
    """

    renderer: Renderer
    releases: Sequence[Release] = ()
    given: ValuesSet | None = None
    explored: int = MOST_SETS
    manifests: Workspace = field(default_factory=lambda: Workspace(MemoryStore({}), ()), repr=False)
    _files: dict[tuple[str, frozenset[tuple[str, bytes]]], ChartFiles] = field(default_factory=dict)
    _sets: dict[str, tuple[ValuesSet, ...]] = field(default_factory=dict)
    _arms: dict[str, Explored] = field(default_factory=dict)
    _mapped: dict[str, Mapped] = field(default_factory=dict)
    _links: dict[str, list[str]] | None = None

    def files(self, workspace: Workspace, chart: str) -> ChartFiles:
        """The chart in a folder as a snapshot has it."""
        key = (chart, frozenset(workspace.edited.items()))
        if key not in self._files:
            found = chart_files(workspace.data, workspace.store.names, chart, workspace.store.outside)
            places = {inside: workspace.store.resolved(place) for inside, place in found.places.items()}
            self._files[key] = replace(found, places=places)
        return self._files[key]

    def sets(self, workspace: Workspace, chart: str) -> tuple[ValuesSet, ...]:
        """The values sets of a chart, derived ones last. Raises `CannotRender`."""
        if chart not in self._sets:
            given = values_sets(workspace, chart, self.releases, self.given)
            self._arms[chart] = self._explored(workspace, self.files(workspace, chart), given)
            given = (*given, *self._arms[chart].derived)
            self._sets[chart] = given
        return self._sets[chart]

    def refused(self, workspace: Workspace, chart: str) -> dict[str, str]:
        """The values files of a chart that no set is made of, as Helm refuses them, each with the reason."""
        return refused_files(workspace, chart, self.releases, self.given)

    def take_sets(self, chart: str, sets: Sequence[ValuesSet]) -> None:
        """Use values sets that were found before."""
        self._sets[chart] = tuple(sets)

    def _explored(self, workspace: Workspace, chart: ChartFiles, given: Sequence[ValuesSet]) -> Explored:
        """The arms of a chart; what an earlier run found out serves."""
        texts = _digests(chart.contents, [item.job(workspace.data) for item in given])
        names = [item.name for item in given]
        key = hashlib.sha256(repr(("explored", names, texts, self.explored)).encode()).hexdigest()
        found = read_explored(self.renderer.recalled(key), given)
        if found is None:
            ended = self.renderer.ended
            found = explore(self.renderer, chart, given, workspace.data, self.explored)
            if self.renderer.ended == ended:
                self.renderer.keep(key, written_explored(found))
        return found

    def arms(self, workspace: Workspace, chart: str) -> Explored | None:
        """Which arms of a chart its values sets reach; None where its sets were given by `take_sets`. Raises `CannotRender`."""
        self.sets(workspace, chart)
        return self._arms.get(chart)

    def given_sets(self, workspace: Workspace, chart: str) -> list[ValuesSet]:
        """The values sets of a chart that files of the repository ask for."""
        return [item for item in self.sets(workspace, chart) if not item.derived]

    def rendered(self, chart: ChartFiles, jobs: Sequence[Job]) -> list[Rendering]:
        """A chart rendered. Raises `CannotRender`."""
        return self.renderer.render(chart.archive(), jobs)

    def mapped(self, chart: ChartFiles, jobs: Sequence[Job], only: frozenset[str] | None = None) -> list[Mapped]:
        """A chart rendered, with the sources of its lines; with `only` of those that these templates make.

        Raises `CannotRender`.
        """
        asked = "" if only is None else repr(sorted(only))
        keys = [f"lines {digest} {asked}" for digest in _digests(chart.contents, jobs)]
        plain = self.rendered(chart, jobs)
        for key, one in zip(keys, plain, strict=True):
            if key not in self._mapped and (found := read_lines(self.renderer.recalled(key), one)):
                self._mapped[key] = found
        todo = {key: place for place, key in enumerate(keys) if key not in self._mapped}
        if todo:
            places = list(todo.values())
            made = add_sources(self.renderer, chart, [jobs[at] for at in places], [plain[at] for at in places], only)
            for key, one_made in zip(todo, made, strict=True):
                self._mapped[key] = one_made
                if self.renderer.kept is not None:
                    self.renderer.keep(key, written_lines(one_made))
        return [self._mapped[key] for key in keys]

    def using(self, workspace: Workspace, file: str) -> Iterable[str]:
        """The charts that a file outside of them is given to as values, by a release or by the user, or linked into."""
        # Only what stands in no chart is linked into one (see `linked`): to know that takes reading all charts.
        if workspace.chart_of(file) is None:
            yield from self._linked_into(workspace).get(file, ())
        for release in self.releases:
            if file in release.files or any(at is not None and at.path == file for at in release.inline_at):
                yield release.chart
        if self.given is not None and file in self.given.files:
            yield from self._sets

    def _linked_into(self, workspace: Workspace) -> Mapping[str, Sequence[str]]:
        """The charts by the files outside of their folders that symbolic links in them lead to."""
        if self._links is None:
            self._links = {}
            charts = {chart for path in workspace.targets if (chart := workspace.chart_of(path)) is not None}
            for chart in sorted(charts):
                for place in self.linked(workspace, chart):
                    self._links.setdefault(place, []).append(chart)
        return self._links

    def linked(self, workspace: Workspace, chart: str) -> frozenset[str]:
        """The files of a chart that stand in no chart: symbolic links lead to them."""
        places = self.files(workspace, chart).places.values()
        return frozenset(place for place in places if workspace.chart_of(place) is None)


def _digests(contents: Mapping[str, bytes], jobs: Sequence[Job]) -> list[str]:
    """For each job a digest of all that a rendering depends on."""
    chart = hashlib.sha256()
    for path in sorted(contents):
        chart.update(f"{path}\0{len(contents[path])}\0".encode())
        chart.update(contents[path])
    found = []
    for job in jobs:
        own = chart.copy()
        own.update(repr(job).encode("utf-8", "surrogatepass"))
        found.append(own.hexdigest())
    return found
