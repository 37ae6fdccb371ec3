"""`sparkfix render`: Helm's manifests, each line's source, and one clear line where a chart does not render."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample import Run, environment

from sparkfix.helm.renderer import Renderer

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: demo\nversion: 0.1.0\n",
    "values.yaml": "mode: local\nlabels: {a: b}\n",
    "values-k8s.yaml": "mode: k8s\n",
    "templates/_h.tpl": '{{- define "labels" -}}\nlabels:\n  {{- toYaml .Values.labels | nindent 2 }}\n{{- end }}\n',
    "templates/b.yaml": 'kind: Service\nmode: {{ .Values.mode }}\n{{ include "labels" . }}\n',
    "templates/a.yaml": "kind: Job\nname: {{ .Release.Name }}-{{ .Release.Namespace }}\n",
    "templates/NOTES.txt": "notes\n",
}
PRINTED = """\
---
# Source: demo/templates/b.yaml
kind: Service
mode: k8s
labels:
  a: b

---
# Source: demo/templates/a.yaml
kind: Job
name: r-n
"""
ANNOTATED = """\
---
# Source: demo/templates/b.yaml
kind: Service  # demo/templates/b.yaml:1
mode: local    # demo/templates/b.yaml:2
labels:        # demo/templates/_h.tpl:2 [demo/templates/b.yaml:3]
  a: b         # demo/templates/_h.tpl:3 [demo/templates/b.yaml:3]
