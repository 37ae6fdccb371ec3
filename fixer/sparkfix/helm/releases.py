"""Which charts of the repository are deployed with which values: Argo CD, Flux, helmfile and kustomizations.

A chart given as a path counts as this repository's if the path holds a `Chart.yaml` here; remotes are not asked.
Sources: Argo CD's "Helm" and "Multiple Sources" pages and the `Application` type; Flux's `HelmRelease` v2 reference;
helmfile's "Configuration" page; for kustomizations see `sparkfix.helm.kustomized`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sparkfix.formats.yaml.tolerant import dump_plain, load_all_plain
from sparkfix.helm.inline import Inline, Route
from sparkfix.helm.kustomized import charts_of_kustomizations, layers_of
from sparkfix.helm.setting import escaped_value
from sparkfix.workspace.kustomize.charts import Chart
from sparkfix.workspace.workspace import Workspace

_HELMFILE = re.compile(r"(?:^|/)(?:helmfile[^/]*\.ya?ml(?:\.gotmpl)?|helmfile\.d/[^/]+\.ya?ml(?:\.gotmpl)?)$")
_PLACEHOLDER = re.compile(r"\{\{\s*\.?([\w.\-]+)\s*\}\}")

At = tuple[str, int]
"""A file, and the number of a YAML document in it (from 0)."""


@dataclass(frozen=True, slots=True)
class Release:
    """A chart (its folder) as a file deploys it; the values are in the order in which they win.

    `inline_at` tells of `inline` texts where they stand, if that is known.
    """

    name: str
    namespace: str
    chart: str
    path: str
    files: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    inline_at: tuple[Inline | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleasesFound:
    """Releases in the order of files, those of kustomizations last, and notes on those that could not be read whole."""

    releases: tuple[Release, ...]
    notes: tuple[str, ...]


def find_releases(workspace: Workspace) -> ReleasesFound:
    """All releases of this repository's charts that its files name, also such files that nobody asked for."""
    notes: list[str] = []
    found: list[Release] = []
    for path in workspace.files_around():
        if _HELMFILE.search(path):
            found += _helmfile(workspace, path, notes)
        elif path.endswith((".yaml", ".yml")) and not workspace.in_chart_templates(path):
            data = workspace.data(path) or b""
            if b"argoproj.io/" in data or b"helm.toolkit.fluxcd.io/" in data:
                for number, document in enumerate(load_all_plain(data)):
                    found += _document(workspace, (path, number), _map(document), notes)
    for path, chart, (files, inline) in charts_of_kustomizations(workspace, notes):
        found.append(Release(chart.release, chart.namespace, chart.folder, path, files, inline))
    return ReleasesFound(tuple(found), tuple(dict.fromkeys(notes)))


def release_of(workspace: Workspace, path: str, chart: Chart) -> Release:
    """A chart as the kustomization file `path` has it rendered. Raises `Unresolved` where a values file is missing."""
    files, inline = layers_of(workspace, chart)
    return Release(chart.release, chart.namespace, chart.folder, path, files, inline)


def _document(workspace: Workspace, at: At, document: Mapping[str, Any], notes: list[str]) -> Iterator[Release]:
    api, kind = str(document.get("apiVersion")), document.get("kind")
    if api.startswith("argoproj.io/") and kind == "Application":
        yield from _application(workspace, at, document, notes)
    elif api.startswith("argoproj.io/") and kind == "ApplicationSet":
        for application in _applications(document):
            # Of what a generator fills in there is no one place.
            yield from (replace(one, inline_at=()) for one in _application(workspace, at, application, notes))
    elif api.startswith("helm.toolkit.fluxcd.io/") and kind == "HelmRelease":
        yield from _helm_release(workspace, at, document, notes)


