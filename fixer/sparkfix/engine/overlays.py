"""The kustomize overlays of a workspace: which of them files reach, and what they are resolved to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sparkfix.model import Problem
from sparkfix.workspace.kustomize import Built, Inflate, build, kustomizations_around
from sparkfix.workspace.kustomize.deployed import deployed_folders
from sparkfix.workspace.kustomize.views import WorkspaceStore, overlay_view
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.views import View, ViewsOfCharts
from sparkfix.workspace.workspace import Workspace

Edited = frozenset[tuple[str, bytes]]


def _as_it_is(path: str) -> str:
    return path


@dataclass
class Overlays:
    """Overlays are kustomizations around the targets that no other one includes, or that Argo CD or Flux applies.

    `inflate` renders charts that kustomizations name; without it those are left out. An overlay of which a part cannot
    be built (a remote base, say), or that is changed when it is applied, has no view, as what is missing would look like
    a fault; `notes` tell which, and why. Each is built once per snapshot. `shown` gives paths as people see them.
    `charts` makes the views of the charts in overlays: from these the way leads to their templates. `parsed` are
    manifests by their bytes, each parsed once.
    """

    inflate: Inflate | None = None
    charts: ViewsOfCharts | None = None
    shown: Callable[[str], str] = _as_it_is
    notes: dict[str, None] = field(default_factory=dict)
    parsed: dict[bytes, list[Any]] = field(default_factory=dict, repr=False)
    _manifests: Workspace = field(default_factory=lambda: Workspace(MemoryStore({}), ()), repr=False)
    _deployed: dict[str, str] = field(default_factory=dict)
    _folders: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _tops: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _built: dict[tuple[str, Edited], Built] = field(default_factory=dict)
    _views: dict[tuple[str, Edited], View] = field(default_factory=dict)

    def all(self, workspace: Workspace) -> tuple[str, ...]:
        """The folders of all overlays."""
        targets = workspace.targets
        if targets not in self._tops:
            around = kustomizations_around(workspace, charts=self.inflate is not None)
            folders = self._folders[targets] = around.kustomizations
            included = {base for folder in folders for base in self._build(workspace, folder).bases}
            self._deployed = deployed_folders(workspace, around.files, self.shown) if folders else {}
            self._tops[targets] = tuple(one for one in folders if one not in included or one in self._deployed)
        return self._tops[targets]

    def files(self, workspace: Workspace, folder: str) -> frozenset[str]:
        """The files that contribute to an overlay."""
        return frozenset(self._build(workspace, folder).files)

    def reached(self, workspace: Workspace, paths: Iterable[str]) -> list[str]:
        """The overlays that some files contribute to."""
        wanted = set(paths)
        return [folder for folder in self.all(workspace) if wanted & self.files(workspace, folder)]

    def problems(self, workspace: Workspace) -> Iterator[Problem]:
        """What of any kustomization could not be built, each once."""
        self.all(workspace)
        found = (
            item for folder in self._folders[workspace.targets] for item in self._build(workspace, folder).problems
        )
        yield from dict.fromkeys(found)

    def view(self, workspace: Workspace, folder: str) -> View | None:
        """The view of an overlay; None where a part of it cannot be built."""
        reason = self._reason(workspace, folder)
        if reason:
            self.notes[reason] = None
            return None
        built = self._build(workspace, folder)
        key = (folder, frozenset(workspace.edited.items()))
        if key not in self._views:
            charts = partial(_charts_in, self.charts, workspace, built)
            self._views[key] = overlay_view(workspace, folder, built, self._name(folder), self._manifests, charts)
        return self._views[key]

    def views(self, workspace: Workspace, paths: Sequence[str]) -> tuple[list[View], list[str]]:
        """The views of the overlays that some files contribute to, and why others have none."""
        folders = self.reached(workspace, paths)
        found = [self.view(workspace, folder) for folder in folders]
        missing = [reason for folder in folders if (reason := self._reason(workspace, folder))]
        return [view for view in found if view is not None], missing

    def inflated(self, workspace: Workspace, folder: str) -> tuple[tuple[str, str], ...]:
        """The folders of the charts in an overlay, each behind the kustomization file that names it."""
        return tuple((path, chart.folder) for path, chart in self._build(workspace, folder).charts)

    def _reason(self, workspace: Workspace, folder: str) -> str:
        """Why an overlay has no view; empty if it has one."""
        for problem in self._build(workspace, folder).problems:
            return f"{self._name(folder)} could not be built whole: {self.shown(problem.path)}: {problem.reason}"
        changed = self._deployed.get(folder)
        return f"{self._name(folder)} is not applied as it is: {changed}" if changed else ""

    def _name(self, folder: str) -> str:
        return f"overlay {self.shown(folder) or '.'}"

    def _build(self, workspace: Workspace, folder: str) -> Built:
        key = (folder, frozenset(workspace.edited.items()))
        if key not in self._built:
            store = WorkspaceStore(workspace)
            self._built[key] = build(store, folder, self.inflate, hashed=False, parsed=self.parsed)
        return self._built[key]


def _charts_in(charts: ViewsOfCharts | None, workspace: Workspace, built: Built, path: str) -> list[View]:
    """The views of the charts that a kustomization file names, as far as they render."""
    if charts is None:
        return []
    views = [charts.inflated(workspace, path, chart) for file, chart in built.charts if file == path]
    return [view for view in views if view is not None]
