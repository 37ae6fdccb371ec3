"""Charts of kustomizations: what they add to a build, with each field that says how. (The reference: `make test-kustomize`.)"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from typing import Any

import pytest
from helm_charts import packed

from sparkfix.engine.overlays import Overlays
from sparkfix.helm.inflate import Inflater
from sparkfix.helm.renderer import Renderer
from sparkfix.workspace.kustomize import Built, Origin, build
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

Files = Mapping[str, str | bytes]
CHART = "apiVersion: v2\nname: demo\nversion: 0.1.0\n"
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  template:
    spec:
      containers:
        - name: server
          image: {{ .Values.image }}
          envFrom: [{configMapRef: {name: conf}}]
"""
SEEN = """apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data:
  values: {{ toJson .Values | quote }}
  namespace: {{ .Release.Namespace }}
  api: {{ .Capabilities.APIVersions.Has "example.org/v1" | quote }}
  kube: {{ .Capabilities.KubeVersion.Version }}
"""
DEMO: Files = {
    "charts/demo/Chart.yaml": CHART,
    "charts/demo/values.yaml": "a: 1\n",
    "charts/demo/templates/s.yaml": SEEN,
}
DEFINITION = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: %s.example.org}\n"
HOOK = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, annotations: {helm.sh/hook: %s}}\n"


def built(renderer: Renderer, files: Files, folder: str = "") -> Built:
    return build(store(files), folder, Inflater(renderer))


def store(files: Files) -> MemoryStore:
    return MemoryStore({path: text.encode() if isinstance(text, str) else text for path, text in files.items()})


def names(result: Built) -> list[str]:
    return [item.name for item in result.objects]


def reasons(result: Built) -> list[str]:
    return [problem.reason for problem in result.problems]


def seen(renderer: Renderer, given: str, files: Files | None = None, more: str = "") -> dict[str, Any]:
    """What the demo chart was told, and how it is called."""
    text = f"helmCharts: [{{name: demo, {given}}}]\n{more}"
    result = built(renderer, {**DEMO, **(files or {}), "kustomization.yaml": text})
    assert result.problems == ()
    [item] = result.objects
    return {**item.data["data"], "name": item.name, "values": json.loads(item.data["data"]["values"])}


def test_a_patch_an_image_and_a_generated_name_reach_an_inflated_deployment(renderer: Renderer) -> None:
    files = {
        "base/kustomization.yaml": "helmCharts: [{name: demo, releaseName: connect}]\n"
        "configMapGenerator: [{name: conf, literals: [a=b]}]\n",
        "base/charts/demo/Chart.yaml": CHART,
        "base/charts/demo/values.yaml": "image: apache/spark:3.5.1\n",
        "base/charts/demo/templates/d.yaml": DEPLOYMENT,
        "dev/kustomization.yaml": "namePrefix: dev-\nresources: [../base]\n"
        "images: [{name: apache/spark, newTag: 4.0.0}]\npatches: [{path: p.yaml}]\n",
        "dev/p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: connect}\nspec: {replicas: 2}\n",
    }
    result = built(renderer, files, "dev")
    made, deployment = result.objects
    assert result.problems == ()
    container = deployment.data["spec"]["template"]["spec"]["containers"][0]
    assert made.name.startswith("dev-conf-")
    assert (deployment.name, deployment.data["spec"]["replicas"]) == ("dev-connect", 2)
    assert (container["image"], container["envFrom"]) == (
        "apache/spark:4.0.0",
        [{"configMapRef": {"name": made.name}}],
    )
    assert deployment.origins == (
        Origin("base/kustomization.yaml", "helmCharts", "base/kustomization.yaml"),
        Origin("dev/p.yaml", "patches", "dev/kustomization.yaml"),
        Origin("dev/kustomization.yaml", "namePrefix", "dev/kustomization.yaml"),
        Origin("dev/kustomization.yaml", "images", "dev/kustomization.yaml"),
    )


ONE: Files = {"one.yaml": "a: 2\nb: {c: 2, d: 2}\nnew: null\n"}
TWO: Files = {"two.yaml": "b: {c: 3}\n"}


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("version: 9", {"a": 1}),
        ("valuesFile: one.yaml", {"a": 2, "b": {"c": 2, "d": 2}}),
        ("valuesInline: {a: 7, x: [1]}", {"a": 7, "x": [1]}),
        ("valuesInline: {a: null}", {"a": 1}),
        ("valuesFile: one.yaml, valuesInline: {b: {c: 7, d: null}}", {"a": 2, "b": {"c": 7}}),
        (
            "valuesFile: one.yaml, valuesMerge: merge, valuesInline: {a: 7, b: {c: 7, e: 7}, new: 7}",
            {"a": 2, "b": {"c": 2, "d": 2, "e": 7}},
        ),
        ("valuesFile: one.yaml, valuesMerge: replace, valuesInline: {x: 7}", {"a": 1, "x": 7}),
        ("valuesFile: one.yaml, valuesMerge: replace", {"a": 2, "b": {"c": 2, "d": 2}}),
        ("additionalValuesFiles: [one.yaml, two.yaml], valuesInline: {b: {c: 7}}", {"a": 2, "b": {"c": 3, "d": 2}}),
    ],
)
def test_values(renderer: Renderer, given: str, values: dict[str, Any]) -> None:
    found = seen(renderer, given.replace("version: 9", "version: '9'"), {**ONE, **TWO})["values"]
    assert {key: value for key, value in found.items() if value is not None} == values


