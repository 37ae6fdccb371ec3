"""Values that rendered lines pass on are traced to the line of the file that sets them, and only those."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from helm_charts import CHART, chart

from sparkfix.formats.yaml.tolerant import key_lines
from sparkfix.helm.renderer import Renderer
from sparkfix.helm.sourcemap import map_sources
from sparkfix.helm.trace import trace
from sparkfix.helm.values import ValuesSet

DEFAULT = ValuesSet("default values")


def origins(
    renderer: Renderer, files: Mapping[str, str | bytes], text: str, values: ValuesSet = DEFAULT
) -> list[tuple[str, str, list[str]]]:
    """The origins of the rendered line that is `text`: value, place, rendered lines."""
    contents = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
    found = chart(files)
    [mapped] = map_sources(renderer, found, [values.job(contents.get)])
    assert mapped.rendering.error == ""
    [line] = [
        (file, number)
        for file, lines in mapped.files.items()
        for number, item in enumerate(lines, start=1)
        if item.text.strip() == text
    ]
    return [
        (
            ".".join(map(str, origin.value)),
            f"{origin.place.path}:{origin.place.line}" if origin.place else "",
            [f"{file.rpartition('/')[2]}:{number}" for file, number in origin.lines],
        )
        for origin in trace(renderer, found, values, contents.get, mapped, line)
    ]


FILES = {
    "values.yaml": (
        "host: spark\nport: 7077\nopen: true\nlabels:\n  app: demo\n  tier: 'yes'\nlist:\n  - first\n  - second\n"
        "nested: {deep: {x: found}}\nratio: 0.6\nloud: quiet\n"
    ),
    "prod.yaml": "# production\nport: 7078\n",
    "templates/_h.tpl": '{{ define "port" }}{{ .Values.port }}{{ end }}',
    "templates/a.yaml": (
        "host: {{ .Values.host }}-connect\nagain: {{ .Values.host | quote }}\n"
        'p: {{ include "port" . }}\nopen: {{ .Values.open }}\n{{- if .Values.open }}\nopened: {{ .Release.Name }}\n{{- end }}\n'
        "labels:\n  {{- toYaml .Values.labels | nindent 2 }}\n{{- range .Values.list }}\n- {{ . }}\n{{- end }}\n"
        "{{- with .Values.nested.deep }}\nx: {{ .x }}\n{{- end }}\nfixed: 1\nratio: {{ .Values.ratio }}\n"
        "loud: {{ .Values.loud }}\nlouder: {{ .Values.loud | upper }}\nset: {{ .Values.set }}\n"
        'sum: {{ include (print $.Template.BasePath "/b.yaml") . | sha256sum }}\n'
    ),
    "templates/b.yaml": "c: {{ .Values.nested.deep.x }}\n",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host: spark-connect", [("host", "values.yaml:1", ["a.yaml:1", "a.yaml:2"])]),
        ('again: "spark"', [("host", "values.yaml:1", ["a.yaml:1", "a.yaml:2"])]),
        ("p: 7077", [("port", "values.yaml:2", ["a.yaml:3"])]),
        ("open: true", []),
        ("opened: release-name", []),
        ("app: demo", [("labels.app", "values.yaml:5", ["a.yaml:7"])]),
        ('tier: "yes"', [("labels.tier", "values.yaml:6", ["a.yaml:8"])]),
        ("- second", [("list.1", "values.yaml:9", ["a.yaml:10"])]),
        ("x: found", [("nested.deep.x", "values.yaml:10", ["a.yaml:11", "b.yaml:1"])]),
        ("fixed: 1", []),
        ("ratio: 0.6", [("ratio", "values.yaml:11", ["a.yaml:13"])]),
        ("loud: quiet", []),
        ("louder: QUIET", []),
        ("set: here", [("set", "", ["a.yaml:16"])]),
    ],
)
def test_values_that_a_line_passes_on(
    renderer: Renderer, text: str, expected: list[tuple[str, str, list[str]]]
) -> None:
    assert origins(renderer, FILES, text, ValuesSet("set", sets=("set=here",))) == expected


def test_the_file_that_wins_is_named(renderer: Renderer) -> None:
    port = [("port", "prod.yaml:2", ["a.yaml:3"])]
    assert origins(renderer, FILES, "p: 7078", ValuesSet("prod", ("prod.yaml",))) == port
    inline = ValuesSet("release", ("prod.yaml",), ("port: 7079\n",))
    assert origins(renderer, FILES, "p: 7079", inline) == [("port", "", ["a.yaml:3"])]


def test_values_of_subcharts(renderer: Renderer) -> None:
    files = {
        "Chart.yaml": CHART + "dependencies: [{name: sub, version: 0.1.0, alias: one, repository: ''}]\n",
        "values.yaml": "global: {g: shared}\none:\n  a: parents\n",
        "charts/sub/Chart.yaml": CHART.replace("demo", "sub"),
        "charts/sub/values.yaml": "a: own\nb: defaults\n",
        "charts/sub/templates/s.yaml": "a: {{ .Values.a }}\nb: {{ .Values.b }}\ng: {{ .Values.global.g }}\n",
    }
    assert origins(renderer, files, "a: parents") == [("one.a", "values.yaml:3", ["s.yaml:1"])]
    assert origins(renderer, files, "b: defaults") == [("one.b", "charts/sub/values.yaml:2", ["s.yaml:2"])]
    assert origins(renderer, files, "g: shared") == [("global.g", "values.yaml:1", ["s.yaml:3"])]


def test_what_differs_by_itself_is_never_an_origin(renderer: Renderer) -> None:
    files = {"values.yaml": "a: b\n", "templates/a.yaml": "a: {{ .Values.a }}\nr: {{ randAlphaNum 8 }}\n"}
    assert origins(renderer, files, "a: b") == []


def test_lines_of_keys() -> None:
    data = b"a:\n  b: &x\n    c: 1\nd:\n  - e\n  - f: 1\ng: *x\n"
    assert key_lines(data) == {
        ("a",): 1, ("a", "b"): 2, ("a", "b", "c"): 3, ("d",): 4, ("d", 0): 5, ("d", 1): 6, ("d", 1, "f"): 6, ("g",): 7,
    }  # fmt: skip
    assert key_lines(b"a: [") == {}
    assert key_lines(b"") == {}
