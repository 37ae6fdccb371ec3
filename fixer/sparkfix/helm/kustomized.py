"""Charts of this repository that kustomizations inflate, as releases.

The order of values is kustomize's (see `sparkfix.workspace.kustomize.charts`): the values file with the inline values
merged into it or under it, then the additional files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sparkfix.formats.yaml.tolerant import load_plain
from sparkfix.helm.protocol import merged
from sparkfix.workspace.kustomize import find_kustomizations
from sparkfix.workspace.kustomize.charts import Chart, label_of, read_chart, values_of
from sparkfix.workspace.kustomize.kustomization import Kustomization, file_of, load
from sparkfix.workspace.kustomize.reading import Reading
from sparkfix.workspace.kustomize.trees import Unresolved
from sparkfix.workspace.kustomize.views import WorkspaceStore
from sparkfix.workspace.workspace import Workspace

Layers = tuple[tuple[str, ...], tuple[str, ...]]
"""Values files (paths), and YAML texts that win over them."""


def charts_of_kustomizations(workspace: Workspace, notes: list[str]) -> Iterator[tuple[str, Chart, Layers]]:
    """Each chart of this repository that a kustomization names: the kustomization's file, the chart, its values.

    What cannot be read is noted. The namespace is that of the chart or of its own kustomization: which others include
    that one is not asked.
    """
    for folder in find_kustomizations(workspace.targets):
        reading = Reading(workspace.store)
        kustomization = _with_charts(workspace, reading, folder)
        for given in kustomization.mappings("helmCharts") if kustomization else ():
            assert kustomization is not None
            try:
                chart = read_chart(reading, kustomization, given)
                if workspace.store.exists(f"{chart.folder}/Chart.yaml"):
                    yield kustomization.path, chart, _layers(reading, chart)
            except Unresolved as reason:
                notes.append(f"{kustomization.path}: {label_of(given)}: {reason}")


def _with_charts(workspace: Workspace, reading: Reading, folder: str) -> Kustomization | None:
    """A folder's kustomization if it speaks of charts; what else is wrong with it is told by who builds it."""
    path = reading.attempt(folder, lambda: file_of(workspace.store, folder), None)
    mentioned = path is not None and b"helmcharts" in (workspace.data(path) or b"").lower()
    return load(reading, folder) if mentioned else None


def layers_of(workspace: Workspace, chart: Chart) -> Layers:
    """The values of a chart in a snapshot, edited files included. Raises `Unresolved`."""
    return _layers(Reading(WorkspaceStore(workspace)), chart)


def _layers(reading: Reading, chart: Chart) -> Layers:
    """The values, as files as far as that comes to the same, so that what is edited in them shows. Raises `Unresolved`."""
    default = f"{chart.folder}/values.yaml"
    texts = values_of(reading, chart)
    own = [] if chart.values_file == default or (chart.inline and chart.how == "replace") else [chart.values_file]
    files = (*own, *chart.additional)
    contents = [_values(reading.store.read(file)) for file in files]
    # What the files set wins over inline values where it comes after them; Helm lets inline values win over files.
    above = contents[len(own) :]
    if chart.how == "merge":
        above = [_values(reading.store.read(chart.values_file)), *above]
    inline = _without(_without_nulls(chart.inline), _all(above))
    defaults = _values(reading.store.read(default))
    exact = _all([defaults, *(_values(text.encode()) for text in texts)])
    if _all([defaults, *contents, inline]) == exact:
        return files, (json.dumps(inline),) if inline else ()
    return (), texts


def _values(data: bytes | None) -> Mapping[str, Any]:
    found = load_plain(data) if data else None
    return found if isinstance(found, dict) else {}


def _all(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for layer in layers:
        found = merged(found, layer)
    return found


def _without(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The values that `more` would leave as they are."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        other = more.get(key)
        if key not in more:
            found[key] = value
        elif isinstance(value, Mapping) and isinstance(other, Mapping) and (left := _without(value, other)):
            found[key] = left
    return found


def _without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without nulls, which take a key out of the values file and so leave the chart's own value."""
    return {
        key: _without_nulls(value) if isinstance(value, Mapping) else value
        for key, value in values.items()
        if value is not None
    }
