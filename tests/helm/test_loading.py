"""A chart's files are those that Helm's loader takes: `.helmignore`, packed and local subcharts, links, limits."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from helm_charts import CHART, chart, packed

from sparkfix.helm.archive import chart_prefix, dependencies, is_template, subcharts
from sparkfix.helm.ignore import ignore_rules, is_ignored
from sparkfix.helm.loading import chart_files, packed_chart
from sparkfix.helm.renderer import Job, Renderer
from sparkfix.workspace.store import DiskStore


# What `helm` itself leaves out was tried with Helm 4.2.3.
@pytest.mark.parametrize(
    ("line", "path", "expected"),
    [
        ("drop.txt", "drop.txt", True),
        ("drop.txt", "sub/drop.txt", True),
        ("/drop.txt", "sub/drop.txt", False),
        ("sub/*.txt", "sub/in.txt", True),
        ("*.txt", "sub/in.txt", True),
        ("/*.txt", "sub/in.txt", False),
        ("sub/*", "sub/deep/in.txt", False),
        ("!keep.txt", "keep.txt", False),
        ("!keep.txt", "Chart.yaml", True),
        ("[k-l]eep.?xt", "keep.txt", True),
        ("[^k]eep.txt", "keep.txt", False),
        ("a/**", "a/b", False),
        ("# drop.txt", "drop.txt", False),
        ("\\!a", "!a", True),
        ("[", "[", False),
        ("", "templates/.hidden.yaml", True),
        ("", "templates/sub/.hidden.yaml", False),
    ],
)
def test_ignore_rules_are_helms(line: str, path: str, expected: bool) -> None:
    assert is_ignored(ignore_rules(line), path, folder=False) is expected


def test_a_rule_for_folders_leaves_files_alone() -> None:
    rules = ignore_rules("sub/\n")
    assert is_ignored(rules, "sub", folder=True)
    assert not is_ignored(rules, "sub", folder=False)


def test_lines_that_helm_refuses_are_noted() -> None:
    found = chart({".helmignore": "a/**\nb\n", "a/c": "1", "b": "1"})
    assert "a/c" in found.contents
    assert "b" not in found.contents
    assert found.notes == ("Helm refuses this line of .helmignore: a/**",)


def test_packed_subcharts_are_unpacked_with_their_places(renderer: Renderer) -> None:
    inner = packed("inner", {"Chart.yaml": CHART.replace("demo", "inner"), "templates/i.yaml": "i: 1\n"}).decode(
        "latin-1"
    )
    outer = packed("x", {"Chart.yaml": CHART.replace("demo", "x"), "templates/a.yaml": "a: 1\n"})
    found = chart({"charts/x-1.0.tgz": outer, "charts/x-2.0.tgz": outer})
    assert found.places["charts/x-1.0/templates/a.yaml"] == "charts/x-1.0.tgz:templates/a.yaml"
    assert found.contents["charts/x-2.0/templates/a.yaml"] == b"a: 1\n"
    assert subcharts(found.contents) == {"charts/x-1.0/": "x", "charts/x-2.0/": "x"}
    assert inner
    [result] = renderer.render(found.archive(), [Job()])
    assert result.files == {"demo/charts/x/templates/a.yaml": "a: 1\n"}


def test_a_chart_may_be_a_package_itself(renderer: Renderer) -> None:
    needs = CHART + "dependencies: [{name: gone, version: 1.x, repository: 'https://example.org'}]\n"
    found = packed_chart(packed("demo", {"Chart.yaml": needs, "templates/a.yaml": "a: 1\n"}), "demo-1.tgz")
    assert found.name == "demo"
    assert found.missing == ("gone",)
    assert found.places["templates/a.yaml"] == "demo-1.tgz:templates/a.yaml"
    assert renderer.render(found.archive(), [Job()])[0].files == {"demo/templates/a.yaml": "a: 1\n"}
    assert packed_chart(b"no archive", "x.tgz").contents == {}


def test_local_dependencies_are_put_into_the_chart(renderer: Renderer) -> None:
    files = {
        "top/Chart.yaml": CHART
        + "dependencies:\n- {name: common, version: 1.x, repository: 'file://../lib/common'}\n"
        + "- {name: gone, version: 1.x, repository: 'file://../gone'}\n- {name: far, repository: 'oci://example.org'}\n"
        + "- {name: vendored, repository: 'file://../lib/common'}\n",
        "top/templates/a.yaml": 'a: {{ include "common.x" . }}\n',
        "top/charts/other-name/Chart.yaml": CHART.replace("demo", "vendored"),
        "lib/common/Chart.yaml": CHART.replace("demo", "common")
        + "type: library\ndependencies: [{name: deep, repository: 'file://../deep'}]\n",
        "lib/common/templates/_x.tpl": '{{ define "common.x" }}{{ include "deep.x" . }}{{ end }}',
        "lib/common/.helmignore": "secret.txt\n",
        "lib/common/secret.txt": "",
        "lib/deep/Chart.yaml": CHART.replace("demo", "deep"),
        "lib/deep/templates/_x.tpl": '{{ define "deep.x" }}1{{ end }}',
    }
    found = chart(files, "top")
    assert found.missing == ("gone", "far")
    assert found.places["charts/common/templates/_x.tpl"] == "lib/common/templates/_x.tpl"
    assert found.places["charts/common/charts/deep/templates/_x.tpl"] == "lib/deep/templates/_x.tpl"
    assert "charts/common/secret.txt" not in found.contents
    assert renderer.render(found.archive(), [Job()])[0].files["demo/templates/a.yaml"] == "a: 1\n"


def test_dependencies_that_go_in_circles_end() -> None:
    circle = CHART + "dependencies: [{name: demo2, repository: 'file://.'}]\n"
    assert len(chart({"Chart.yaml": circle}).contents) < 20


def test_links_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text(CHART)
    (tmp_path / "sub").mkdir()
    for name in ("a", "b", "c"):
        os.symlink(".", tmp_path / "sub" / name)
    store = DiskStore(tmp_path)
    assert chart_files(store.read, store.names, "").contents.keys() == {"Chart.yaml"}


def test_links_that_lead_out_are_told_and_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "in"
    (root / "c/sub").mkdir(parents=True)
    (tmp_path / "out/templates").mkdir(parents=True)
    (tmp_path / "out/templates/a.yaml").write_text("a: 1\n")
    (tmp_path / "out/values.yaml").write_text("a: 1\n")
    (root / "c/Chart.yaml").write_text(CHART)
    (root / "c/.helmignore").write_text("ignored\n")
    for name in ("templates", "values.yaml"):
        os.symlink(f"../../out/{name}", root / "c" / name)
    for name in ("ignored", "sub/root", "sub/usr"):
        os.symlink("/", root / "c" / name)
    store = DiskStore(root)
    found = chart_files(store.read, store.names, "c", store.outside)
    assert found.contents.keys() == {"Chart.yaml", ".helmignore"}
    assert found.notes == (
        "links that lead out of the repository were not followed: c/templates, c/values.yaml, c/sub/root and 1 more",
    )


def test_small_questions() -> None:
    assert is_template("templates/a.yaml")
    assert is_template("charts/x/charts/y/templates/deep/a.tpl")
    assert not is_template("charts/x/values.yaml")
    assert not is_template("templates")
    assert chart_prefix("charts/x/charts/y/templates/a") == "charts/x/charts/y/"
    assert chart_prefix("charts/README.md") == ""
    old = {"requirements.yaml": json.dumps({"dependencies": [{"name": "x"}, 3, {"name": 4}]}).encode()}
    assert [item["name"] for item in dependencies(old)] == ["x"]
    assert chart({"templates/a.yaml": b"\xff"}).templates() == {}
    assert chart({"Chart.yaml": "name: ../x\n"}, "").name == "chart"


def _tar(names: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in names.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


SUB = b"apiVersion: v2\nname: sub\nversion: 0.1.0\n"


@pytest.mark.parametrize(
    "data",
    [b"no archive", _tar({"sub/Chart.yaml": SUB})[:60], _tar({"sub/Chart.yaml": SUB, "../../x": b"x"})],
    ids=["no archive", "cut off", "leads out"],
)
def test_a_subchart_that_cannot_be_unpacked_is_helms_to_refuse(renderer: Renderer, data: bytes) -> None:
    found = chart({"charts/sub-0.1.0.tgz": data, "templates/x.yaml": "x: 1\n"})
    [result] = renderer.render(found.archive(), [Job()])
    assert "sub-0.1.0.tgz" in result.error
