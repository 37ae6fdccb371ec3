"""The sets of values that a chart is rendered with: its defaults, files beside it, and what the repository deploys."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sparkfix.formats.yaml.plain import NotYaml, load_all
from sparkfix.formats.yaml.tolerant import load_plain
from sparkfix.helm.inline import Data, Inline
from sparkfix.helm.protocol import merged
from sparkfix.helm.releases import Release
from sparkfix.helm.renderer import Job
from sparkfix.workspace.workspace import Workspace

_BESIDE = re.compile(r"(values[-.].+|.+-values)\.ya?ml")
_CI = re.compile(r".+\.ya?ml")

_LONGEST_NAME = 100
_NAMED = 3


@dataclass(frozen=True, slots=True)
class ValuesSet:
    """Values under a name that users know: files (workspace paths) in order, then `inline` YAML texts, then `--set`.

    `inline_at` tells where some of the texts stand, which then counts. `strings` are what `--set-string` takes; `values`
    win over all of these and are there in `derived` sets only.
    `deployed` says that a release is known to use them, in its namespace; `path` is the file that says so.
    """

    name: str
    files: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    release: str = "release-name"
    namespace: str = "default"
    derived: bool = False
    deployed: bool = False
    inline_at: tuple[Inline | None, ...] = ()
    path: str = ""

    @property
    def bare(self) -> bool:
        """Is it the chart with nothing given to it?"""
        return not (self.files or self.inline or self.sets or self.strings or self.values or self.deployed)

    @property
    def sources(self) -> tuple[str, ...]:
        """The files that hold its values."""
        return (*self.files, *(at.path for at in self.inline_at if at is not None))

    def inlined(self, data: Data) -> Iterator[tuple[str, Inline | None]]:
        """Each inline text as the files have it now, and where it stands."""
        for text, at in itertools.zip_longest(self.inline, self.inline_at):
            yield (at.text(data) if at is not None else text), at

    @property
    def label(self) -> str:
        """The name, cut short where it lists many values."""
        parts = self.name.split(", ")
        if not self.derived or len(self.name) <= _LONGEST_NAME or len(parts) <= _NAMED:
            return self.name
        return f"{', '.join(parts[:_NAMED])} and {len(parts) - _NAMED} more"

    def job(self, data: Data) -> Job:
        """The rendering that this set asks for; `data` gives the bytes of files. Files that are gone count as empty."""
        texts = [(data(file) or b"").decode("utf-8-sig", "replace") for file in self.files]
        inline = (text for text, _ in self.inlined(data))
        return Job((*texts, *inline), self.sets, self.strings, self.values, self.release, self.namespace)


def values_sets(
    workspace: Workspace, chart: str, releases: Iterable[Release] = (), given: ValuesSet | None = None
) -> tuple[ValuesSet, ...]:
    """The values sets of the chart in folder `chart`, each content once: the first name stays.

    Default values come first, then `given`, then files beside `Chart.yaml` (`values-*.yaml`, `values.*.yaml`,
    `*-values.yaml`, `ci/*.yaml`), then what `releases` name for this chart (see `sparkfix.helm.releases`). Those with a
    file that Helm refuses are left out, see `refused_files`.
    """
    every = _every_set(workspace, chart, releases, given)
    refused = _refused(every, workspace.data)
    return tuple(_distinct([item for item in every if refused.keys().isdisjoint(item.files)], workspace.data))


def refused_files(
    workspace: Workspace, chart: str, releases: Iterable[Release] = (), given: ValuesSet | None = None
) -> dict[str, str]:
    """The values files of a chart that Helm refuses, each with the reason."""
    return _refused(_every_set(workspace, chart, releases, given), workspace.data)


def _refused(sets: Iterable[ValuesSet], data: Data) -> dict[str, str]:
    files = dict.fromkeys(file for item in sets for file in item.files)
    return {file: reason for file in files if (reason := _why_no_values(data(file) or b""))}


@lru_cache(maxsize=256)
def _why_no_values(data: bytes) -> str:
    """Why a file holds no values: it is not YAML, or no map; empty if it does, or is empty."""
    try:
        found = load_all(data, old_booleans=True)
    except NotYaml as error:
        return f"not YAML in line {error.line}: {error}" if error.line else f"not YAML: {error}"
    return "not a map in YAML" if found and not isinstance(found[0], dict) else ""


def _every_set(
    workspace: Workspace, chart: str, releases: Iterable[Release], given: ValuesSet | None
) -> list[ValuesSet]:
    found = [ValuesSet("default values"), *([given] if given else [])]
    found += [ValuesSet(file, (_join(chart, file),)) for file in files_beside(workspace, chart)]
    found += [set_of(release) for release in releases if release.chart == chart]
    return found


def files_beside(workspace: Workspace, chart: str) -> Iterator[str]:
    """The values files that a chart ships besides its defaults, by their paths inside the chart."""
    for name, is_folder in workspace.store.names(chart):
        if not is_folder and _BESIDE.fullmatch(name):
            yield name
    for name, is_folder in workspace.store.names(_join(chart, "ci")):
        if not is_folder and _CI.fullmatch(name):
            yield f"ci/{name}"


def top_chart(workspace: Workspace, chart: str) -> str:
    """The chart that carries this one in its `charts/`, directly or not; itself if none does."""
    parts = chart.split("/")
    if len(parts) >= 2 and parts[-2] == "charts":
        outer = "/".join(parts[:-2])
        if workspace.store.exists(_join(outer, "Chart.yaml")):
            return top_chart(workspace, outer)
    return chart


def set_of(release: Release) -> ValuesSet:
    """The values set of a release."""
    return ValuesSet(
        f"release {release.name} in {release.path}",
        release.files,
        release.inline,
        release.sets,
        release.strings,
        release=release.name,
        namespace=release.namespace,
        deployed=True,
        inline_at=release.inline_at,
        path=release.path,
    )


def _distinct(sets: Sequence[ValuesSet], data: Data) -> Iterator[ValuesSet]:
    seen = set()
    for item in sets:
        job = item.job(data)
        merge: dict[str, Any] = {}
        for text in job.texts:
            values = load_plain(text.encode())
            merge = merged(merge, values if isinstance(values, dict) else {})
        content = json.dumps(merged(merge, job.values), sort_keys=True, default=str)
        key = (content, job.sets, job.strings, job.name, job.namespace)
        if key not in seen:
            seen.add(key)
            yield item


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
