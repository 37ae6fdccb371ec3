"""Codemods on fields by kind and path: in manifests, lists, templates and overlays, with every proof."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import parse_where
from sparkfix.engine.codemod_fields import (
    checked_kind,
    checked_path,
    rename_field_rule,
    set_field_rule,
    unset_field_rule,
)
from sparkfix.engine.overlays import Overlays
from sparkfix.engine.proof import Prover
from sparkfix.engine.prove_overlays import OverlayProver
from sparkfix.engine.prover import ChartProver
from sparkfix.engine.unread import unread_resources
from sparkfix.helm.charts import Charts
from sparkfix.helm.releases import find_releases
from sparkfix.helm.renderer import Renderer
from sparkfix.model import Rule, SparkfixError
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

KIND = "SparkApplication"
MANIFEST = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata:
  name: pi
spec:
  sparkVersion: "3.5.0"  # as the image
  timeToLiveSeconds: 3600
  restartPolicy: {type: Never}
  deps:
    jars:
      - a.jar
      - b.jar
  sparkConf:
    spark.ui.port: "4041"
  driver:
    cores: 1
    memory: 1g
"""
LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: sparkoperator.k8s.io/v1beta2
  kind: SparkApplication
  metadata: {name: one}
  spec:
    sparkVersion: 3.5.0
- apiVersion: sparkoperator.k8s.io/v1beta2
  kind: ScheduledSparkApplication
  metadata: {name: two}
  spec:
    template:
      sparkVersion: 3.5.0
