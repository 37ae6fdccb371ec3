"""Charts among the generators of a kustomization: from an item of `helmCharts` to objects.

Source: `api/internal/builtins/HelmChartInflationGenerator.go`. That kustomizations leave the namespaces of a chart's
objects as they are is so since kustomize 5.8 (`api/internal/builtins/NamespaceTransformer.go`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sparkfix.workspace.kustomize.charts import label_of, read_chart, request_of
from sparkfix.workspace.kustomize.layer import Layer
from sparkfix.workspace.kustomize.manifests import unpacked
from sparkfix.workspace.kustomize.objects import Resource, read_resource
from sparkfix.workspace.kustomize.reading import parse_manifests
from sparkfix.workspace.kustomize.trees import Unresolved


def inflated(layer: Layer, given: Mapping[str, Any]) -> tuple[Resource, ...]:
    """The objects of the chart that an item of `helmCharts` asks for; none, and a problem that names it, if it cannot.

    The chart's files and its values files count as read.
    """
    return layer.attempt(partial(_inflated, layer, given, label_of(given)), ())


def _inflated(layer: Layer, given: Mapping[str, Any], label: str) -> tuple[Resource, ...]:
    reading = layer.reading
    try:
        chart = read_chart(reading, layer.kustomization, given, layer.inherited)
        request = request_of(reading, chart)
        if layer.inflate is None:
            raise Unresolved("charts are not rendered here")
        result = layer.inflate(reading.store, request)
        # As one stream: what lists hold comes behind all else in it.
        documents = [data for file, text in result.manifests for data in parse_manifests(text, file)]
        found = [read_resource(data, layer.origin("helmCharts")) for data in unpacked(documents, request.folder)]
    except Unresolved as error:
        raise Unresolved(f"{label}: {error}") from None
    for note in result.notes:
        reading.report(layer.kustomization.path, f"{label}: {note}")
    reading.files.update(dict.fromkeys(result.files, True))
    reading.charts.append((layer.kustomization.path, chart))
    return tuple(replace(resource, generated=True, of_chart=True) for resource in found)
