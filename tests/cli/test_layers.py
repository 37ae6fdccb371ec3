"""Codemods over a base and its overlays: what they say of one property is changed together, or not at all."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from sample import Ran, Run

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


def _each_is_proven_where_it_shows(ran: Ran) -> None:
    lines = (ran.out + ran.err).splitlines()
    proofs = {line.split(":")[0]: proof for line, proof in itertools.pairwise(lines) if "proven:" in proof}
    assert proofs == {
        f"k/{path}": f"  proven: overlay k/overlays/{overlay} shows just this change"
        for path, overlay in {
            "base/app.yaml": "plain",
            "base/kustomization.yaml": "plain",
            "overlays/prod/kustomization.yaml": "prod",
            "overlays/prod/patch.yaml": "prod",
        }.items()
    }


def test_a_property_is_renamed_in_all_layers(layers: Path, sparkfix: Run) -> None:
    ran = sparkfix("rename", "spark.eventLog.dir", "spark.eventLog.other", "k")
    assert ran.code == 0, ran.out + ran.err
    assert _texts(layers) == {
        name: text.replace("spark.eventLog.dir", "spark.eventLog.other") for name, text in FILES.items()
    }
    _each_is_proven_where_it_shows(ran)


def test_a_property_is_added_where_all_overlays_take_it_from(layers: Path, sparkfix: Run) -> None:
    ran = sparkfix("set", "spark.new=1", "--add", "k")
    assert ran.code == 0, ran.out + ran.err
    added = _texts(layers)
    assert [name for name in FILES if added[name] != FILES[name]] == ["base/app.yaml", "base/kustomization.yaml"]
    assert '    spark.new: "1"\n' in added["base/app.yaml"]
    assert "  - spark.new=1\n" in added["base/kustomization.yaml"]


def test_a_property_is_removed_from_all_layers(layers: Path, sparkfix: Run) -> None:
    ran = sparkfix("unset", "spark.eventLog.dir", "k")
    _each_is_proven_where_it_shows(ran)
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


PATCH = """\
resources: [../../base]
patches:
- patch: |-
    # what differs here
    apiVersion: sparkoperator.k8s.io/v1beta2
    kind: SparkApplication
    metadata:
      name: pi
    spec:
      sparkConf:
        spark.eventLog.dir: s3a://prod
        spark.executor.instances: "3"
"""


@pytest.fixture
def inline(layers: Path) -> Path:
    """The prod overlay's kustomization, with its patch as a text."""
    (layers / "overlays/prod/patch.yaml").unlink()
    path = layers / "overlays/prod/kustomization.yaml"
    path.write_text(PATCH)
    return path


@pytest.mark.parametrize("ends", ["\n", "\r\n", ""])
@pytest.mark.parametrize(
    ("codemod", "old", "new"),
    [
        (("set", "spark.eventLog.dir=s3a://x#y"), "s3a://prod", "s3a://x#y"),
        (("set", "spark.executor.instances=4"), '"3"', '"4"'),
        (("rename", "spark.executor.instances", "spark.executor.other"), "executor.instances", "executor.other"),
        (("unset", "spark.executor.instances"), '        spark.executor.instances: "3"\n', ""),
        (("unset", "spark.eventLog.dir"), "        spark.eventLog.dir: s3a://prod\n", ""),
    ],
)
def test_patches_that_stand_as_texts_are_edited(
    inline: Path, sparkfix: Run, codemod: tuple[str, ...], old: str, new: str, ends: str
) -> None:
    before = (PATCH.removesuffix("\n") if not ends else PATCH).replace("\n", ends or "\n")
    inline.write_bytes(before.encode())
    ran = sparkfix(*codemod, "k")
    assert ran.code == 0, ran.out + ran.err
    wanted = PATCH.replace(old, new)
    if not ends:
        wanted = wanted.removesuffix("\n")
    assert inline.read_bytes().decode() == wanted.replace("\n", ends or "\n")
    assert "proven: " in ran.out + ran.err


def test_patches_in_one_line_are_edited(inline: Path, sparkfix: Run) -> None:
    text = """\
resources: [../../base]
patches:
- patch: '{"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication", "metadata": {"name": "pi"},
    "spec": {"sparkConf": {"spark.eventLog.dir": "s3a://prod"}}}'
""".replace(",\n    ", ", ")
    inline.write_text(text)
    assert sparkfix("set", "spark.eventLog.dir=it's", "k").code == 0
    assert inline.read_text() == text.replace("s3a://prod", "it''s")


def test_an_operation_on_a_property_is_told_and_left(inline: Path, sparkfix: Run) -> None:
    operation = '[{"op": "replace", "path": "/spec/sparkConf/spark.eventLog.dir", "value": "x"}]'
    text = f"resources: [../../base]\npatches:\n- target: {{kind: SparkApplication}}\n  patch: '{operation}'\n"
    inline.write_text(text)
    ran = sparkfix("set", "spark.eventLog.dir=s3a://new", "k")
    assert ran.code == 0
    assert "k/overlays/prod/kustomization.yaml:4: `spark.eventLog.dir` also stands here, not read" in ran.out + ran.err
    assert inline.read_text() == text


def test_a_setting_of_another_object_is_not_taken_for_an_objects_own(inline: Path, sparkfix: Run) -> None:
    other = PATCH.replace("name: pi", "name: of-somebody-else")
    inline.write_text(other.replace("resources: [../../base]", "resources: [../../base, other.yaml]"))
    (inline.parent / "other.yaml").write_text(APPLICATION.format("s3a://other").replace("pi", "of-somebody-else", 1))
    ran = sparkfix("set", "spark.eventLog.dir=s3a://new", "k/overlays/prod")
    assert ran.code == 0, ran.out + ran.err
    assert "s3a://new" in inline.read_text()
    assert (inline.parents[2] / "base/app.yaml").read_text() == FILES["base/app.yaml"]


def test_a_properties_file_in_another_patch_is_not_an_objects_own(inline: Path, sparkfix: Run) -> None:
    inline.write_text("""\
resources: [../../base, conf.yaml]
patches:
- patch: |
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: files
    data:
      spark-defaults.conf: |
        spark.ui.port=4041
        spark.eventLog.dir=s3a://prod
""")
    conf = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: files\ndata:\n  spark-defaults.conf: |\n    spark.ui.port=1\n"
    (inline.parent / "conf.yaml").write_text(conf)
    ran = sparkfix("set", "spark.eventLog.dir=s3a://new", "k")
    assert ran.code == 0, ran.out + ran.err
    assert "        spark.eventLog.dir=s3a://new\n" in inline.read_text()
    assert "    spark.eventLog.dir: s3a://new\n" in (inline.parents[2] / "base/app.yaml").read_text()


def test_an_operation_of_a_json_patch_is_set_with_the_base(layers: Path, sparkfix: Run) -> None:
    patch = (
        "resources: [../../base]\npatches:\n- target: {kind: SparkApplication}\n  patch: |-\n    - op: replace\n"
        "      path: /spec/sparkConf/spark.eventLog.dir\n      value: s3a://patched\n"
    )
    (layers / "overlays/prod/kustomization.yaml").write_text(patch)
    ran = sparkfix("set", "spark.eventLog.dir=s3a://new", "k")
    assert ran.code == 0
    assert (layers / "overlays/prod/kustomization.yaml").read_text() == patch.replace("s3a://patched", "s3a://new")
    assert "    spark.eventLog.dir: s3a://new\n" in (layers / "base/app.yaml").read_text()
    assert "not read" not in ran.out
