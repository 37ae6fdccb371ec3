"""Charts in memory for the tests of rendering."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping

from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.loading import chart_files
from sparkfix.helm.renderer import Job, Renderer
from sparkfix.helm.sourcemap import Mapped, map_sources
from sparkfix.workspace.store import MemoryStore

CHART = "apiVersion: v2\nname: demo\nversion: 0.1.0\n"


def chart(files: Mapping[str, str | bytes], folder: str = "") -> ChartFiles:
    """A chart from files of a workspace; `Chart.yaml` is added where it is missing."""
    start = f"{folder}/" if folder else ""
    contents = {start + "Chart.yaml": CHART, **files}
    store = MemoryStore({path: text.encode() if isinstance(text, str) else text for path, text in contents.items()})
    return chart_files(store.read, store.names, folder)


def mapped(renderer: Renderer, files: Mapping[str, str | bytes], job: Job | None = None) -> Mapped:
    """A chart rendered with sources."""
    [found] = map_sources(renderer, chart(files), [job or Job()])
    assert found.rendering.error == ""
    return found


def sources(found: Mapped, file: str) -> list[str]:
    """Each rendered line as `text <- path:line [callers]`, `?` for no source."""
    lines = []
    for line in found.files[file]:
        source = f"{line.source.path}:{line.source.line}" if line.source else "?"
        callers = " ".join(f"{caller.path}:{caller.line}" for caller in line.callers)
        lines.append(f"{line.text} <- {source}" + (f" [{callers}]" if callers else ""))
    return lines


def packed(name: str, files: Mapping[str, str]) -> bytes:
    """A `.tgz` of a chart."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()
