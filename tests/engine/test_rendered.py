"""Findings that only rendering shows: where they are placed, what their fixes change, and when they are left alone."""

from __future__ import annotations

import pytest
from rendered_charts import CHART, CONFIG, INDENTED, POD, REST, RULES, after, chart, seen, umbrella

from sparkfix.engine.apply import apply_fixes
from sparkfix.engine.choose import Choice
from sparkfix.helm.renderer import Renderer


def test_a_value_that_is_passed_on_is_fixed_where_it_is_set(renderer: Renderer) -> None:
    files = chart("    spark.driver.host={{ .Values.host }}\n", "service: spark-connect\nhost: spark-conect  # old\n")
    here = seen(renderer, files)
    [finding] = here.findings()
    assert here.at(finding) == [
        "is looked up by executors here: c/templates/conf.yaml:10:5",
        "the value is set here: c/values.yaml:2:1",
        "the Service is named here: c/values.yaml:1:10",
    ]
    assert finding.remarks == ("seen with default values",)
    result = here.applied()
    assert after(result, "c/values.yaml") == "service: spark-connect\nhost: spark-connect  # old\n"
    assert [change.path for change in result.changes] == ["c/values.yaml"]
    assert result.applied[0].proof == ("proven: rendered, just this change",)


def test_a_property_of_a_values_map_is_fixed_in_the_map(renderer: Renderer) -> None:
    line = '{{- range $key, $value := .Values.conf }}\n    {{ printf "%s=%s" $key $value }}\n{{- end }}\n'
    values = 'service: spark-connect\nconf:\n  "spark.driver.host": spark-conect\n  "spark.a": b\n'
    here = seen(renderer, chart(line, values))
    [finding] = here.findings()
    assert here.at(finding)[0] == "is looked up by executors here: c/values.yaml:3:4"
    assert after(here.applied(), "c/values.yaml") == values.replace("conect", "connect")


def test_a_line_of_a_text_in_the_values_is_found(renderer: Renderer) -> None:
    values = "service: spark-connect\nconf: |\n  spark.a=b\n  spark.driver.host=spark-conect\n  spark.c=d\n"
    here = seen(renderer, chart("{{ .Values.conf | indent 4 }}\n", values))
    [finding] = here.findings()
    assert here.at(finding)[0] == "is looked up by executors here: c/values.yaml:4:3"
    assert after(here.applied(), "c/values.yaml") == values.replace("conect", "connect")


def test_the_file_of_a_release_is_fixed_and_not_the_default(renderer: Renderer) -> None:
    release = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: prod}\nspec:\n"
        "  destination: {namespace: spark}\n  source:\n    path: c\n    helm: {valueFiles: [/env/prod.yaml]}\n"
    )
    files = chart(
        "    spark.driver.host={{ .Values.host }}\n", "service: spark-connect\nhost: spark-connect\n",
        env__prod="host: spark-conect\n", app="",
    )  # fmt: skip
    files = {**files, "env/prod.yaml": files.pop("env/prod"), "app.yaml": release}
    del files["app"]
    here = seen(renderer, files)
    [finding] = here.findings()
    assert finding.remarks == ("seen with release prod in app.yaml",)
    result = here.applied()
    assert [change.path for change in result.changes] == ["env/prod.yaml"]
    assert after(result, "env/prod.yaml") == "host: spark-connect\n"
    assert "1 of them (release prod in app.yaml) show" in result.applied[0].proof[0]


def test_a_value_that_stands_in_the_release_itself_is_told_and_left(renderer: Renderer) -> None:
    release = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: prod}\nspec:\n  source:\n    path: c\n"
        "    helm: {parameters: [{name: host, value: spark-conect}]}\n"
    )
    line = "    spark.driver.host={{ .Values.host }}\n"
    files = {**chart(line, "service: spark-connect\nhost: spark-connect\n"), "app.yaml": release}
    here = seen(renderer, files)
    [finding] = here.findings()
    assert (
        "the value host is not set in a values file here, but by release prod in app.yaml" in finding.fixes[0].blocked
    )
    assert not here.applied().changes


def test_defaults_of_a_subchart_under_its_alias(renderer: Renderer) -> None:
    inner = {
        f"u/charts/{path}": text
        for path, text in chart(
            "    spark.driver.host={{ .Values.host }}\n", "service: spark-connect\nhost: spark-connect\n"
        ).items()
    }
    outer = "dependencies: [{name: c, version: 0.1.0, alias: spark}]\n"
    files = {**inner, "u/Chart.yaml": CHART.replace("name: c", "name: u") + outer,
             "u/values.yaml": "spark:\n  host: spark-conect\n"}  # fmt: skip
    here = seen(renderer, files)
    [finding] = here.findings()
    assert "the value is set here: u/values.yaml:2:3" in here.at(finding)
    assert after(here.applied(), "u/values.yaml") == "spark:\n  host: spark-connect\n"


