"""`show`: what Spark ends up with, key by key, where each value is set and what it overrode."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sparkfix.cli import options as opt
from sparkfix.cli.proof import Rendering, rendering_for, tell_notes
from sparkfix.cli.session import Output, Session, open_session, output, release_of
from sparkfix.cli.snapshot import session_at
from sparkfix.cli.write import recover_before
from sparkfix.engine.effective import Shown, shown_workloads
from sparkfix.model import Problem, Role, SparkfixError, SparkVersion
from sparkfix.report.effective import changes_json, changes_text, compared, effective_json, effective_text
from sparkfix.report.effective.words import Means
from sparkfix.report.text import plural, problem_text
from sparkfix.text.similar import nearest

_FORMATS = ("text", "json")
_VALUES = (".yaml", ".yml", ".json")
_DEFAULT_VALUES = "default values"

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[WORKLOAD|PATH]...", help="Workloads by name, and files and folders to look at.", show_default=False
    ),
]
Key = Annotated[list[str] | None, typer.Option("--key", metavar="KEY", help="Only this property; repeatable.")]
Format = Annotated[str, typer.Option("--output-format", metavar="text|json", help="How to print.")]
TypedCommand = Annotated[
    str | None,
    typer.Option("--command", metavar="'spark-submit …'", help="Show what this command comes to, started here."),
]
DiffWith = Annotated[
    str | None,
    typer.Option(
        "--diff-with",
        metavar="FILE|REF",
        help="Show what differs from another values file, or from a git commit or branch.",
    ),
]


def show(
    names: Names = None,
    key: Key = None,
    output_format: Format = "text",
    command: TypedCommand = None,
    diff_with: DiffWith = None,
    spark_version: opt.SparkVersion = None,
    strict: opt.Strict = False,
    no_color: opt.NoColor = False,
    quiet: opt.Quiet = False,
    stdin_filename: opt.StdinFilename = None,
    no_render: opt.NoRender = False,
    values: opt.ValuesFiles = None,
    no_cache: opt.NoCache = False,
) -> None:
    """Show what Spark ends up with, and where each value is set. Writes nothing."""
    if output_format not in _FORMATS:
        raise SparkfixError(f"--output-format {output_format}: it must be text or json")
    out = output(no_color=no_color, quiet=quiet, messages_on_error=True)
    keys = tuple(dict.fromkeys(key or ()))
    if command is not None:
        if names or diff_with is not None or values:
            raise SparkfixError("--command shows one launch: it goes with no workloads, paths, values or --diff-with")
        _show_command(command, keys, output_format, spark_version, out)
        return
    paths, wanted = _told_apart(names or [])
    session = open_session(paths, spark_version=spark_version, stdin_filename=stdin_filename)
    recover_before(session, out, writing=False)
    # Derived values are nobody's: nothing is shown of them, so none are looked for.
    rendering = Rendering(not no_render, tuple(values or ()), cached=not no_cache, explored=0)
    defects: list[Problem] = []
    items, unseen = _collected(session, rendering, out, defects, strict=strict)
    if diff_with is not None:
        _show_difference(diff_with, session, rendering, items, wanted, keys, output_format, out)
    shown = [_only(item, keys) for item in _named(items, wanted)]
    means = Means(session.source, session.shown, out.paint)
    if output_format == "json":
        out.write(effective_json(shown, keys, means).encode())
    elif shown:
        out.say(effective_text(shown, keys, means))
    if not shown:
        out.tell("no Spark workload found")
    code = session.unreadable(defects, strict=strict) or unseen
    for problem in session.problems(defects):
        (out.warn if code else out.tell)(problem_text(problem))
    raise typer.Exit(code)


def _told_apart(names: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Paths that exist (or `-`), and names of workloads."""
    paths = [name for name in names if name == "-" or os.path.lexists(name)]
    return [Path(name) for name in paths], [name for name in names if name not in paths]


def _collected(
    session: Session, rendering: Rendering, out: Output, defects: list[Problem], *, strict: bool
) -> tuple[list[Shown], int]:
    """All workloads with settings, and the exit code for what could not be rendered."""
    with rendering_for(session, rendering) as renders:
        found = list(shown_workloads(session.workspace, renders.views, defects))
    unseen = tell_notes(renders, out, strict=strict)
    return [
        item for item in found if item.effective.properties or item.effective.unread or item.role is not Role.UNKNOWN
    ], unseen


