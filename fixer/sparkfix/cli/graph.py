"""`graph`: what runs, what it reads, who leads to it and what it may do, drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from sparkfix.cli import options as opt
from sparkfix.cli.proof import Rendering, rendering_for, tell_notes
from sparkfix.cli.session import Output, Session, open_session, output
from sparkfix.cli.write import recover_before
from sparkfix.engine.check import Scope, Views, scopes_of
from sparkfix.engine.rendered import Rendered
from sparkfix.formats.reading import internal_problem
from sparkfix.model import Graph, Place, Problem, SparkfixError, Workload
from sparkfix.report.text import problem_text
from sparkfix.workspace.views import View
from sparkfix.workspace.workloads import workloads_of

FORMATS = ("text", "dot", "svg", "json")
Format = Annotated[str, typer.Option("--output-format", metavar="text|dot|svg|json", help="How to draw.")]


def graph(
    paths: opt.Paths = None,
    output_format: Format = "text",
    spark_version: opt.SparkVersion = None,
    strict: opt.Strict = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    stdin_filename: opt.StdinFilename = None,
    no_render: opt.NoRender = False,
    values: opt.ValuesFiles = None,
    no_cache: opt.NoCache = False,
) -> None:
    """Draw what runs, what it reads and what it may do. Writes nothing."""
    if output_format not in FORMATS:
        raise SparkfixError(f"--output-format {output_format}: it must be {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    session = open_session(paths or [], spark_version=spark_version, stdin_filename=stdin_filename)
    out = output(no_color=no_color, quiet=quiet, messages_on_error=True)
    recover_before(session, out, writing=False)
    defects: list[Problem] = []
    rendering = Rendering(not no_render, tuple(values or ()), cached=not no_cache)
    with rendering_for(session, rendering) as renders:
        graphs = list(graphs_of(session, defects, renders.views))
    _print(graphs, output_format, session, out)
    if not graphs:
        out.tell("no Spark workload found")
    unseen = tell_notes(renders, out, strict=strict)
    code = session.unreadable(defects, strict=strict) or unseen
    for problem in session.problems(defects):
        (out.warn if code else out.tell)(problem_text(problem))
    raise typer.Exit(code)


def graphs_of(session: Session, defects: list[Problem], views: Views | None = None) -> Iterator[Graph]:
    """One graph for each chart or folder with a Spark workload in the files that were asked for.

    With `views` one for each values set of a chart and for each overlay, with places in the files that they are made
    of. What raises in one of them is added to `defects`, and the others are still drawn.
    """
    for scope in scopes_of(session.workspace, views):
        shown = views.views(session.workspace, scope) if views is not None else ()
        given = [one for one in shown if not one.view.derived]
        found = (_view_graph(scope, one, session, defects) for one in given)
        own = (item for item in scope.units if not given)
        written = (_unit_graph(unit, next(iter(paths), unit), session, defects) for unit, paths in own)
        yield from (graph for graph in (*found, *written) if graph is not None)


def _view_graph(scope: Scope, one: Rendered, session: Session, defects: list[Problem]) -> Graph | None:
    from sparkfix.workspace.graph import graph_of

    chart = one.view.chart
    title = one.view.name if chart is None else f"{_title(f'chart:{chart}', session)} with {one.view.name}"
    try:
        drawn = graph_of(title, one.subjects.workloads) if one.subjects.workloads else None
        if drawn is None:
            return None
        nodes = tuple(replace(node, place=_in_files(node.place, one.view)) for node in drawn.nodes)
        asked = one.view.asked or any(
            node.place is not None and node.place.path in session.workspace.target_set for node in nodes
        )
        return replace(drawn, nodes=nodes) if asked else None
    except Exception as error:
        defects.append(internal_problem(scope.path, error))
        return None


def _in_files(place: Place | None, view: View) -> Place | None:
    """The place in the files of what stands at a place of a view."""
    return next(iter(view.sources.place(place.path, place.span)), None) if place is not None else None


def _unit_graph(unit: str, path: str, session: Session, defects: list[Problem]) -> Graph | None:
    from sparkfix.workspace.graph import graph_of

    try:
        workloads = [item for item in workloads_of(session.workspace, unit) if _is_asked_for(item, session)]
        return graph_of(_title(unit, session), workloads) if workloads else None
    except Exception as error:
        defects.append(internal_problem(path, error))
        return None


def _is_asked_for(workload: Workload, session: Session) -> bool:
    """Does a workload, or one of the blocks that it reads, stand in the given files? Others are only context."""
    return not {workload.path, *(block.path for block in workload.blocks)}.isdisjoint(session.workspace.targets)


def _title(unit: str, session: Session) -> str:
    """`chart charts/spark`, as seen from the current folder."""
    kind, _, folder = unit.partition(":")
    return f"{kind} {session.shown(folder) or '.'}"


def _print(graphs: list[Graph], output_format: str, session: Session, out: Output) -> None:
    """Print the graphs; where there is none, programs that read the output still get a whole document."""
    from sparkfix.report.graph import graphs_dot, graphs_json, graphs_svg, graphs_text, locate_in

    locate = locate_in(session.source, session.shown)
    if output_format == "text":
        if graphs:
            out.say(graphs_text(graphs, locate, out.paint).removesuffix("\n"))
        return
    drawers = {"dot": graphs_dot, "svg": graphs_svg, "json": graphs_json}
    out.write(drawers[output_format](graphs, locate).encode())
