"""Proving by rendering, as commands use it: only where a chart may change, and only if it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sparkfix.cli.session import Output, Session
from sparkfix.model import SparkfixError

if TYPE_CHECKING:
    from sparkfix.engine.apply import Applied
    from sparkfix.engine.prover import ChartProver
    from sparkfix.workspace.kustomize import Inflate


@dataclass(frozen=True)
class Rendering:
    """What a user wants of rendering: the proof at all, values files to prove with, and to see the difference."""

    wanted: bool = True
    values: tuple[Path, ...] = ()
    shown: bool = False


@contextmanager
def prover_for(session: Session, rendering: Rendering) -> Iterator[ChartProver | None]:
    """A prover while it is used; None where no chart is among the files or none is wanted. Raises `SparkfixError`."""
    workspace = session.workspace
    if not rendering.wanted or all(workspace.chart_of(path) is None for path in session.found.files):
        yield None
        return
    from sparkfix.engine.prover import ChartProver
    from sparkfix.helm.releases import find_releases
    from sparkfix.helm.renderer import Renderer
    from sparkfix.helm.values import ValuesSet

    files = tuple(_inside(session, path) for path in rendering.values)
    given = ValuesSet(", ".join(files), files) if files else None
    with Renderer() as renderer:
        yield ChartProver(renderer, find_releases(workspace).releases, given)


@contextmanager
def inflater_for(session: Session, rendering: Rendering) -> Iterator[Inflate | None]:
    """What renders the charts of kustomizations while it is used; None where no chart is to be rendered."""
    workspace = session.workspace
    if not rendering.wanted or all(workspace.chart_of(path) is None for path in session.found.files):
        yield None
        return
    from sparkfix.helm.inflate import Inflater
    from sparkfix.helm.renderer import Renderer

    with Renderer() as renderer:
        yield Inflater(renderer)


def _inside(session: Session, path: Path) -> str:
    """A values file as a path of the workspace. Raises `SparkfixError` if it is not below its root."""
    real = path.resolve()
    if not real.is_file():
        raise SparkfixError(f"--values {path}: no such file")
    if not real.is_relative_to(session.found.root):
        raise SparkfixError(f"--values {path}: it is outside of {session.found.root}")
    return real.relative_to(session.found.root).as_posix()


def tell_unproven(applied: Applied, session: Session, rendering: Rendering, out: Output) -> None:
    """Say so where charts changed and nothing was rendered."""
    charts = [change for change in applied.changes if session.workspace.chart_of(change.path) is not None]
    if charts and not rendering.wanted:
        out.tell("charts were not rendered (--no-render), so nothing was proven by rendering")


def show_rendered(prover: ChartProver | None, applied: Applied, session: Session, out: Output) -> None:
    """The difference of the rendered manifests, as lines that `git apply` takes for comments."""
    if prover is None or not applied.changes:
        return
    from sparkfix.text.diff import unified_diff

    paths = [change.path for change in applied.changes]
    for item in prover.differences(session.workspace, applied.workspace, paths):
        name = f"{session.shown(item.chart) if item.chart else 'the chart'} with {item.values}"
        if item.error:
            out.say(f"# {name}: does not render: {item.error}")
            continue
        changed = [change for change in item.files if change.before != change.after]
        out.say(f"# {name}: {'rendered manifests change' if changed else 'nothing changes'}")
        for change in changed:
            secret = b"kind: Secret" in change.before + change.after
            text = "(a Secret, not shown)" if secret else unified_diff(change).decode("utf-8", "replace")
            out.say("".join(f"#   {line}\n" for line in _without_header(text)).rstrip("\n"))


def _without_header(text: str) -> Sequence[str]:
    lines = text.splitlines()
    return lines[1:] if lines[:1] and lines[0].startswith("diff --git") else lines
