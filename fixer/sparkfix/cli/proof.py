"""Rendering as commands use it: only where there is a chart, and only if it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sparkfix.cli.session import Output, Session
from sparkfix.formats.yaml.tolerant import load_all_plain
from sparkfix.model import FileChange, SparkfixError

if TYPE_CHECKING:
    from sparkfix.engine.apply import Applied
    from sparkfix.engine.overlays import Overlays
    from sparkfix.engine.proof import Prover
    from sparkfix.engine.prover import ChartProver
    from sparkfix.engine.views import RenderedViews


@dataclass(frozen=True)
class Rendering:
    """What a user wants of rendering: any at all, values files to render with, to see the difference, the cache, and
    how many sets of values may be derived (None for as many as usual).
    """

    wanted: bool = True
    values: tuple[Path, ...] = ()
    shown: bool = False
    cached: bool = True
    explored: int | None = None


@dataclass(frozen=True)
class Renders:
    """What renders while a command runs; None where no chart and no kustomization is among the files, or none is wanted.

    `prover` proves changes with all that renders, `charts` and `overlays` show what they come to. `notes` tell what did
    not render.
    """

    prover: Prover | None = None
    views: RenderedViews | None = None
    charts: ChartProver | None = None
    overlays: Overlays | None = None
    notes: Sequence[Mapping[str, None]] = ()


@contextmanager
def rendering_for(session: Session, rendering: Rendering) -> Iterator[Renders]:
    """What renders, while it is used. Raises `SparkfixError` for values files that cannot be given."""
    values = tuple(_inside(session, path) for path in rendering.values)
    if not rendering.wanted:
        yield Renders()
        return
    from sparkfix.workspace.kustomize import has_kustomizations, inflate_charts

    files = session.found.files
    charts = any(session.workspace.chart_of(path) is not None for path in files)
    if not charts and not has_kustomizations(session.workspace):
        yield Renders()
        return
    charts = charts or inflate_charts(session.workspace)
    from sparkfix.engine.overlays import Overlays
    from sparkfix.engine.prove_overlays import OverlayProver
    from sparkfix.engine.views import RenderedViews

    if charts:
        with _charts(session, rendering, values) as found:
            yield found
    else:
        overlays = Overlays(shown=session.shown)
        prover = OverlayProver(overlays.views)
        yield Renders(prover, RenderedViews(None, overlays), overlays=overlays, notes=[overlays.notes])


@contextmanager
def _charts(session: Session, rendering: Rendering, files: tuple[str, ...]) -> Iterator[Renders]:
    """What renders charts, with values files if some are given, and kustomizations with their charts."""
    from sparkfix.engine.overlays import Overlays
    from sparkfix.engine.proof import all_of
    from sparkfix.engine.prove_overlays import OverlayProver
    from sparkfix.engine.prover import ChartProver
    from sparkfix.engine.views import RenderedViews
    from sparkfix.helm.cache import open_cache
    from sparkfix.helm.charts import Charts
    from sparkfix.helm.explore import MOST_SETS
    from sparkfix.helm.inflate import Inflater
    from sparkfix.helm.releases import find_releases
    from sparkfix.helm.renderer import Renderer
    from sparkfix.helm.values import ValuesSet
    from sparkfix.helm.views import ChartViews

    given = ValuesSet(", ".join(files), files) if files else None
    with open_cache(wanted=rendering.cached) as cache, Renderer(kept=cache) as renderer:
        most = MOST_SETS if rendering.explored is None else rendering.explored
        charts = Charts(renderer, find_releases(session.workspace).releases, given, most)
        views, prover = ChartViews(charts), ChartProver(charts)
        overlays = Overlays(Inflater(renderer), views, session.shown)
        everything, notes = all_of([prover, OverlayProver(overlays.views)]), [views.notes, overlays.notes]
        yield Renders(everything, RenderedViews(views, overlays), prover, overlays, notes)


def _inside(session: Session, path: Path) -> str:
    """A values file as a path of the workspace. Raises `SparkfixError` if it is not below its root."""
    real = path.resolve()
    if not real.is_file():
        raise SparkfixError(f"--values {path}: no such file")
    if not real.is_relative_to(session.found.root):
        raise SparkfixError(f"--values {path}: it is outside of {session.found.root}")
    shown = real.relative_to(session.found.root).as_posix()
    values = load_all_plain(session.workspace.data(shown) or b"")
    if (session.workspace.data(shown) or b"").strip() and not (values and isinstance(values[0], (dict, type(None)))):
        raise SparkfixError(f"--values {path}: not a map in YAML")
    return shown


def tell_notes(renders: Renders, out: Output, *, strict: bool) -> int:
    """What could not be rendered, and why. The exit code: 2 if `strict` and an overlay was not looked at; else 0."""
    unseen = renders.overlays.notes if strict and renders.overlays is not None else {}
    for notes in renders.notes:
        for note in notes:
            (out.warn if note in unseen else out.tell)(f"note: {note}")
    return 2 if unseen else 0


def tell_unproven(applied: Applied, session: Session, rendering: Rendering, out: Output) -> None:
    """Say so where charts changed and nothing was rendered."""
    charts = [change for change in applied.changes if session.workspace.chart_of(change.path) is not None]
    if charts and not rendering.wanted:
        out.tell("charts were not rendered (--no-render), so nothing was proven by rendering")


def show_rendered(renders: Renders, applied: Applied, session: Session, out: Output) -> None:
    """The difference of what is rendered, as lines that `git apply` takes for comments."""
    if not applied.changes:
        return
    from sparkfix.engine.prove_overlays import OverlayProver

    paths = [change.path for change in applied.changes]
    changes = [change for item in applied.applied for change in item.fix.changes]
    before, after = session.workspace, applied.workspace
    charts = renders.charts.differences(before, after, paths, changes) if renders.charts is not None else ()
    overlays = OverlayProver(renders.overlays.views).differences(before, after, paths) if renders.overlays else ()
    for item in (*charts, *overlays):
        name = item.name
        if item.error:
            out.say(f"# {name}: does not render: {item.error}" if name else f"# {item.error}")
            continue
        changed = [change for change in item.files if change.before != change.after]
        out.say(f"# {name}: {'rendered manifests change' if changed else 'nothing changes'}")
        for change in changed:
            out.say("".join(f"#   {line}\n" for line in _without_header(_shown(change))).rstrip("\n"))


def _shown(change: FileChange) -> str:
    """The difference of a rendered file, in which values of Secrets are hidden."""
    from sparkfix.report.hidden import shown_pair
    from sparkfix.text.diff import unified_diff

    shown = shown_pair(change.path, *(text.decode("utf-8", "replace") for text in (change.before, change.after)))
    if shown is None:
        return f"{change.path} (there is a Secret in it, so it is not shown)"
    before, after = shown
    if before == after:
        return f"{change.path} (values of secrets, not shown)"
    return unified_diff(FileChange(change.path, before.encode(), after.encode())).decode("utf-8", "replace")


def _without_header(text: str) -> Sequence[str]:
    lines = text.splitlines()
    return lines[1:] if lines[:1] and lines[0].startswith("diff --git") else lines
