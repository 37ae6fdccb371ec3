"""Values sets: files beside a chart, and what Argo CD, Flux and helmfile deploy."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sparkfix.helm.releases import find_releases
from sparkfix.helm.values import ValuesSet, refused_files, top_chart, values_sets
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

CHART = "apiVersion: v2\nname: demo\nversion: 0.1.0\n"


def workspace(files: Mapping[str, str]) -> Workspace:
    store = MemoryStore({path: text.encode() for path, text in files.items()})
    return Workspace(store, tuple(sorted(files)))


def sets_of(files: Mapping[str, str], chart: str = "charts/demo") -> dict[str, ValuesSet]:
    opened = workspace({"charts/demo/Chart.yaml": CHART, **files})
    return {item.name: item for item in values_sets(opened, chart, find_releases(opened).releases)}


def test_files_beside_the_chart_each_content_once() -> None:
    found = sets_of(
        {
            "charts/demo/values.yaml": "a: 0\n",
            "charts/demo/values-prod.yaml": "a: 1\n",
            "charts/demo/values.test.yml": "a: 2\n",
            "charts/demo/dev-values.yaml": "# the same as values-prod.yaml\na:   1\n",
            "charts/demo/ci/one.yaml": "a: 3\n",
            "charts/demo/ci/empty.yaml": "",
            "charts/demo/ci/README.md": "",
            "charts/demo/values.schema.json": "{}",
            "charts/demo/other.yaml": "a: 4\n",
        }
    )
    assert list(found) == ["default values", "dev-values.yaml", "values.test.yml", "ci/one.yaml"]
    assert found["ci/one.yaml"].files == ("charts/demo/ci/one.yaml",)


def test_files_that_helm_refuses_make_no_sets() -> None:
    files = {
        "charts/demo/values.yaml": "a: 0\n",
        "charts/demo/values-list.yaml": "- a\n",
        "charts/demo/values-open.yaml": "a: [1\n",
        "charts/demo/values-text.yaml": "a\n",
        "charts/demo/values-remark.yaml": "# nothing\n",
        "charts/demo/values-good.yaml": "a: 1\n---\n- b\n",
    }
    assert list(sets_of(files)) == ["default values", "values-good.yaml"]
    opened = workspace({"charts/demo/Chart.yaml": CHART, **files})
    assert refused_files(opened, "charts/demo") == {
        "charts/demo/values-list.yaml": "not a map in YAML",
        "charts/demo/values-open.yaml": "not YAML in line 2: did not find expected ',' or ']'",
        "charts/demo/values-text.yaml": "not a map in YAML",
    }


def test_given_values_come_after_the_defaults() -> None:
    opened = workspace({"Chart.yaml": CHART, "x.yaml": "a: 1"})
    given = ValuesSet("given", ("x.yaml",), sets=("b=1",), release="r", namespace="n")
    assert [item.name for item in values_sets(opened, "", given=given)] == ["default values", "given"]
    job = given.job(opened.data)
    assert (job.texts, job.sets, job.name, job.namespace) == (("a: 1",), ("b=1",), "r", "n")


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app}
spec:
  destination: {namespace: spark}
  sources:
    - repoURL: https://example.org/this.git
      path: charts/demo
      helm:
        releaseName: named
        valueFiles: [values-a.yaml, $values/env/b.yaml, /env/c.yaml, missing.yaml]
        valuesObject: {k: {v: 1}}
        parameters:
          - {name: image.tag, value: "1,2"}
          - {name: port, value: "7077", forceString: true}
    - repoURL: https://example.org/this.git
      ref: values
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: plain}
spec:
  source: {path: ./charts/demo, helm: {values: "a: text"}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: other}
spec: {source: {path: elsewhere}}
"""


