"""Rendering is confined: charts that attack it end with one line, a broken child ends nothing but itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helm_charts import CHART, chart, packed

from sparkfix.helm.child import Library
from sparkfix.helm.loading import chart_files
from sparkfix.helm.process import child_command, environment
from sparkfix.helm.protocol import merged
from sparkfix.helm.renderer import CannotRender, Job, Renderer
from sparkfix.helm.setting import list_prefix, without_tokens
from sparkfix.workspace.store import DiskStore

LOOP = "{{ range until 100000 }}{{ range until 100000 }}{{ range until 100000 }}{{ sha256sum `x` }}{{ end }}{{ end }}{{ end }}"
GROW = '{{ $x := list "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }}{{ range until 40 }}{{ $x = concat $x $x }}{{ end }}'
FINE = {"templates/a.yaml": "a: {{ .Values.a | default 1 }}\n"}


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (LOOP, "rendering took longer than 1 seconds and was ended"),
        (GROW, "rendering was ended: "),
        ('{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}', "nested reference"),
        ("{{ range until 100000000 }}{{ range until 1000000 }}xxxxxxxx{{ end }}{{ end }}", "rendering was ended: "),
        ("{{", "parse error"),
        ("{{ fail `first\n\nsecond` }}", "first second"),
    ],
)
def test_a_hostile_chart_ends_with_one_line_and_the_next_chart_renders(template: str, told: str) -> None:
    with Renderer(seconds=1.0 if "sha256sum" in template else 20.0, megabytes=512) as renderer:
        began = time.monotonic()
        results = renderer.render(chart({"templates/a.yaml": template}).archive(), [Job(), Job(), Job()])
        assert time.monotonic() - began < 60
        assert len(results) == 3
        for result in results:
            if "nested" not in told:
                assert told in result.error or "was ended" in result.error
            assert result.error
            assert "\n" not in result.error
            assert result.files == {}
        [after] = renderer.render(chart(FINE).archive(), [Job()])
        assert (after.error, after.files) == ("", {"demo/templates/a.yaml": "a: 1\n"})


def test_nothing_outside_of_the_chart_is_seen(tmp_path: Path, renderer: Renderer) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden-words")
    root = tmp_path / "repository"
    folder = root / "chart"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(CHART)
    (root / "shared.txt").write_text("shared-words")
    (folder / "outside.txt").symlink_to(secret)
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "inside.txt").symlink_to("../shared.txt")
    (folder / "circle").symlink_to(".")
    (folder / "templates" / "linked.yaml").symlink_to(secret)
    (folder / "templates" / "a.yaml").write_text(
        f'a: {{{{ .Files.Get "{secret}" }}}}{{{{ .Files.Get "../../secret.txt" }}}}{{{{ .Files.Get "outside.txt" }}}}\n'
        'b: {{ .Files.Get "/etc/passwd" }}{{ .Files.Get "passwd" }}\n'
        'c: {{ .Files.Get "inside.txt" }}\nd: {{ getHostByName "example.org" }}\n'
    )
    store = DiskStore(root)
    [result] = renderer.render(chart_files(store.read, store.names, "chart").archive(), [Job()])
    assert result.files == {"demo/templates/a.yaml": "a: \nb: \nc: shared-words\nd: \n"}
    assert "root:" not in str(result)


def test_a_schema_that_would_be_fetched_is_left_out(renderer: Renderer) -> None:
    for schema in (
        '{"$ref": "file:///etc/passwd"}',
        '{"properties": {"a": {"$ref": "http://127.0.0.1:9/x.json"}}}',
        '{"$schema": "http://127.0.0.1:9/x.json"}',
        '{"$schema": "http://json-schema.org/other"}',
        '{"\\u0024ref": "other.json"}',
        "{",
    ):
        found = chart({**FINE, "values.schema.json": schema})
        assert found.notes == ("values.schema.json refers to other documents and was not applied",)
        [result] = renderer.render(found.archive(), [Job()])
        assert result.error == ""
    closed = '{"$schema": "http://json-schema.org/draft-07/schema#", "required": ["q"], "$ref": "#/definitions/x"}'
    [result] = renderer.render(chart({**FINE, "values.schema.json": closed}).archive(), [Job()])
    assert "missing property 'q'" in result.error or "definitions" in result.error


def test_the_child_has_no_environment_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARKFIX_SECRET", "x")
    monkeypatch.setenv("HTTPS_PROXY", "x")
    monkeypatch.setenv("KUBECONFIG", "x")
    monkeypatch.setenv("HELM_NAMESPACE", "x")
    found = environment(str(tmp_path))
    assert found["HOME"] == found["TMPDIR"] == str(tmp_path)
    assert found["KUBECONFIG"] == os.devnull
    assert set(found) <= {
        "PATH", "SYSTEMROOT", "LANG", "HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "KUBECONFIG", "GOMAXPROCS",
    }  # fmt: skip


def test_modules_in_the_current_folder_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json.py", "helm_python.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('hostile')\n")
    monkeypatch.chdir(tmp_path)
    with Renderer() as renderer:
        assert renderer.render(chart(FINE).archive(), [Job()])[0].error == ""


def script(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f'import sys, time\nprint(\'{{"engine": "x"}}\', flush=True)\n{text}')


@pytest.mark.parametrize(
    "text",
    [
        "print('garbage', flush=True); time.sleep(60)",
        "print('[1]', flush=True); time.sleep(60)",
        "print('{\"loaded\": true}', flush=True); print('{\"files\": 3}', flush=True); time.sleep(60)",
        "sys.exit(3)",
        "sys.stdin.close(); time.sleep(60)",
        "sys.stdout.write('x' * 1000000); sys.stdout.flush(); time.sleep(60)",
        "time.sleep(60)",
    ],
)
def test_a_broken_child_is_an_error_of_its_rendering(text: str) -> None:
    with Renderer(seconds=0.5, command=script(text)) as renderer:
        # Larger than a pipe's buffer, and never read.
        results = renderer.render(b"x" * 3_000_000, [Job()])
        assert len(results) == 1
        assert results[0].error
        assert results[0].files == {}


def test_no_helm_is_one_clear_line() -> None:
    with Renderer(engines=()) as renderer, pytest.raises(CannotRender, match="install the package helm-python-sdk"):
        renderer.render(chart(FINE).archive(), [Job()])
    with Renderer(command=(sys.executable, "-c", "")) as renderer, pytest.raises(CannotRender):
        renderer.render(chart(FINE).archive(), [Job()])


def test_the_child_ends_with_its_parent() -> None:
    command = child_command(1024, 20.0, ())
    done = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=60)
    assert done.stdout == b'{"engine": ""}\n'


def test_releases_and_values_in_helms_order(renderer: Renderer) -> None:
    template = (
        "{{ .Release.Name }} {{ .Release.Namespace }} {{ .Values.a }} {{ .Values.b }} {{ .Values.c }} {{ .Values.d }}\n"
    )
    found = chart({"values.yaml": "a: 0\nb: 0\nc: 0\nd: {x: 1}\n", "templates/a.yaml": template})
    job = Job(
        texts=("a: 1\nb: 1\nc: 1\n", "b: 2\n"),
        sets=("b=3,c=3",),
        strings=("c=4",),
        values={"d": None},
        name="n",
        namespace="s",
    )
    [result] = renderer.render(found.archive(), [job])
    assert result.files["demo/templates/a.yaml"] == "n s 1 3 4 \n"


@pytest.mark.parametrize(
    ("text", "sets", "strings", "expected"),
    [
        ("a: {b: [p, q]}", ("a.b[0]=x",), (), {"a": {"b": ["x", "q"]}}),
        ("a: [{k: 1, v: p}, {k: 2}]", ("a[0].v=x", "a[2].k=3"), (), {"a": [{"k": 1, "v": "x"}, {"k": 2}, {"k": 3}]}),
        ("", ("a[0]=x", "a[1]=y"), (), {"a": ["x", "y"]}),
        ("a: [p]", ("a={x,y}",), (), {"a": ["x", "y"]}),
        ("a: [{}, 1.5, null, true]", ("a[1]=2",), (), {"a": [{}, 2, None, True]}),
        ("a.b: [1, 2]", ("a\\.b[1]=3",), (), {"a.b": [1, 3]}),
        ("a: [p, q]", (), ("a[1]=1",), {"a": ["p", "1"]}),
        ("a: {b: 1}", ("a.b=null",), (), {"a": {"b": None}}),
        ("a: 1", ("a=1.5",), (), {"a": "1.5"}),
        ("a: 1", ("a=007,b=true,c=12",), (), {"a": "007", "b": True, "c": 12}),
    ],
)
def test_set_changes_single_elements_of_lists(
    text: str, sets: tuple[str, ...], strings: tuple[str, ...], expected: object
) -> None:
    library = Library()
    assert library._values({"texts": [text], "sets": sets, "strings": strings, "values": {}}) == expected


def test_one_rendering_leaves_nothing_for_the_next(renderer: Renderer) -> None:
    files = {
        "Chart.yaml": CHART + "dependencies: [{name: sub, version: 0.1.0, condition: sub.enabled, repository: ''}]\n",
        "values.yaml": "sub: {enabled: false}\n",
        "charts/sub/Chart.yaml": CHART.replace("demo", "sub"),
        "charts/sub/templates/s.yaml": "s: 1\n",
    }
    jobs = [Job(), Job(sets=("sub.enabled=true",)), Job()]
    first, second, third = renderer.render(chart(files).archive(), jobs)
    assert (len(first.files), len(second.files), len(third.files)) == (0, 1, 0)


def test_a_bad_expression_and_bad_values_are_helms_message(renderer: Renderer) -> None:
    jobs = [Job(sets=("a",)), Job(texts=("a: b: c",)), Job(texts=("[1]",))]
    for result in renderer.render(chart(FINE).archive(), jobs):
        assert result.error
    [result] = renderer.render(chart({"Chart.yaml": "name: [", **FINE}).archive(), [Job()])
    assert "Chart.yaml" in result.error


def test_merging_keeps_a_null_that_deletes() -> None:
    assert merged({"a": {"b": 1}, "c": 1}, {"a": {"b": None}, "c": {"d": 1}}) == {"a": {"b": None}, "c": {"d": 1}}


def test_tokens_never_collide_with_an_expression() -> None:
    prefix, tokens = list_prefix({"a": ["p"]}, "a[1]=zq0zq")
    assert prefix == "a[0]=zqxz0zqxz,"
    assert without_tokens({"a": ["zqxz0zqxz", "zq0zq"]}, tokens) == {"a": ["p", "zq0zq"]}


def test_a_packed_chart_that_leads_out_is_read_without_these_files() -> None:
    data = packed("../x", {"Chart.yaml": CHART})
    assert "charts/x-1/Chart.yaml" not in chart({"charts/x-1.tgz": data}).contents
