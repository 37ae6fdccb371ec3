"""Every top chart of the corpus rendered with its values sets: sources are true, and enough lines have one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping

from sparkfix.helm.loading import chart_files
from sparkfix.helm.releases import find_releases
from sparkfix.helm.renderer import CannotRender, Renderer
from sparkfix.helm.sourcemap import Mapped, map_sources, rendered_lines
from sparkfix.helm.values import top_chart, values_sets
from sparkfix.workspace.workspace import Workspace

LEAST_MAPPED = 95.0


def render_charts(workspace: Workspace) -> Iterator[str]:
    """Render all charts, print figures, and yield what is broken."""
    print("\n## Charts rendered")
    try:
        with Renderer() as renderer, Renderer() as other:
            yield from _all(workspace, renderer, other)
    except CannotRender as reason:
        print(f"skipped: {reason}")


def _all(workspace: Workspace, renderer: Renderer, other: Renderer) -> Iterator[str]:
    releases = find_releases(workspace).releases
    totals: Counter[str] = Counter()
    reasons: list[str] = []
    began = time.monotonic()
    for folder in _top_charts(workspace):
        chart = chart_files(workspace.data, workspace.store.names, folder)
        sets = values_sets(workspace, folder, releases)
        jobs = [item.job(workspace.data) for item in sets]
        found = map_sources(renderer, chart, jobs)
        totals["charts"] += 1
        totals["charts rendered with some values"] += any(not item.rendering.error for item in found)
        if found[0].rendering.error:
            missing = f" (missing: {', '.join(chart.missing)})" if chart.missing else ""
            reasons.append(f"{folder}{missing}: {found[0].rendering.error[:160]}")
        for item, mapped, again in zip(sets, found, other.render(chart.archive(), jobs), strict=True):
            totals["renderings"] += 1
            totals["renderings without error"] += not mapped.rendering.error
            known, lines = mapped.share()
            totals["lines"] += lines
            totals["lines with a source"] += known
            yield from _untrue(f"{folder} with {item.name}", mapped, again.files)
    for name, count in totals.items():
        print(f"{count:8} {name}")
    share = 100 * totals["lines with a source"] / max(totals["lines"], 1)
    print(f"{share:8.2f} % of lines have a source; {time.monotonic() - began:.1f} s, {renderer.renderings} renderings")
    print("\n## Charts that do not render with their default values")
    for reason in reasons:
        print(reason)
    if totals["lines"] and share < LEAST_MAPPED:
        yield f"only {share:.2f} % of rendered lines have a source"


def _top_charts(workspace: Workspace) -> list[str]:
    folders = {path.rpartition("/")[0] for path in workspace.targets if path.rpartition("/")[2] == "Chart.yaml"}
    return sorted(folder for folder in folders if top_chart(workspace, folder) == folder)


def _untrue(name: str, mapped: Mapped, files: Mapping[str, str]) -> Iterator[str]:
    """Lines with a source that another renderer does not print in the same place, and sources that are no lines."""
    plain = {file: rendered_lines(text) for file, text in files.items()}
    for file, lines in mapped.files.items():
        if len(plain.get(file, [])) != len(lines):
            yield f"{name}: {file} has other lines in another renderer"
            continue
        for number, (line, text) in enumerate(zip(lines, plain[file], strict=True), start=1):
            if line.source is not None and line.text != text:
                yield f"{name}: {file}:{number} has a source and is another line in another renderer"
