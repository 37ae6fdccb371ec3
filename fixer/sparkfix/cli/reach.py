"""Which overlays of kustomizations a run's changes reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sparkfix.cli.session import Session
from sparkfix.report.text import plural

if TYPE_CHECKING:
    from sparkfix.engine.apply import Applied
    from sparkfix.engine.overlays import Overlays
    from sparkfix.workspace.workspace import Workspace


_KINDS = re.compile(rb"(?m)^kind:[ \t]*([^\s#]+)")


def reach_of(applied: Applied, session: Session, overlays: Overlays | None) -> Iterator[str]:
    """For changes in a kustomization's base: notes on the overlays that they reach.

    Where a chart changed, also why charts of kustomizations could not be looked at. `overlays` are those that the proof
    built; None where nothing was proven.
    """
    from sparkfix.workspace.kustomize import has_kustomizations

    if not applied.changes or (overlays is None and not has_kustomizations(session.workspace)):
        return
    if overlays is None:
        from sparkfix.engine.overlays import Overlays as Built

        overlays = Built(shown=session.shown, parsed=_definitions_left_out(session.workspace))
    # What the run began with was built for its findings and proofs already.
    before = session.workspace
    for change in applied.changes:
        reached = overlays.reached(before, [change.path])
        if reached:
            listed = ", ".join(session.shown(folder) or "." for folder in reached)
            yield f"note: {session.shown(change.path)} reaches {plural(len(reached), 'overlay')}: {listed}"
    if any(before.chart_of(change.path) is not None for change in applied.changes):
        for problem in overlays.problems(before):
            if problem.reason.startswith("helmCharts"):
                yield f"note: {session.shown(problem.path)}: {problem.reason}"
    if overlays.all(before) and session.bounded:
        yield "note: overlays outside of this folder are not known, as it is in no git work tree"


def _definitions_left_out(workspace: Workspace) -> dict[bytes, list[Any]]:
    """Files with nothing but definitions of custom resources, as if they were empty.

    They are by far the longest manifests, and whatever stands in them, an overlay takes the same files.
    """
    contents = (workspace.data(path) or b"" for path in workspace.targets)
    return {data: [] for data in contents if b"CustomResourceDefinition" in data and _defines_only(data)}


def _defines_only(data: bytes) -> bool:
    return set(_KINDS.findall(data)) == {b"CustomResourceDefinition"}