def test_a_chart_that_says_spark_in_a_packed_chart_only(renderer: Renderer) -> None:
    template = f"{POD}---\n{CONFIG}{INDENTED}    spark.driver.host={{{{ .Values.host }}}}\n"
    files = umbrella(template, "c:\n  service: spark-connect\n  host: spark-conect\n")
    here = seen(renderer, files)
    [finding] = here.findings()
    assert here.at(finding) == [
        "is looked up by executors here: u/values.yaml:3:3",
        "the Service is named here: u/values.yaml:2:12",
    ]
    assert list(here.chart_views.notes) == ["u has Spark in packed charts only: told is what its values do there"]
    result = here.applied()
    assert after(result, "u/values.yaml") == "c:\n  service: spark-connect\n  host: spark-connect\n"
    other = seen(renderer, umbrella("a: b\n", "c:\n  host: spark-conect\n"))
    assert (other.findings(), other.chart_views.notes) == ([], {})


def test_what_files_show_as_written_is_told_once(renderer: Renderer) -> None:
    files = chart("    spark.driver.host=spark-conect\n", "")
    files["c/templates/pod.yaml"] = POD.replace("{{ .Values.service }}", "spark-connect")
    here = seen(renderer, files)
    [finding] = here.findings()
    assert finding.views == ()
    assert finding.remarks == ()


def test_an_arm_that_nothing_reaches_is_told(renderer: Renderer) -> None:
    line = '{{- if eq .Values.mode "k8s" }}\n    spark.driver.host={{ .Values.host }}\n{{- end }}\n'
    values = "service: spark-connect\nmode: local\nhost: spark-conect\n"
    here = seen(renderer, chart(line, values))
    [finding] = here.findings()
    unreached = 'in an arm that no values file here reaches: if eq .Values.mode "k8s"'
    assert finding.remarks == ('seen with derived: mode="k8s"', unreached)
    files = chart(line.replace("{{ .Values.host }}", "spark-conect"), values)
    files["c/templates/pod.yaml"] = POD.replace("{{ .Values.service }}", "spark-connect")
    [finding] = seen(renderer, files).findings()
    assert finding.remarks == (unreached,)


def test_derived_values_are_of_use_in_their_own_arms_only(renderer: Renderer) -> None:
    files = chart(
        "    spark.driver.host={{ .Values.host }}\n", "service: a-service\nhost: spark-connect\nother: false\n"
    )
    # The derived set turns on the arm in which the Service's name changes, and nothing else of it is at fault.
    files["c/templates/pod.yaml"] = POD.replace(
        "{{ .Values.service }}", "{{ if .Values.other }}spark-conect{{ else }}spark-connect{{ end }}"
    )
    unreached = "in an arm that no values file here reaches: if .Values.other"
    found = [finding.remarks for finding in seen(renderer, files).findings()]
    assert found in ([], [("seen with derived: other=true", unreached)])


def test_a_rendering_that_is_not_yaml_is_told_and_not_judged(renderer: Renderer) -> None:
    files = chart("    spark.driver.host={{ .Values.host }}\n", "service: spark-connect\nhost: spark-conect\n")
    files["c/templates/broken.yaml"] = "kind: ConfigMap\nmetadata:\n  name: {{ .Values.none }}\n data: {}\n"
    here = seen(renderer, files)
    assert here.findings() == []
    assert list(here.chart_views.notes) == [
        "c renders to what is not YAML with default values: c/templates/broken.yaml:4"
    ]


def test_a_values_set_that_does_not_render_stops_no_other(renderer: Renderer) -> None:
    line = '    spark.driver.host={{ required "host is needed" .Values.host }}\n'
    files = chart(line, "service: spark-connect\n", **{"c__values-prod.yaml": "host: spark-conect\n"})
    here = seen(renderer, files)
    [finding] = here.findings()
    assert finding.remarks == ("seen with values-prod.yaml",)
    [note] = here.chart_views.notes
    assert note.startswith("c does not render with default values: ")
    assert "host is needed" in note


def test_a_values_file_that_helm_refuses_is_told_and_not_counted(renderer: Renderer) -> None:
    line = "    spark.driver.host={{ .Values.host }}\n"
    files = chart(
        line,
        "service: spark-connect\nhost: spark-conect\n",
        **{"c__values-x.yaml": "conf: [1\n", "c__values-z.yaml": "- a\n"},
    )
    here = seen(renderer, files)
    assert [finding.remarks for finding in here.findings()] == [("seen with default values",)]
    assert list(here.chart_views.notes) == [
        "c/values-x.yaml is not used as values: not YAML in line 2: did not find expected ',' or ']'",
        "c/values-z.yaml is not used as values: not a map in YAML",
    ]
    assert here.applied().applied[0].proof == ("proven: rendered, just this change",)


