"""Where a value ends in a template, and what is rendered behind it: actions that are not a property's own must stay."""

from __future__ import annotations

import pytest

from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import rename_rule, set_rule, unset_rule
from sparkfix.formats.helm.extent import goes_on
from sparkfix.formats.helm.lexer import parse
from sparkfix.model import Rule
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

PATH = "templates/x.yaml"
CM = "kind: ConfigMap\ndata:\n  spark-defaults.conf: |\n"


def run(text: str, rule: Rule, *, comment_out: bool = False, path: str = PATH) -> Applied:
    files = {path: text.encode(), "Chart.yaml": b"name: x\n"}
    workspace = Workspace(MemoryStore(files), (path,), named=frozenset([path]))
    return apply_fixes(workspace, [rule], Choice(everything=True, comment_out=comment_out), {})


def text_after(applied: Applied, path: str = PATH) -> str:
    return (applied.workspace.data(path) or b"").decode()


def setting(value: str = "9", key: str = "spark.a") -> Rule:
    return set_rule(key, value, None, add=False)


def unsetting(key: str = "spark.a") -> Rule:
    return unset_rule(key, None)


def is_refused(text: str, rule: Rule, reason: str, path: str = PATH) -> None:
    applied = run(text, rule, path=path)
    assert text_after(applied, path) == text
    assert [reason in item.reason for item in applied.refused] == [True], applied.refused


BEHIND = [
    "  {{- with .Values.conf }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n",
    "  {{- toYaml .Values.more | nindent 2 }}\n",
    "  {{- if .Values.x }}\n",
    "  {{- /* about spark.b */}}\n  {{- $x := 1 }}\n",
]


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("header", ["|", ">-", "|+"])
def test_actions_behind_a_block_scalar_survive_its_removal(behind: str, header: str) -> None:
    end = "  {{- end }}\n" if behind.count("{{- if") else ""
    text = f'sparkConf:\n  spark.a: {header}\n    -Dx\n{behind}  spark.b: "1"\n{end}'
    kept = f'sparkConf:\n{behind}  spark.b: "1"\n{end}'
    assert text_after(run(text, unsetting())) == kept
    commented = f'sparkConf:\n  # spark.a: {header}\n  #   -Dx\n{behind}  spark.b: "1"\n{end}'
    assert text_after(run(text, unsetting(), comment_out=True)) == commented


def test_branch_that_a_block_scalar_opens_is_its_own() -> None:
    text = "sparkConf:\n  spark.a: |\n    -Dx\n    {{- if .y }}\n    -D{{ .y }}\n    {{- end }}\n  spark.b: x\n"
    assert text_after(run(text, unsetting())) == "sparkConf:\n  spark.b: x\n"


@pytest.mark.parametrize("action", ["{{ .Values.y }}", "{{- .Values.y }}", "{{- toYaml .Values.y | nindent 4 }}"])
def test_action_that_may_print_more_of_a_block_scalar_is_refused(action: str) -> None:
    text = f"sparkConf:\n  spark.a: |\n    -Dx\n    {action}\n  spark.b: x\n"
    for rule in (unsetting(), rename_rule("spark.a", "spark.c", None)):
        is_refused(text, rule, "may print more of it")


@pytest.mark.parametrize("action", ["{{ .Values.y | quote }}", "{{- toYaml .Values.y | nindent 4 }}"])
@pytest.mark.parametrize("rule", [setting(), unsetting(), rename_rule("spark.a", "spark.c", None)])
def test_value_that_an_action_in_the_next_line_makes_is_refused(action: str, rule: Rule) -> None:
    is_refused(f'sparkConf:\n  spark.a:\n    {action}\n  spark.b: "1"\n', rule, "makes its value in the lines below")


def test_value_in_two_arms_below_its_key_is_refused() -> None:
    text = "sparkConf:\n  spark.a:\n    {{- if .x }}\n    y\n    {{- else }}\n    z\n    {{- end }}\n  spark.b: x\n"
    is_refused(text, unsetting(), "between its key and its value")


def test_key_without_value_before_made_neighbours_is_edited() -> None:
    text = "sparkConf:\n  spark.a:\n  {{- toYaml .Values.more | nindent 2 }}\n  spark.b: x\n"
    assert text_after(run(text, unsetting())) == text.replace("  spark.a:\n", "")


def test_only_entry_before_a_made_rest_is_refused() -> None:
    text = 'sparkConf:\n  spark.a: "1"\n  {{- toYaml .Values.more | nindent 2 }}\n'
    is_refused(text, unsetting(), "the template makes the rest of its map")
    assert text_after(run(text, setting())) == text.replace('"1"', '"9"')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("    spark.a=a:b:1\n    {{- if .Values.delta }},io.delta:delta:3{{ end }}\n    spark.b=1\n", "goes on"),
        ("    spark.a=\n    {{- .Values.z }}\n    spark.b=1\n", "goes on"),
        ("    spark.a=x\n    {{- if .y -}}\n    ,z\n    {{- end }}\n    spark.b=1\n", "goes on"),
        ("    spark.a={{ .x -}}\n    spark.b=1\n", "goes on"),
        ("    spark.a=x{{ if .y }},z\n    {{ end }}\n    spark.b=1\n", "begins or ends inside"),
        ("    spark.b=1\n    {{- .x -}}\n    spark.a=1\n", "to the one above"),
    ],
)
@pytest.mark.parametrize("rule", [setting(), unsetting()])
def test_line_that_trim_markers_join_to_another_is_refused(text: str, reason: str, rule: Rule) -> None:
    is_refused(CM + text, rule, reason)


