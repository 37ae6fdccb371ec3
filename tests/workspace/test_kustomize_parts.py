"""The parts of a build: merging, selectors, paths, images, suffixes; and that no input makes it raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparkfix.workspace.kustomize import build
from sparkfix.workspace.kustomize.generate import encoded, hash_of
from sparkfix.workspace.kustomize.kinds import shape_of
from sparkfix.workspace.kustomize.merge import GONE, merge
from sparkfix.workspace.kustomize.paths import look_up, set_fields, split_path
from sparkfix.workspace.kustomize.select import matches
from sparkfix.workspace.kustomize.transform import renamed_image
from sparkfix.workspace.kustomize.trees import Unresolved
from sparkfix.workspace.store import MemoryStore

POD = shape_of("v1", "Pod")


def merged(target: Any, patch: Any) -> Any:
    """Merged as the containers of a Pod."""
    return merge({"spec": {"containers": target}}, {"spec": {"containers": patch}}, POD)["spec"]["containers"]


def test_items_are_merged_by_name_and_those_of_the_patch_come_first() -> None:
    target = [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]
    assert merged(target, [{"name": "c"}, {"name": "b", "args": ["1"]}]) == [
        {"name": "c"},
        {"name": "b", "image": "y", "args": ["1"]},
        {"name": "a", "image": "x"},
    ]
    assert target == [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]


def test_directives() -> None:
    target = [{"name": "a", "env": [{"name": "X", "value": "1"}]}, {"name": "b"}]
    assert merged(target, [{"name": "a", "$patch": "delete"}]) == [{"name": "b"}]
    assert merged(target, [{"$patch": "replace"}, {"name": "z"}]) == [{"name": "z"}]
    assert merge({"spec": {"a": 1}}, {"spec": {"$patch": "replace", "b": 2}}, None) == {"spec": {"b": 2}}
    assert merge({"spec": 1}, {"$patch": "delete"}, None) is GONE
    with pytest.raises(Unresolved, match="unknown directive"):
        merge({"a": {}}, {"a": {"$patch": "explode"}}, None)


def test_order_hints_are_left_out() -> None:
    patch = {"spec": {"$setElementOrder/containers": [{"name": "a"}], "containers": [{"name": "a"}]}}
    assert merge({"spec": {}}, patch, POD) == {"spec": {"containers": [{"name": "a"}]}}


def test_lists_without_keys_are_replaced() -> None:
    assert merge({"spec": {"tolerations": [1, 2]}}, {"spec": {"tolerations": [3]}}, POD) == {
        "spec": {"tolerations": [3]}
    }
    assert merge({"l": [{"name": "a"}]}, {"l": [{"name": "b"}]}, None) == {"l": [{"name": "b"}]}


def test_ports_have_two_keys() -> None:
    ports = [{"containerPort": 1, "protocol": "TCP"}, {"containerPort": 1, "protocol": "UDP"}]
    patch = {"containerPort": 1, "protocol": "UDP", "hostPort": 9}
    found = merged([{"name": "a", "ports": ports}], [{"name": "a", "ports": [patch]}])
    assert found[0]["ports"] == [ports[0], patch]


def test_finalizers_are_a_set() -> None:
    target, patch = {"metadata": {"finalizers": ["a", "b"]}}, {"metadata": {"finalizers": ["c", "b"]}}
    assert merge(target, patch, POD)["metadata"]["finalizers"] == ["c", "b", "a"]


LEAVES = st.one_of(st.booleans(), st.integers(), st.text(max_size=3))
KEYS = st.sampled_from(["a", "b", "c", "d"])
TREES = st.recursive(
    st.one_of(LEAVES, st.lists(LEAVES, max_size=2)),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
MAPPINGS = st.dictionaries(KEYS, TREES, max_size=4)


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


@given(MAPPINGS, MAPPINGS)
def test_custom_resources_merge_as_json_merge_patches_do(target: dict[str, Any], patch: dict[str, Any]) -> None:
    try:
        found = merge(target, patch, None)
    except Unresolved:
        return
    assert found == merge_patch(target, patch)
    assert merge(found, patch, None) == found


@given(MAPPINGS)
def test_an_empty_patch_changes_nothing_and_nulls_remove_all(target: dict[str, Any]) -> None:
    assert merge(target, {}, None) == target
    assert merge(target, dict.fromkeys(target), None) == {}


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("a=1", True),
        ("a==1,b", True),
        ("a=1, !c", True),
        ("!a", False),
        ("a!=1", False),
        ("c!=1", True),
        ("a in (1, 2)", True),
        ("a notin (1,2),b", False),
        ("c notin (1)", True),
        ("a>0", True),
        ("a<1", False),
        ("b>0", False),
    ],
)
def test_label_selectors(selector: str, holds: bool) -> None:
    assert matches(selector, {"a": "1", "b": "x"}) is holds


def test_a_selector_that_is_none() -> None:
    with pytest.raises(Unresolved):
        matches("a=(", {})


def test_paths() -> None:
    assert split_path(r"a.b\.c.[name=x.y].0.*") == ["a", "b.c", "[name=x.y]", "0", "*"]
    tree = {"a": [{"name": "x", "v": 1}, {"name": "y", "v": 2}]}
    assert look_up(tree, "a.[name=y].v") == 2
    assert look_up(tree, "a.0.v") == 1
    assert look_up(tree, "a.7.v") is None
    assert set_fields(tree, "a.*.v", lambda _: 0) == ({"a": [{"name": "x", "v": 0}, {"name": "y", "v": 0}]}, 2)
    assert set_fields({}, "a.[name=z].v", lambda _: 0, create="") == ({"a": [{"name": "z", "v": 0}]}, 1)
    assert set_fields({}, "a.b", lambda _: 0) == ({}, 0)
    with pytest.raises(Unresolved, match="in the text of a field"):
        set_fields({"a": "{}"}, "a.b", lambda _: 0)


@pytest.mark.parametrize(
    ("image", "change", "result"),
    [
        ("spark", {"newTag": "4"}, "spark:4"),
        ("host:5000/spark", {"newTag": "4"}, "host:5000/spark:4"),
        ("spark:3@sha256:aa", {"newName": "x"}, "x:3@sha256:aa"),
        ("spark:3@sha256:aa", {"newTag": "4"}, "spark:4"),
        ("spark:3", {"digest": "sha256:bb"}, "spark@sha256:bb"),
        ("spark:3", {"newTag": "4", "digest": "sha256:bb"}, "spark:4@sha256:bb"),
        ("spark:3", {"tagSuffix": "-java21"}, "spark:3-java21"),
    ],
)
def test_images(image: str, change: dict[str, str], result: str) -> None:
    assert renamed_image(image, change) == result


def test_name_suffixes() -> None:
    empty = {"kind": "ConfigMap", "metadata": {"name": "x"}}
    assert hash_of({**empty, "data": {"a": "1"}}) == "h29d89cmmt"
    assert hash_of({"kind": "Secret", "type": "Opaque", "data": {"value": "Y2hhbmdlbWU="}}) == "8h4h558ftb"
    assert hash_of({**empty, "metadata": {"name": "y"}}) == hash_of(empty), "the name does not count"


def test_base64_is_broken_into_lines() -> None:
    assert encoded(b"x") == "eA=="
    assert [len(line) for line in encoded(b"x" * 100).split("\n")] == [70, 66, 0]


BASE = {
    "resources": ["m.yaml"],
    "namespace": "n",
    "commonLabels": {"a": "b"},
    "labels": [{"pairs": {"c": "d"}, "fields": [{"path": "spec/x", "create": True}]}],
    "images": [{"name": "x", "newTag": "1"}],
    "replicas": [{"name": "d", "count": 2}],
    "configMapGenerator": [{"name": "g", "literals": ["a=b"], "files": ["m.yaml"], "options": {"labels": {"a": "b"}}}],
    "patches": [{"target": {"kind": "X"}, "patch": '[{"op": "add", "path": "/a", "value": 1}]'}, {"path": "p.yaml"}],
    "replacements": [{"source": {"kind": "X"}, "targets": [{"select": {"kind": "X"}, "fieldPaths": ["a.b"]}]}],
    "vars": [{"name": "V", "objref": {"kind": "X", "name": "x"}}],
    "sortOptions": {"order": "legacy", "legacySortOptions": {"orderFirst": ["X"]}},
}
OBJECT = {
    "apiVersion": "v1",
    "kind": "X",
    "metadata": {"name": "x", "annotations": {"a": "b"}},
    "spec": {"a": ["$(V)"]},
}
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, 1, True, "", "x", [], {}, [1], [{}], [[]], {"a": 1}, {"name": {}}, "(", "../..", "a//b"]
)


@st.composite
def broken(draw: st.DrawFn, tree: Any) -> Any:
    """The tree with junk somewhere in it."""
    if not isinstance(tree, dict | list) or not tree or draw(st.integers(0, 5)) == 0:
        return draw(JUNK)
    items = dict(tree) if isinstance(tree, dict) else list(tree)
    key = draw(st.sampled_from(sorted(tree) if isinstance(tree, dict) else range(len(tree))))
    items[key] = draw(broken(tree[key]))
    return items


@given(broken(BASE), broken(OBJECT), broken(OBJECT))
def test_nothing_makes_a_build_raise(kustomization: Any, manifest: Any, patch: Any) -> None:
    files = {"kustomization.yaml": kustomization, "m.yaml": manifest, "p.yaml": patch}
    build(MemoryStore({path: json.dumps(value).encode() for path, value in files.items()}), "")


def test_a_patch_that_does_not_fit_shows_nothing_of_its_object() -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n"
    patch = "- op: remove\n  path: /stringData/nope/x\n"
    text = "resources: [s.yaml]\npatches:\n- path: p.yaml\n  target: {kind: Secret}\n"
    files = {"s.yaml": secret, "p.yaml": patch, "kustomization.yaml": text}
    built = build(MemoryStore({path: content.encode() for path, content in files.items()}), "")
    [problem] = built.problems
    assert problem.reason == "p.yaml: Secret s: member 'nope' not found"
