"""What a kustomization builds, who made it, and what is said of the rest. (The reference: `make test-kustomize`.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sparkfix.engine.overlays import Overlays
from sparkfix.workspace.kustomize import Built, Origin, build, find_kustomizations
from sparkfix.workspace.store import DiskStore, MemoryStore
from sparkfix.workspace.workspace import Workspace

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      containers: [{name: server, image: "apache/spark:3.5.1", envFrom: [{configMapRef: {name: conf}}]}]
"""
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {a: b}\n"
BASE = {
    "base/kustomization.yaml": "resources: [deployment.yaml]\n"
    "configMapGenerator: [{name: conf, files: [spark-defaults.conf, l=log.properties]}]\n",
    "base/deployment.yaml": DEPLOYMENT,
    "base/spark-defaults.conf": "spark.executor.memory 2g\n",
    "base/log.properties": "x\n",
}
DEV = {
    "dev/kustomization.yaml": "namePrefix: dev-\nresources: [../base]\n"
    "configMapGenerator: [{name: conf, behavior: merge, files: [spark-defaults.conf]}]\n",
    "dev/spark-defaults.conf": "spark.executor.memory 1g\n",
}
PROD = {
    "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: image.yaml}]\n",
    "prod/image.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: connect}\nspec:\n"
    "  template: {spec: {containers: [{name: server, image: 'apache/spark:4.0.0'}]}}\n",
}
TREE = {**BASE, **DEV, **PROD}


def store(files: dict[str, str]) -> MemoryStore:
    return MemoryStore({path: text.encode() for path, text in files.items()})


def built(kustomization: str, **files: str) -> Built:
    """A root kustomization with files whose names have `_` for the dot."""
    named = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    return build(store({"kustomization.yaml": kustomization, **named}), "")


def data(result: Built) -> list[dict[str, Any]]:
    return [item.data for item in result.objects]


def reasons(result: Built) -> list[str]:
    return [problem.reason for problem in result.problems]


def config(name: str, values: dict[str, str] | None = None, **metadata: Any) -> dict[str, Any]:
    base = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}
    return {**base, "data": {"a": "b"} if values is None else values}


# Objects


def test_generated_config_merged_in_an_overlay() -> None:
    made, deployment = build(store(TREE), "dev").objects
    name = "dev-conf-895t4d4k9h"
    assert made.data == config(name, {"spark-defaults.conf": "spark.executor.memory 1g\n", "l": "x\n"})
    container = {
        "name": "server",
        "image": "apache/spark:3.5.1",
        "envFrom": [{"configMapRef": {"name": name}}],
    }
    assert deployment.data == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "dev-connect"},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    assert (deployment.kind, deployment.name, deployment.namespace) == ("Deployment", "dev-connect", "")


def test_edited_files_are_built_like_those_on_disk(tmp_path: Path) -> None:
    for path, text in TREE.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    assert build(DiskStore(tmp_path), "dev") == build(store(TREE), "dev")


def test_building_changes_nothing_that_was_built_before() -> None:
    before = build(store(TREE), "base")
    first = repr(before)
    build(store(TREE), "dev")
    assert repr(before) == first == repr(build(store(TREE), "base"))


def test_order_of_kinds_and_as_given() -> None:
    files = {
        "b_yaml": DEPLOYMENT,
        "a_yaml": MAP % "m",
        "n_yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n",
    }
    assert [item.kind for item in built("resources: [b.yaml, a.yaml, n.yaml]\n", **files).objects] == [
        "Namespace",
        "ConfigMap",
        "Deployment",
    ]
    fifo = built("resources: [b.yaml, a.yaml, n.yaml]\nsortOptions: {order: fifo}\n", **files)
    assert [item.kind for item in fifo.objects] == ["Deployment", "ConfigMap", "Namespace"]


def test_namespace_labels_and_annotations() -> None:
    text = "namespace: team\ncommonLabels: {l: m}\ncommonAnnotations: {note: '1'}\nresources: [a.yaml]\n"
    (made,) = data(built(text, a_yaml=MAP % "m"))
    assert made == config("m", namespace="team", labels={"l": "m"}, annotations={"note": "1"})


def test_json_patch_on_selected_objects() -> None:
    text = """resources: [a.yaml, b.yaml]
patches:
  - target: {kind: ConfigMap, name: "o.*"}
    patch: '[{"op": "add", "path": "/metadata/annotations/x", "value": "1"}]'
"""
    one, two = data(built(text, a_yaml=MAP % "one", b_yaml=MAP % "two"))
    assert (one, two) == (config("one", annotations={"x": "1"}), config("two"))


# Who made it


