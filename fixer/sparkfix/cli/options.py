"""The options that commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Files and folders to look at; `-` reads standard input.", show_default=False),
]
Select = Annotated[list[str] | None, typer.Option("--select", help="Only these rules, separated by commas.")]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", help="All rules but these, separated by commas.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="K=V", help="Set an option of a rule, such as image=busybox:1.37.")
]
SparkVersion = Annotated[
    str | None, typer.Option("--spark-version", help="The Spark version, instead of what the files tell.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 2 if any file is not understood.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever was found.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours, also on a terminal.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only results, no messages.")]
StdinFilename = Annotated[str | None, typer.Option("--stdin-filename", help="What file standard input is.")]
Solution = Annotated[
    int | None,
    typer.Option("--solution", metavar="N", help="Take the N-th solution of the findings that have one, safe or not."),
]
UnsafeFixes = Annotated[bool, typer.Option("--unsafe-fixes", help="Make unsafe fixes, too.")]
CommentOut = Annotated[bool, typer.Option("--comment-out", help="Comment out instead of removing.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the diff, write nothing.")]
Commit = Annotated[bool, typer.Option("--commit", help="Commit the changes, one commit per rule.")]
Branch = Annotated[str | None, typer.Option("--branch", help="With --commit: create this branch and commit there.")]
Message = Annotated[str | None, typer.Option("--message", "-m", help="With --commit: the first line of the message.")]
AllowDirty = Annotated[bool, typer.Option("--allow-dirty", help="Also change files that hold uncommitted changes.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="KEY=VALUE",
        help="Only where this property has this value, or spark-version=3.5; all that are given must hold.",
    ),
]
Kind = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="Edit a field of all resources of this kind, named by its path: spec.sparkVersion, spec.deps.jars.0.",
    ),
]
NoRender = Annotated[
    bool,
    typer.Option("--no-render", help="Do not render charts: look at templates only, and prove nothing by rendering."),
]
ValuesFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--values", "-f", metavar="FILE", help="Render with these values files, too; repeatable, merged in order."
    ),
]
Rendered = Annotated[
    bool, typer.Option("--rendered", help="Also show what changes in the rendered manifests, as comments.")
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Keep no renderings for later runs, and use none of earlier.")
]
Explore = Annotated[
    int | None,
    typer.Option(
        "--explore", metavar="N", min=0, help="Derive up to N sets of values for arms that none reaches; 16 by default."
    ),
]