def _applications(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The template of an ApplicationSet, once per element of its list generators, else as it is."""
    spec = _map(document.get("spec"))
    template = _map(spec.get("template"))
    elements = [
        _map(element)
        for generator in _list(spec.get("generators"))
        for element in _list(_map(_map(generator).get("list")).get("elements"))
    ]
    for element in elements or [{}]:
        yield _map(_filled(template, {key: str(value) for key, value in element.items()}))


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {key: _filled(item, words) for key, item in value.items()}
    return [_filled(item, words) for item in value] if isinstance(value, list) else value


def _application(workspace: Workspace, at: At, document: Mapping[str, Any], notes: list[str]) -> Iterator[Release]:
    path, number = at
    spec, name = _map(document.get("spec")), str(_map(document.get("metadata")).get("name") or "release-name")
    sources: list[tuple[Route, Mapping[str, Any]]] = [
        *((("sources", place), _map(item)) for place, item in enumerate(_list(spec.get("sources")))),
        (("source",), _map(spec.get("source"))),
    ]
    references = {str(item["ref"]) for _, item in sources if item.get("ref")}
    for route, source in sources:
        chart = _chart(workspace, "", str(source.get("path") or ""))
        if "{{" in str(source.get("path") or ""):
            notes.append(f"{path}: the chart of `{name}` is known only to a generator")
        if chart is None:
            continue
        helm = _map(source.get("helm"))
        files = [_argo_file(chart, str(file), references) for file in _list(helm.get("valueFiles"))]
        parameters = [_map(item) for item in _list(helm.get("parameters")) if _map(item).get("name")]
        own = helm.get("valuesObject")
        held = "valuesObject" if isinstance(own, dict) else "values"
        inline = dump_plain(own) if isinstance(own, dict) else str(helm.get("values") or "")
        yield Release(
            str(helm.get("releaseName") or name),
            str(_map(spec.get("destination")).get("namespace") or "default"),
            chart,
            path,
            _present(workspace, path, files, notes),
            (inline,) if inline else (),
            tuple(_set(item) for item in parameters if not item.get("forceString")),
            tuple(_set(item) for item in parameters if item.get("forceString")),
            (Inline(path, number, ("spec", *route, "helm", held)),) if inline else (),
        )


def _argo_file(chart: str, file: str, references: set[str]) -> str:
    """A values file: relative to the chart, from the root (`/x`), or in a source with a name (`$name/x`)."""
    first, _, rest = file.partition("/")
    if first.removeprefix("$") in references and first.startswith("$"):
        return posixpath.normpath(rest)
    return posixpath.normpath(file.lstrip("/") if file.startswith("/") else posixpath.join(chart, file))


def _helm_release(workspace: Workspace, at: At, document: Mapping[str, Any], notes: list[str]) -> Iterator[Release]:
    path, number = at
    metadata, spec = _map(document.get("metadata")), _map(document.get("spec"))
    source = _map(_map(spec.get("chart")).get("spec"))
    kind = _map(source.get("sourceRef")).get("kind")
    chart = _chart(workspace, "", str(source.get("chart") or "")) if kind == "GitRepository" else None
    if chart is None:
        return
    name, target = str(metadata.get("name") or "release-name"), str(spec.get("targetNamespace") or "")
    if spec.get("valuesFrom"):
        notes.append(f"{path}: the `valuesFrom` of `{name}` are in the cluster and were left out")
    own = spec.get("values")
    files = [posixpath.normpath(str(file)) for file in _list(source.get("valuesFiles"))]
    yield Release(
        str(spec.get("releaseName") or (f"{target}-{name}" if target else name)),
        target or str(metadata.get("namespace") or "default"),
        chart,
        path,
        _present(workspace, path, files, notes),
        (dump_plain(own),) if isinstance(own, dict) and own else (),
        inline_at=(Inline(path, number, ("spec", "values")),) if isinstance(own, dict) and own else (),
    )


def _helmfile(workspace: Workspace, path: str, notes: list[str]) -> Iterator[Release]:
    data = workspace.data(path) or b""
    documents = load_all_plain(data)
    if not documents and data.strip():
        notes.append(f"{path}: a helmfile with template actions, which was not read")
    folder = path.rpartition("/")[0]
    for number, document in enumerate(documents):
        for index, item in enumerate(map(_map, _list(_map(document).get("releases")))):
            chart = _chart(workspace, folder, str(item.get("chart") or ""))
            if chart is not None:
                at = Inline(path, number, ("releases", index))
                yield _helmfile_release(workspace, at, chart, item, notes)


def _helmfile_release(
    workspace: Workspace, at: Inline, chart: str, item: Mapping[str, Any], notes: list[str]
) -> Release:
    """The release that stands at a place of a helmfile."""
    path, folder = at.path, at.path.rpartition("/")[0]
    name, namespace = str(item.get("name") or "release-name"), str(item.get("namespace") or "default")
    words = {"Release.Name": name, "Release.Namespace": namespace, "Release.Chart": str(item.get("chart"))}
    written = _list(item.get("values"))
    values = [_filled(value, words) for value in written]
    names = [posixpath.normpath(posixpath.join(folder, value)) for value in values if isinstance(value, str)]
    files = _present(workspace, path, names, notes)
    settings = [_map(setting) for setting in _list(item.get("set")) if _map(setting).get("name")]
    # Files and maps may alternate, and what comes later wins: from the first map on, all go as texts.
    texts: list[str] = []
    places: list[Inline | None] = []
    first: list[str] = []
    for index, value in enumerate(values):
        file = posixpath.normpath(posixpath.join(folder, value)) if isinstance(value, str) else ""
        if isinstance(value, dict):
            texts.append(dump_plain(value))
            # Of what helmfile fills in there is no one place.
            places.append(replace(at, route=(*at.route, "values", index)) if value == written[index] else None)
        elif file in files and texts:
            texts.append((workspace.data(file) or b"").decode("utf-8-sig", "replace"))
            places.append(None)
        elif file in files:
            first.append(file)
    return Release(
        name, namespace, chart, path, tuple(first), tuple(texts), tuple(map(_set, settings)), inline_at=tuple(places)
    )


def _present(workspace: Workspace, path: str, files: list[str], notes: list[str]) -> tuple[str, ...]:
    """The files that are there and hold values; those that are not are noted."""
    found = []
    for file in files:
        data = workspace.data(file) if "{{" not in file and not file.startswith("..") else None
        if data is None:
            notes.append(f"{path}: the values file {file} is not in the repository")
        elif file.endswith(".gotmpl") and b"{{" in data:
            notes.append(f"{path}: the values file {file} has template actions and was left out")
        else:
            found.append(file)
    return tuple(found)


def _set(parameter: Mapping[str, Any]) -> str:
    """A name and value as an expression for `--set`."""
    value, values = parameter.get("value"), parameter.get("values")
    if isinstance(values, list):
        return f"{parameter['name']}={{{','.join(escaped_value(item) for item in values)}}}"
    return f"{parameter['name']}={escaped_value(value)}"


def _chart(workspace: Workspace, folder: str, path: str) -> str | None:
    """The chart's folder that a path names, if there is a chart in it."""
    if not path or "://" in path or "{{" in path:
        return None
    found = posixpath.normpath(posixpath.join(folder, path.lstrip("/") if not folder else path))
    found = "" if found == "." else found
    exists = not found.startswith("..") and workspace.store.exists(f"{found}/Chart.yaml" if found else "Chart.yaml")
    return found if exists else None


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
