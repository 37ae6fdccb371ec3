"""Generators and transformers in files of their own: what they do is compared with kustomize in `tests/slow`; here is
where their text is found, and what is said of those that cannot be carried out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.workspace.kustomize import Built, build
from sparkfix.workspace.store import MemoryStore

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\nspec: {containers: [{name: c, image: i}]}\n"


def built(kustomization: str, **files: str) -> Built:
    texts = {"kustomization.yaml": f"resources: [p.yaml]\n{kustomization}", "p.yaml": POD, **files}
    return build(
        MemoryStore({path.replace("__", "."): text.encode() for path, text in texts.items()}), "", hashed=False
    )


def one(kind: str, fields: str, api: str = "builtin", name: str = "any") -> str:
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}}}\n{fields}\n"


def test_the_file_of_a_transformer_has_a_part_in_what_it_changes() -> None:
    result = built(
        "transformers: [t.yaml]\n",
        t__yaml=one("LabelTransformer", "labels: {x: y}\nfieldSpecs: [{path: metadata/labels}]"),
    )
    assert result.problems == ()
    assert result.files == ("kustomization.yaml", "p.yaml", "t.yaml")
    [pod] = result.objects
    assert pod.data["metadata"]["labels"] == {"a": "b", "x": "y"}
    assert [(origin.path, origin.by) for origin in pod.origins] == [("p.yaml", "resources"), ("t.yaml", "transformers")]


def test_the_file_of_a_patch_is_where_its_text_is() -> None:
    transformer = one("PatchTransformer", "target: {kind: Pod}\npath: patch.yaml")
    patch = POD.replace("image: i", "image: j")
    [pod] = built("transformers: [t.yaml]\n", t__yaml=transformer, patch__yaml=patch).objects
    assert pod.data["spec"]["containers"][0]["image"] == "j"
    assert pod.origins[-1].path == "patch.yaml"


def test_a_generated_map_holds_the_text_of_its_sources() -> None:
    generator = one("ConfigMapGenerator", "files: [spark-defaults.conf]\nliterals: [a=b]", name="conf")
    options = "generators: [g.yaml]\ngeneratorOptions: {labels: {not: these}}\n"
    result = built(options, g__yaml=generator, **{"spark-defaults__conf": "spark.a=b\n"})
    conf = next(item for item in result.objects if item.kind == "ConfigMap")
    assert conf.data == {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf"},
        "data": {"a": "b", "spark-defaults.conf": "spark.a=b\n"},
    }  # fmt: skip
    assert conf.texts["spark-defaults.conf"] == "spark-defaults.conf"


@pytest.mark.parametrize(
    ("field", "kind", "fields", "api", "reason"),
    [
        ("transformers", "PrefixTransformer", "prefix: a-", "builtin", "transformers: PrefixTransformer any: fieldSpecs are"),
        ("transformers", "ValueAddTransformer", "value: a", "builtin", "transformers: ValueAddTransformer is not carried out here"),
        ("transformers", "Mine", "value: a", "example.org/v1", "transformers: Mine any is a plugin, which is not run"),
        ("transformers", "LabelTransformer", "labels: {a: 1}", "builtin", "transformers: LabelTransformer any: labels must be"),
        ("transformers", "NamespaceTransformer", "setRoleBindingSubjects: some", "builtin", ""),
        ("generators", "IAMPolicyGenerator", "", "builtin", "generators: IAMPolicyGenerator is not carried out here"),
        ("generators", "ConfigMapGenerator", "unknown: 1", "builtin", "configMapGenerator any: unknown field unknown"),
        ("generators", "ChartInflator", "", "a.org/v1", "generators: ChartInflator any is a plugin, which is not run"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_out_is_named(field: str, kind: str, fields: str, api: str, reason: str) -> None:
    result = built(f"{field}: [x.yaml]\n", x__yaml=one(kind, fields, api))
    assert [item.data["metadata"]["name"] for item in result.objects] == ["p"]
    assert [problem.reason[: len(reason)] for problem in result.problems] == ([reason] if reason else [])


def test_subjects_of_role_bindings_must_be_known() -> None:
    text = one("NamespaceTransformer", "setRoleBindingSubjects: some").replace("name: any", "name: any, namespace: n1")
    [problem] = built("transformers: [x.yaml]\n", x__yaml=text).problems
    assert "setRoleBindingSubjects: must be one of defaultOnly, allServiceAccounts, none" in problem.reason


def test_build_metadata_is_left_out_and_no_problem() -> None:
    options = "originAnnotations, transformerAnnotations, managedByLabel"
    result = built(f"buildMetadata: [{options}]\n")
    assert result.problems == ()
    assert result.objects[0].data["metadata"] == {"name": "p", "labels": {"a": "b"}}
    [problem] = built("buildMetadata: [all]\n").problems
    assert problem.reason == "buildMetadata: kustomize does not know all"


JUNK = st.recursive(
    st.sampled_from([None, 1, True, "", "x", "p", "Pod", "patch.yaml", "{", "[]"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "path", "kind", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KINDS = [
    "AnnotationsTransformer", "ConfigMapGenerator", "HelmChartInflationGenerator", "ImageTagTransformer",
    "LabelTransformer", "NamespaceTransformer", "PatchJson6902Transformer", "PatchStrategicMergeTransformer",
    "PatchTransformer", "PrefixSuffixTransformer", "ReplacementTransformer", "ReplicaCountTransformer", "SecretGenerator",
]  # fmt: skip
FIELDS = [
    "annotations", "behavior", "chartHome", "envs", "fieldSpecs", "files", "imageTag", "jsonOp", "labels", "literals", "metadata",
    "name", "options", "patch", "patches", "path", "paths", "prefix", "replacements", "replica", "suffix", "target",
]  # fmt: skip


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=4))
def test_no_input_makes_it_raise(kind: str, fields: dict[str, Any]) -> None:
    config = json.dumps({"apiVersion": "builtin", "kind": kind, "metadata": {"name": "x", "namespace": "y"}, **fields})
    for field in ("generators", "transformers"):
        built(f"{field}: [x.yaml]\n", x__yaml=config, patch__yaml=POD)