def test_origins_in_order_of_application() -> None:
    moved = {"prod/kustomization.yaml": TREE["prod/kustomization.yaml"] + "namespace: p\n"}
    made, deployment = build(store({**TREE, **moved}), "prod").objects
    assert deployment.origins == (
        Origin("base/deployment.yaml", "resources", "base/kustomization.yaml"),
        Origin("prod/image.yaml", "patches", "prod/kustomization.yaml"),
        Origin("prod/kustomization.yaml", "namespace", "prod/kustomization.yaml"),
    )
    sources = {"spark-defaults.conf": "base/spark-defaults.conf", "l": "base/log.properties"}
    assert made.origins == (
        Origin("base/kustomization.yaml", "configMapGenerator", "base/kustomization.yaml", sources),
        Origin("prod/kustomization.yaml", "namespace", "prod/kustomization.yaml"),
    )


def test_texts_are_traced_to_the_file_that_wins() -> None:
    assert build(store(TREE), "base").objects[0].texts == {
        "spark-defaults.conf": "base/spark-defaults.conf",
        "l": "base/log.properties",
    }
    assert build(store(TREE), "dev").objects[0].texts == {
        "spark-defaults.conf": "dev/spark-defaults.conf",
        "l": "base/log.properties",
    }


def test_texts_of_literals_environment_files_patches_and_manifests() -> None:
    text = """resources: [m.yaml]
secretGenerator: [{name: s, literals: [a=1], envs: [e.env]}]
patches:
  - path: p.yaml
  - patch: |
      {apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {inline: x}}
"""
    patch = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {patched: x, a: null}\n"
    files = {"m_yaml": (MAP % "m").replace("a: b", "a: b, c: d"), "e_env": "E=1\n", "p_yaml": patch}
    first, second = built(text, **files).objects
    assert first.texts == {"c": "m.yaml", "patched": "p.yaml", "inline": "kustomization.yaml"}
    assert second.texts == {"a": "kustomization.yaml", "E": "e.env"}


def test_files_and_bases() -> None:
    dev = build(store(TREE), "dev")
    assert dev.bases == ("base",)
    assert dev.files == (
        "base/deployment.yaml",
        "base/kustomization.yaml",
        "base/log.properties",
        "dev/kustomization.yaml",
        "dev/spark-defaults.conf",
    )


def test_overlays_that_a_file_reaches() -> None:
    assert find_kustomizations(TREE) == ("base", "dev", "prod")
    workspace, overlays = Workspace(store(TREE), tuple(TREE)), Overlays()
    assert overlays.reached(workspace, ["base/deployment.yaml"]) == ["dev", "prod"]
    assert overlays.reached(workspace, ["base/spark-defaults.conf"]) == ["prod"], "dev has its own"
    assert overlays.reached(workspace, ["dev/spark-defaults.conf"]) == ["dev"]
    assert overlays.reached(workspace, ["base/unknown"]) == []


def test_finding_kustomizations() -> None:
    paths = ["kustomization.yaml", "a/Kustomization", "a/b/kustomization.yml", "c/Kustomization.yaml", "d/x.yaml"]
    assert find_kustomizations(paths) == ("", "a", "a/b")


# What cannot be carried out