@pytest.mark.parametrize(
    "text",
    [
        "    spark.a=1\n    {{- if .x }}\n    spark.b=1\n    {{- else if .y }}\n    {{- else }}\n    spark.c=1\n    {{- end }}\n",
        "    {{- if .x }}\n    spark.a=1\n    {{- end }}\n    {{- range .z }}\n    spark.b.{{ . }}=1\n    {{- end }}\n",
        '    spark.b=1\n    spark.a=1\n    {{- include "x" . | nindent 4 }}\n    {{- /* note */}}\n',
        "    {{ if .x -}}\n    spark.a=1\n    {{ end -}}\n    spark.b=1\n",
        "    spark.a=1\n{{- with .x }}\n    spark.b=1\n{{- end }}\n",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_before_a_control_line_stays_editable(text: str, newline: str) -> None:
    text = (CM + text).replace("\n", newline)
    applied = run(text, setting())
    assert not applied.refused
    assert text_after(applied) == text.replace("spark.a=1", "spark.a=9")
    applied = run(text, unsetting())
    assert not applied.refused
    assert text_after(applied) == text.replace("    spark.a=1" + newline, "")


@pytest.mark.parametrize(
    "line",
    ["{{ $ns := .Release.Namespace }}spark.a=1", "{{ if .x }}spark.a=1{{ end }}", "spark.a=1 {{- /* why */}}"],
)
def test_removal_of_a_line_with_another_action_is_refused(line: str) -> None:
    text = CM + f"    spark.b=1\n    {line}\n    spark.c={{{{ $ns }}}}\n"
    is_refused(text, unsetting(), "a template action stands beside it")
    assert text_after(run(text, setting())) == text.replace("spark.a=1", "spark.a=9")


@pytest.mark.parametrize(
    ("text", "old"),
    [
        (CM + "    spark.a=2{{ if .q }},3{{ end }}\n    spark.b=1\n", "2{{ if .q }},3{{ end }}"),
        ("sparkConf:\n  spark.a: 1{{ if .Values.q }}0{{ else }}{{ end }} # why\n", "1{{ if .Values.q }}0{{ else }}{{ end }}"),
        ("sparkConf:\n  spark.a: 1{{ if .Values.q }}0{{ end }}\n  spark.b: x\n", "1{{ if .Values.q }}0{{ end }}"),
    ],
)  # fmt: skip
def test_value_that_ends_in_a_branch_is_replaced_whole(text: str, old: str) -> None:
    assert text_after(run(text, setting("x"))) == text.replace(old, "x")


def test_branch_that_begins_a_block_scalar_is_understood() -> None:
    text = CM + "    {{ if .Values.x }}spark.a=1{{ end }}\n    spark.b=2\n"
    assert text_after(run(text, setting())) == text.replace("a=1", "a=9")
    assert text_after(run(text, setting(key="spark.b"))) == text.replace("b=2", "b=9")


def test_flow_maps_in_arms_of_one_line_are_understood() -> None:
    text = "sparkConf: {{ if .Values.x }}{spark.a: 1}{{ else }}{spark.a: 2}{{ end }}\n"
    assert text_after(run(text, setting("3"))) == text.replace("1", "3").replace("2", "3")


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        ("\n{{- .x }}", True),
        ("\n{{ .x }}", False),
        ("\n\n  {{- if .x }}\n", False),
        ("\n{{- if .x -}}\n\ny{{ end }}", True),
        ("\n{{- if .x }}{{ end -}}\n\n{{ .y }}", True),
        ("\n{{- if .x }}\n{{- end }}\n", False),
        ("\n{{- if .x }}\n{{- else }}y{{- end }}\n", True),
        ("\n{{- define \"x\" }}y{{ end }}\n", False),
        ("\n{{- $y := 1 }}{{ .x }}", True),
        (" # {{ .x }}", False),
        ("", False),
        ("\n{{- if .x }}" * 50 + "\n", False),
        ("\n{{- if .x }}" * 20_000 + "\n", False),
    ],
)  # fmt: skip
def test_what_is_rendered_behind_a_value(behind: str, expected: bool) -> None:
    assert goes_on(parse("a=1" + behind), "a=1" + behind, 3) is expected


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (" {{ .x }} y", False),
        ("\t{{ .x }}", False),
        (" {{- .x }}", True),
        (" {{- if .x }} y{{ end }}", False),
        (" {{- if .x }}y{{ end }}", True),
        (" {{- if .x }}{{ end }} y", False),
        (" {{- if .x -}} y{{ end }}", True),
        (" {{- if .x -}}{{ end -}} y", True),
        ("\n{{- .x }}", True),
        ("\n{{ .x }}", False),
    ],
)
def test_what_is_rendered_behind_a_word(behind: str, expected: bool) -> None:
    template = parse("a=1" + behind)
    goes_on(template, "a=1" + behind, 3)
    assert goes_on(template, "a=1" + behind, 3, " \t\r\n") is expected