"""


def adding(path: str, value: str) -> Rule:
    return set_field_rule(KIND, path, value, add=True)


def workspace(files: Mapping[str, str]) -> Workspace:
    return Workspace(MemoryStore({path: text.encode() for path, text in files.items()}), tuple(sorted(files)))


def run(rule: Rule, files: Mapping[str, str], prover: Prover | None = None, *, comment_out: bool = False) -> Applied:
    choice = Choice(everything=True, comment_out=comment_out)
    applied = apply_fixes(workspace(files), [rule], choice, {}, prover)
    assert not applied.problems
    assert not apply_fixes(applied.workspace, [rule], choice, {}, prover).changes
    return applied


def changed(rule: Rule, text: str = MANIFEST, *, comment_out: bool = False) -> str:
    applied = run(rule, {"app.yaml": text}, comment_out=comment_out)
    assert not [item.reason for item in applied.refused]
    return (applied.workspace.data("app.yaml") or b"").decode()


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (set_field_rule(KIND, "spec.sparkVersion", "4.0"), '"3.5.0"', '"4.0"'),
        (set_field_rule(KIND, "spec.timeToLiveSeconds", "60"), "3600", "60"),
        (set_field_rule(KIND, "spec.restartPolicy.type", "Always"), "Never", "Always"),
        (set_field_rule(KIND, "spec.deps.jars.1", "c.jar"), "b.jar", "c.jar"),
        (set_field_rule(KIND, "metadata.name", "tau"), "name: pi", "name: tau"),
        (set_field_rule(KIND, "spec.driver.cores", "2"), "cores: 1", "cores: 2"),
        (set_field_rule(KIND, "spec.sparkConf.spark.ui.port", "4050"), '"4041"', '"4050"'),
        (unset_field_rule(KIND, "spec.timeToLiveSeconds"), "  timeToLiveSeconds: 3600\n", ""),
        (unset_field_rule(KIND, "spec.driver.cores"), "    cores: 1\n", ""),
        (unset_field_rule(KIND, "spec.restartPolicy.type"), "{type: Never}", "{}"),
        (rename_field_rule(KIND, "spec.timeToLiveSeconds", "spec.ttl"), "timeToLiveSeconds:", "ttl:"),
        (rename_field_rule(KIND, "spec.driver.memory", "spec.driver.memoryOverhead"), "memory: 1g", "memoryOverhead: 1g"),
        (adding("spec.batchScheduler", "volcano"), "as the image\n", "as the image\n  batchScheduler: volcano\n"),
        (adding("spec.driver.javaOptions", "-Da=1"), "cores: 1\n", "cores: 1\n    javaOptions: -Da=1\n"),
        (adding("spec.driver.memoryOverhead", "512"), "cores: 1\n", 'cores: 1\n    memoryOverhead: "512"\n'),
        (adding("spec.failureRetries", "3"), "as the image\n", "as the image\n  failureRetries: 3\n"),
        (adding("spec.executor.instances", "3"), "as the image\n", "as the image\n  executor:\n    instances: 3\n"),
    ],
    ids=lambda part: part.page if isinstance(part, Rule) else None,
)  # fmt: skip
def test_edits(rule: Rule, old: str, new: str) -> None:
    assert changed(rule) == MANIFEST.replace(old, new, 1)


def test_comment_out() -> None:
    rule = unset_field_rule(KIND, "spec.timeToLiveSeconds")
    assert changed(rule, comment_out=True) == MANIFEST.replace("  timeTo", "  # timeTo")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (set_field_rule(KIND, "spec.driver", "x"), "it is a map or a list"),
        (unset_field_rule(KIND, "spec.deps.jars.0"), "not removed alone"),
        (set_field_rule(KIND, "spec.driver.cores", "x"), "`driver.cores` takes a whole number"),
        (set_field_rule(KIND, "spec.executor.cores", "x", add=True), "`executor.cores` takes a whole number"),
        (set_field_rule(KIND, "spec.deps.jars.7", "x", add=True), "there is no map"),
        (rename_field_rule(KIND, "spec.driver.cores", "spec.executor.cores"), "stands elsewhere"),
        (rename_field_rule(KIND, "spec.timeToLiveSeconds", "spec.a.b"), "does not stand in `spec`"),
        (rename_field_rule(KIND, "spec.timeToLiveSeconds", "spec.sparkVersion"), "is set already"),
    ],
)
def test_refusals(rule: Rule, reason: str) -> None:
    applied = run(rule, {"app.yaml": MANIFEST})
    assert not applied.changes
    assert [reason in item.reason for item in applied.refused] == [True]


def test_what_is_not_there_is_left() -> None:
    assert changed(set_field_rule(KIND, "spec.batchScheduler", "volcano")) == MANIFEST
    assert changed(set_field_rule("SparkConnect", "spec.sparkVersion", "4.0.2", add=True)) == MANIFEST
    assert changed(set_field_rule(KIND, "spec.deps.jars.7", "x")) == MANIFEST


def test_items_of_a_list_by_kind() -> None:
    one = changed(set_field_rule(KIND, "spec.sparkVersion", "3.5.8"), LIST)
    assert one == LIST.replace("3.5.0", "3.5.8", 1)
    two = changed(set_field_rule("ScheduledSparkApplication", "spec.template.sparkVersion", "3.5.8"), one)
    assert two == LIST.replace("3.5.0", "3.5.8")


@pytest.mark.parametrize(
    ("where", "holds"), [("spark.driver.memory=1g", True), ("spark.ui.port=4041", True), ("spark.ui.port=1", False)]
)
def test_where(where: str, holds: bool) -> None:
    rule = set_field_rule(KIND, "spec.sparkVersion", "3.5.8", parse_where([where]))
    assert changed(rule) == (MANIFEST.replace("3.5.0", "3.5.8") if holds else MANIFEST)


def test_where_version() -> None:
    rule = unset_field_rule(KIND, "spec.timeToLiveSeconds", parse_where(["spark-version=3.4"]))
    assert changed(rule) == MANIFEST
    rule = unset_field_rule(KIND, "spec.timeToLiveSeconds", parse_where(["spark-version=3.5"]))
    assert changed(rule) == MANIFEST.replace("  timeToLiveSeconds: 3600\n", "")


TEMPLATE = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata:
  name: {{ .Release.Name }}
spec:
  {{- if .Values.old }}
  sparkVersion: "3.4.0"
  {{- else }}
  sparkVersion: "3.5.0"
  {{- end }}
  timeToLiveSeconds: {{ .Values.ttl }}
  driver:
    memory: {{ .Values.memory | quote }}
    cores: 1
"""
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: pi\nversion: 0.1.0\n",
    "values.yaml": "old: false\nttl: 60\nmemory: 1g\n",
    "values-old.yaml": "old: true\n",
    "templates/app.yaml": TEMPLATE,
}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            set_field_rule(KIND, "spec.sparkVersion", "3.5.8"),
            TEMPLATE.replace('"3.4.0"', '"3.5.8"').replace('"3.5.0"', '"3.5.8"'),
        ),
        (unset_field_rule(KIND, "spec.timeToLiveSeconds"), TEMPLATE.replace("  timeToLiveSeconds: {{ .Values.ttl }}\n", "")),
        (unset_field_rule(KIND, "spec.driver.memory"), TEMPLATE.replace("    memory: {{ .Values.memory | quote }}\n", "")),
        (rename_field_rule(KIND, "spec.timeToLiveSeconds", "spec.ttl"), TEMPLATE.replace("timeToLiveSeconds:", "ttl:")),
        (
            set_field_rule(KIND, "spec.driver.coreLimit", "1200m", add=True),
            TEMPLATE.replace("| quote }}\n", "| quote }}\n    coreLimit: 1200m\n"),
        ),
    ],
    ids=["set", "unset", "unset-property", "rename", "add"],
)  # fmt: skip
def test_templates_are_proven_by_rendering(rule: Rule, expected: str) -> None:
    here = workspace(CHART)
    with Renderer() as renderer:
        applied = run(rule, CHART, ChartProver(Charts(renderer, find_releases(here).releases)))
    assert not [item.reason for item in applied.refused]
    assert (applied.workspace.data("templates/app.yaml") or b"").decode() == expected
    assert all(item.proof and item.proof[0].startswith("proven") for item in applied.applied)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (set_field_rule(KIND, "spec.timeToLiveSeconds", "60"), "3600", "60"),
        (set_field_rule(KIND, "spec.deps.jars.0", "c.jar"), "a.jar", "c.jar"),
        (set_field_rule(KIND, "spec.driver.memory", "2g"), "memory: 1g", "memory: 2g"),
        (unset_field_rule(KIND, "spec.timeToLiveSeconds"), "  timeToLiveSeconds: 3600\n", ""),
    ],
    ids=["set", "set-item", "set-property", "unset"],
)
def test_bases_are_proven_by_building_overlays(rule: Rule, old: str, new: str) -> None:
    files = {
        "base/app.yaml": MANIFEST,
        "base/kustomization.yaml": "resources: [app.yaml]\n",
        "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\n",
    }
    applied = run(rule, files, OverlayProver(Overlays().views))
    assert not [item.reason for item in applied.refused]
    assert (applied.workspace.data("base/app.yaml") or b"").decode() == MANIFEST.replace(old, new)
    assert [item.proof for item in applied.applied] == [("proven: overlay prod shows just this change",)]


