"""Values that stand in what deploys a chart: fixed there where that is one place."""

from __future__ import annotations

import pytest
from rendered_charts import after, chart, seen

from sparkfix.helm.renderer import Renderer

ARGO = """\
# first
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: prod}
spec:
  sources:
    - ref: x
    - path: c
      helm:
        valuesObject:
          service: spark-connect
          host: spark-conect # why
"""
FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: prod}
spec:
  chart: {spec: {chart: ./c, sourceRef: {kind: GitRepository, name: r}}}
  values: {host: spark-conect}
"""
TEXT = ARGO.replace("valuesObject:\n", "values: | # text\n          sparkConf:\n            spark.a: b\n")
SILENT = ARGO.replace("valuesObject:\n", "values: |\n")
FOLDED = SILENT.replace("host: spark-conect # why", "host: >-\n            spark-conect")


@pytest.mark.parametrize("release", [ARGO, FLUX, TEXT, SILENT])
def test_a_value_in_a_release_is_fixed_there(renderer: Renderer, release: str) -> None:
    line = "    spark.driver.host={{ .Values.host }}\n"
    files = {**chart(line, "service: spark-connect\nhost: spark-connect\n"), "deploy/app.yaml": release}
    here = seen(renderer, files)
    [finding] = here.findings()
    number = release[: release.index("host: spark-conect")].count("\n") + 1
    assert f"the value is set here: deploy/app.yaml:{number}:" in here.at(finding)[1]
    result = here.applied()
    assert [change.path for change in result.changes] == ["deploy/app.yaml"]
    assert after(result, "deploy/app.yaml") == release.replace("spark-conect", "spark-connect")
    assert "1 of them (release prod in deploy/app.yaml) show" in result.applied[0].proof[0]


def test_a_value_that_is_written_otherwise_than_it_is_read_is_told_and_left(renderer: Renderer) -> None:
    line = "    spark.driver.host={{ .Values.host }}\n"
    files = {**chart(line, "service: spark-connect\nhost: spark-connect\n"), "deploy/app.yaml": FOLDED}
    [finding] = seen(renderer, files).findings()
    assert finding.fixes[0].blocked == "the value stands in deploy/app.yaml:13 in a form that is not edited"


def test_a_value_of_an_application_set_is_told_and_left(renderer: Renderer) -> None:
    body = "".join(f"    {line}\n" for line in ARGO.splitlines()[4:])
    release = (
        f"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: s}}\nspec:\n  template:\n{body}"
    )
    line = "    spark.driver.host={{ .Values.host }}\n"
    files = {**chart(line, "service: spark-connect\nhost: spark-connect\n"), "deploy/app.yaml": release}
    here = seen(renderer, files)
    [finding] = here.findings()
    assert "is not set in a values file here, but by release prod in deploy/app.yaml" in finding.fixes[0].blocked
    assert not here.applied().changes
