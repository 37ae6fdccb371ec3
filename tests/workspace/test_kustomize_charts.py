"""Items of `helmCharts` without Helm: what is asked for, what is refused, and what becomes of the answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from sparkfix.engine.overlays import Overlays
from sparkfix.workspace.kustomize import Built, ChartRequest, Inflated, build
from sparkfix.workspace.store import MemoryStore, Store
from sparkfix.workspace.workspace import Workspace

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {a: b}\n"
CHART = {"charts/x/Chart.yaml": "name: x\n", "charts/x/values.yaml": "a: 1\n"}


@dataclass
class Answers:
    """An `Inflate` that notes requests and gives these texts."""

    texts: Sequence[str] = ()
    asked: list[ChartRequest] = field(default_factory=list)

    def __call__(self, store: Store, request: ChartRequest, /) -> Inflated:
        self.asked.append(request)
        manifests = tuple((f"x/templates/{number}.yaml", text) for number, text in enumerate(self.texts))
        return Inflated(manifests, (f"{request.folder}/Chart.yaml",))


def built(kustomization: str, inflate: Answers | None = None, **files: str) -> Built:
    named = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
    everything = {"kustomization.yaml": kustomization, **CHART, **named}
    return build(MemoryStore({path: text.encode() for path, text in everything.items()}), "", inflate)


def test_what_is_asked_for() -> None:
    answers = Answers()
    built(
        "helmCharts: [{name: x, releaseName: r, namespace: ns, valuesInline: {b: 2}, includeCRDs: true, skipTests: true,"
        " skipHooks: true, apiVersions: [a/v1], kubeVersion: '1.29', additionalValuesFiles: [more.yaml]}]\n",
        answers,
        more="c: 3\n",
    )
    [asked] = answers.asked
    assert json.loads(asked.values[0]) == {"a": 1, "b": 2}
    expected = ChartRequest("charts/x", (asked.values[0], "c: 3\n"), "r", "ns", True, True, True, ("a/v1",), "1.29")
    assert asked == expected


def test_lists_come_behind_the_rest_of_all_templates() -> None:
    items = f"kind: List\nitems: [{json.dumps({'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'l'}})}]\n"
    answers = Answers(["# nothing\n", items, MAP % "b", MAP % "a"])
    result = built("sortOptions: {order: fifo}\nhelmCharts: [{name: x}]\n", answers)
    assert [item.name for item in result.objects] == ["b", "a", "l"]
    assert result.files == ("charts/x/Chart.yaml", "charts/x/values.yaml", "kustomization.yaml")


def test_charts_come_behind_generators_and_before_components() -> None:
    text = "configMapGenerator: [{name: g}]\ncomponents: [c]\nhelmCharts: [{name: x}]\nsortOptions: {order: fifo}\n"
    component = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nnamePrefix: c-\n"
    result = built(text, Answers([MAP % "m"]), c__kustomization=component)
    assert [item.name.rpartition("-")[0] or item.name for item in result.objects] == ["c-g", "c"]
    assert result.objects[1].name == "c-m", "no hash, as no generator made it"


def test_a_generator_above_can_merge_into_what_a_chart_gave() -> None:
    text = "resources: [b]\nconfigMapGenerator: [{name: m, behavior: merge, literals: [c=d]}]\nnamespace: ns\n"
    base = "helmGlobals: {chartHome: ../charts}\nhelmCharts: [{name: x}]\n"
    [made] = built(text, Answers([MAP % "m"]), b__kustomization=base).objects
    assert (made.name, made.namespace, made.data["data"]) == ("m", "", {"a": "b", "c": "d"})
    assert made.texts == {"a": "b/kustomization.yaml", "c": "kustomization.yaml"}


def test_a_patch_can_add_the_first_annotation_and_remove_what_a_chart_gave() -> None:
    text = """helmCharts: [{name: x}]
patches:
  - target: {name: one}
    patch: '[{"op": "add", "path": "/metadata/annotations/x", "value": "1"}]'
  - patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: two}, $patch: delete}'
