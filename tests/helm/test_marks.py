"""Marks: where they go, and that a rendering without them is the plain one."""

from __future__ import annotations

import re

import pytest
from helm_charts import chart, mapped, sources
from hypothesis import given, settings
from hypothesis import strategies as st

from sparkfix.helm.marks import Effort, find_marks, mark_templates
from sparkfix.helm.renderer import Job, Renderer
from sparkfix.helm.sourcemap import map_sources, rendered_lines


def shown(text: str, effort: Effort = Effort.ALL) -> str:
    """The template with each mark as `<kind+line>`; around expressions `(kind+line … )`."""
    marked = mark_templates({"t": text}, effort)
    result = marked.texts["t"]
    result = re.sub(r'regexReplaceAll "\(\?m\)\(\[\^\\\\n\]\)\$" \(', "(", result)
    result = re.sub(r'\) \| toString \| replace "<nil>" "" \) "\$\{1\}(\w+)" ', r"\1)", result)
    result = re.sub(r' \| toString \| replace "<nil>" ""\) "\$\{1\}(\w+)" ', r"\1)", result)
    return marked.found.sub(lambda found: f"<{found[1]}{marked.marks[int(found[2])].line}>", result)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", "a: 1<t1>\n"),
        ("a: 1  \n", "a: 1<t1>  \n"),
        ("a: 1", "a: 1<t1>"),
        ("\n\n", "<b1>\n<b2>\n"),
        ("a: {{ .x }} b\n", "a: {{ .x }} b<t1>\n"),
        ("{{ if .x }}\na\n{{ end }}\n", "{{ if .x }}<b1>\na<t2>\n{{ end }}<b3>\n"),
        ("a\n{{- if .x }}\nb\n{{- end }}\nc\n", "a<t1>\n{{- if .x }}<b2>\nb<t3>\n{{- end }}<b4>\nc<t5>\n"),
        ("{{ if .x -}}\na\n{{ end -}}\nb\n", "{{ if .x -}}\na<t2>\n{{ end -}}\nb<t4>\n"),
        ("{{ if .x }}\n{{- end }}\n", "{{ if .x }}\n{{- end }}<b2>\n"),
        ("{{ if .x }}\n\n  {{- end }}\n", "{{ if .x }}\n\n  {{- end }}<b3>\n"),
        ("{{ if .x }}a{{ else }}b{{ end }}\n", "{{ if .x }}a<t1>{{ else }}b<t1>{{ end }}\n"),
        ("a\n{{ end }}", "a<t1>\n{{ end }}"),
        ("a\n{{ if .x }}\n{{ end }}   ", "a<t1>\n{{ if .x }}<b2>\n{{ end }}   "),
        ("{{/* a\nb */}}\nc\n", "{{/* a\nb */}}<b2>\nc<t3>\n"),
        ("{{- /* a */ -}}\nc\n", "{{- /* a */ -}}\nc<t2>\n"),
        ("{{ $x := 1 }}\n", "{{ $x := 1 }}<b1>\n"),
        ("{{- 3}}\nb\n", "{{- 3<o1>}}\nb<t2>\n"),
        ("{{ define \"x\" }}\na\n{{ end }}\n", "{{ define \"x\" }}\na<t2>\n{{ end }}<b3>\n"),
        ('a: {{ template "x" . }}\n', 'a:<t1> {{ template "x" . }}\n'),
    ],
)  # fmt: skip
def test_where_marks_go(text: str, expected: str) -> None:
    result = shown(text)
    if "<o" in expected:
        assert [mark.kind.value for mark in find_marks({"t": text}, Effort.ALL)] == ["o", "t"]
    else:
        assert result == expected


def test_less_effort_marks_less() -> None:
    text = '{{ define "x" }}\na\n{{ end }}\nb\n{{ .x }}\n'
    kinds = {effort: [(mark.kind.value, mark.line) for mark in find_marks({"t": text}, effort)] for effort in Effort}
    assert kinds[Effort.ALL] == [("t", 2), ("b", 3), ("t", 4), ("o", 5)]
    assert kinds[Effort.NO_BODIES] == [("b", 3), ("t", 4), ("o", 5)]
    assert kinds[Effort.TEXT_ONLY] == [("b", 3), ("t", 4)]


def test_a_body_that_is_worked_on_gets_no_marks() -> None:
    text = '{{ define "x" }}{{ include "y" . }}{{ end }}{{ define "y" }}a{{ end }}{{ define "z" }}a{{ end }}\n'
    used = text + '{{ if eq (include "x" .) "a" }}\n{{ end }}\n{{ include "z" . | nindent 2 }}\n'
    assert {mark.start for mark in find_marks({"t": used}, Effort.ALL) if mark.line == 1} == {text.rindex("a{{") + 1}
    two = '{{ define "x" }}\na\n{{ end }}\n{{ define "z" }}\nb\n{{ end }}\n{{ if (include "x" .) }}c{{ end }}\n'
    assert [mark.line for mark in find_marks({"t": two}, Effort.ALL)] == [3, 5, 6, 7]


