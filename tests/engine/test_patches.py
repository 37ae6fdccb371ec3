"""Patches inside kustomization files: what they set is changed where they set it, and the overlays prove it."""

from __future__ import annotations

import pytest
from rendered_charts import after, seen

from sparkfix.helm.renderer import Renderer

MEMORY = "memory-kubernetes-suffix"
APPLICATION = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: app}
spec:
  type: Scala
  mode: cluster
  sparkVersion: 3.5.1
  sparkConf:
    spark.executor.memory: 2g
"""
OPERATION = """\
resources: [d.yaml]
patches:
  - target: {kind: SparkApplication}
    patch: |-
      - op: replace
        path: /spec/sparkConf/spark.executor.memory
        value: 7Gi # why
"""


@pytest.mark.parametrize("op", ["replace", "add"])
def test_a_value_that_an_operation_sets_is_changed_there(renderer: Renderer, op: str) -> None:
    kustomization = OPERATION.replace("op: replace", f"op: {op}")
    here = seen(renderer, {"base/d.yaml": APPLICATION, "base/kustomization.yaml": kustomization})
    [finding] = here.findings(MEMORY)
    assert [(fix.title, fix.blocked) for fix in finding.fixes] == [("write `7g`", "")]
    result = here.applied(MEMORY)
    assert after(result, "base/kustomization.yaml") == kustomization.replace("7Gi", "7g")
    assert [change.path for change in result.changes] == ["base/kustomization.yaml"]
    assert result.applied[0].proof == ("proven: overlay base shows just this change",)


def test_a_value_that_operations_in_a_file_set_is_changed_there(renderer: Renderer) -> None:
    operations = "- op: replace\n  path: /spec/sparkConf/spark.executor.memory\n  value: 7Gi\n"
    kustomization = "resources: [d.yaml]\npatches:\n- {path: p.yaml, target: {kind: SparkApplication}}\n"
    files = {"base/d.yaml": APPLICATION, "base/kustomization.yaml": kustomization, "base/p.yaml": operations}
    result = seen(renderer, files).applied(MEMORY)
    assert after(result, "base/p.yaml") == operations.replace("7Gi", "7g")
    assert [change.path for change in result.changes] == ["base/p.yaml"]


def test_a_value_that_a_later_patch_sets_again_is_left(renderer: Renderer) -> None:
    later = OPERATION + OPERATION[OPERATION.index("  - target") :].replace("7Gi", "8g")
    here = seen(renderer, {"base/d.yaml": APPLICATION, "base/kustomization.yaml": later})
    assert here.findings(MEMORY) == []
    assert not here.applied(MEMORY).changes


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers:
        - {name: spark, image: "apache/spark:3.5.7"}
"""
COMPONENT = """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: add
        path: /spec/template/spec/containers/0/env
        value:
          - name: SPARK_X
            value: "--conf spark.executor.memory=1Gi"
"""


def test_a_patch_of_a_component_is_proven_as_that_of_a_kustomization_is(renderer: Renderer) -> None:
    files = {
        "base/d.yaml": DEPLOYMENT,
        "base/kustomization.yaml": "resources: [d.yaml]\n",
        "comp/kustomization.yaml": COMPONENT,
        "dev/kustomization.yaml": "resources: [../base]\ncomponents: [../comp]\n",
    }
    result = seen(renderer, files).applied(MEMORY)
    assert result.refused == ()
    assert after(result, "comp/kustomization.yaml") == COMPONENT.replace("1Gi", "1g")
    assert result.applied[0].proof == ("proven: overlay dev shows just this change",)
