"""The lexer and the mask on well-formed, random and hostile text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sparkfix.formats.helm.lexer import lex, parse
from sparkfix.formats.helm.mask import mask
from sparkfix.formats.reading import open_document
from sparkfix.text.source import SourceText

_PIECES = st.sampled_from(
    ["{{", "}}", "{{-", "-}}", "{{ if .a }}", "{{- else }}", "{{ end }}", '{{ "}}" }}', "{{ `}}` }}", "{{/* }} */}}", "\n",
     "\r\n", "  ", "a: ", "- ", "b", ": |\n", '"', "'", "`", "#", "{{ define \"x\" }}", "{{ .v | nindent 4 }}", "{{ .v }}", "é"]
)  # fmt: skip
TEXTS = st.lists(_PIECES, max_size=25).map("".join)


def folded(text: str) -> str:
    return SourceText("x.yaml", text.encode()).folded


@given(TEXTS)
@example('{{ define "x" }}{{ end }}')
@example("a: |\n{{ if .x }}\n  b\n{{ end }}\n")
@example("{{\n}}\n")
def test_the_mask_keeps_length_text_and_line_breaks(text: str) -> None:
    source = folded(text)
    template = parse(source)
    masked = mask(source, template)
    assert len(masked) == len(source)
    assert masked == mask(source, parse(source))
    inside = [False] * len(source)
    for action in template.actions:
        inside[action.start : action.end] = [True] * (action.end - action.start)
    for start in (0, *(position + 1 for position, char in enumerate(source) if char == "\n")):
        if masked.startswith("---", start) and not source.startswith("---", start):  # rule e takes its whole line
            stop = len(source[start:].split("\n", 1)[0].rstrip("\r"))
            inside[start : start + stop] = [True] * stop
    for position, (old, new) in enumerate(zip(source, masked, strict=True)):
        if not inside[position]:
            assert old == new or (old in " \t" and new in " -#_"), (position, masked)
    assert "{{" not in "".join(new for new, hidden in zip(masked, inside, strict=True) if hidden)


@given(TEXTS)
def test_actions_and_branches_lie_in_order(text: str) -> None:
    source = folded(text)
    template = parse(source)
    ends = [0, *(action.end for action in template.actions)]
    assert all(end <= action.start for end, action in zip(ends, template.actions, strict=False))
    assert all(source[action.start : action.end] == action.text for action in template.actions)
    assert all(0 <= branch.start <= branch.end <= len(source) for branch in template.branches)


@given(st.text(max_size=60), st.sampled_from(["x.yaml", "templates/x.yaml", "_x.tpl", "spark-defaults.conf"]))
@example("\x00", "x.yaml")
@example("a: &a [*a]", "x.yaml")
@example("? [a]\n: b\nspark.x: 1", "x.yaml")
@example("spark.a: &a {spark.b: *a}", "x.yaml")
@example("spark.a:\n  ? {x: 1}\n  : spark.b", "x.yaml")
def test_any_text_opens(text: str, path: str) -> None:
    document = open_document(SourceText(path, text.encode("utf-8", "surrogatepass")), in_chart_templates=True)
    assert document.path == path
    assert len(document.objects) >= 0
    assert len(document.nodes) >= 0


@given(st.binary(max_size=60).map(lambda data: data + b" spark.a: {{ b }}\nspark.c=1\n"))
@example(b"\xff\xfes\x00p\x00")
@example(b"\xff\xfea")
def test_any_bytes_open(data: bytes) -> None:
    for path in ("x.yaml", "x.conf"):
        assert open_document(SourceText(path, data), in_chart_templates=True).source.data == data


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 500_000,
        "{{ " * 300_000,
        "a: " + "b" * 5_000_000,
        "a" * 50_000_000,
        "a: {{ \"" + "x" * 1_000_000,
        "a: {{ `" + "x" * 1_000_000,
        "{{ '" * 200_000,
        "{{/* " * 200_000,
        "{{ \" }} " * 100_000,
        "a: {{ .b }}\n" * 50_000,
        "{{ if .a }}\n" * 4_000,
        "}}" * 500_000,
        "- " * 2_000,
        "[" * 2_000,
        "spark.a=1\\\n" * 50_000,
        "spark.a" + " " * 1_000_000 + "x",
        "k: {{ a }}" * 30_000,
        "  a: |\n" * 3_000 + "{{ x }}\n",
        "{{ a }}\n" * 20_000 + "k: |\n",
    ],
    ids=["braces", "spaced braces", "5 MB line", "50 MB line", "open string", "open raw string", "open runes",
         "open comments", "odd strings", "many actions", "many ifs", "closing braces", "dashes", "brackets",
         "long continuation", "long gap", "one line of actions", "many headers", "actions before a header"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["templates/x.yaml", "spark-defaults.conf"])
def test_hostile_text_takes_no_time(text: str, path: str) -> None:
    source = SourceText(path, ("spark.x: y\n" + text).encode())
    document = open_document(source, in_chart_templates=True)
    assert document.path == path


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('{{ "}}" }}', ["output"]),
        ("{{ `}}` }}", ["output"]),
        ("{{/* }} \n */}}", ["comment"]),
        ("{{- /* a */ -}}", ["comment"]),
        ("{{ '}' }}", ["output"]),
        ('{{ "\\"}}" }}x{{ end }}', ["output", "end"]),
        ("{{ if\n  .a }}{{ else if .b }}{{ else }}{{ end }}", ["if", "else if", "else", "end"]),
        ("{{ $x := 1 }}{{ $x = 2 }}{{ $x }}{{ $k, $v := .a }}", ["assign", "assign", "output", "assign"]),
        ("{{ ifx }}{{ endpoint }}{{ if eq .a 1}}", ["output", "output", "if"]),
        ("{{ toYaml . | nindent 4 }}", ["output"]),
        ('{{ dict "a" (dict) }}', ["output"]),
        ("{{range .a}}{{break}}{{continue}}{{end}}", ["range", "break", "continue", "end"]),
        ("{{ if eq $a.b 1 }}", ["if"]),
        ("{{ not closed", []),
    ],
)
def test_kinds_of_actions(text: str, kinds: list[str]) -> None:
    assert [action.kind for action in lex(text)] == kinds