def _named(items: Sequence[Shown], wanted: Sequence[str]) -> list[Shown]:
    """The workloads with these names, or all. Raises `SparkfixError` for a name that none has."""
    for name in wanted:
        if not any(name in item.names for item in items):
            known = {item.name for item in items}
            what = "no such file or folder, and no workload of this name" if "/" in name else "no workload of this name"
            raise SparkfixError(f"{name}: {what}{nearest(name, known) or _listed(known)}")
    return [item for item in items if not wanted or set(wanted) & set(item.names)]


def _listed(known: set[str]) -> str:
    some = ", ".join(f"`{name}`" for name in sorted(known)[:5])
    return f" (there are {some}{', …' if len(known) > 5 else ''})" if known else ""


def _only(item: Shown, keys: Sequence[str]) -> Shown:
    """The workload with these keys alone, or with all."""
    if not keys:
        return item
    found = item.effective
    kept = replace(
        found,
        properties=tuple(one for one in found.properties if one.setting.key in keys),
        unread=tuple(one for one in found.unread if one.setting.key in keys),
    )
    return replace(item, effective=kept)


def _show_command(
    command: str, keys: Sequence[str], output_format: str, spark_version: str | None, out: Output
) -> None:
    """Show what a typed launch comes to, with the files that it names as seen from here."""
    from sparkfix.workspace.typed import typed_launch

    typed = typed_launch(command, _read, os.environ, release_of(spark_version))
    version = SparkVersion(spark_version, "--spark-version") if spark_version else None
    item = Shown(typed.program, "", Role.UNKNOWN, typed.where, "", version, typed.effective)
    means = Means(typed.sources.get, paint=out.paint)
    shown = [_only(item, keys)]
    text = effective_json(shown, keys, means) if output_format == "json" else effective_text(shown, keys, means) + "\n"
    out.write(text.encode("utf-8", "backslashreplace"))


def _read(path: str) -> bytes | None:
    try:
        return Path(path.removeprefix("file://")).read_bytes()
    except (OSError, ValueError):
        return None


def _show_difference(
    other: str, session: Session, rendering: Rendering, items: Sequence[Shown], wanted: Sequence[str],
    keys: Sequence[str], output_format: str, out: Output,
) -> None:  # fmt: skip
    """Show what differs between another state and this one, and end: 1 if something does."""
    by_values = Path(other).is_file() and other.endswith(_VALUES)
    if by_values:
        if not rendering.wanted or not any(
            session.workspace.chart_of(path) is not None for path in session.found.files
        ):
            raise SparkfixError(
                f"--diff-with {other}: values files are compared by rendering charts, and none is rendered"
            )
        elsewhere = session
        changed = replace(rendering, values=(Path(other),))
        before, _ = _collected(elsewhere, changed, replace(out, quiet=True), [], strict=False)
        before, after = _with_values(before, (Path(other),), session), _with_values(items, rendering.values, session)
    else:
        elsewhere = session_at(session, other)
        before, _ = _collected(elsewhere, rendering, replace(out, quiet=True), [], strict=False)
        after = list(items)
    _named([*before, *after], wanted)
    kept = [
        [_only(item, keys) for item in side if not wanted or set(wanted) & set(item.names)] for side in (before, after)
    ]
    changes = compared(*kept, same_values=not by_values)
    then, now = (Means(one.source, one.shown, out.paint) for one in (elsewhere, session))
    if output_format == "json":
        out.write(changes_json(changes, then, now).encode())
    elif changes:
        out.say(changes_text(changes, then, now))
    out.tell(f"{plural(len(changes), 'workload')} differ" + ("s" if len(changes) == 1 else ""))
    raise typer.Exit(int(bool(changes)))


def _with_values(items: Sequence[Shown], files: Sequence[Path], session: Session) -> list[Shown]:
    """The workloads as charts with these values files make them; with none as their default values do."""
    root = session.found.root
    name = ", ".join(Path(os.path.relpath(file.resolve(), root)).as_posix() for file in files) or _DEFAULT_VALUES
    found = [item for item in items if item.values == name]
    # A file that says nothing new is rendered as the default values are.
    return found or [item for item in items if item.values == _DEFAULT_VALUES]