@pytest.mark.parametrize(
    ("kustomization", "reason"),
    [
        ("resources: [gone.yaml]", "gone.yaml: no such file or folder"),
        ("resources: [sub]", "sub: no kustomization file in it"),
        ("resources: ['https://github.com/a/b//c?ref=v1']", "https://github.com/a/b//c?ref=v1 is remote; it is not fetched"),
        ("resources: [github.com/a/b]", "github.com/a/b is remote; it is not fetched"),
        ("resources: [../up]", "../up lies outside of the files that are read"),
        ("resources: [/etc/x.yaml]", "/etc/x.yaml is an absolute path; only files of the repository are read"),
        ("resources: [.]", ". leads back to a kustomization that includes this one"),
        ("resources: [bad.yaml]", "bad.yaml:2: did not find expected node content"),
        ("resources: [nameless.yaml]", "nameless.yaml: a ConfigMap without metadata.name"),
        ("components: [base]", "base is no component; its kind should be Component"),
        ("resources: [a.yaml, a.yaml]", "ConfigMap m in namespace default is there twice; the one from a.yaml is left out"),
        ("resource: [a.yaml]", "resource: unknown field"),
        ("namePrefix: yes", "namePrefix: must be text"),
        ("resources: a.yaml", "resources: must be a list of paths"),
        ("generators: [g.yaml]", "g.yaml: no such file or folder"),
        ("validators: [t.yaml]", "validators: plugins are not run (t.yaml)"),
        ("helmCharts: [{name: spark, repo: r}]", "helmCharts spark: there is no chart in charts/spark; kustomize would pull"),
        ("crds: [c.yaml]", "crds: names in these custom resources are not updated (c.yaml)"),
        ("kind: Other", "kind: Other should be Kustomization or Component"),
        ("configurations: [a.yaml]", "a.yaml: unknown field apiVersion in a transformer configuration"),
        ("configMapGenerator: [{name: x, files: [gone]}]", "configMapGenerator x: gone: no such file"),
        ("configMapGenerator: [{name: x, literals: [a]}]", "configMapGenerator x: a is no literal; it should be key=value"),
        ("configMapGenerator: [{name: x, literals: [a=1, a=2]}]", "configMapGenerator x: the key a is given twice"),
        (
            "configMapGenerator: [{name: x, behavior: merge}]",
            "ConfigMap x in namespace default does not exist; there is nothing to merge",
        ),
        ("secretGenerator: [{literals: [a=b]}]", "secretGenerator: an item without a name"),
        ("patches: [{path: gone.yaml}]", "gone.yaml: no such file"),
        ("patches: [{path: a.yaml}]", "a.yaml: no object matches the patch for ConfigMap m in namespace default"),
        ("patches: [{patch: '[]'}]", "kustomization.yaml: a JSON patch must have a target"),
        ("patches: [{path: a.yaml, target: {name: '('}}]", "(?:()\\Z is no regular expression"),
        ("images: [{name: x, newTag: 1.10}]", "images: newTag must be text; quote it"),
        ("replicas: [{name: x, count: 1}]", "replicas: there is no Deployment, StatefulSet, ReplicaSet or ReplicationController x"),
        ("commonLabels: {a: 1}", "commonLabels: must be a mapping of text to text; quote numbers and booleans"),
        ("replacements: [{source: {kind: X}, targets: []}]", "replacements: no object matches the source X"),
        ("vars: [{name: V, objref: {kind: X, name: z}}]", "vars: there is no X z for V"),
        ("sortOptions: {order: x}", "sortOptions: unknown order x"),
        ("a: 1\na: 2", "kustomization.yaml:2: the key 'a' is given twice"),
        ("# nothing", "the kustomization is empty"),
        ("[]", "a kustomization must be one mapping"),
    ],
)  # fmt: skip
def test_one_clear_line_for_what_cannot_be_done(kustomization: str, reason: str) -> None:
    files = {
        "a_yaml": MAP % "m",
        "bad_yaml": "a: [\n",
        "nameless_yaml": "kind: ConfigMap\nmetadata: {}\n",
        "sub__x_yaml": "",
        "base__kustomization_yaml": "namePrefix: x-\n",
    }
    found = built(kustomization + "\n", **files).problems
    assert len(found) == 1
    assert found[0].path == "kustomization.yaml"
    assert found[0].reason.startswith(reason)


def test_the_rest_is_built() -> None:
    result = built("namePrefix: p-\nresources: [gone.yaml, a.yaml]\n", a_yaml=MAP % "m")
    assert data(result) == [config("p-m")]
    assert reasons(result) == ["gone.yaml: no such file or folder"]


def test_patches_that_do_not_fit() -> None:
    text = """resources: [a.yaml]
patches:
  - target: {kind: ConfigMap}
    patch: '[{"op": "remove", "path": "/data/none"}]'
  - patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: [x]}'
"""
    result = built(text, a_yaml=MAP % "m")
    assert data(result) == [config("m")]
    first, second = reasons(result)
    assert first.startswith("kustomization.yaml: ConfigMap m: ")
    assert "none" in first
    assert second == "kustomization.yaml: ConfigMap m: a list cannot be merged with a mapping"


def test_ambiguous_references() -> None:
    files = {
        "kustomization.yaml": "namePrefix: p-\nresources: [a, b, user.yaml]\n",
        "a/kustomization.yaml": "namePrefix: a-\nresources: [m.yaml]\n",
        "b/kustomization.yaml": "namePrefix: b-\nresources: [m.yaml]\n",
        "a/m.yaml": MAP % "conf",
        "b/m.yaml": MAP % "conf",
        "user.yaml": DEPLOYMENT,
    }
    (reason,) = reasons(build(store(files), ""))
    assert "conf may mean any of ConfigMap p-a-conf in namespace default, ConfigMap p-b-conf" in reason


def test_cycles_through_others_and_folders_around() -> None:
    files = {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"}
    result = build(store(files), "a")
    assert reasons(result) == ["../a leads back to a kustomization that includes this one"]
    assert result.problems[0].path == "b/kustomization.yaml"
    assert result.bases == ("b",)
    around = {"x/kustomization.yaml": "namePrefix: a\n", "x/y/kustomization.yaml": "resources: [..]\n"}
    assert "folder around" in reasons(build(store(around), "x/y"))[0]


def test_no_or_several_kustomization_files() -> None:
    assert reasons(build(store({}), "x")) == ["no kustomization file in this folder"]
    two = {"kustomization.yaml": "namePrefix: a\n", "Kustomization": "namePrefix: a\n"}
    assert "several kustomization files" in reasons(build(store(two), ""))[0]