def test_a_value_that_also_decides_a_condition_is_refused(renderer: Renderer) -> None:
    line = (
        "    spark.driver.host={{ .Values.host }}\n"
        '{{- if eq .Values.host "spark-conect" }}\n    spark.special=true\n{{- end }}\n'
    )
    here = seen(renderer, chart(line, "service: spark-connect\nhost: spark-conect\n"))
    result = here.applied()
    assert not result.changes
    reasons = [item.reason for item in result.refused] + [here.findings()[0].fixes[0].blocked]
    assert any("a template computes the value" in reason or "decides more" in reason for reason in reasons)


def test_the_namespace_of_an_unknown_release_is_none(renderer: Renderer) -> None:
    account = (
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: spark, namespace: spark-jobs}\n---\n"
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: other, namespace: spark-jobs}\n"
    )
    files = chart("    spark.a=b\n", "service: s\n", c__templates__sa=account)
    files["c/templates/sa.yaml"] = files.pop("c/templates/sa")
    files["c/templates/pod.yaml"] = POD.replace(
        "metadata: {name: server}", "metadata: {name: server, namespace: {{ .Release.Namespace }}}"
    ).replace("      containers:\n", "      serviceAccountName: {{ .Values.service }}park\n      containers:\n")
    assert seen(renderer, files).findings("service-account-missing") == []


@pytest.mark.parametrize("name", ["dev-", ""])
def test_a_fix_that_breaks_another_overlay_is_refused(renderer: Renderer, name: str) -> None:
    pod = POD.replace("{{ .Values.service }}", "spark-connect")
    base = {
        "base/kustomization.yaml": "resources: [pod.yaml]\nconfigMapGenerator:\n- name: conf\n  files: [spark-defaults.conf]\n",
        "base/pod.yaml": pod,
        "base/spark-defaults.conf": "spark.master=k8s://https://k\nspark.driver.host=spark-connect\n" + REST,
        "dev/kustomization.yaml": f"namePrefix: '{name}'\nresources: [../base]\n",
        "prod/kustomization.yaml": "namePrefix: prod-\nresources: [../base]\n",
    }
    here = seen(renderer, base)
    findings = here.findings()
    assert [finding.remarks for finding in findings] == [
        (f"seen with overlay {one}",) for one in (["dev"] if name else []) + ["prod"]
    ]
    result = here.applied()
    assert not result.changes
    reason = "it would also change what is rendered with overlay" if name else "it would be wrong with overlay"
    assert all(reason in item.reason for item in result.refused)


def test_an_overlay_with_a_remote_base_is_told_and_not_judged(renderer: Renderer) -> None:
    files = {
        "o/kustomization.yaml": "resources: [pod.yaml, 'https://github.com/a/b//c?ref=v1']\n",
        "o/pod.yaml": POD.replace("{{ .Values.service }}", "spark-connect")
        + f"---\n{CONFIG}{INDENTED}    spark.driver.host=dev-spark-connect\n",
    }
    here = seen(renderer, files)
    assert [finding.views for finding in here.findings()] == [()]
    assert any("could not be built whole: o/kustomization.yaml" in note for note in here.views.overlays.notes)


def test_a_base_is_judged_by_its_overlays(renderer: Renderer) -> None:
    """As written the host names no Service; with the prefix of the only overlay it does."""
    pod = POD.replace("{{ .Values.service }}", "spark-connect")
    files = {
        "base/kustomization.yaml": "resources: [pod.yaml]\n",
        "base/pod.yaml": f"{pod}---\n{CONFIG}{INDENTED}    spark.driver.host=prod-spark-connect\n",
        "prod/kustomization.yaml": "namePrefix: prod-\nresources: [../base]\n",
    }
    assert seen(renderer, files).findings() == []
    alone = {path: text for path, text in files.items() if path == "base/pod.yaml"}
    assert len(seen(renderer, alone).findings()) == 1


