"""Which overlays of kustomizations a run's changes reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sparkfix.cli.session import Session
from sparkfix.model import Problem
from sparkfix.report.text import plural

if TYPE_CHECKING:
    from sparkfix.engine.apply import Applied
    from sparkfix.workspace.kustomize import Inflate


def reach_of(applied: Applied, session: Session, inflate: Inflate | None) -> Iterator[str]:
    """For changes in a kustomization's base: notes on the overlays that they reach.

    Where a chart changed, also why charts of kustomizations could not be looked at.
    """
    from sparkfix.workspace.kustomize import kustomizations_around, overlays_of

    folders = kustomizations_around(session.workspace) if applied.changes else ()
    if not folders:
        return
    problems: list[Problem] = []
    reached = overlays_of(applied.workspace.store, folders, inflate, problems)
    for change in applied.changes:
        overlays = [folder or "." for folder in reached.get(change.path, ())]
        if overlays:
            shown = ", ".join(session.shown(folder) for folder in overlays)
            yield f"note: {session.shown(change.path)} reaches {plural(len(overlays), 'overlay')}: {shown}"
    if any(session.workspace.chart_of(change.path) is not None for change in applied.changes):
        for problem in problems:
            if problem.reason.startswith("helmCharts"):
                yield f"note: {session.shown(problem.path)}: {problem.reason}"
