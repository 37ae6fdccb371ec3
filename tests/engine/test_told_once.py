"""What is told of one line: once, of the files that hold the text, and for the pods that read it."""

from __future__ import annotations

import pytest
from rendered_charts import CHART, CONFIG, INDENTED, RULES, after, chart, seen

from sparkfix.engine.check import check
from sparkfix.helm.renderer import Renderer
from sparkfix.model import Severity


def test_what_several_values_sets_show_in_one_line_is_told_once(renderer: Renderer) -> None:
    files = chart(
        '    spark.driver.host={{ printf "%s-x" .Values.service }}\n', "service: a\n", c__values_prod="service: b\n"
    )
    files["c/values-prod.yaml"] = files.pop("c/values_prod")
    [finding] = seen(renderer, files).findings()
    assert finding.views == ("default values",)
    assert "with values-prod.yaml: `spark.driver.host` is `b-x`, but the driver's Service is `b`" in finding.remarks


def test_a_note_that_some_values_make_worse_is_told_as_what_it_is(renderer: Renderer) -> None:
    rule = "connect-bind-address-unset"
    lines = INDENTED.replace("    spark.driver.bindAddress=0.0.0.0\n", "    spark.driver.host=a\n")
    files = chart("", "service: a\nconf: {}\n")
    files["c/templates/conf.yaml"] = (
        CONFIG + lines + "    {{- range $k, $v := .Values.conf }}\n    {{ $k }}={{ $v }}\n    {{- end }}\n"
    )
    files["c/values-prod.yaml"] = "conf:\n  spark.driver.bindAddress: 0.0.0.0\n"
    [finding] = seen(renderer, files).findings(rule)
    assert (finding.severity, finding.views) == (Severity.WARNING, ("default values",))
    assert not [fix for fix in finding.fixes if fix.blocked]


def test_values_of_an_application_are_not_taken_for_those_of_another_pod(renderer: Renderer) -> None:
    application = (
        "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: a}\n"
        "spec:\n  type: Python\n  mode: cluster\n  sparkVersion: 3.5.7\n  sparkConf:\n"
        "    {{- toYaml .Values.sparkConf | nindent 4 }}\n  driver: {cores: 1}\n  executor: {cores: 1}\n"
    )
    job = (
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec:\n  template:\n    spec:\n      containers:\n"
        "        - name: driver\n          image: apache/spark:3.5.7\n          command: [/opt/spark/bin/spark-submit, x.py]\n"
    )
    files = {
        "c/Chart.yaml": CHART,
        "c/values.yaml": "sparkConf:\n  spark.driver.host: $(POD_IP)\n",
        "c/templates/app.yaml": application,
        "c/templates/job.yaml": job,
    }
    here = seen(renderer, files)
    rule = "driver-host-unexpanded-variable"
    # As written the Job is the one pod that could read it; what is rendered shows who does.
    assert list(check(here.workspace, [RULES[rule]], {}))
    assert not here.findings(rule)
    assert not here.applied(rule).changes


def test_a_line_of_a_file_that_a_template_prints_is_found_and_told_once(renderer: Renderer) -> None:
    files = chart('    {{- .Files.Get "conf/more.conf" | nindent 4 }}\n', "service: spark-connect\n")
    files["c/conf/more.conf"] = "# more\nspark.driver.host=spark-conect\nspark.sql.a=b\nspark.sql.a=b\n"
    here = seen(renderer, files)
    [finding] = here.findings()
    assert here.at(finding)[:2] == [
        "is looked up by executors here: c/conf/more.conf:2:1",
        "it is rendered here: c/templates/conf.yaml:10:5",
    ]
    result = here.applied()
    assert after(result, "c/conf/more.conf").splitlines()[1] == "spark.driver.host=spark-connect"
    [made] = result.applied
    assert made.proof == ("proven: rendered, just this change",)
    [again] = here.findings("duplicate-property")
    assert here.at(again)[0] == "has no effect here: c/conf/more.conf:3:1"


FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: prod}
spec:
  chart: {spec: {chart: ./c, sourceRef: {kind: GitRepository, name: r}}}
  values:
    conf:
      spark.executor.memory: 9Gi
"""
HELMFILE = """\
releases:
  - name: prod
    chart: ./c
    values:
      - conf: {}
      - conf:
          spark.executor.memory: 9Gi
"""


@pytest.mark.parametrize(("name", "release"), [("flux.yaml", FLUX), ("helmfile.yaml", HELMFILE)])
def test_a_value_of_a_release_is_told_once(renderer: Renderer, name: str, release: str) -> None:
    """It is found in the file that stands for itself, and in what the chart is rendered to with it."""
    line = "    {{- range $k, $v := .Values.conf }}\n    {{ $k }}={{ $v }}\n    {{- end }}\n"
    here = seen(renderer, {**chart(line, "service: spark-connect\nconf: {}\n"), name: release})
    rule = "memory-kubernetes-suffix"
    [finding] = here.findings(rule)
    assert (finding.primary.path, [(fix.title, fix.blocked) for fix in finding.fixes]) == (name, [("write `9g`", "")])
    result = here.applied(rule)
    assert after(result, name) == release.replace("9Gi", "9g")
    assert [item.proof for item in result.applied] == [
        (f"proven: rendered with 2 values sets, 1 of them (release prod in {name}) show just this change",)
    ]
    assert result.refused == ()