def test_the_word_of_marks_is_in_no_template() -> None:
    marked = mark_templates({"t": "zqt0zq zqxz\n"}, Effort.ALL)
    assert marked.found.sub("", marked.texts["t"]) == "zqt0zq zqxz\n"


WORDS = st.sampled_from(
    ["a: 1", "b", "  c: {{ .Values.x }}", "d:{{ .Values.none }}", "", "   ", "# e", "x {{ `}}` }} y"]
)
OPEN = st.sampled_from(["{{ ", "{{- "])
CLOSE = st.sampled_from([" }}", " -}}"])
PRINTED = st.sampled_from(
    [
        ".Values.x", ".Values.none", "toYaml .Values.m | nindent 2", "toYaml .Values.m", "quote .Values.x", '""',
        'include "body" .', 'include "body" . | nindent 4', 'include "body" . | trim', 'tpl "{{ .Values.x }}" .',
        'include "name" . | upper', "/* c */", 'template "body" .', "$y := 1", 'include "name" . | sha256sum', "1.5",
    ]
)  # fmt: skip
CONDITIONS = st.sampled_from(
    [
        "if .Values.x",
        "if .Values.none",
        'if eq (include "name" .) "n"',
        "with .Values.m",
        "range .Values.l",
        "if not .Values.x",
    ]
)


def action(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda low, text, high: f"{low}{text}{high}", OPEN, inner, CLOSE)


def control(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def build(pieces: tuple[str, ...], has_else: bool) -> str:
        opening, first, middle, second, end, space = pieces
        return opening + space + first + (middle + space + second if has_else else "") + end

    blocks = st.tuples(
        action(CONDITIONS), parts, action(st.just("else")), parts, action(st.just("end")),
        st.sampled_from(["", "\n", "\n  "]),
    )  # fmt: skip
    return st.builds(build, blocks, st.booleans())


PIECE = st.one_of(
    WORDS, action(PRINTED.filter(lambda text: not text.startswith("/*"))), st.just("\n"), st.just("{{/* c */}}")
)
LINES = st.recursive(
    st.lists(PIECE, max_size=4).map(lambda parts: "".join(part + "\n" for part in parts)),
    lambda inner: st.one_of(control(inner), st.lists(inner, max_size=3).map("".join)),
    max_leaves=6,
)
VALUES = "x: xx\nm: {k: v, w: {z: [1, 2]}}\nl: [1, 2]\n"
HELPERS = '{{ define "body" }}\nk: v\nw: {{ .Values.x }}\n{{ end }}\n{{- define "name" -}}\nn\n{{- end -}}\n'


@settings(max_examples=120)
@given(text=LINES, end=st.sampled_from(["", "z: 1", "z: 1\n", "{{- /* c */}}"]))
def test_any_template_renders_the_same_once_its_marks_are_stripped(renderer: Renderer, text: str, end: str) -> None:
    files = {"values.yaml": VALUES, "templates/_h.tpl": HELPERS, "templates/a.yaml": text + end}
    found = chart(files)
    [plain] = renderer.render(found.archive(), [Job()])
    [result] = map_sources(renderer, found, [Job()])
    assert result.rendering == plain
    sources_of = text + end
    for file, lines in result.files.items():
        assert [line.text for line in lines] == rendered_lines(plain.files[file])
        for line in lines:
            if line.source and line.source.path == "templates/a.yaml":
                assert 1 <= line.source.line <= sources_of.count("\n") + 1


def test_a_line_joined_by_trim_markers_names_all_lines(renderer: Renderer) -> None:
    found = mapped(renderer, {"templates/a.yaml": "a:\n{{- if true }} b\n{{- end }}\nc: 1\n"})
    assert sources(found, "demo/templates/a.yaml") == [
        "a: b <- templates/a.yaml:1 [templates/a.yaml:2]",
        "c: 1 <- templates/a.yaml:4",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{{ define "x" }}a\n{{ end }}' * 30_000,
        "\n" * 100_000 + "{{- 1 }}",
        "{{ .a }}" * 50_000,
        '{{ include "a" . }}\n' * 30_000,
        '{{ define "x" }}{{ include "y" . }}{{ end }}' * 20_000,
        "a {{ if .b }}" * 10_000,
    ],
)
def test_templates_that_are_made_to_hurt_cost_no_time(text: str) -> None:
    # What is quadratic would not come back within the life of a test run.
    assert len(mark_templates({"t": text}, Effort.ALL).texts["t"]) >= len(text)