def test_names_namespaces_and_kubernetes(renderer: Renderer) -> None:
    plain = seen(renderer, "debug: true, devel: true")
    assert (plain["name"], plain["namespace"], plain["api"]) == ("release-name", "default", "false")
    assert seen(renderer, "releaseName: a")["name"] == "a"
    assert seen(renderer, "nameTemplate: b")["name"] == "b"
    assert seen(renderer, "namespace: own", more="namespace: team\n")["namespace"] == "own"
    assert seen(renderer, "releaseName: x", more="namespace: team\n")["namespace"] == "team"
    told = seen(renderer, "apiVersions: [example.org/v1], kubeVersion: 1.29.1")
    assert (told["api"], told["kube"]) == ("true", "v1.29.1")


def test_a_namespace_from_above_is_told_to_the_chart_and_nothing_else_is_moved(renderer: Renderer) -> None:
    files = {f"base/{path}": text for path, text in DEMO.items()}
    files["base/kustomization.yaml"] = "resources: [m.yaml]\nhelmCharts: [{name: demo}]\n"
    files["base/m.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n"
    files["mid/kustomization.yaml"] = "resources: [../base]\n"
    files["top/kustomization.yaml"] = "namespace: team\nresources: [../mid]\n"
    plain, made = built(renderer, files, "top").objects
    assert (plain.name, plain.namespace) == ("m", "team")
    assert (made.data["data"]["namespace"], made.namespace) == ("team", "")


def test_charts_elsewhere(renderer: Renderer) -> None:
    moved = {path.replace("charts/", "vendored/"): text for path, text in DEMO.items()}
    text = "helmGlobals: {chartHome: ../vendored, configHome: /x}\nhelmCharts: [{name: demo}]\n"
    assert names(built(renderer, {**moved, "k/kustomization.yaml": text}, "k")) == ["release-name"]
    pulled = {path.replace("charts/", "k/charts/demo-1.2.3/"): text for path, text in DEMO.items()}
    text = "helmCharts: [{name: demo, version: 1.2.3, repo: 'https://charts.example.org'}]\n"
    assert names(built(renderer, {**pulled, "k/kustomization.yaml": text}, "k")) == ["release-name"]


UMBRELLA: Files = {
    **DEMO,
    "charts/demo/Chart.yaml": CHART
    + "dependencies: [{name: spare, version: 0.1.0, condition: spare.enabled}, {name: extra, version: 0.1.0}]\n",
    "charts/demo/values.yaml": "spare: {enabled: false}\n",
    "charts/demo/crds/own.yaml": DEFINITION % "own" + "spec: '{{ as it is }}'\n",
    "charts/demo/crds/README.md": "no manifest",
    "charts/demo/charts/spare/Chart.yaml": CHART.replace("demo", "spare"),
    "charts/demo/charts/spare/crds/o.yaml": DEFINITION % "spare",
    "charts/demo/charts/extra-0.1.0.tgz": packed(
        "extra", {"Chart.yaml": CHART.replace("demo", "extra"), "crds/o.yaml": DEFINITION % "extra"}
    ),
    "charts/demo/templates/hooks.yaml": HOOK % ("checked", "test") + "---\n" + HOOK % ("begun", "pre-install"),
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("debug: false", {"release-name", "checked", "begun"}),
        ("skipTests: true", {"release-name", "begun"}),
        ("skipHooks: true", {"release-name"}),
        ("skipHooks: true, includeCRDs: true", {"release-name", "own.example.org", "extra.example.org"}),
        (
            "skipHooks: true, includeCRDs: true, valuesInline: {spare: {enabled: true}}",
            {"release-name", "own.example.org", "spare.example.org", "extra.example.org"},
        ),
    ],
)
def test_hooks_and_definitions(renderer: Renderer, given: str, expected: set[str]) -> None:
    result = built(renderer, {**UMBRELLA, "kustomization.yaml": f"helmCharts: [{{name: demo, {given}}}]\n"})
    assert result.problems == ()
    assert set(names(result)) == expected


