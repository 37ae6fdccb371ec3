"""Arms that no values set reaches, and values derived from their conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from helm_charts import CHART, chart

from sparkfix.helm.arms import shown_conditions
from sparkfix.helm.conditions import Needs, as_values, joined_needs, proposals
from sparkfix.helm.explore import Explored, explore
from sparkfix.helm.expressions import Call, Literal, Node, Scope, Unknown, Value, read_expression
from sparkfix.helm.renderer import Renderer
from sparkfix.helm.values import ValuesSet

DEFAULT = ValuesSet("default values")


def explored(renderer: Renderer, files: Mapping[str, str | bytes], *sets: ValuesSet, most: int = 16) -> Explored:
    return explore(renderer, chart(files), sets or (DEFAULT,), lambda path: None, most)


def nothing(name: str) -> Node:
    del name
    return Unknown()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".Values.a.b", Value(("a", "b"))),
        ("$.Values.a", Value(("a",))),
        ("(.Values.a).b", Value(("a", "b"))),
        ("((.Values.a).b).c.d", Value(("a", "b", "c", "d"))),
        (".root.Values.a", Value(("a",))),
        ("$ctx.Values.a", Value(("a",))),
        ('index .Values "a-b" "c"', Value(("a-b", "c"))),
        ('dig "a" "b" 1 .Values.x', Value(("x", "a", "b"))),
        ("true", Literal(True)),
        ("-1.5", Literal(-1.5)),
        ("eq .Values.a `x`", Call("eq", (Value(("a",)), Literal("x")))),
        (".Values.a | default 1 | eq 2", Call("eq", (Literal(2), Call("default", (Literal(1), Value(("a",))))))),
        ("not (and .Values.a 1)", Call("not", (Call("and", (Value(("a",)), Literal(1))),))),
        (".Release.Name", Unknown()),
        ("$x.y", Unknown()),
        ("(.Values.a", Unknown()),
        ("a b }", Unknown()),
        ("", Unknown()),
    ],
)
def test_expressions(text: str, expected: Node) -> None:
    assert read_expression(text, Scope((), nothing)) == expected


def test_names_inside_with_and_variables() -> None:
    scope = Scope(("Values", "a"), {"$x": Value(("v",))}.__getitem__)
    assert read_expression(".b", scope) == Value(("a", "b"))
    assert read_expression(".", scope) == Value(("a",))
    assert read_expression("$x.y", scope) == Value(("v", "y"))
    assert read_expression(".b", Scope(None, nothing)) == Unknown()
    assert read_expression("(" * 2000, Scope((), nothing)) == Unknown()


NOW: Mapping[str, Any] = {"on": True, "off": False, "text": "a", "none": "", "list": [], "map": {"k": 1}, "n": 1}


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        (".Values.on", True, {}),
        (".Values.on", False, {"on": False}),
        (".Values.off", True, {"off": True}),
        (".Values.none", True, {"none": "sparkfix"}),
        (".Values.list", True, {"list": ["sparkfix"]}),
        (".Values.map", False, {"map": None}),
        (".Values.new", True, {"new": True}),
        ('eq .Values.text "b"', True, {"text": "b"}),
        ('eq "b" .Values.text', True, {"text": "b"}),
        ('eq .Values.text "b" "c"', False, {}),
        ('eq .Values.text "a"', False, {"text": "a-other"}),
        ('ne .Values.text "a"', True, {"text": "a-other"}),
        ('eq (.Values.new | default "b") "c"', True, {"new": "c"}),
        ('eq (default "b" .Values.new | toString) "c"', True, {"new": "c"}),
        ("and .Values.off .Values.on", True, {"off": True}),
        ("and .Values.off .Values.on", False, {}),
        ("or .Values.off .Values.none", True, {"off": True}),
        ("or .Values.on .Values.text", False, {"on": False, "text": ""}),
        ("not .Values.on", True, {"on": False}),
        ("empty .Values.on", False, {}),
        ('hasKey .Values.map "new"', True, {"map.new": True}),
        ('hasKey .Values.map "k"', False, {"map.k": None}),
        ("gt (int .Values.n) 3", True, {"n": 4}),
        ("ge 3 (.Values.n | int)", False, {"n": 4}),
        ("gt (len .Values.list) 1", True, {"list": ["sparkfix", "sparkfix"]}),
        ('contains "x" .Values.text', True, {"text": "x"}),
        ('has "x" .Values.list', True, {"list": ["x"]}),
        ('kindIs "string" .Values.map', True, {"map": "sparkfix"}),
        ("default .Values.off .Values.none", True, {"none": "sparkfix"}),
    ],
)
def test_values_that_decide_a_condition(text: str, wanted: bool, expected: dict[str, Any]) -> None:
    node = read_expression(text, Scope((), nothing))

    def current(path: tuple[str, ...]) -> Any:
        return NOW.get(path[0]) if len(path) == 1 else None

    first = proposals([(node, wanted)], current)[0]
    assert {".".join(path): value for path, value in first.items()} == expected


@pytest.mark.parametrize(
    "text", [".Release.IsUpgrade", '.Capabilities.APIVersions.Has "x"', "eq .Values.a .Values.b", "lookup 1"]
)
def test_what_values_do_not_decide_has_no_proposal(text: str) -> None:
    assert proposals([(read_expression(text, Scope((), nothing)), True)], lambda path: None) == []


def test_needs_exclude_or_serve_each_other() -> None:
    def both(left: Needs, right: Needs) -> Needs | None:
        assert joined_needs(left, right) == joined_needs(right, left)
        return joined_needs(left, right)

    assert both({("a",): 1}, {("a",): 2}) is None
    assert both({("a",): True}, {("a", "b"): 1}) == {("a", "b"): 1}
    assert both({("a",): None}, {("a", "b"): 1}) is None
    assert both({("a",): ["x"]}, {("a", "b"): 1}) is None
    assert both({("a",): {"x": 1}}, {("a",): {"y": 1}}) == {("a",): {"x": 1, "y": 1}}
    assert as_values({("a", "b"): 1, ("c",): None}, ("sub",)) == {"sub": {"a": {"b": 1}, "c": None}}


def test_each_arm_is_reached_by_a_derived_set(renderer: Renderer) -> None:
    files = {
        "values.yaml": "mode: standalone\nlist: []\next: {}\nports: {}\n",
        "templates/a.yaml": (
            "{{- $mode := .Values.mode }}\n"
            '{{- if eq .Values.mode "standalone" }}\na: 1\n'
            '{{- else if eq $mode "k8s" }}\na: 2\n{{- if .Values.ports.open }}\nb: 1\n{{- end }}\n'
            "{{- else }}\na: 3\n{{- end }}\n"
            '{{- with .Values.ext }}\n{{- if eq .kind "x" }}\nc: 1\n{{- end }}\n{{- end }}\n'
            "{{- range .Values.list }}\n- {{ . }}\n{{- end }}\n"
            '{{- if .Capabilities.APIVersions.Has "example.org/v1" }}\nd: 1\n{{- end }}\n'
            '{{- if .Values.helped }}\n{{ include "body" . }}\n{{- end }}\n'
        ),
        "templates/_b.tpl": '{{ define "body" }}\nx: 1\n{{- if .Values.deep }}\ny: 1\n{{- end }}\n{{ end }}'
        "{{ define `unused` }}{{ if .Values.never }}z{{ end }}{{ end }}",
        "templates/NOTES.txt": "{{ if .Values.noted }}x{{ end }}",
    }
    found = explored(renderer, files)
    assert [shown_conditions(place) for place in found.reached] == ['if eq .Values.mode "standalone"']
    assert [(place.source.path, place.source.line) for place in found.unreached] == [("templates/a.yaml", 20)]
    names = {shown_conditions(place): found.by[place.key] for place in found.by_derived}
    assert names['else if eq $mode "k8s" > if .Values.ports.open'] == 'derived: mode="k8s", ports.open=true'
    assert names['else of if eq .Values.mode "standalone"'] == 'derived: mode="standalone-other"'
    assert names['with .Values.ext > if eq .kind "x"'] == 'derived: ext.kind="x"'
    assert names["if .Values.deep"] == "derived: helped=true, deep=true"
    assert not any("never" in name or "noted" in name for name in names)
    assert all(item.derived for item in found.derived)
    assert len({item.name for item in found.derived}) == len(found.derived)


def test_as_few_sets_as_allowed(renderer: Renderer) -> None:
    switches = "".join(f"{{{{- if .Values.s{number} }}}}\ns{number}: 1\n{{{{- end }}}}\n" for number in range(20))
    broken = '{{- if .Values.bad }}\nb: {{ fail "bad" }}\n{{- end }}\n'
    found = explored(renderer, {"templates/a.yaml": switches + broken})
    assert len(found.by_derived) == 20
    assert len(found.derived) <= 16
    assert [place.condition for place in found.unreached] == ["if .Values.bad"]
    some = explored(renderer, {"templates/a.yaml": switches}, most=2)
    assert len(some.derived) <= 2
    none = explored(renderer, {"templates/a.yaml": switches}, most=0)
    assert (none.derived, len(none.unreached)) == ((), 20)


def test_subcharts_are_switched_on_below_their_alias(renderer: Renderer) -> None:
    files = {
        "Chart.yaml": CHART
        + "dependencies:\n- {name: sub, version: 0.1.0, alias: one, condition: one.enabled, repository: ''}\n"
        + "- {name: tagged, version: 0.1.0, tags: [extra], repository: ''}\n",
        "values.yaml": "one: {enabled: false}\ntags: {extra: false}\n",
        "charts/sub/Chart.yaml": CHART.replace("demo", "sub"),
        "charts/sub/values.yaml": "mode: a\n",
        "charts/sub/templates/s.yaml": (
            's: 1\n{{ if eq .Values.mode "b" }}\nt: 1\n{{ end }}\n{{ if .Values.global.g }}\nu: 1\n{{ end }}\n'
        ),
        "charts/tagged/Chart.yaml": CHART.replace("demo", "tagged"),
        "charts/tagged/templates/t.yaml": "t: 1\n",
    }
    found = explored(renderer, files)
    assert found.unreached == ()
    names = {shown_conditions(place): found.by[place.key] for place in found.by_derived}
    assert names["condition tags.extra"] == "derived: tags.extra=true"
    assert names['if eq .Values.mode "b"'] == 'derived: one.enabled=true, one.mode="b"'
    assert names["if .Values.global.g"] == "derived: one.enabled=true, global.g=true"


def test_sets_that_do_not_render_are_told_and_others_build_the_base(renderer: Renderer) -> None:
    files = {
        "templates/a.yaml": "need: {{ required `it is needed` .Values.need }}\n{{ if .Values.x }}\nx: 1\n{{ end }}\n"
    }
    ci = ValuesSet("ci/a.yaml", inline=("need: 1\n",))
    found = explored(renderer, files, DEFAULT, ci)
    assert "it is needed" in found.errors["default values"]
    assert [item.inline for item in found.derived] == [("need: 1\n",)]
    alone = explored(renderer, files)
    assert (alone.derived, len(alone.unreached)) == ((), 1)


def test_an_arm_reached_by_some_set_is_reached(renderer: Renderer) -> None:
    files = {"templates/a.yaml": "{{ if .Values.x }}\nx: 1\n{{ else }}\ny: 1\n{{ end }}\n"}
    found = explored(renderer, files, DEFAULT, ValuesSet("x", sets=("x=1",)))
    assert (len(found.reached), found.derived, found.unreached) == (2, (), ())