---
# Source: demo/templates/a.yaml
kind: Job                   # demo/templates/a.yaml:1
name: release-name-default  # demo/templates/a.yaml:2
"""


@pytest.fixture
def demo(tree: Path, renderer: Renderer) -> Path:
    """A folder with a chart; skips where charts cannot be rendered."""
    del renderer
    write(tree / "demo", CHART)
    return tree / "demo"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_manifests_as_helm_prints_them(demo: Path, sparkfix: Run) -> None:
    ran = sparkfix("render", "demo", "-f", "demo/values-k8s.yaml", "--name", "r", "--namespace", "n")
    assert (ran.code, ran.out, ran.err) == (0, PRINTED, "")
    ran = sparkfix("render", ".", "--set", "mode=k8s", "--name=r", "--namespace=n", cwd=demo)
    assert (ran.code, ran.out) == (0, PRINTED)
    helm = subprocess.run(["helm", "version"], capture_output=True, check=False) if _has_helm() else None
    if helm and b"v4" in helm.stdout:
        theirs = subprocess.run(
            ["helm", "template", "r", ".", "-n", "n", "--set", "mode=k8s"], cwd=demo, capture_output=True, check=True
        )
        assert theirs.stdout.decode() == PRINTED


def _has_helm() -> bool:
    return any(Path(folder, "helm").is_file() for folder in os.environ["PATH"].split(os.pathsep))


def test_each_line_with_its_source(demo: Path, sparkfix: Run) -> None:
    ran = sparkfix("render", "demo", "--annotate")
    assert (ran.code, ran.out, ran.err) == (0, ANNOTATED, "")
    found = json.loads(sparkfix("render", ".", "--output-format", "json", cwd=demo).out)
    assert found[1] == {
        "file": "demo/templates/b.yaml",
        "line": 2,
        "text": "mode: local",
        "source": {"file": "templates/b.yaml", "line": 2},
    }
    assert found[3]["source"] == {"file": "templates/_h.tpl", "line": 3}
    assert len(found) == 6


def test_a_packed_chart(demo: Path, sparkfix: Run, tree: Path) -> None:
    subprocess.run(["tar", "czf", "demo-0.1.0.tgz", "demo"], cwd=tree, check=True)
    ran = sparkfix("render", "demo-0.1.0.tgz", "-f", "demo/values-k8s.yaml", "--name", "r", "--namespace", "n")
    assert (ran.code, ran.out) == (0, PRINTED)
    assert "# demo-0.1.0.tgz:templates/a.yaml:1\n" in sparkfix("render", "demo-0.1.0.tgz", "--annotate").out


def test_what_lies_beyond_the_repository_is_not_read(demo: Path, sparkfix: Run, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden-words")
    (demo / "linked").symlink_to(tmp_path / "secret")
    (demo / "passwd").symlink_to("/etc/passwd")
    (demo / "templates" / "a.yaml").write_text(
        'a: {{ .Files.Get "linked" }}{{ .Files.Get "passwd" }}{{ .Files.Get "/etc/passwd" }}\n'
    )
    for arguments in (["render", "demo"], ["render", str(demo)], ["render", "demo", "--annotate"]):
        ran = sparkfix(*arguments)
        assert ran.code == 0
        assert "hidden" not in ran.out + ran.err
        assert "root:" not in ran.out + ran.err


def test_values_from_anywhere_that_the_user_names(demo: Path, sparkfix: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mode: mine\n")
    assert "mode: mine" in sparkfix("render", "demo", "-f", str(tmp_path / "mine.yaml")).out
    assert "mode: mine" in sparkfix("render", "demo", "-f", "demo/values-k8s.yaml", "-f", "../mine.yaml").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["render"], "CHART"),
        (["render", "missing"], "missing: no such file or folder"),
        (["render", "demo/templates"], "demo/templates: not a chart, as it has no Chart.yaml"),
        (["render", "demo/values.yaml"], "demo/values.yaml: not a chart"),
        (["render", "demo", "-f", "missing.yaml"], "missing.yaml: no such file"),
        (["render", "demo", "--set", "mode"], 'demo: key "mode" has no value'),
        (["render", "demo", "--output-format", "xml"], "it must be text or json"),
        (["render", "broken"], "broken: execution error at (broken/templates/a.yaml:1:3): the name is missing"),
        (["render", "library"], "library: a library chart, which renders only as a part of others"),
        (["render", "needy"], "(dependencies that are not in the repository: common)"),
    ],
)
def test_one_clear_line_and_exit_code_2(demo: Path, sparkfix: Run, arguments: list[str], told: str) -> None:
    chart = CHART["Chart.yaml"].replace("demo", "broken")
    write(
        demo.parent / "broken",
        {"Chart.yaml": chart, "templates/a.yaml": '{{ required "the name is missing" .Values.x }}'},
    )
    write(demo.parent / "library", {"Chart.yaml": CHART["Chart.yaml"] + "type: library\n"})
    needs = CHART["Chart.yaml"] + "dependencies: [{name: common, version: 1.x, repository: 'https://example.org'}]\n"
    write(demo.parent / "needy", {"Chart.yaml": needs, "templates/a.yaml": '{{ include "common.x" . }}'})
    ran = sparkfix(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("sparkfix: ")
    assert ran.err.count("\n") == 1
    assert told in ran.err


def test_notes_on_standard_error(demo: Path, sparkfix: Run) -> None:
    (demo / "values.schema.json").write_text('{"$ref": "other.json"}')
    ran = sparkfix("render", "demo")
    assert ran.code == 0
    assert ran.err == "note: demo/values.schema.json refers to other documents and was not applied\n"
    assert sparkfix("render", "demo", "--quiet").err == ""
    (demo / "templates" / "bad.yaml").write_text("a: b: c\n")
    ran = sparkfix("render", "demo", "--quiet")
    assert ran.code == 2
    assert "a: b: c" in ran.out
    assert ran.err == "demo/templates/bad.yaml: the manifest from line 1 on is not YAML, and Helm refuses it\n"


def test_no_helm_at_all(demo: Path, home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "path" / "helm_python"
    write(broken, {"__init__.py": "raise ImportError\n"})
    done = subprocess.run(
        [sys.executable, "-m", "sparkfix", "render", "demo"],
        cwd=demo.parent,
        capture_output=True,
        text=True,
        check=False,
        env={**environment(home), "PYTHONPATH": str(broken.parent), "PATH": str(tmp_path)},
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "sparkfix: charts cannot be rendered here: install the package helm-python-sdk, or put `helm` on the PATH\n"
    )


def test_arms_that_no_values_reach(demo: Path, sparkfix: Run) -> None:
    template = (
        '{{- if eq .Values.mode "local" }}\na: 1\n{{- else if eq .Values.mode "k8s" }}\na: 2\n'
        "{{- else }}\na: 3\n{{- end }}\n"
    )
    (demo / "templates" / "c.yaml").write_text(
        template + "{{- if .Capabilities.KubeVersion.Never }}\nb: 1\n{{- end }}\n"
    )
    write(
        demo.parent,
        {
            "apps/app.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app}\n"
            "spec: {source: {path: demo, helm: {values: 'mode: local'}}}\n"
        },
    )
    (demo.parent / ".git").mkdir()
    ran = sparkfix("render", "demo", "--explore", "4")
    assert ran.code == 2
    (demo / "templates" / "c.yaml").write_text(
        template + "{{- if .Capabilities.APIVersions.Has `x` }}\nb: 1\n{{- end }}\n"
    )
    ran = sparkfix("render", "demo", "--explore", "4")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "4 arms with text of their own: 2 reached by the values sets here, 1 by derived values, 1 by none",
        "values set: default values",
        "values set: values-k8s.yaml",
        "values set: release app in apps/app.yaml",
        'derived: mode="local-other"',
        '  demo/templates/c.yaml:5 else of if eq .Values.mode "local"',
        "not reached:",
        "  demo/templates/c.yaml:8 if .Capabilities.APIVersions.Has `x`",
    ]
    found = json.loads(sparkfix("render", "demo", "--explore", "4", "--output-format", "json").out)
    assert [item["reached"] for item in found] == ["sets", "sets", "derived", None]
    assert found[2]["values"] == {"mode": "local-other"}
    assert found[2]["line"] == 5
