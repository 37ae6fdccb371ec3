"""What all commands share: opening a workspace, printing, colours, and how a run ends."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sparkfix.engine.check import problems_in
from sparkfix.model import Finding, Problem, Severity, SparkfixError
from sparkfix.text.source import SourceText
from sparkfix.workspace.ahead import read_ahead
from sparkfix.workspace.find import Found, find_files, root_for, seen_from
from sparkfix.workspace.store import DiskStore, work_tree_above
from sparkfix.workspace.workspace import Workspace

if TYPE_CHECKING:
    from sparkfix.git.repository import Repository

_STYLES = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan"},
    "path": {"bold": True},
    "dim": {"fg": "bright_black"},
    "good": {"fg": "green"},
}  # fmt: skip


@dataclass(frozen=True)
class Output:
    """Where a command prints: `say` for results and `tell` for messages; `quiet` silences messages."""

    colour: bool
    quiet: bool
    messages_on_error: bool = False

    def paint(self, text: str, style: str) -> str:
        if not self.colour:
            return text
        import typer

        return typer.style(text, **_STYLES[style])  # type: ignore[arg-type]

    def say(self, text: str) -> None:
        """A result, on standard output."""
        sys.stdout.write(_printable(text, sys.stdout.encoding) + "\n")

    def write(self, data: bytes) -> None:
        """Bytes as they are, on standard output."""
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def tell(self, text: str) -> None:
        """A message: on standard output, or on standard error where that is kept for a diff."""
        if self.quiet:
            return
        stream = sys.stderr if self.messages_on_error else sys.stdout
        stream.write(_printable(text, stream.encoding) + "\n")

    def insist(self, text: str) -> None:
        """A message that is told also if quiet: then on standard error."""
        (self.warn if self.quiet else self.tell)(text)

    def warn(self, text: str) -> None:
        """A message that `--quiet` does not silence, on standard error."""
        sys.stderr.write(_printable(text, sys.stderr.encoding) + "\n")


def _printable(text: str, encoding: str | None) -> str:
    """The text with whatever the terminal cannot show escaped."""
    name = encoding or "utf-8"
    return text.encode(name, "backslashreplace").decode(name)


def output(*, no_color: bool, quiet: bool, messages_on_error: bool = False) -> Output:
    colour = sys.stdout.isatty() and not no_color and not os.environ.get("NO_COLOR")
    return Output(colour, quiet, messages_on_error)


@dataclass(frozen=True)
class Session:
    """An opened workspace: its files, and what could not be read on the way. `asked` are the files and folders that were
    named, below its root."""

    workspace: Workspace
    found: Found
    stdin: bytes | None = None
    asked: tuple[str, ...] = ("",)
    _repositories: dict[Path, Repository | None] = field(default_factory=dict, repr=False, compare=False)

    def source(self, path: str) -> SourceText | None:
        """A file under the name that people see it by: relative to the current folder."""
        data = self.workspace.data(path)
        return SourceText(self.shown(path), data) if data is not None else None

    def shown(self, path: str) -> str:
        """A path of the workspace as seen from the current folder."""
        return shown_from(Path.cwd(), self.found.root, path)

    def patch_path(self, path: str) -> str:
        """A path as a patch names it: from the top of the work tree that the current folder is in.

        What is outside of that gets a path that leads out, which no tool applies by mistake.
        """
        here = Path.cwd()
        repository = self._repository_at(here)
        top = repository.root if repository is not None else here
        target = self.found.root / path
        inside = target.is_relative_to(top)
        return target.relative_to(top).as_posix() if inside else shown_from(top, self.found.root, path)

    def repository(self, path: str) -> Repository | None:
        """The git work tree that a file of the workspace is in."""
        return self._repository_at((self.found.root / path).parent if path else self.found.root)

    def _repository_at(self, folder: Path) -> Repository | None:
        from sparkfix.git.repository import find_repository

        if folder not in self._repositories:
            self._repositories[folder] = find_repository(folder)
        return self._repositories[folder]

    def problems(self, more: Sequence[Problem] = (), words: Sequence[bytes] = ()) -> tuple[Problem, ...]:
        """What was not understood of files with all `words`, `more` included, with paths as people see them."""
        return tuple(replace(problem, path=self.shown(problem.path)) for problem in self._problems(more, words))

    def unreadable(self, more: Sequence[Problem] = (), words: Sequence[bytes] = (), *, strict: bool) -> int:
        """Exit code for files that were not understood: 2 if one was named by hand, or with `strict`; else 0."""
        found = self._problems(more, words)
        return 2 if found and (strict or any(item.path in self.found.named for item in found)) else 0

    @property
    def bounded(self) -> bool:
        """May kustomizations outside of the root build on one in it, and nothing tells where to look for them?"""
        from sparkfix.workspace.kustomize.kustomization import NAMES

        root = self.found.root
        at_edge = any((folder / name).is_file() for folder in (root, *root.parents) for name in NAMES)
        return at_edge and work_tree_above(root) is None

    def _problems(self, more: Sequence[Problem], words: Sequence[bytes]) -> tuple[Problem, ...]:
        return tuple(dict.fromkeys((*self.found.problems, *problems_in(self.workspace, words), *more)))

    def after(self, workspace: Workspace) -> Session:
        return replace(self, workspace=workspace)


def shown_from(folder: Path, root: Path, path: str) -> str:
    """A path below `root` as seen from another folder."""
    return path if folder == root else Path(os.path.relpath(root / path, folder)).as_posix()


def open_session(
    paths: Sequence[Path], *, spark_version: str | None = None, stdin_filename: str | None = None
) -> Session:
    """Find and open the files below `paths`, or standard input where the path is `-`.

    Raises `SparkfixError` for paths that cannot be read and for a bad version.
    """
    version = _version(spark_version) if spark_version is not None else ""
    here = Path.cwd()
    if [str(path) for path in paths] == ["-"]:
        if not stdin_filename:
            raise SparkfixError("reading standard input needs --stdin-filename, which says what kind of file it is")
        if sys.stdin is None:
            raise SparkfixError("standard input is closed")
        root = root_for([Path(stdin_filename)], here)
        name = Path(os.path.realpath(stdin_filename)).relative_to(root).as_posix()
        data = sys.stdin.buffer.read()
        found = _with_all_that_builds_on(Found(root, (name,), frozenset({name})))
        edited = {found.files[0]: data}
        return Session(Workspace(DiskStore(found.root), found.files, edited, found.named, version), found, data)
    if stdin_filename is not None:
        raise SparkfixError("--stdin-filename goes with the path `-`")
    found = find_files(paths or [Path()], here)
    read_ahead(found.root, found.files)
    found = _with_all_that_builds_on(found)
    asked = tuple(_below(found.root, path) for path in paths or [Path()])
    return Session(Workspace(DiskStore(found.root), found.files, {}, found.named, version), found, asked=asked)


def _below(root: Path, path: Path) -> str:
    """A path as seen from a folder above it; empty for the folder itself."""
    seen = Path(os.path.realpath(path)).relative_to(root).as_posix()
    return "" if seen == "." else seen


def _with_all_that_builds_on(found: Found) -> Found:
    """The files as seen from the top of their git work tree, where overlays or releases elsewhere may build on them."""
    top = work_tree_above(found.root)
    if top is None or top == found.root:
        return found
    from sparkfix.workspace.kustomize import has_kustomizations

    seen = seen_from(found, top)
    workspace = Workspace(DiskStore(top), seen.files)
    charts = any(workspace.chart_of(path) is not None for path in seen.files)
    return seen if charts or has_kustomizations(workspace) else found


def _version(text: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+){1,2}", text):
        raise SparkfixError(f"--spark-version {text}: write it as 3.5 or 3.5.7")
    return text


def release_of(spark_version: str | None) -> tuple[int, ...]:
    """The numbers of a version that was given; empty if none was. Raises `SparkfixError` for a bad one."""
    return tuple(int(part) for part in _version(spark_version).split(".")) if spark_version is not None else ()


def pairs(values: Sequence[str], option: str) -> dict[str, str]:
    """`KEY=VALUE` options as a mapping. Raises `SparkfixError` where one has no `=`."""
    found = {}
    for value in values:
        key, separator, rest = value.partition("=")
        if not separator or not key:
            raise SparkfixError(f"{option} {value}: write it as KEY=VALUE")
        found[key] = rest
    return found


def names(values: Sequence[str] | None, option: str) -> list[str]:
    """Comma-separated names of repeated options as one list. Raises `SparkfixError` for an option that names nothing."""
    found = [name.strip() for value in values or () for name in value.split(",") if name.strip()]
    if values and not found:
        raise SparkfixError(f"{option}: name at least one rule")
    return found


def fails(findings: Sequence[Finding]) -> bool:
    """Is anything at or above warning among the findings?"""
    return any(item.severity in (Severity.ERROR, Severity.WARNING) and item.listed for item in findings)
