"""Charts that kustomize overlays inflate: judged as what the overlays make of them, and fixed where their text stands."""

from __future__ import annotations

from dataclasses import replace

from rendered_charts import CHART, CONFIG, INDENTED, POD, after, seen

from sparkfix.helm.renderer import Renderer

SERVICE_PORT = "connect-service-without-port"
SERVER = POD.replace("{{ .Values.service }}", "spark-connect")


def chart(host: str, values: str, folder: str = "o/charts/c", pod: str = SERVER) -> dict[str, str]:
    return {
        f"{folder}/Chart.yaml": CHART,
        f"{folder}/values.yaml": values,
        f"{folder}/templates/pod.yaml": pod,
        f"{folder}/templates/conf.yaml": f"{CONFIG}{INDENTED}    spark.driver.host={host}\n",
    }


def overlay(text: str, charts: str = "[{name: c, releaseName: r}]") -> str:
    return f"helmCharts: {charts}\n{text}"


def test_defaults_that_no_overlay_uses_are_not_judged(renderer: Renderer) -> None:
    files = chart("{{ .Values.host }}", "host: spark-conect\n")
    assert [item.remarks for item in seen(renderer, files).findings()] == [("seen with default values",)]
    inline = "[{name: c, releaseName: r, valuesInline: {host: spark-connect}}]"
    files["o/kustomization.yaml"] = overlay("", inline)
    assert seen(renderer, files).findings() == []
    files["o/charts/c/values-prod.yaml"] = "host: spark-conect\n"
    assert [item.remarks for item in seen(renderer, files).findings()] == [("seen with values-prod.yaml",)]
    files["app.yaml"] = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
        "spec: {destination: {namespace: spark}, source: {path: o/charts/c}}\n"
    )
    found = [item.remarks for item in seen(renderer, files).findings()]
    assert sorted(found) == [("seen with release a in app.yaml",), ("seen with values-prod.yaml",)]


def test_a_chart_in_an_overlay_that_cannot_be_built_is_judged_alone(renderer: Renderer) -> None:
    files = chart("{{ .Values.host }}", "host: spark-conect\n")
    files["o/kustomization.yaml"] = overlay("resources: ['https://github.com/a/b//c?ref=v1']\n")
    here = seen(renderer, files)
    assert [item.remarks for item in here.findings()] == [("seen with all that is rendered",)]
    assert any("could not be built whole" in note for note in here.views.overlays.notes)


def test_what_one_overlay_asks_of_a_chart_is_not_done_to_another(renderer: Renderer) -> None:
    """The template's host is right for one prefix alone; without the other overlay, the fix is made."""
    one = "[{name: c, releaseName: r}]\nhelmGlobals: {chartHome: ../charts}"
    files = {
        **chart("spark-connect", "", "charts/c"),
        "a/kustomization.yaml": overlay("namePrefix: a-\n", one),
        "b/kustomization.yaml": overlay("namePrefix: b-\n", one),
    }
    here = seen(renderer, files)
    assert {item.remarks for item in here.findings()} == {("seen with overlay a",), ("seen with overlay b",)}
    result = here.applied()
    assert not result.changes
    reasons = [item.reason for item in result.refused]
    assert any("it would be wrong with overlay b:" in reason for reason in reasons), reasons
    assert any("it would be wrong with overlay a:" in reason for reason in reasons), reasons
    del files["b/kustomization.yaml"]
    result = seen(renderer, files).applied()
    assert "spark.driver.host=a-spark-connect\n" in after(result, "charts/c/templates/conf.yaml")
    assert result.applied[0].proof[-1] == "proven: overlay a shows just this change"


