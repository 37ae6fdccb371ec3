"""The part of `make bench` about rendering: what a proof costs beside the renderings that it needs, and what the cache saves."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sparkfix.engine.prover import ChartProver
from sparkfix.formats.render import render_all
from sparkfix.helm.charts import Charts
from sparkfix.helm.releases import find_releases
from sparkfix.helm.renderer import Job, Renderer
from sparkfix.helm.values import top_chart
from sparkfix.model import Property, Refused, SetValue
from sparkfix.text.edits import splice
from sparkfix.workspace.find import find_files
from sparkfix.workspace.store import DiskStore
from sparkfix.workspace.workspace import Workspace

_MOST = 40
_RUNS = 3

Told = Callable[[str, float, str, float], None]


def proofs(corpus: Path, told: Told) -> None:
    """One changed value in each chart: rendering it before and after, and the proof, each with renderers of their own."""
    found = find_files([corpus], corpus)
    workspace = Workspace(DiskStore(found.root), found.files)
    releases = find_releases(workspace).releases
    bare, proof, count = [], [], 0
    for item in list(_changes(workspace))[:_MOST]:
        change = SetValue(item, f"{item.value}7")
        after = _changed(workspace, change)
        if after is None:
            continue
        chart = top_chart(workspace, workspace.chart_of(item.path) or "")
        pairs = [_measured(workspace, after, chart, change, Charts(Renderer(), releases)) for _ in range(_RUNS)]
        if all(one is not None for one in pairs):
            times = [one for one in pairs if one is not None]
            bare.append(statistics.median(first for first, _ in times))
            proof.append(statistics.median(second for _, second in times))
            count += 1
    if not count:
        print("no chart to prove a change of")
        return
    print(
        f"\nproof of one changed value in each of {count} charts: {sum(proof):.2f} s, bare renderings {sum(bare):.2f} s"
    )
    told("proof / (rendering before + rendering after, all values sets)", sum(proof) / sum(bare), "x", 2)


def _changes(workspace: Workspace) -> Iterator[Property]:
    """One property that stands in a template, for each chart."""
    seen = set()
    for path in workspace.targets:
        chart = workspace.chart_of(path)
        if chart is None or top_chart(workspace, chart) in seen or not workspace.in_chart_templates(path):
            continue
        document = workspace.document(path) if workspace.relevant(path) else None
        items = [item for block in (document.blocks if document else ()) for item in block.properties]
        plain = [item for item in items if not item.templated and not item.locked and item.value.isalnum()]
        if plain:
            seen.add(top_chart(workspace, chart))
            yield plain[0]


def _changed(workspace: Workspace, change: SetValue) -> Workspace | None:
    path = change.property.path
    try:
        return workspace.with_edits({path: splice(workspace.data(path) or b"", render_all([change]))})
    except Refused:
        return None


def _measured(
    before: Workspace, after: Workspace, chart: str, change: SetValue, charts: Charts
) -> tuple[float, float] | None:
    """Seconds of the bare renderings and of the proof; None for charts that do not render or where nothing shows."""
    with charts.renderer:
        sets = charts.sets(before, chart)
        jobs = [[item.job(one.data) for item in sets] for one in (before, after)]
        files = [charts.files(one, chart) for one in (before, after)]
        archives = [one.archive() for one in files]
        begun = time.perf_counter()
        for archive, own in zip(archives, jobs, strict=True):
            charts.renderer.render(archive, own, anew=True)
        bare = time.perf_counter() - begun
        fresh = Charts(Renderer(), charts.releases)
        with fresh.renderer:
            # A child that runs already, and the values sets, as they serve all proofs of a run.
            fresh.renderer.render(b"", [Job()], anew=True)
            fresh.take_sets(chart, sets)
            begun = time.perf_counter()
            try:
                found = ChartProver(fresh)(before, after, [change])
            except Refused:
                return None
            return (bare, time.perf_counter() - begun) if found.seen else None


def cache(corpus: Path, work: Path, command: Sequence[str], told: Told) -> None:
    """A whole check with an empty cache, the same again, and one that renders nothing."""
    folder = work / "cache"
    own = {**os.environ, "SPARKFIX_CACHE_DIR": str(folder)}

    def seconds(*more: str) -> float:
        begun = time.perf_counter()
        subprocess.run([*command, *more], cwd=corpus, check=False, env=own, capture_output=True)
        return time.perf_counter() - begun

    rounds = []
    for _ in range(_RUNS):
        shutil.rmtree(folder, ignore_errors=True)
        rounds.append((seconds(), seconds(), seconds("--no-render")))
    first, second, without = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"\ncheck with an empty cache {first:.2f} s, again {second:.2f} s, with --no-render {without:.2f} s")
    saved = (first - without) / max(second - without, 0.001)
    print(
        f"{'what rendering costs, first run / second run':<58} {saved:8.2f} x   target 5{'' if saved >= 5 else '   MISS'}"
    )
