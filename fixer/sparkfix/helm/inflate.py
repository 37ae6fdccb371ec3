"""Charts of kustomizations rendered as kustomize has Helm render them (an `Inflate` of `sparkfix.workspace.kustomize`).

Sources: `AsHelmArgs` in kustomize's `api/types/helmchartargs.go`; Helm's `cmd/helm/template.go` (tests and hooks),
`pkg/action/action.go` and `CRDObjects` in `pkg/chart/chart.go` (custom resource definitions: as they are, before all
else). Dependencies given as `file://` paths are found where they are; kustomize wants them in the chart's `charts/`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sparkfix.helm.archive import ChartFiles, chart_prefix, metadata
from sparkfix.helm.loading import chart_files
from sparkfix.helm.manifests import Manifest, manifests
from sparkfix.helm.renderer import CannotRender, Job, Renderer, Rendering
from sparkfix.workspace.kustomize import ChartRequest, Inflated
from sparkfix.workspace.kustomize.trees import Unresolved
from sparkfix.workspace.store import Store

# Each chart of the archive gets a template of this name, which shows whether Helm renders it or leaves it out.
_SIGN = "templates/zz-sparkfix-sign.yaml"
_TESTS = ("test", "test-success")
_DEFINITIONS = (".yaml", ".yml", ".json")
_PARTS = ("Chart.yaml", "requirements.yaml", "values.yaml", "values.schema.json")


@dataclass(frozen=True)
class Inflater:
    """Renders the charts of kustomizations."""

    renderer: Renderer

    def __call__(self, store: Store, request: ChartRequest, /) -> Inflated:
        """The chart's manifests, its files, and what was left out. Raises `Unresolved` with Helm's message."""
        chart = chart_files(store.read, store.names, request.folder, store.outside)
        if metadata(chart.contents).get("type") == "library":
            raise Unresolved("a library chart, which renders only as a part of others")
        if chart.missing:
            raise Unresolved(f"it needs charts that are not in the repository: {', '.join(chart.missing)}")
        rendering = self._rendered(chart, request)
        if rendering.error:
            raise Unresolved(f"it does not render: {rendering.error}")
        signs = {path for path in rendering.files if path.endswith(f"/{_SIGN}")}
        enabled = {rendering.files[path].strip().lstrip("# ") for path in signs}
        plain = {path: text for path, text in rendering.files.items() if path not in signs}
        found = [(item.file, item.text) for item in manifests(plain) if _is_wanted(item, request)]
        definitions = _definitions(chart, enabled) if request.with_definitions else ()
        used = tuple(map(store.resolved, _used(chart, request.with_definitions)))
        return Inflated((*definitions, *found), used, chart.notes)

    def _rendered(self, chart: ChartFiles, request: ChartRequest) -> Rendering:
        job = Job(
            request.values, name=request.release, namespace=request.namespace,
            api_versions=request.api_versions, kube_version=request.kube_version,
        )  # fmt: skip
        try:
            return self.renderer.render(_signed(chart).archive(), [job])[0]
        except CannotRender as reason:
            raise Unresolved(str(reason)) from None


def _signed(chart: ChartFiles) -> ChartFiles:
    """The chart with a sign in it and in each of its subcharts: a comment with the folder of that chart."""
    charts = [path.removesuffix("Chart.yaml") for path in chart.contents if _is_metadata(path)]
    signs = {f"{prefix}{_SIGN}": f"# {prefix}\n".encode() for prefix in charts}
    return ChartFiles(chart.name, {**chart.contents, **signs}, chart.places, chart.missing, chart.notes)


def _is_metadata(path: str) -> bool:
    return path == f"{chart_prefix(path)}Chart.yaml"


def _is_wanted(manifest: Manifest, request: ChartRequest) -> bool:
    events = [event.strip().lower() for event in manifest.hook.split(",")] if manifest.hook else []
    if request.without_hooks and events:
        return False
    return not (request.without_tests and any(event in _TESTS for event in events))


def _definitions(chart: ChartFiles, enabled: Collection[str]) -> Iterator[tuple[str, str]]:
    """What stands in the `crds` folders of the chart and of those subcharts that values do not switch off; its own first."""
    for path, content in sorted(chart.contents.items(), key=lambda item: chart_prefix(item[0])):
        prefix = chart_prefix(path)
        # Nothing of a library is rendered, so that no sign tells whether values switch it off.
        here = prefix in enabled or metadata(chart.contents, prefix).get("type") == "library"
        if here and _is_definition(path, prefix):
            yield f"{chart.name}/{path}", content.decode("utf-8", "replace")


def _is_definition(path: str, prefix: str) -> bool:
    return path.startswith(f"{prefix}crds/") and path.lower().endswith(_DEFINITIONS)


def _used(chart: ChartFiles, with_definitions: bool) -> Iterator[str]:
    """The files of the store that a rendering is made from: what only lies beside them counts if templates read files."""
    reads = any(".Files" in text for text in chart.templates().values())
    for path, place in chart.places.items():
        prefix = chart_prefix(path)
        inside = path[len(prefix) :]
        rendered = inside.startswith("templates/") or inside in _PARTS
        if reads or rendered or (with_definitions and _is_definition(path, prefix)):
            file, separator, _ = place.partition(".tgz:")
            yield file + separator.removesuffix(":")