def test_argo_cd_applications() -> None:
    files = {"apps.yaml": APPLICATION, "charts/demo/values-a.yaml": "a: 1", "env/b.yaml": "b: 1", "env/c.yaml": "c: 1"}
    found = sets_of(files)
    named = found["release named in apps.yaml"]
    assert named.files == ("charts/demo/values-a.yaml", "env/b.yaml", "env/c.yaml")
    assert named.inline == ("k:\n  v: 1\n",)
    assert named.sets == ("image.tag=1\\,2",)
    assert named.strings == ("port=7077",)
    assert (named.release, named.namespace) == ("named", "spark")
    assert found["release plain in apps.yaml"].inline == ("a: text",)
    assert "release other in apps.yaml" not in found
    notes = find_releases(workspace({"charts/demo/Chart.yaml": CHART, **files})).notes
    assert notes == ("apps.yaml: the values file charts/demo/missing.yaml is not in the repository",)


def test_argo_cd_application_sets() -> None:
    text = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
spec:
  generators:
    - list: {elements: [{env: dev}, {env: prod}]}
  template:
    metadata: {name: 'demo-{{env}}'}
    spec:
      source: {path: 'charts/{{ .chart }}', helm: {valueFiles: ['values-{{ .env }}.yaml']}}
"""
    files = {"set.yaml": text.replace("{{ .chart }}", "demo")}
    files |= {f"charts/demo/values-{name}.yaml": f"env: {name}" for name in ("dev", "prod")}
    found = sets_of(files)
    assert found["release demo-dev in set.yaml"].files == ("charts/demo/values-dev.yaml",)
    assert found["release demo-prod in set.yaml"].files == ("charts/demo/values-prod.yaml",)
    unknown = find_releases(workspace({"set.yaml": text}))
    assert unknown.releases == ()
    assert unknown.notes[0] == "set.yaml: the chart of `demo-dev` is known only to a generator"


def test_flux_releases() -> None:
    text = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: flux-system}
spec:
  targetNamespace: spark
  chart: {spec: {chart: ./charts/demo, sourceRef: {kind: GitRepository, name: this}, valuesFiles: [env/b.yaml]}}
  values: {a: 1}
  valuesFrom: [{kind: ConfigMap, name: x}]
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: remote}
spec: {chart: {spec: {chart: charts/demo, sourceRef: {kind: HelmRepository, name: x}}}}
"""
    files = {"charts/demo/Chart.yaml": CHART, "r.yaml": text, "env/b.yaml": "b: 1"}
    [release] = find_releases(workspace(files)).releases
    assert (release.name, release.namespace, release.chart) == ("spark-app", "spark", "charts/demo")
    assert (release.files, release.inline) == (("env/b.yaml",), ("a: 1\n",))
    assert "valuesFrom" in find_releases(workspace(files)).notes[0]


def test_helmfiles() -> None:
    text = """\
releases:
  - name: one
    namespace: spark
    chart: ../charts/demo
    values:
      - first-{{`{{ .Release.Name }}`}}.yaml
      - {a: 1}
      - second.yaml
      - third.gotmpl
    set:
      - {name: b, value: "x,y"}
      - {name: c, values: [p, q]}
      - {name: d, value: true}
  - {name: remote, chart: stable/x}
""".replace("{{`", "").replace("`}}", "")
    text = text.replace("- first-{{ .Release.Name }}.yaml", "- 'first-{{ .Release.Name }}.yaml'")
    files = {
        "charts/demo/Chart.yaml": CHART,
        "deploy/helmfile.yaml": text,
        "deploy/first-one.yaml": "a: 0",
        "deploy/second.yaml": "a: 2",
        "deploy/third.gotmpl": "a: {{ x }}",
        "helmfile.d/broken.yaml": "releases:\n{{ range x }}\n",
    }
    found = find_releases(workspace(files))
    [release] = found.releases
    assert (release.name, release.namespace, release.chart) == ("one", "spark", "charts/demo")
    assert release.files == ("deploy/first-one.yaml",)
    assert release.inline == ("a: 1\n", "a: 2")
    assert release.sets == ("b=x\\,y", "c={p,q}", "d=true")
    assert found.notes == (
        "deploy/helmfile.yaml: the values file deploy/third.gotmpl has template actions and was left out",
        "helmfile.d/broken.yaml: a helmfile with template actions, which was not read",
    )


