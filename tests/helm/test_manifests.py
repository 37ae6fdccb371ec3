"""Manifests in the form and order in which Helm prints them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from helm_charts import CHART, chart

from sparkfix.helm.command import split_output
from sparkfix.helm.loading import chart_files
from sparkfix.helm.manifests import manifests, printed
from sparkfix.helm.renderer import Job, Renderer
from sparkfix.helm.sourcemap import map_sources
from sparkfix.workspace.store import DiskStore

HOOK = "kind: Job\nmetadata:\n  annotations: {helm.sh/hook: '%s'}\n"


def test_order_hooks_partials_and_notes() -> None:
    files = {
        "demo/templates/a.yaml": "kind: Deployment\n---\nkind: Zoo\n---\nkind: Bar\n--- # comment\nkind: Service\n---\n\n",
        "demo/templates/b.yaml": "\n\n---\nkind: ConfigMap\n",
        "demo/templates/c.yaml": HOOK % "pre-install, test" + "---\n" + HOOK % "crd-install",
        "demo/templates/_d.yaml": "kind: Secret\n",
        "demo/templates/NOTES.txt": "kind: Secret\n",
        "demo/templates/blank.yaml": "\n---\n# comment\n---\n  \n",
    }
    found = manifests(files)
    assert [(item.kind, item.first, item.file[-6:-5]) for item in found] == [
        ("ConfigMap", 3, "b"),
        ("Service", 5, "a"),
        ("Deployment", 0, "a"),
        ("", 2, "k"),
        ("Bar", 4, "a"),
        ("Zoo", 2, "a"),
        ("Job", 0, "c"),
    ]
    assert found[1].text == "# comment\nkind: Service"
    assert printed(found).startswith("---\n# Source: demo/templates/b.yaml\nkind: ConfigMap\n\n---\n")
    assert printed([]) == "\n"


def test_what_is_not_yaml_is_told() -> None:
    assert [item.is_yaml for item in manifests({"a": "a: b: c\n---\na: 1\n"})] == [False, True]


def test_the_output_of_the_command_is_split_by_templates() -> None:
    text = "---\n# Source: a/t/x.yaml\na: 1\n---\nb: 1\n\n---\n# Source: a/templates/zz-sparkfix-broken.yaml\nb\n"
    assert split_output(text) == {"a/t/x.yaml": "a: 1\n---\nb: 1\n"}
    assert split_output("") == {}


TREE = {
    "Chart.yaml": CHART
    + "dependencies: [{name: sub, version: 0.1.0, alias: two, condition: two.on, repository: ''}]\n",
    "values.yaml": "list: [p, q]\nkeep: 1\ngone: {x: 1}\n",
    "templates/a.yaml": "kind: Service\nlist: {{ toJson .Values.list }}\ngone: {{ .Values.gone }}\n---\nkind: ConfigMap\n",
    "templates/_h.tpl": '{{ define "x" }}1{{ end }}',
    "templates/NOTES.txt": "notes",
    "templates/hook.yaml": "kind: Pod\nmetadata: {name: h, annotations: {helm.sh/hook: test}}\n---\nkind: Job\n",
    "charts/sub/Chart.yaml": CHART.replace("demo", "sub"),
    "charts/sub/templates/s.yaml": "kind: Secret\nname: {{ .Release.Name }}-{{ .Chart.Name }}-{{ .Release.Namespace }}\n",
}
JOBS = [
    Job(name="n", namespace="s"),
    Job(texts=("list: [a, b]\n", "gone: null\n"), sets=("list[1]=x", "two.on=false"), strings=("keep=1",)),
    Job(sets=("keep=2",), values={"keep": {"a": "b,c"}, "x.y": 1}),
    Job(sets=("keep",)),
]


@pytest.mark.skipif(shutil.which("helm") is None, reason="there is no `helm` on PATH to compare with")
def test_the_command_prints_what_the_library_does(renderer: Renderer) -> None:
    found = chart(TREE)
    with Renderer(engines=("command",)) as command:
        theirs = command.render(found.archive(), JOBS)
        assert command.engine.endswith("helm")
        [mapped] = map_sources(command, found, [Job()])
    for left, right in zip(renderer.render(found.archive(), JOBS), theirs, strict=True):
        assert bool(left.error) == bool(right.error)
        assert [(item.file, item.kind, item.text.strip()) for item in manifests(left.files)] == [
            (item.file, item.kind, item.text.strip()) for item in manifests(right.files)
        ]
    known, total = mapped.share()
    assert known == total


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for `helm` is a shell script")
def test_a_helm_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "helm"
    script.write_text(f"#!/bin/sh\nenv >{tmp_path}/env\nsleep 300 &\necho $! >{tmp_path}/pid\nwait\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("HELM_NAMESPACE", "of-the-user")
    with Renderer(seconds=0.7, engines=("command",)) as renderer:
        [result] = renderer.render(chart(TREE).archive(), [Job()])
    assert result.error == "rendering took longer than 0.7 seconds and was ended"
    assert _is_gone(int((tmp_path / "pid").read_text()))
    told = (tmp_path / "env").read_text()
    assert "of-the-user" not in told
    assert "HELM_REPOSITORY_CONFIG=" in told


def _is_gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def test_a_store_on_disk_gives_the_same_chart(tmp_path: Path, renderer: Renderer) -> None:
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    store = DiskStore(tmp_path)
    found = chart_files(store.read, store.names, "")
    assert renderer.render(found.archive(), JOBS) == renderer.render(chart(TREE).archive(), JOBS)
