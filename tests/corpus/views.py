"""All rules over what the corpus renders to: nothing fails in us, and each finding is placed and has its say once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from sparkfix.engine.check import check
from sparkfix.engine.overlays import Overlays
from sparkfix.engine.views import RenderedViews
from sparkfix.helm.charts import Charts
from sparkfix.helm.inflate import Inflater
from sparkfix.helm.releases import find_releases
from sparkfix.helm.renderer import Renderer
from sparkfix.helm.views import ChartViews
from sparkfix.model import Finding, Problem, Rule
from sparkfix.workspace.workspace import Workspace


def check_views(workspace: Workspace, rules: Sequence[Rule]) -> Iterator[str]:
    """Run all rules over charts with all their values sets and over overlays, print figures, and yield what is broken."""
    print("\n## Findings that only rendering shows")
    begun = time.monotonic()
    defects: list[Problem] = []
    with Renderer() as renderer:
        charts = ChartViews(Charts(renderer, find_releases(workspace).releases))
        overlays = Overlays(Inflater(renderer), charts)
        found = check(workspace, rules, {}, defects, RenderedViews(charts, overlays))
    written = check(workspace, rules, {})
    yield from (f"{item.path}: {item.reason}" for item in defects)
    shown = [item for item in found if item.views]
    for item in shown:
        print(f"{item.primary.path}: {item.rule}: {item.message} ({', '.join(item.remarks)})")
        yield from _misplaced(workspace, item)
    twice = Counter((item.rule, item.message, item.places) for item in found)
    yield from (f"{rule}: {message}: told {count} times" for (rule, message, _), count in twice.items() if count > 1)
    print(f"{len(shown)} in views only, {len(written)} in files as they are written; {time.monotonic() - begun:.1f} s")
    print("\n## Not rendered whole")
    for note in (*charts.notes, *overlays.notes):
        print(note[:200])


def _misplaced(workspace: Workspace, finding: Finding) -> Iterator[str]:
    for place in finding.places:
        if place.span.end > len(workspace.data(place.path) or b""):
            yield f"{place.path}: {finding.rule} is placed outside of the file"
