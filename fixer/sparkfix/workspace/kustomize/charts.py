"""Helm charts of kustomizations: what an item of `helmCharts` asks for, and which values the chart gets.

Rendering is left to an `Inflate` that the caller of a build passes in, as nothing here knows Helm. Sources:
`api/types/helmchartargs.go` (fields, arguments of `helm template`),
`api/internal/builtins/HelmChartInflationGenerator.go` (folders, values) and
`api/internal/target/kusttarget_configplugin.go` (namespaces).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sparkfix.workspace.kustomize.kustomization import Kustomization
from sparkfix.workspace.kustomize.merge import GONE, merge
from sparkfix.workspace.kustomize.reading import Reading, locate, parse, resolve
from sparkfix.workspace.kustomize.trees import Unresolved
from sparkfix.workspace.store import Store

_TEXTS = (
    "name",
    "version",
    "repo",
    "releaseName",
    "namespace",
    "valuesFile",
    "valuesMerge",
    "kubeVersion",
    "nameTemplate",
)
_SWITCHES = ("includeCRDs", "skipTests", "skipHooks", "debug", "devel")
_LISTS = ("additionalValuesFiles", "apiVersions")
_FIELDS = {
    **dict.fromkeys(_TEXTS, (str, "text; quote it")),
    **dict.fromkeys(_SWITCHES, (bool, "true or false")),
    **dict.fromkeys(_LISTS, (list, "a list of text")),
    "valuesInline": (dict, "a mapping"),
}
_GLOBALS = ("chartHome", "configHome")
_MERGES = ("override", "merge", "replace")
# `helm template` has this name where it gets none: kustomize's --generate-name comes too late.
_NAMELESS = "release-name"
_RELEASE = re.compile(r"(?=.{1,53}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """A chart (its folder) to be rendered with values (YAML texts, in the order in which they win)."""

    folder: str
    values: tuple[str, ...]
    release: str
    namespace: str
    with_definitions: bool = False
    without_tests: bool = False
    without_hooks: bool = False
    api_versions: tuple[str, ...] = ()
    kube_version: str = ""


@dataclass(frozen=True, slots=True)
class Inflated:
    """A rendered chart: manifests as (name of the rendered file, text) in Helm's order.

    `files` are those of the store that it was made from; `notes` say what was left out of it, and why.
    """

    manifests: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Inflate(Protocol):
    """Renders a chart of a store. Raises `Unresolved` for one that cannot be rendered."""

    def __call__(self, store: Store, request: ChartRequest, /) -> Inflated: ...


@dataclass(frozen=True, slots=True)
class Chart:
    """An item of `helmCharts`. `values_file` and `additional` are paths in the store; `inline` is `valuesInline`."""

    name: str
    folder: str
    repository: str
    release: str
    namespace: str
    values_file: str
    additional: tuple[str, ...]
    inline: Mapping[str, Any]
    how: str
    fields: Mapping[str, Any]


def label_of(given: Mapping[str, Any]) -> str:
    """What an item of `helmCharts` is called in messages."""
    name = given.get("name")
    return f"helmCharts {name}" if isinstance(name, str) and name else "helmCharts"


def read_chart(reading: Reading, kustomization: Kustomization, given: Mapping[str, Any], inherited: str = "") -> Chart:
    """What an item of `helmCharts` asks for. Raises `Unresolved` where kustomize or Helm would refuse it.

    `inherited` is the namespace of the nearest kustomization above that sets one.
    """
    _check_fields(given)
    name, folder = given.get("name") or "", kustomization.folder
    if not name or name.startswith("-"):
        raise Unresolved("the name of a chart must be given, and cannot begin with a dash")
    how = given.get("valuesMerge") or _MERGES[0]
    if how not in _MERGES:
        raise Unresolved(f"valuesMerge must be one of {', '.join(_MERGES)}")
    place = reading.store.resolved(_place(kustomization, given))
    file = given.get("valuesFile") or ""
    return Chart(
        name,
        place,
        given.get("repo") or "",
        _release(given),
        given.get("namespace") or kustomization.text("namespace") or inherited or "default",
        locate(reading, folder, file) if file else f"{place}/values.yaml",
        tuple(locate(reading, folder, one) for one in given.get("additionalValuesFiles") or ()),
        given.get("valuesInline") or {},
        how,
        given,
    )


def _check_fields(given: Mapping[str, Any]) -> None:
    for field, value in given.items():
        if field not in _FIELDS:
            raise Unresolved(f"unknown field {field}")
        kind, word = _FIELDS[field]
        items = value if isinstance(value, list) and field in _LISTS else []
        if value is not None and not (isinstance(value, kind) and all(isinstance(item, str) for item in items)):
            raise Unresolved(f"{field} must be {word}")


def _place(kustomization: Kustomization, given: Mapping[str, Any]) -> str:
    """The folder that a chart is in, or would be pulled into. Raises `Unresolved` for one outside of the store."""
    options = kustomization.mapping("helmGlobals")
    strange = [key for key in options if key not in _GLOBALS]
    if strange:
        raise Unresolved(f"unknown field {strange[0]} in helmGlobals")
    home = options.get("chartHome") or "charts"
    if not isinstance(home, str):
        raise Unresolved("chartHome must be text; quote it")
    name, version = given["name"], given.get("version")
    # `configHome` is where Helm keeps repositories and plugins: nothing that a chart at hand needs.
    below = f"{name}-{version}/{name}" if version and given.get("repo") else name
    return resolve(kustomization.folder, f"{home}/{below}")


def _release(given: Mapping[str, Any]) -> str:
    name, template = given.get("releaseName") or "", given.get("nameTemplate") or ""
    if name and template:
        raise Unresolved("releaseName and nameTemplate are both given; Helm takes one of them")
    if "{{" in template:
        raise Unresolved("the actions in nameTemplate are not carried out")
    release = name or template or _NAMELESS
    if not is_release_name(release):
        raise Unresolved(f"Helm refuses {release} as the name of a release")
    return release


def is_release_name(name: str) -> bool:
    """Does Helm take a name for a release (`pkg/chartutil/validate_name.go`: RFC 1123, at most 53 characters)?"""
    return bool(_RELEASE.match(name))


def request_of(reading: Reading, chart: Chart) -> ChartRequest:
    """What is to be rendered; reads the values files. Raises `Unresolved` where there is no chart or no such file."""
    if not reading.store.exists(f"{chart.folder}/Chart.yaml"):
        pulled = (
            f"; kustomize would pull it from {chart.repository}, which is not done here" if chart.repository else ""
        )
        raise Unresolved(f"there is no chart in {chart.folder}{pulled}")
    given = chart.fields
    return ChartRequest(
        chart.folder,
        values_of(reading, chart),
        chart.release,
        chart.namespace,
        bool(given.get("includeCRDs")),
        bool(given.get("skipTests")),
        bool(given.get("skipHooks")),
        tuple(given.get("apiVersions") or ()),
        given.get("kubeVersion") or "",
    )


def values_of(reading: Reading, chart: Chart) -> tuple[str, ...]:
    """The values of a chart as YAML texts; later ones win, and all of them over the chart's own. Raises `Unresolved`.

    The first is the values file, merged with the inline values; the additional files come after it, so that they win
    over what stands in the kustomization.
    """
    return (_first_values(reading, chart), *(_text(reading, path) for path in chart.additional))


def _first_values(reading: Reading, chart: Chart) -> str:
    if not chart.inline:
        # Also where this is the chart's own file: kustomize cannot do without one.
        return _text(reading, chart.values_file)
    inline = dict(chart.inline)
    if chart.how == "replace":
        return json.dumps(inline)
    # To be merged, the file is read by go-yaml v3, for which `yes` is text; Helm reads it otherwise.
    documents = parse(reading.data(chart.values_file), chart.values_file)
    if not documents or not isinstance(documents[0], dict):
        raise Unresolved(f"{chart.values_file}: must hold a mapping, as valuesInline is merged with it")
    file = documents[0]
    merged = merge(file, inline, None) if chart.how == "override" else merge(inline, file, None)
    return json.dumps({} if merged is GONE else merged)


def _text(reading: Reading, path: str) -> str:
    try:
        return reading.data(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unresolved(f"{path}: not UTF-8 text") from None
