"""Proving changes by rendering the charts that they concern, before and after, with every values set."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sparkfix.engine.proof import Proof
from sparkfix.engine.prove import Templates, compare, varying_parts
from sparkfix.formats.document import Document
from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.explore import MOST_SETS, explore
from sparkfix.helm.loading import chart_files
from sparkfix.helm.releases import Release
from sparkfix.helm.renderer import CannotRender, Job, Renderer, Rendering
from sparkfix.helm.sourcemap import Mapped, add_sources
from sparkfix.helm.values import ValuesSet, top_chart, values_sets
from sparkfix.model import Add, Change, FileChange, Refused, RenameKey, path_of, property_of
from sparkfix.workspace.workspace import Workspace

_NAMED = 3


@dataclass(frozen=True, slots=True)
class RenderedDifference:
    """The manifests of a chart with one values set before and after, or Helm's message."""

    chart: str
    values: str
    error: str
    files: tuple[FileChange, ...]


@dataclass
class ChartProver:
    """A `Prover` that renders; each chart once per content and values set.

    Sets are those of `sparkfix.helm.values`, with what `releases` deploy and with `given`, and at most `explored`
    derived ones for arms that none of these reaches.
    """

    renderer: Renderer
    releases: Sequence[Release] = ()
    given: ValuesSet | None = None
    explored: int = MOST_SETS
    _sets: dict[str, tuple[ValuesSet, ...]] = field(default_factory=dict)
    _known: dict[str, list[Rendering]] = field(default_factory=dict)
    _mapped: dict[str, list[Mapped]] = field(default_factory=dict)

    def __call__(self, before: Workspace, after: Workspace, changes: Sequence[Change]) -> Proof:
        charts = _charts(before, (path_of(change) for change in changes))
        try:
            return self._prove_all(before, after, charts, changes)
        except CannotRender as reason:
            return Proof(remarks=(f"not proven: {reason}",))

    def differences(self, before: Workspace, after: Workspace, paths: Iterable[str]) -> Iterator[RenderedDifference]:
        """What changes in the manifests of the charts that hold some changed files, with each values set."""
        for chart in sorted({top_chart(before, one) for one in _charts(before, paths)}):
            old, new = _files(before, chart), _files(after, chart)
            sets = self._sets_of(before, chart, old)
            first = self._rendered(old, [item.job(before.data) for item in sets])
            second = self._rendered(new, [item.job(after.data) for item in sets])
            for item, left, right in zip(sets, first, second, strict=True):
                files = sorted({*left.files, *right.files})
                texts = [
                    FileChange(file, left.files.get(file, "").encode(), right.files.get(file, "").encode())
                    for file in files
                ]
                yield RenderedDifference(chart, item.name, left.error or right.error, tuple(texts))

    def _prove_all(self, before: Workspace, after: Workspace, charts: set[str], changes: Sequence[Change]) -> Proof:
        proofs = [
            self._prove(before, after, chart, changes) for chart in sorted({top_chart(before, one) for one in charts})
        ]
        if charts and not any(proof.seen for proof in proofs):
            inner = sorted(charts - {top_chart(before, one) for one in charts})
            proofs += [self._prove(before, after, chart, changes) for chart in inner]
        return Proof(
            sum(proof.seen for proof in proofs),
            sum(proof.sets for proof in proofs),
            tuple(dict.fromkeys(remark for proof in proofs for remark in proof.remarks)),
        )

    def _prove(self, before: Workspace, after: Workspace, chart: str, changes: Sequence[Change]) -> Proof:
        old, new = _files(before, chart), _files(after, chart)
        sets = [_without_edited(item, changes) for item in self._sets_of(before, chart, old)]
        jobs, templates = [item.job(before.data) for item in sets], _templates(before, old)
        mapped = self._before(old, jobs)
        results = self._rendered(new, [item.job(after.data) for item in sets])
        seen = held = 0
        remarks: list[str] = []
        for item, job, one, result in zip(sets, jobs, mapped, results, strict=True):
            if one.rendering.error:
                remarks.append(f"not proven with {item.name}: {_name(chart)} does not render: {one.rendering.error}")
                continue
            if result.error:
                raise Refused(f"with {item.name}, {_name(chart)} would not render any more: {result.error}")
            try:
                seen += self._compared(old, job, one, result, changes, templates)
            except Refused as reason:
                raise Refused(f"with {item.name}, {reason}") from None
            held += 1
        return Proof(seen, held, _shortened(remarks))

    def _sets_of(self, workspace: Workspace, chart: str, files: ChartFiles) -> tuple[ValuesSet, ...]:
        if chart not in self._sets:
            sets = values_sets(workspace, chart, self.releases, self.given)
            found = explore(self.renderer, files, sets, workspace.data, self.explored) if self.explored else None
            self._sets[chart] = (*sets, *(found.derived if found else ()))
        return self._sets[chart]

    def _compared(
        self, chart: ChartFiles, job: Job, before: Mapped, after: Rendering, changes: Sequence[Change],
        templates: Templates,
    ) -> bool:  # fmt: skip
        """Compare two renderings; what a chart makes anew each time (random texts, the time) is left out."""
        try:
            return compare(before, after.files, changes, templates)
        except Refused:
            again = self.renderer.render(chart.archive(), [job])[0]
            varying = varying_parts(before.rendering.files, again.files)
            if not varying:
                raise
        return compare(before, after.files, changes, templates, varying)

    def _rendered(self, chart: ChartFiles, jobs: Sequence[Job]) -> list[Rendering]:
        key = _digest(chart.contents, jobs)
        if key not in self._known:
            self._known[key] = self.renderer.render(chart.archive(), jobs)
        return self._known[key]

    def _before(self, chart: ChartFiles, jobs: Sequence[Job]) -> list[Mapped]:
        key = _digest(chart.contents, jobs)
        if key not in self._mapped:
            self._mapped[key] = add_sources(self.renderer, chart, jobs, self._rendered(chart, jobs))
        return self._mapped[key]


