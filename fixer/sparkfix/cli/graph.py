"""`graph`: what runs, what it reads, who leads to it and what it may do, drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from sparkfix.cli import options as opt
from sparkfix.cli.session import Output, Session, open_session, output
from sparkfix.cli.write import recover_before
from sparkfix.engine.unit import units_of
from sparkfix.formats.document import internal_problem
from sparkfix.model import Graph, Problem, SparkfixError, Workload
from sparkfix.report.text import problem_text
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
) -> None:
    """Draw what runs, what it reads and what it may do. Writes nothing."""
    if output_format not in FORMATS:
        raise SparkfixError(f"--output-format {output_format}: it must be {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    session = open_session(paths or [], spark_version=spark_version, stdin_filename=stdin_filename)
    out = output(no_color=no_color, quiet=quiet, messages_on_error=True)
    recover_before(session, out, writing=False)
    defects: list[Problem] = []
    graphs = list(graphs_of(session, defects))
    _print(graphs, output_format, session, out)
    if not graphs:
        out.tell("no Spark workload found")
    code = session.unreadable(defects, strict=strict)
    for problem in session.problems(defects):
        (out.warn if code else out.tell)(problem_text(problem))
    raise typer.Exit(code)


def graphs_of(session: Session, defects: list[Problem]) -> Iterator[Graph]:
    """One graph for each chart or folder with a Spark workload in the files that were asked for.

    What raises in one of them is added to `defects`, and the others are still drawn.
    """
    for unit, paths in units_of(session.workspace).items():
        found = _unit_graph(unit, paths[0], session, defects)
        if found is not None:
            yield found


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