def kustomized(kustomization: str, **files: str) -> Mapping[str, str]:
    named = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
    chart = {"k/charts/demo/Chart.yaml": CHART, "k/charts/demo/values.yaml": "a: 0\nb: {c: 0}\n"}
    return {"k/kustomization.yaml": kustomization, **chart, **named}


def test_charts_of_kustomizations() -> None:
    text = """\
namespace: team
helmCharts:
  - {name: demo}
  - {name: demo, releaseName: named, namespace: own, valuesFile: env/one.yaml, valuesInline: {a: 1, b: {d: 2}}}
  - {name: gone, repo: "https://charts.example.org"}
  - {name: demo, valuesFile: missing.yaml}
  - {name: demo, valueFile: x.yaml}
"""
    found = find_releases(workspace(kustomized(text, k__env__one="a: 5\n")))
    plain, named = found.releases
    assert (plain.name, plain.namespace, plain.chart) == ("release-name", "team", "k/charts/demo")
    assert (plain.path, plain.files, plain.inline) == ("k/kustomization.yaml", (), ())
    assert (named.name, named.namespace) == ("named", "own")
    assert (named.files, named.inline) == (("k/env/one.yaml",), ('{"a": 1, "b": {"d": 2}}',))
    assert found.notes == (
        "k/kustomization.yaml: helmCharts demo: k/missing.yaml: no such file",
        "k/kustomization.yaml: helmCharts demo: unknown field valueFile",
    )


@pytest.mark.parametrize(
    ("given", "files", "inline"),
    [
        ("valuesMerge: merge, valuesFile: one.yaml, valuesInline: {a: 1, new: 2}", ("one.yaml",), ('{"new": 2}',)),
        ("valuesMerge: merge, valuesInline: {a: 1, new: 2}", (), ('{"new": 2}',)),
        ("valuesMerge: replace, valuesFile: one.yaml, valuesInline: {new: 2}", (), ('{"new": 2}',)),
        ("valuesMerge: replace, valuesFile: one.yaml", ("one.yaml",), ()),
        ("valuesInline: {a: null, new: 2}", (), ('{"new": 2}',)),
        ("valuesFile: one.yaml, valuesInline: {a: null, new: 2}", (), ('{"b": {"d": 1}, "new": 2}',)),
        (
            "additionalValuesFiles: [one.yaml], valuesInline: {a: 1, b: {d: 2, e: 2}}",
            ("one.yaml",),
            ('{"b": {"e": 2}}',),
        ),
    ],
)
def test_values_of_kustomizations(given: str, files: tuple[str, ...], inline: tuple[str, ...]) -> None:
    one = "a: 5\nb: {d: 1}\n"
    opened = workspace(kustomized(f"helmCharts: [{{name: demo, {given}}}]\n", k__one=one))
    [release] = find_releases(opened).releases
    assert release.files == tuple(f"k/{file}" for file in files)
    assert release.inline == inline


def test_a_chart_of_a_kustomization_is_looked_at_with_its_values() -> None:
    files = kustomized("helmCharts: [{name: demo, releaseName: r, valuesFile: one.yaml}]\n", k__one="a: 5\n")
    found = sets_of(files, "k/charts/demo")
    assert found["release r in k/kustomization.yaml"].files == ("k/one.yaml",)


def test_a_file_that_says_nonsense_says_nothing() -> None:
    for text in ("kind: Application\napiVersion: argoproj.io/v1\nspec: []\n", "- argoproj.io/\n", "argoproj.io/: [\n"):
        assert find_releases(workspace({"a.yaml": text})).releases == ()


def test_the_top_of_an_umbrella() -> None:
    files = {"top/Chart.yaml": "", "top/charts/a/Chart.yaml": "", "top/charts/a/charts/b/Chart.yaml": ""}
    opened = workspace({**files, "charts/x/Chart.yaml": ""})
    assert top_chart(opened, "top/charts/a/charts/b") == "top"
    assert top_chart(opened, "charts/x") == "charts/x"
    assert top_chart(workspace({"Chart.yaml": "", "charts/x/Chart.yaml": ""}), "charts/x") == ""