def test_what_a_patch_does_to_a_chart_is_placed_in_the_patch(renderer: Renderer) -> None:
    patch = "- op: replace\n      path: /spec/ports/0/port\n      value: 15003\n"
    files = chart("spark-connect", "host: y\n")
    files["o/kustomization.yaml"] = overlay(f"patches:\n- target: {{kind: Service}}\n  patch: |\n    {patch}")
    here = seen(renderer, files)
    [finding] = here.findings(SERVICE_PORT)
    assert finding.primary.path == "o/charts/c/templates/pod.yaml"
    assert finding.remarks == ("seen with overlay o",)
    result = here.applied(SERVICE_PORT)
    assert not result.changes, "the patch would hit the new port"
    assert result.refused
    files["o/kustomization.yaml"] = overlay(
        "patches:\n- path: p.yaml\n", "[{name: c, releaseName: r, valuesInline: {host: x}}]"
    )
    files["o/p.yaml"] = (
        f"{CONFIG}    spark.master=k8s://https://k\n    spark.driver.host=spark-conect\n"
        "    spark.driver.bindAddress=0.0.0.0\n    spark.driver.port=7078\n    spark.driver.blockManager.port=7079\n"
    )
    here = seen(renderer, files)
    [finding] = here.findings()
    assert here.at(finding)[0] == "is looked up by executors here: o/p.yaml:7:5"
    assert "spark.driver.host=spark-connect\n" in after(here.applied(), "o/p.yaml")


def test_a_workload_beside_a_chart_reads_what_the_chart_gives(renderer: Renderer) -> None:
    """Neither the chart nor the folder shows the fault alone."""
    service, deployment = SERVER.split("---\n")
    files = {
        **chart("{{ .Values.host }}", "host: spark-conect  # old\n", pod=service),
        "o/server.yaml": deployment,
        "o/kustomization.yaml": overlay("resources: [server.yaml]\n"),
    }
    here = seen(renderer, files)
    [finding] = here.findings()
    assert here.at(finding)[:2] == [
        "is looked up by executors here: o/charts/c/templates/conf.yaml:10:5",
        "the value is set here: o/charts/c/values.yaml:1:1",
    ]
    result = here.applied()
    assert after(result, "o/charts/c/values.yaml") == "host: spark-connect  # old\n"
    assert [line.partition(":")[0] for line in result.applied[0].proof] == ["proven", "proven"]


def test_a_command_of_a_chart_is_found_through_the_overlay(renderer: Renderer) -> None:
    bad = SERVER.replace(
        'command: ["/opt/spark/bin/spark-submit"]', "command: [/opt/spark/sbin/start-connect-server.sh]"
    ).replace(
        'args: ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]',
        "env: [{name: HOME, value: /tmp}]",
    )
    files = chart("spark-connect", "", pod=bad)
    files["o/kustomization.yaml"] = overlay("namePrefix: x-\n")
    here = seen(renderer, files)
    [finding] = here.findings("connect-daemon-exits-in-container")
    assert finding.primary.path == "o/charts/c/templates/pod.yaml"
    changed = after(here.applied("connect-daemon-exits-in-container"), "o/charts/c/templates/pod.yaml")
    assert "{name: SPARK_NO_DAEMONIZE" in changed


def test_an_overlay_that_takes_a_chart_from_elsewhere_is_found(renderer: Renderer) -> None:
    """Only the chart was asked for, and no kustomization is above it."""
    files = {
        **chart("spark-connect", "a: b\n", "charts/c"),
        "a/kustomization.yaml": overlay(
            "namePrefix: a-\n", "[{name: c, releaseName: r}]\nhelmGlobals: {chartHome: ../charts}"
        ),
        "b/kustomization.yaml": "resources: []\n",
    }
    here = seen(renderer, files)
    asked = replace(
        here.workspace, targets=tuple(path for path in here.workspace.targets if path.startswith("charts/"))
    )
    assert [item.remarks for item in replace(here, workspace=asked).findings()] == [("seen with overlay a",)]
    assert here.views.overlays.all(asked) == ("a", "b")
    other = seen(renderer, {**files, "a/kustomization.yaml": "resources: []\n"})
    assert other.views.overlays.all(replace(other.workspace, targets=asked.targets)) == (), "none inflates a chart"
