"""Exact sources: helpers, ranges, subcharts, files, and lines of which nothing can be said."""

from __future__ import annotations

from helm_charts import CHART, chart, mapped, sources

from sparkfix.helm.renderer import Job, Renderer
from sparkfix.helm.sourcemap import map_sources


def test_helpers_with_their_callers(renderer: Renderer) -> None:
    files = {
        "templates/_h.tpl": (
            '{{- define "labels" -}}\napp: x\n{{ include "more" . }}\n{{- end -}}\n'
            '{{- define "more" -}}\nb: y\n{{- end }}\n'
        ),
        "templates/a.yaml": 'labels:\n  {{- include "labels" . | nindent 2 }}\nkind: {{ include "more" . }}\n',
    }
    assert sources(mapped(renderer, files), "demo/templates/a.yaml") == [
        "labels: <- templates/a.yaml:1",
        "  app: x <- templates/_h.tpl:2 [templates/a.yaml:2]",
        "  b: y <- templates/_h.tpl:6 [templates/_h.tpl:3 templates/a.yaml:2]",
        "kind: b: y <- templates/a.yaml:3 [templates/_h.tpl:6]",
    ]


def test_a_line_with_text_behind_what_it_includes_is_its_own_source(renderer: Renderer) -> None:
    files = {
        "templates/_h.tpl": '{{- define "n" -}}\nx\n{{- end -}}\n{{- define "m" -}}\n{{ include "n" . }}-y\n{{- end -}}\n',
        "templates/a.yaml": 'a:\n- {{ include "n" . }}\n{{ include "n" . }}.svc: b\n{{ include "m" . }}\n',
    }
    assert sources(mapped(renderer, files), "demo/templates/a.yaml") == [
        "a: <- templates/a.yaml:1",
        "- x <- templates/a.yaml:2 [templates/_h.tpl:2]",
        "x.svc: b <- templates/a.yaml:3 [templates/_h.tpl:2]",
        "x-y <- templates/_h.tpl:5 [templates/_h.tpl:2 templates/a.yaml:4]",
    ]


def test_ranges_maps_files_tpl_and_blank_lines(renderer: Renderer) -> None:
    files = {
        "values.yaml": "list: [p, q]\nmap: {k: {v: 1}, l: 2}\ntext: 'x: {{ .Values.list | first }}'\n",
        "conf/a.conf": "one\ntwo\n",
        "templates/a.yaml": (
            "{{- range .Values.list }}\n"  # 1
            "- {{ . }}\n"
            "{{- end }}\n"
            "\n"
            "{{ toYaml .Values.map }}\n"  # 5
            "{{ tpl .Values.text . }}\n"
            'f: |\n  {{- .Files.Get "conf/a.conf" | nindent 2 }}\n'
            "{{- with .Values.none }}\nnever: {{ . }}\n{{- else }}\nelse: 1\n{{- end }}\n"
        ),
    }
    assert sources(mapped(renderer, files), "demo/templates/a.yaml") == [
        " <- templates/a.yaml:1",
        "- p <- templates/a.yaml:2",
        "- q <- templates/a.yaml:2",
        " <- templates/a.yaml:4",
        "k: <- templates/a.yaml:5",
        "  v: 1 <- templates/a.yaml:5",
        "l: 2 <- templates/a.yaml:5",
        "x: p <- templates/a.yaml:6",
        "f: | <- templates/a.yaml:7",
        "  one <- templates/a.yaml:8",
        "  two <- templates/a.yaml:8",
        "   <- templates/a.yaml:8",
        "else: 1 <- templates/a.yaml:12",
    ]


def umbrella() -> dict[str, str | bytes]:
    return {
        "Chart.yaml": CHART
        + "dependencies:\n"
        + "- {name: sub, version: 0.1.0, alias: one, condition: one.enabled, repository: '',"
        + " import-values: [{child: out, parent: got}]}\n"
        + "- {name: sub, version: 0.1.0, alias: two, condition: two.enabled, repository: ''}\n",
        "values.yaml": "one: {enabled: true}\ntwo: {enabled: false, x: from-parent}\n",
        "templates/a.yaml": "got: {{ .Values.got.k }}\n",
        "charts/sub/Chart.yaml": CHART.replace("demo", "sub"),
        "charts/sub/values.yaml": "x: default\nout: {k: exported}\n",
        "charts/sub/templates/s.yaml": 'name: {{ .Chart.Name }}\nx: {{ .Values.x }}\nr: {{ required "r is needed" .Values.x }}\n',
    }


def test_subcharts_with_alias_condition_and_imports(renderer: Renderer) -> None:
    jobs = [Job(), Job(sets=("two.enabled=true",)), Job(sets=("one.x=null",)), Job(texts=("one: {x: ''}",))]
    first, second, third, fourth = map_sources(renderer, chart(umbrella()), jobs)
    assert set(first.files) == {"demo/templates/a.yaml", "demo/charts/one/templates/s.yaml"}
    assert sources(first, "demo/templates/a.yaml") == ["got: exported <- templates/a.yaml:1"]
    assert sources(first, "demo/charts/one/templates/s.yaml") == [
        "name: one <- charts/sub/templates/s.yaml:1",
        "x: default <- charts/sub/templates/s.yaml:2",
        "r: default <- charts/sub/templates/s.yaml:3",
    ]
    assert sources(second, "demo/charts/two/templates/s.yaml")[1] == "x: from-parent <- charts/sub/templates/s.yaml:2"
    assert "r is needed" in third.rendering.error
    assert third.files == {}
    assert "r is needed" in fourth.rendering.error


def test_what_cannot_be_told_has_no_source(renderer: Renderer) -> None:
    files = {
        "templates/a.yaml": 'sum: {{ include "demo.x" . | sha256sum | trunc 8 }}\n{{ include "demo.x" . | upper }}\n',
        "templates/_x.tpl": '{{ define "demo.x" }}a\nb{{ end }}',
    }
    found = mapped(renderer, files)
    assert [line.text for line in found.files["demo/templates/a.yaml"]][1:] == ["A", "B"]
    for line in found.files["demo/templates/a.yaml"]:
        assert line.source is None or line.source.path == "templates/a.yaml"
    known, total = found.share()
    assert known <= total == 3


def test_a_file_whose_lines_a_mark_would_change_is_told_with_fewer_marks(renderer: Renderer) -> None:
    files = {
        "templates/a.yaml": 'a: 1\n{{ $x := tpl "{{ include `demo.x` . }}" . }}\n{{ if eq $x "v" }}\nb: 1\n{{ end }}\n',
        "templates/_x.tpl": '{{ define "demo.x" }}v{{ end }}',
    }
    assert "b: 1 <- templates/a.yaml:4" in sources(mapped(renderer, files), "demo/templates/a.yaml")
