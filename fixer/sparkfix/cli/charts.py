"""Opening the chart that a user names, and saying in one line why it cannot be had or rendered."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sparkfix.helm.archive import ChartFiles, metadata
from sparkfix.helm.loading import chart_files, packed_chart
from sparkfix.model import SparkfixError
from sparkfix.workspace.find import find_files
from sparkfix.workspace.store import DiskStore, work_tree_above
from sparkfix.workspace.workspace import Workspace


@dataclass(frozen=True)
class OpenedChart:
    """A chart with the workspace that it is in, its folder there, and the values files that were named with it."""

    workspace: Workspace
    chart: ChartFiles
    folder: str
    values: tuple[str, ...]
    root: Path

    def notes(self) -> list[str]:
        """What was left out of the chart, for the user."""
        missing = [f"dependencies that are not in the repository: {', '.join(self.chart.missing)}"]
        return [f"note: {note}" for note in (*self.chart.notes, *(missing if self.chart.missing else ()))]

    def show(self, path: str) -> str:
        """A path of the workspace as seen from the current folder."""
        if os.path.isabs(path):
            return path
        file, separator, inside = path.partition(":") if ".tgz:" in path else (path, "", "")
        return Path(os.path.relpath(self.root / file)).as_posix() + separator + inside


def open_chart(path: Path, values: Sequence[Path], *, whole: bool = False) -> OpenedChart:
    """Read a chart's folder or package, and the values files; with `whole` also find the repository's files.

    Raises `SparkfixError` for what cannot be read and for a folder without a chart.

    A chart may use what is in its repository (links, `file://` dependencies), or in the current folder if that holds
    it, and nothing beyond.
    """
    real = Path(os.path.realpath(path))
    if not real.exists():
        raise SparkfixError(f"{path}: no such file or folder")
    root = _root(real)
    given = {_name(Path(os.path.realpath(file)), root): _bytes(file) for file in values}
    workspace = Workspace(DiskStore(root), find_files([root], root).files if whole else (), given)
    if real.is_file():
        chart = packed_chart(_bytes(path), _name(real, root))
        folder = ""
    else:
        folder = "" if real == root else real.relative_to(root).as_posix()
        chart = chart_files(workspace.data, workspace.store.names, folder, workspace.store.outside)
    if "Chart.yaml" not in chart.contents:
        raise SparkfixError(f"{path}: not a chart, as it has no Chart.yaml")
    if metadata(chart.contents).get("type") == "library":
        raise SparkfixError(f"{path}: a library chart, which renders only as a part of others")
    return OpenedChart(workspace, chart, folder, tuple(given), root)


def require_rendered(opened: OpenedChart, error: str) -> None:
    """Raise `SparkfixError` with Helm's message, and what is missing, for a chart that did not render."""
    if error:
        missing = ", ".join(opened.chart.missing)
        hint = f" (dependencies that are not in the repository: {missing})" if missing else ""
        raise SparkfixError(f"{opened.chart.name}: {error}{hint}")


def _root(real: Path) -> Path:
    here = Path.cwd().resolve()
    folder = real if real.is_dir() else real.parent
    repository = work_tree_above(folder)
    if repository is not None:
        return repository
    return here if folder == here or here in folder.parents else folder


def _name(real: Path, root: Path) -> str:
    return real.relative_to(root).as_posix() if root in real.parents else real.as_posix()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SparkfixError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
