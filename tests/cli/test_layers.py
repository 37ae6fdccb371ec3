"""Codemods over a base and its overlays: what they say of one property is changed together, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample import Run

APPLICATION = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata:
  name: pi
spec:
  sparkConf:
    spark.ui.port: "4040"
    spark.eventLog.dir: {}
"""
BASE = """\
resources: [app.yaml]
configMapGenerator:
- name: conf
  literals:
  - spark.eventLog.dir=s3a://dev
  - spark.master=local
"""
OVERLAY = """\
resources: [../../base]
patches:
- path: patch.yaml
configMapGenerator:
- name: conf
  behavior: merge
  literals:
  - spark.eventLog.dir=s3a://prod
  - spark.ui.port=4040
"""
FILES = {
    "base/app.yaml": APPLICATION.format("s3a://dev"),
    "base/kustomization.yaml": BASE,
    "overlays/prod/kustomization.yaml": OVERLAY,
    "overlays/prod/patch.yaml": APPLICATION.format("s3a://prod").replace('    spark.ui.port: "4040"\n', ""),
    "overlays/plain/kustomization.yaml": "resources: [../../base]\n",
}


@pytest.fixture
def layers(tree: Path) -> Path:
    for name, text in FILES.items():
        path = tree / "k" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tree / "k"


def _texts(layers: Path) -> dict[str, str]:
    return {name: (layers / name).read_text() for name in FILES}


def test_a_property_is_renamed_in_all_layers(layers: Path, sparkfix: Run) -> None:
    ran = sparkfix("rename", "spark.eventLog.dir", "spark.eventLog.other", "k")
    assert ran.code == 0, ran.out + ran.err
    assert _texts(layers) == {
        name: text.replace("spark.eventLog.dir", "spark.eventLog.other") for name, text in FILES.items()
    }
    assert "proven: overlay k/overlays/plain, overlay k/overlays/prod show just this change" in ran.out + ran.err


def test_a_property_is_added_where_all_overlays_take_it_from(layers: Path, sparkfix: Run) -> None:
    ran = sparkfix("set", "spark.new=1", "--add", "k")
    assert ran.code == 0, ran.out + ran.err
    added = _texts(layers)
    assert [name for name in FILES if added[name] != FILES[name]] == ["base/app.yaml", "base/kustomization.yaml"]
    assert '    spark.new: "1"\n' in added["base/app.yaml"]
    assert "  - spark.new=1\n" in added["base/kustomization.yaml"]


def test_a_property_is_removed_from_all_layers(layers: Path, sparkfix: Run) -> None:
    ran = sparkfix("unset", "spark.eventLog.dir", "k")
    assert "proven: overlay k/overlays/plain, overlay k/overlays/prod show just this change" in ran.out + ran.err
    left = _texts(layers)
    assert not any("eventLog" in text for text in left.values())
    assert ran.code == 0


def test_what_a_text_of_a_patch_would_bring_back_is_not_renamed(layers: Path, sparkfix: Run) -> None:
    patch = """'[{"op": "add", "path": "/spec/sparkConf/spark.eventLog.dir", "value": "x"}]'"""
    path = layers / "overlays/prod/kustomization.yaml"
    path.write_text(OVERLAY.replace("- path: patch.yaml", f"- target: {{kind: SparkApplication}}\n  patch: {patch}"))
    (layers / "overlays/prod/patch.yaml").unlink()
    ran = sparkfix("rename", "spark.eventLog.dir", "spark.eventLog.other", "k/base/app.yaml")
    assert ran.code == 1
    assert "SparkApplication pi would render to more than the intended difference" in ran.out + ran.err
    assert (layers / "base/app.yaml").read_text() == FILES["base/app.yaml"]
