"""Proving changes by rendering the charts that they concern, before and after, with every values set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sparkfix.engine.proof import Proof, Rendered, RenderedDifference, Shown
from sparkfix.engine.prove import Compared, Templates, compare, varying_parts
from sparkfix.engine.prove_values import compare_values, probe_of
from sparkfix.formats.document import Document
from sparkfix.formats.render import render_all
from sparkfix.helm.archive import ChartFiles, is_template
from sparkfix.helm.charts import Charts
from sparkfix.helm.coverage import never_rendered
from sparkfix.helm.renderer import CannotRender, Job, Rendering
from sparkfix.helm.sourcemap import Mapped
from sparkfix.helm.values import ValuesSet, top_chart
from sparkfix.model import (
    Add,
    Change,
    Edit,
    FileChange,
    Place,
    Refused,
    RenameKey,
    SetField,
    Span,
    path_of,
    property_of,
    start_of,
)
from sparkfix.text.edits import edited
from sparkfix.workspace.workspace import Workspace

_NAMED = 3


@dataclass
class ChartProver:
    """A `Prover` that renders, with all values sets of the charts that changes concern (see `Charts`)."""

    charts: Charts

    def __call__(self, before: Workspace, after: Workspace, changes: Sequence[Change]) -> Proof:
        charts = self._concerned(before, (path_of(change) for change in changes))
        try:
            return self._prove_all(before, after, charts, changes)
        except CannotRender as reason:
            return Proof(remarks=(f"not proven: {reason}",))

    def differences(
        self, before: Workspace, after: Workspace, paths: Iterable[str], changes: Sequence[Change] = ()
    ) -> Iterator[RenderedDifference]:
        """What changes in the manifests of the charts that hold some changed files, with each values set.

        Derived sets are without values of the properties that `changes` are about, as in the proof.
        """
        for chart in sorted({top_chart(before, one) for one in self._concerned(before, paths)}):
            old, new = self.charts.files(before, chart), self.charts.files(after, chart)
            sets = [_without_edited(item, changes) for item in self.charts.sets(before, chart)]
            first = self.charts.rendered(old, [item.job(before.data) for item in sets])
            second = self.charts.rendered(new, [item.job(after.data) for item in sets])
            for item, left, right in zip(sets, first, second, strict=True):
                files = sorted({*left.files, *right.files})
                texts = [
                    FileChange(file, left.files.get(file, "").encode(), right.files.get(file, "").encode())
                    for file in files
                ]
                name = f"{chart or 'the chart'} with {item.label}"
                yield RenderedDifference(name, left.error or right.error, tuple(texts))

    def _prove_all(self, before: Workspace, after: Workspace, charts: set[str], changes: Sequence[Change]) -> Proof:
        proofs = [
            self._prove(before, after, chart, changes) for chart in sorted({top_chart(before, one) for one in charts})
        ]
        if charts and not any(proof.seen for proof in proofs):
            inner = sorted(charts - {top_chart(before, one) for one in charts})
            proofs += [self._prove(before, after, chart, changes) for chart in inner]
        return Proof(
            sum(proof.sets for proof in proofs),
            changes=tuple(
                self._joined(before, change, proofs) for change in changes if self._concerned(before, [path_of(change)])
            ),
            remarks=tuple(dict.fromkeys(remark for proof in proofs for remark in proof.remarks)),
        )

    def _joined(self, before: Workspace, change: Change, proofs: Sequence[Proof]) -> Shown:
        """What all charts show of one change; of what none shows, the lines and the arm that they stand in."""
        by = frozenset(name for proof in proofs for one in proof.changes if one.change is change for name in one.by)
        if by:
            return Shown(change, by)
        place = Place(path_of(change), Span(start_of(change), start_of(change)))
        lines = max(1, sum(_lines(edit, before) for edit in render_all([change])))
        return Shown(change, by, lines, never_rendered(self.charts, before, place))

    def _prove(self, before: Workspace, after: Workspace, chart: str, changes: Sequence[Change]) -> Proof:
        """The proof for one chart: values that are only printed one by one, then all other changes together."""
        files, proofs = self.charts.files(before, chart), []
        templates = {place for inside, place in files.places.items() if is_template(inside)}
        values = [one for one in changes if isinstance(one, SetField) and one.path not in templates]
        rest = [one for one in changes if not any(one is value for value in values)]
        for change in values:
            with_it = before.with_edits(edited(before.data, render_all([change]))) if rest or len(values) > 1 else after
            proofs.append(self._prove_value(before, with_it, chart, change))
            before = with_it
        if rest:
            proofs.append(self._prove_rest(before, after, chart, rest))
        return Proof(
            min(proof.sets for proof in proofs),
            changes=tuple(one for proof in proofs for one in proof.changes),
            remarks=tuple(dict.fromkeys(remark for proof in proofs for remark in proof.remarks)),
        )

    def _prove_value(self, before: Workspace, after: Workspace, chart: str, change: SetField) -> Proof:
        probe = before.with_edits(edited(before.data, render_all([probe_of(change)])))
        sets = self.charts.sets(before, chart)
        snapshots = [(self.charts.files(one, chart), [item.job(one.data) for item in sets])
                     for one in (before, probe, after)]  # fmt: skip
        rendered = [self.charts.rendered(files, jobs) for files, jobs in snapshots]
        held = 0
        seen: set[Rendered] = set()
        remarks: list[str] = []
        for item, job, old, word, new in zip(sets, snapshots[0][1], *rendered, strict=True):
            if self._may_be_compared(chart, item, old, new, remarks):
                again = partial(self._varying, snapshots[0][0], job, old)
                with _naming(item):
                    if compare_values(old.files, word.files, new.files, change, again):
                        seen.add(_rendered(chart, item))
                held += 1
        return Proof(held, changes=(Shown(change, frozenset(seen)),), remarks=_shortened(remarks))

    def _prove_rest(self, before: Workspace, after: Workspace, chart: str, changes: Sequence[Change]) -> Proof:
        old, new = self.charts.files(before, chart), self.charts.files(after, chart)
        sets = [_without_edited(item, changes) for item in self.charts.sets(before, chart)]
        jobs, templates = [item.job(before.data) for item in sets], _templates(before, old)
        paths, known = {path_of(change) for change in changes}, dict[Compared, frozenset[int]]()
        mapped = self.charts.mapped(old, jobs, frozenset(path for path in old.templates() if old.places[path] in paths))
        results = self.charts.rendered(new, [item.job(after.data) for item in sets])
        held = 0
        seen: list[set[Rendered]] = [set() for _ in changes]
        remarks: list[str] = []
        for item, job, one, result in zip(sets, jobs, mapped, results, strict=True):
            if self._may_be_compared(chart, item, one.rendering, result, remarks):
                with _naming(item):
                    shown = self._compared(old, job, one, result, changes, templates, known)
                for number in shown:
                    seen[number].add(_rendered(chart, item))
                held += 1
        found = (Shown(change, frozenset(by)) for change, by in zip(changes, seen, strict=True))
        return Proof(held, changes=tuple(found), remarks=_shortened(remarks))

    def _may_be_compared(
        self, chart: str, values: ValuesSet, old: Rendering, new: Rendering, remarks: list[str]
    ) -> bool:
        """Did a chart render before? Raises `Refused` if it does not any more."""
        if old.error:
            remarks.append(f"not proven with {values.label}: {_name(chart)} does not render: {old.error}")
        elif new.error:
            raise Refused(f"with {values.label}, {_name(chart)} would not render any more: {new.error}")
        return not old.error

    def _concerned(self, workspace: Workspace, paths: Iterable[str]) -> set[str]:
        """The charts that some files are part of, or that these are given to as values."""
        found: set[str] = set()
        for path in paths:
            chart = workspace.chart_of(path)
            found.update([*([chart] if chart is not None else ()), *self.charts.using(workspace, path)])
        return found

    def _compared(
        self, chart: ChartFiles, job: Job, before: Mapped, after: Rendering, changes: Sequence[Change],
        templates: Templates, known: dict[Compared, frozenset[int]],
    ) -> frozenset[int]:  # fmt: skip
        """Compare two renderings; what a chart makes anew each time (random texts, the time) is left out."""
        try:
            return compare(before, after.files, changes, templates, known=known)
        except Refused:
            varying = self._varying(chart, job, before.rendering)
            if not varying:
                raise
        return compare(before, after.files, changes, templates, varying)

    def _varying(self, chart: ChartFiles, job: Job, before: Rendering) -> Mapping[str, str]:
        """What a chart makes anew each time, see `varying_parts`."""
        again = self.charts.renderer.render(chart.archive(), [job], anew=True)[0]
        return varying_parts(before.files, again.files)


@contextmanager
def _naming(values: ValuesSet) -> Iterator[None]:
    """Refusals told with the values set that they come from."""
    try:
        yield
    except Refused as reason:
        raise Refused(f"with {values.label}, {reason}") from None


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


def _templates(workspace: Workspace, chart: ChartFiles) -> Templates:
    places = {chart.places[inside] for inside in chart.templates()}

    def document(path: str) -> Document | None:
        return workspace.document(path) if path in places else None

    return document


def _name(chart: str) -> str:
    return f"the chart {chart}" if chart else "the chart"


def _rendered(chart: str, item: ValuesSet) -> Rendered:
    return Rendered(item.label, chart, item.derived)


def _lines(edit: Edit, before: Workspace) -> int:
    """How many lines an edit writes or takes away."""
    old = (before.data(edit.path) or b"")[edit.span.start : edit.span.end]
    return max(1, old.count(b"\n"), edit.new.count(b"\n"))


def _shortened(remarks: Sequence[str]) -> tuple[str, ...]:
    more = len(remarks) - _NAMED
    return (*remarks[:_NAMED], *([f"not proven with {more} more values sets"] if more > 0 else ()))
