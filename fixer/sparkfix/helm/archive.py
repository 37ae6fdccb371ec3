"""A chart as Helm gets to see it: the contents of its files, and where each of them stands in the workspace."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparkfix.formats.yaml.tolerant import load_plain

LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ChartFiles:
    """A chart with its subcharts: contents by path inside the chart, and where each file stands in the workspace.

    Packed subcharts are unpacked; a file of theirs stands at `charts/x-1.0.tgz:templates/a.yaml`. `missing` are the
    dependencies that are neither vendored nor in the repository; `notes` say what was left out, and why.
    """

    name: str
    contents: Mapping[str, bytes]
    places: Mapping[str, str]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def templates(self) -> dict[str, str]:
        """The texts of all templates and partials, subcharts included, that are UTF-8."""
        found = {}
        for path, content in self.contents.items():
            if is_template(path):
                try:
                    found[path] = content.decode("utf-8")
                except UnicodeDecodeError:
                    continue
        return found

    def archive(self, replaced: Mapping[str, str] | None = None, without: Collection[str] = ()) -> bytes:
        """The chart as a `.tgz`, with some files' texts replaced, and without some files."""
        changed = replaced or {}
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for path, content in self.contents.items():
                if path in without:
                    continue
                data = changed[path].encode() if path in changed else content
                entry = tarfile.TarInfo(f"{self.name}/{path}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        # Without a time in it, so that equal charts are equal bytes.
        return gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0)


def is_template(path: str) -> bool:
    """Does a path inside a chart name a template of it or of a subchart?"""
    inside = path[len(chart_prefix(path)) :]
    return inside.startswith("templates/")


def chart_prefix(path: str) -> str:
    """The folder of the chart that a file of a chart belongs to: empty for the top one, else `charts/x/`."""
    parts = path.split("/")
    depth = 0
    while len(parts) > depth + 2 and parts[depth] == "charts":
        depth += 2
    return "".join(part + "/" for part in parts[:depth])


def metadata(contents: Mapping[str, bytes], prefix: str = "") -> Mapping[str, Any]:
    """The `Chart.yaml` of a chart or subchart; empty if it has none that can be read."""
    return as_map(contents.get(f"{prefix}Chart.yaml"))


def as_map(data: bytes | None) -> Mapping[str, Any]:
    """A YAML file that should hold a map; empty where it does not."""
    found = load_plain(data) if data else None
    return found if isinstance(found, dict) else {}


def dependencies(contents: Mapping[str, bytes], prefix: str = "") -> Iterator[Mapping[str, Any]]:
    """The dependencies that a chart names, in `Chart.yaml` or the older `requirements.yaml`, each with a `name`."""
    for source in ("Chart.yaml", "requirements.yaml"):
        listed = as_map(contents.get(prefix + source)).get("dependencies")
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, dict) and isinstance(item.get("name"), str):
                yield item


def subcharts(contents: Mapping[str, bytes], prefix: str = "") -> dict[str, str]:
    """The charts directly inside a chart: prefix (`charts/x/`) to name."""
    start = f"{prefix}charts/"
    found = {}
    for path in contents:
        if path.startswith(start) and path.endswith("/Chart.yaml") and path.count("/") == start.count("/") + 1:
            inner = path.removesuffix("Chart.yaml")
            found[inner] = str(metadata(contents, inner).get("name") or inner.split("/")[-2])
    return found