def test_resources_in_texts_are_told() -> None:
    text = (
        "kind: Workflow\nspec:\n  manifest: |\n    # kind: SparkApplication\n    kind: SparkApplication\n    spec: {}\n"
    )
    found = unread_resources(workspace({"flow.yaml": text, "app.yaml": MANIFEST}), KIND)
    assert [(item.path, item.line) for item in found] == [("flow.yaml", 5)]


@pytest.mark.parametrize("kind", ["SparkApp", "Deployment", ""])
def test_unknown_kinds(kind: str) -> None:
    with pytest.raises(SparkfixError, match="not a resource of a Spark operator"):
        checked_kind(kind)


@pytest.mark.parametrize("path", ["spec", "", "spec.", ".spec", "spec..a", "spec a.b"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(SparkfixError):
        checked_path(path)


def test_resources_within_other_objects() -> None:
    inner = MANIFEST.replace("\n", "\n      ").rstrip() + "\n"
    head = "apiVersion: example.org/v1\nkind: Trigger\nspec:\n  source:\n    resource:\n      "
    text = f"{head}{inner}    reference:\n      kind: {KIND}\n"
    assert changed(set_field_rule(KIND, "spec.timeToLiveSeconds", "60"), text) == text.replace("3600", "60")
    rule = set_field_rule(KIND, "spec.driver.memoryOverhead", "1g", add=True)
    assert changed(rule, text) == text.replace("cores: 1\n", "cores: 1\n          memoryOverhead: 1g\n")


@pytest.mark.parametrize("head", ["    manifest: |\n      ", "    manifest: |+2\n        "])
@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (set_field_rule(KIND, "spec.sparkVersion", "3.5.8"), "3.5.0", "3.5.8"),
        (set_field_rule(KIND, "spec.deps.jars.0", "c.jar"), "a.jar", "c.jar"),
        (set_field_rule(KIND, "spec.driver.memory", "2g"), "memory: 1g", "memory: 2g"),
        (unset_field_rule(KIND, "spec.timeToLiveSeconds"), "  timeToLiveSeconds: 3600\n", ""),
        (adding("spec.failureRetries", "3"), "as the image\n", "as the image\n  failureRetries: 3\n"),
    ],
    ids=["set", "set-item", "set-property", "unset", "add"],
)
def test_resources_in_texts(rule: Rule, old: str, new: str, head: str) -> None:
    def flow(manifest: str) -> str:
        indent = "\n" + head.rpartition("\n")[2]
        return f"kind: Workflow\nspec:\n  resource:\n{head}{manifest.rstrip().replace(chr(10), indent)}\n"

    assert changed(rule, flow(MANIFEST)) == flow(MANIFEST.replace(old, new, 1))
    assert not unread_resources(workspace({"app.yaml": flow(MANIFEST)}), KIND)