@pytest.mark.skipif(shutil.which("helm") is None, reason="there is no `helm` on PATH to compare with")
def test_the_command_inflates_as_the_library_does(renderer: Renderer) -> None:
    given = "includeCRDs: true, apiVersions: [example.org/v1], kubeVersion: 1.29.1"
    opened = store({**UMBRELLA, "kustomization.yaml": f"helmCharts: [{{name: demo, {given}}}]\n"})
    with Renderer(engines=("command",)) as command:
        assert build(opened, "", Inflater(command)) == build(opened, "", Inflater(renderer))


# Files


def test_files_are_those_that_a_rendering_is_made_from(renderer: Renderer) -> None:
    text = "helmCharts: [{name: demo, valuesFile: one.yaml, additionalValuesFiles: [two.yaml]}]\n"
    beside = {"charts/demo/values-prod.yaml": "a: 9\n", "charts/demo/README.md": "", "charts/demo/conf/a.conf": ""}
    files = {**UMBRELLA, **ONE, **TWO, **beside, "kustomization.yaml": text}
    own = ("one.yaml", "two.yaml", "kustomization.yaml")
    made = [
        path for path in UMBRELLA if path.endswith(("Chart.yaml", ".tgz", "demo/values.yaml")) or "/templates/" in path
    ]
    assert built(renderer, files).files == tuple(sorted((*own, *made)))
    files["charts/demo/templates/c.txt"] = '{{ .Files.Get "conf/a.conf" }}'
    assert {"charts/demo/conf/a.conf", "charts/demo/README.md"} <= set(built(renderer, files).files)


def test_overlays_that_a_chart_reaches_each_rendered_once() -> None:
    files = {
        **{f"base/{path}": text for path, text in DEMO.items()},
        "base/kustomization.yaml": "helmCharts: [{name: demo}]\n",
        "dev/kustomization.yaml": "namePrefix: dev-\nresources: [../base]\n",
        "prod/kustomization.yaml": "resources: [../base]\n",
    }
    workspace = Workspace(store(files), tuple(files))
    with Renderer(engines=("library",)) as renderer:
        overlays = Overlays(Inflater(renderer))
        for path in ("values.yaml", "templates/s.yaml"):
            assert overlays.reached(workspace, [f"base/charts/demo/{path}"]) == ["dev", "prod"]
    assert renderer.renderings == 1
    assert Overlays().reached(workspace, ["base/charts/demo/templates/s.yaml"]) == []


# What cannot be done


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"charts/demo/templates/s.yaml": "{{ fail `no memory` }}"}, "it does not render: "),
        ({"charts/demo/templates/s.yaml": "a: b: c\n"}, "demo/templates/s.yaml:1: "),
        ({"charts/demo/templates/s.yaml": "kind: ConfigMap\n"}, "charts/demo: a ConfigMap without metadata.name"),
        ({"charts/demo/Chart.yaml": CHART + "type: library\n"}, "a library chart, which renders only as a part"),
        (
            {
                "charts/demo/Chart.yaml": CHART
                + "dependencies: [{name: x, version: 1.0.0, repository: 'https://a.b'}]\n"
            },
            "it needs charts that are not in the repository: x",
        ),
        ({"kustomization.yaml": "helmCharts: [{name: demo, kubeVersion: new}]\n"}, "it does not render: "),
    ],
)
def test_what_does_not_render_is_left_out_with_helms_message(
    renderer: Renderer, files: dict[str, str], reason: str
) -> None:
    result = built(renderer, {"kustomization.yaml": "helmCharts: [{name: demo}]\n", **DEMO, **files})
    assert result.objects == ()
    [told] = reasons(result)
    assert told.startswith(f"helmCharts demo: {reason}")


def test_what_is_there_already_stays(renderer: Renderer) -> None:
    text = "resources: [m.yaml]\nhelmCharts: [{name: demo}]\n"
    own = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: release-name}\n"
    result = built(renderer, {**DEMO, "kustomization.yaml": text, "m.yaml": own})
    assert [item.origins[0].path for item in result.objects] == ["m.yaml"]
    assert reasons(result) == [
        "helmCharts: ConfigMap release-name in namespace default exists already; the chart's is left out"
    ]


def test_notes_of_a_chart_are_problems(renderer: Renderer) -> None:
    files = {**DEMO, "charts/demo/values.schema.json": '{"$ref": "https://example.org/s.json"}'}
    result = built(renderer, {**files, "kustomization.yaml": "helmCharts: [{name: demo}]\n"})
    assert names(result) == ["release-name"]
    assert reasons(result) == [
        "helmCharts demo: charts/demo/values.schema.json refers to other documents and was not applied"
    ]


def test_without_helm_there_is_one_line() -> None:
    with Renderer(engines=()) as nothing:
        result = built(nothing, {**DEMO, "kustomization.yaml": "helmCharts: [{name: demo}]\n"})
    assert result.objects == ()
    assert reasons(result)[0].startswith("helmCharts demo: charts cannot be rendered here: install the package")