def _without_edited(values: ValuesSet, changes: Sequence[Change]) -> ValuesSet:
    """A derived set without values of the properties that change: it must not win over what is being edited."""
    keys = {item.key for change in changes if (item := property_of(change)) is not None}
    keys |= {change.key for change in changes if isinstance(change, (Add, RenameKey))}
    return replace(values, values=_pruned(values.values, keys)) if values.derived else values


def _pruned(values: Mapping[str, Any], keys: Collection[str], route: str = "") -> dict[str, Any]:
    """Values without those whose own name, or whose route of names, is one of the properties."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        here = f"{route}.{name}" if route else name
        if name in keys or any(here == key or here.endswith("." + key) for key in keys):
            continue
        found[name] = _pruned(value, keys, here) if isinstance(value, Mapping) else value
    return found


def _charts(workspace: Workspace, paths: Iterable[str]) -> set[str]:
    return {chart for path in paths if (chart := workspace.chart_of(path)) is not None}


def _files(workspace: Workspace, chart: str) -> ChartFiles:
    return chart_files(workspace.data, workspace.store.names, chart)


def _templates(workspace: Workspace, chart: ChartFiles) -> Templates:
    places = {chart.places[inside] for inside in chart.templates()}

    def document(path: str) -> Document | None:
        return workspace.document(path) if path in places else None

    return document


def _name(chart: str) -> str:
    return f"the chart {chart}" if chart else "the chart"


def _shortened(remarks: Sequence[str]) -> tuple[str, ...]:
    more = len(remarks) - _NAMED
    return (*remarks[:_NAMED], *([f"not proven with {more} more values sets"] if more > 0 else ()))


def _digest(contents: Mapping[str, bytes], jobs: Iterable[Job]) -> str:
    found = hashlib.sha256()
    for path in sorted(contents):
        found.update(f"{path}\0{len(contents[path])}\0".encode())
        found.update(contents[path])
    found.update(repr(list(jobs)).encode())
    return found.hexdigest()