def test_a_release_puts_objects_into_its_namespace(renderer: Renderer) -> None:
    """The account is in another namespace than the one that the release goes to, and so it is none of the pod's."""
    release = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: prod}\nspec:\n"
        "  destination: {namespace: web}\n  source: {path: c}\n"
    )
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %s}\n"
    files = chart("    spark.a=b\n", "service: s\naccount: spark\n")
    files["c/templates/sa.yaml"] = account % "spark, namespace: other" + "---\n" + account % "app"
    files["c/templates/pod.yaml"] = POD.replace(
        "      containers:\n", "      serviceAccountName: {{ .Values.account }}\n      containers:\n"
    )
    assert seen(renderer, files).findings("service-account-missing") == []
    [finding] = seen(renderer, {**files, "app.yaml": release}).findings("service-account-missing")
    assert finding.remarks == ("seen with release prod in app.yaml",)


def test_a_value_that_is_printed_elsewhere_too_is_not_changed(renderer: Renderer) -> None:
    line = "    spark.driver.host={{ .Values.host }}\n"
    files = chart(line, "service: spark-connect\nhost: spark-conect\n")
    files["c/templates/other.yaml"] = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {host: {{ .Values.host }}}\n"
    )
    here = seen(renderer, files)
    [finding] = here.findings()
    assert finding.fixes[0].blocked == "the value that it is made of is also printed in c/templates/other.yaml:4"
    assert not here.applied().changes


MEMORY = "memory-kubernetes-suffix"


def test_a_value_of_several_lines_is_changed_where_a_rule_wants_the_same_of_each(renderer: Renderer) -> None:
    lines = "    spark.driver.memory={{ .Values.mem }}\n    spark.executor.memory={{ .Values.mem }}\n"
    here = seen(renderer, chart(lines, "service: spark-connect\nmem: 4Gi\n"))
    findings = here.findings(MEMORY)
    assert [[(fix.title, fix.blocked) for fix in item.fixes] for item in findings] == [[("write `4g`", "")]] * 2
    result = here.applied(MEMORY)
    assert after(result, "c/values.yaml") == "service: spark-connect\nmem: 4g\n"
    assert (len(result.applied), result.refused) == (1, ())


def test_a_value_of_several_lines_is_left_where_one_of_them_is_right(renderer: Renderer) -> None:
    lines = "    spark.driver.memory={{ .Values.mem }}\n    spark.executor.memory={{ .Values.mem }}\n    a={{ .Values.mem }}\n"
    here = seen(renderer, chart(lines, "service: spark-connect\nmem: 4Gi\n"))
    findings = here.findings(MEMORY)
    assert len(findings) == 2
    assert all("is also printed in c/templates/conf.yaml:" in item.fixes[0].blocked for item in findings)
    assert not here.applied(MEMORY).changes


LIVENESS = """\
          ports:
            {{- toYaml .Values.ports | nindent 12 }}
          livenessProbe:
            {{- toYaml .Values.liveness | nindent 12 }}
"""


def test_a_fix_of_a_template_that_makes_a_fault_with_other_values_is_refused(renderer: Renderer) -> None:
    """As written the port of the startup probe is a literal; with the other values no port has its name."""
    own = "ports: [{name: %s, containerPort: 15002}]\nliveness: {tcpSocket: {port: %s}, periodSeconds: 5}\n"
    values, other = "service: s\n" + own % ("connect", "connect"), own % ("grpc", "grpc")
    files = chart("    spark.a=b\n", values, **{"c__values-prod.yaml": other})
    mounts = "          volumeMounts:"
    files["c/templates/pod.yaml"] = POD.replace(mounts, LIVENESS + mounts)
    here = seen(renderer, files)
    rules = [RULES["connect-probe-before-server-up"], RULES["probe-wrong-port"]]
    result = apply_fixes(here.workspace, rules, Choice(), {}, here.prover, here.views)
    assert not result.changes
    assert any("it would make a fault with" in item.reason for item in result.refused), result.refused


@pytest.mark.parametrize("more", ["", ", kustomize: {namePrefix: x-}"])
def test_a_base_that_argo_applies_counts(renderer: Renderer, more: str) -> None:
    """The overlay asks for another name, which would be wrong in the base, and that is applied, too."""
    pod = POD.replace("{{ .Values.service }}", "spark-connect")
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source: {path: base%s}\n"
    )
    files = {
        "app.yaml": application % more,
        "base/kustomization.yaml": "resources: [pod.yaml]\n",
        "base/pod.yaml": f"{pod}---\n{CONFIG}{INDENTED}    spark.driver.host=spark-connect\n",
        "dev/kustomization.yaml": "namePrefix: dev-\nresources: [../base]\n",
    }
    alone = {path: text for path, text in files.items() if path != "app.yaml"}
    assert seen(renderer, alone).applied().changes
    result = seen(renderer, files).applied()
    assert not result.changes
    reasons = ["not applied as it is", "overlay base", "it would be wrong"]
    assert any(reason in item.reason for item in result.refused for reason in reasons), result.refused