"""
    [one] = built(text, Answers([MAP % "one", MAP % "two"])).objects
    assert one.data["metadata"] == {"name": "one", "annotations": {"x": "1"}}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("name: x", "helmCharts x: charts are not rendered here"),
        ("name: other", "helmCharts other: there is no chart in charts/other"),
        (
            "name: other, repo: 'https://charts.example.org', version: 1.0.0",
            "helmCharts other: there is no chart in charts/other-1.0.0/other; kustomize would pull it from "
            "https://charts.example.org, which is not done here",
        ),
        ("releaseName: x", "helmCharts: the name of a chart must be given, and cannot begin with a dash"),
        ("name: -x", "helmCharts -x: the name of a chart must be given, and cannot begin with a dash"),
        ("name: x, values: {a: 1}", "helmCharts x: unknown field values"),
        ("name: x, kubeVersion: 1.29", "helmCharts x: kubeVersion must be text; quote it"),
        ("name: x, includeCRDs: 1", "helmCharts x: includeCRDs must be true or false"),
        ("name: x, apiVersions: [1]", "helmCharts x: apiVersions must be a list of text"),
        ("name: x, valuesInline: [1]", "helmCharts x: valuesInline must be a mapping"),
        ("name: x, valuesMerge: over", "helmCharts x: valuesMerge must be one of override, merge, replace"),
        ("name: x, valuesFile: gone.yaml", "helmCharts x: gone.yaml: no such file"),
        ("name: x, valuesFile: 'https://a.example/v.yaml'", "helmCharts x: https://a.example/v.yaml is remote; it is not"),
        ("name: x, additionalValuesFiles: [../v.yaml]", "helmCharts x: ../v.yaml lies outside of the files"),
        ("name: ../../x", "helmCharts ../../x: charts/../../x lies outside of the files that are read"),
        ("name: x, releaseName: Upper", "helmCharts x: Helm refuses Upper as the name of a release"),
        ("name: x, releaseName: a, nameTemplate: b", "helmCharts x: releaseName and nameTemplate are both given; Helm takes"),
        ("name: x, nameTemplate: '{{ now }}'", "helmCharts x: the actions in nameTemplate are not carried out"),
        ("name: bare", "helmCharts bare: charts/bare/values.yaml: no such file"),
        ("name: x, valuesFile: list.yaml, valuesInline: {a: 1}", "helmCharts x: list.yaml: must hold a mapping, as"),
        ("name: x, valuesFile: map.yaml, valuesInline: {a: {b: 1}}", "helmCharts x: a mapping cannot be merged into a scalar"),
    ],
)  # fmt: skip
def test_one_clear_line_for_what_cannot_be_done(fields: str, reason: str) -> None:
    files = {"list": "[1]\n", "map": "a: 1\n", "charts__bare__Chart": "name: bare\n"}
    result = built(f"helmCharts: [{{{fields}}}]\n", None, **files)
    [problem] = result.problems
    assert problem.path == "kustomization.yaml"
    assert problem.reason.startswith(reason)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("helmGlobals: {home: x}\n", "helmCharts x: unknown field home in helmGlobals"),
        ("helmGlobals: {chartHome: 1}\n", "helmCharts x: chartHome must be text; quote it"),
        ("helmGlobals: {chartHome: /srv/charts}\n", "helmCharts x: /srv/charts/x is an absolute path; only files"),
    ],
)
def test_folders_that_cannot_be(given: str, reason: str) -> None:
    [problem] = built(f"{given}helmCharts: [{{name: x}}]\n", Answers()).problems
    assert problem.reason.startswith(reason)


def test_the_old_field_is_named() -> None:
    [problem] = built("helmChartInflationGenerator: [{chartName: spark}]\n").problems
    assert problem.reason.endswith("it is now called helmCharts (spark)")


def test_problems_of_all_overlays_are_told_once() -> None:
    files = {
        **CHART,
        "a/kustomization.yaml": "resources: [../b]\n",
        "b/kustomization.yaml": "helmCharts: [{name: other}]\n",
    }
    workspace = Workspace(MemoryStore({path: text.encode() for path, text in files.items()}), tuple(files))
    problems = list(Overlays().problems(workspace))
    assert [(problem.path, problem.reason) for problem in problems] == [
        ("b/kustomization.yaml", "helmCharts other: there is no chart in b/charts/other")
    ]


FULL = {
    "name": "x", "version": "1", "repo": "r", "releaseName": "r", "namespace": "n", "valuesFile": "charts/x/values.yaml",
    "additionalValuesFiles": ["charts/x/values.yaml"], "valuesInline": {"a": {"b": 1}}, "valuesMerge": "merge",
    "includeCRDs": True, "apiVersions": ["a"], "kubeVersion": "1",
}  # fmt: skip
JUNK = st.sampled_from([None, 1, True, "", "x", "{{", [], {}, [1], {"a": None}, "../..", "-", "/"])


@drawn(st.sampled_from(sorted(FULL)), JUNK, st.sampled_from(["chartHome", "x"]), JUNK)
def test_nothing_makes_a_build_raise(key: str, value: object, option: str, other: object) -> None:
    charts = {"helmCharts": [{**FULL, key: value}, value], "helmGlobals": {option: other}}
    built(json.dumps(charts), Answers([MAP % "m"]))
    built(json.dumps({"helmCharts": charts["helmCharts"]}), Answers([MAP % "m"]))
