"""`render`: a chart's manifests as Helm makes them, each line with its source if asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sparkfix.cli import options as opt
from sparkfix.cli.session import Output, output
from sparkfix.model import SparkfixError

if TYPE_CHECKING:
    from sparkfix.cli.charts import OpenedChart
    from sparkfix.helm.values import ValuesSet

Chart = Annotated[Path, typer.Argument(metavar="CHART", help="A chart's folder, or a chart packed as .tgz.")]
Values = Annotated[list[Path] | None, typer.Option("--values", "-f", metavar="FILE", help="Values file, repeatable.")]
SetValue = Annotated[list[str] | None, typer.Option("--set", metavar="K=V", help="Set a value, as Helm's --set does.")]
Name = Annotated[str, typer.Option("--name", help="The release's name.")]
Namespace = Annotated[str, typer.Option("--namespace", help="The release's namespace.")]
Annotate = Annotated[bool, typer.Option("--annotate", help="Show the source of each line beside it.")]
Explore = Annotated[
    int | None,
    typer.Option(
        "--explore", metavar="N", min=0, help="Tell which arms of templates values reach; derive up to N sets."
    ),
]
Format = Annotated[str, typer.Option("--output-format", metavar="text|json", help="How to print.")]


def render(
    chart: Chart,
    values: Values = None,
    set_: SetValue = None,
    name: Name = "release-name",
    namespace: Namespace = "default",
    annotate: Annotate = False,
    explore: Explore = None,
    output_format: Format = "text",
    quiet: opt.Quiet = False,
) -> None:
    """Print a chart's manifests as Helm renders them, or which arms of its templates values reach. Writes nothing."""
    # Rendering is imported by what renders, so that all other commands start without it.
    from sparkfix.cli.charts import open_chart, require_rendered
    from sparkfix.helm.manifests import manifests, printed
    from sparkfix.helm.renderer import Renderer
    from sparkfix.helm.sourcemap import Mapped, add_sources
    from sparkfix.helm.values import ValuesSet
    from sparkfix.report.rendering import annotated, rendering_json
    from sparkfix.workspace.kustomize.charts import is_release_name

    if output_format not in ("text", "json"):
        raise SparkfixError(f"--output-format {output_format}: it must be text or json")
    if not is_release_name(name):
        raise SparkfixError(
            f"--name {name}: Helm takes lower-case letters, digits, - and . for the name of a release, 53 at most"
        )
    out = output(no_color=True, quiet=quiet, messages_on_error=True)
    opened = open_chart(chart, values or [], whole=explore is not None)
    given = ValuesSet("given", opened.values, sets=tuple(set_ or ()), release=name, namespace=namespace)
    if explore is not None:
        _explore(opened, given, explore, out, as_json=output_format == "json")
        return
    job = given.job(opened.workspace.data)
    with Renderer() as renderer:
        [plain] = renderer.render(opened.chart.archive(), [job])
        require_rendered(opened, plain.error)
        mapped = Mapped(plain, {})
        if annotate or output_format == "json":
            [mapped] = add_sources(renderer, opened.chart, [job], [plain])
    found = manifests(plain.files)
    if output_format == "json":
        out.write(rendering_json(found, mapped, opened.show).encode())
    else:
        texts = [annotated(item, mapped, opened.show) for item in found] if annotate else [printed(found)]
        out.write("".join(texts).encode())
    for note in opened.notes():
        out.tell(note)
    faults = [item for item in found if not item.is_yaml]
    for item in faults:
        out.warn(f"{item.file}: the manifest from line {item.first + 1} on is not YAML, and Helm refuses it")
    raise typer.Exit(2 if faults else 0)


def _explore(opened: OpenedChart, given: ValuesSet, most: int, out: Output, *, as_json: bool) -> None:
    """Print the arms of a chart's templates, over all values sets that the repository has for it."""
    from sparkfix.cli.charts import require_rendered
    from sparkfix.helm.explore import explore
    from sparkfix.helm.releases import find_releases
    from sparkfix.helm.renderer import Renderer
    from sparkfix.helm.values import refused_files, values_sets
    from sparkfix.report.arms import explored_json, explored_text

    releases = find_releases(opened.workspace)
    sets = values_sets(opened.workspace, opened.folder, releases.releases, given)
    with Renderer() as renderer:
        found = explore(renderer, opened.chart, sets, opened.workspace.data, most)
    if len(found.errors) == len(sets):
        require_rendered(opened, next(iter(found.errors.values())))
    text = explored_json(found, opened.show) if as_json else explored_text(found, sets, opened.show)
    out.write(text.encode())
    refused = refused_files(opened.workspace, opened.folder, releases.releases, given)
    unused = (f"{opened.show(file)} is not used as values: {reason}" for file, reason in refused.items())
    for note in (*opened.notes(), *(f"note: {note}" for note in (*releases.notes, *unused))):
        out.tell(note)
