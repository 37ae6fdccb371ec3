"""Codemods on charts: values are set where they come from, and conditions must hold with all that prints a line."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from rendered_charts import in_memory, umbrella

from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import addition, parse_where, set_rule, unset_rule
from sparkfix.engine.codemod_views import Codemod, RenderedCodemod
from sparkfix.engine.overlays import Overlays
from sparkfix.engine.prover import ChartProver
from sparkfix.engine.views import RenderedViews
from sparkfix.helm.charts import Charts
from sparkfix.helm.renderer import Renderer
from sparkfix.helm.views import ChartViews

CONF = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data:
  spark-defaults.conf: |
    spark.master=local
    spark.executor.memory={{ .Values.executor.memory | default "1g" }}
    spark.executor.cores={{ mul .Values.executor.cores 2 }}
    spark.app.name={{ .Release.Name }}
    {{- range $key, $value := .Values.conf }}
    {{ $key }}={{ $value }}
    {{- end }}
"""
VALUES = "executor:\n  memory: 1g\n  cores: 1\nconf:\n  spark.sql.a: b\n"
PROD = "executor:\n  memory: 8g\nconf:\n  spark.sql.ansi.enabled: true\n"
FILES = {
    "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
    "c/values.yaml": VALUES,
    "c/values-prod.yaml": PROD,
    "c/values-small.yaml": "conf:\n  spark.sql.c: d\n",
    "c/templates/conf.yaml": CONF,
}
KEY = "spark.executor.memory"


def applied(
    renderer: Renderer, codemod: Codemod, files: Mapping[str, str | bytes] = FILES, *, rendered: bool = True
) -> Applied:
    here = in_memory(files)
    charts = Charts(renderer)
    views = RenderedViews(ChartViews(charts), Overlays()) if rendered else None
    judge = RenderedCodemod(codemod, views)
    return apply_fixes(here, [codemod.rule], Choice(everything=True), {}, ChartProver(charts), None, views, judge)


def setting(key: str, value: str, *where: str, add: bool = False) -> Codemod:
    conditions = parse_where(where)
    rule = set_rule(key, value, conditions, add=add, judged=True)
    return Codemod(rule, key, conditions, (lambda item: addition(key, value, item)) if add else None)


def changed(result: Applied) -> dict[str, str]:
    return {change.path: change.after.decode() for change in result.changes}


def test_a_value_that_a_template_passes_on_is_set_where_it_comes_from(renderer: Renderer) -> None:
    result = applied(renderer, setting(KEY, "4g"))
    assert changed(result) == {
        "c/values.yaml": VALUES.replace("1g", "4g"),
        "c/values-prod.yaml": PROD.replace("8g", "4g"),
    }
    [made] = result.applied
    assert made.fix.notes == (
        "it is set in c/values.yaml, for default values, values-small.yaml",
        "it is set in c/values-prod.yaml, for values-prod.yaml",
    )
    assert made.proof == ("proven: rendered with 3 values sets, all show just this change",)
    assert not result.refused


def test_a_value_that_a_packed_chart_passes_on_is_set_where_it_comes_from(renderer: Renderer) -> None:
    line = "kind: ConfigMap\nmetadata: {name: x}\ndata:\n  a.conf: |\n    spark.executor.memory={{ .Values.memory }}\n"
    result = applied(renderer, setting(KEY, "2g"), umbrella("apiVersion: v1\n" + line, "c: {memory: 1g}\n"))
    assert changed(result) == {"u/values.yaml": "c: {memory: 2g}\n"}
    [fix] = result.applied
    assert fix.finding.views == ("default values",)
    removed = applied(renderer, Codemod(unset_rule(KEY), KEY, parse_where(())), umbrella(line, "c: {memory: 1g}\n"))
    assert changed(removed) == {}
    assert [item.reason for item in removed.refused] == [f"where `{KEY}` is written could not be found"]


def test_a_value_that_a_template_computes_is_left(renderer: Renderer) -> None:
    result = applied(renderer, setting("spark.executor.cores", "4"))
    assert not changed(result)
    assert [item.reason for item in result.refused] == ["with default values, a template computes the value"]


def test_a_default_of_the_template_itself_is_left(renderer: Renderer) -> None:
    result = applied(renderer, setting(KEY, "4g"), {**FILES, "c/values.yaml": VALUES.replace("  memory: 1g\n", "")})
    assert not changed(result)
    [refused] = result.refused
    assert refused.reason.startswith("with default values, ")
    assert refused.reason.endswith("; a `default` of the template itself is not edited")


def test_nothing_is_guessed_without_rendering(renderer: Renderer) -> None:
    result = applied(renderer, setting(KEY, "4g"), rendered=False)
    assert not changed(result)
    assert "not known without rendering" in result.refused[0].reason


def test_what_only_the_release_says_may_become_a_text(renderer: Renderer) -> None:
    result = applied(renderer, setting("spark.app.name", "x"))
    assert changed(result) == {"c/templates/conf.yaml": CONF.replace("{{ .Release.Name }}", "x")}


@pytest.mark.parametrize(
    ("key", "path", "old", "new"),
    [
        # Of two values sets that print the line only one has the condition.
        ("spark.master", None, "", ""),
        # The condition holds with the one set that this file is part of.
        ("spark.sql.ansi.enabled", "c/values-prod.yaml", "true", "false"),
    ],
)
def test_a_condition_must_hold_with_all_that_print_a_line(
    renderer: Renderer, key: str, path: str | None, old: str, new: str
) -> None:
    result = applied(renderer, setting(key, "false", f"{KEY}=8g"))
    assert changed(result) == ({} if path is None else {path: FILES[path].replace(old, new)})
    assert [item.reason for item in result.refused] == (
        [
            "the condition holds with values-prod.yaml, and this line is also rendered with default values, "
            "values-small.yaml, where it does not"
        ]
        if path is None
        else []
    )


def test_a_condition_that_holds_nowhere_changes_nothing(renderer: Renderer) -> None:
    result = applied(renderer, setting("spark.master", "x", f"{KEY}=3g"))
    assert not changed(result)
    assert not result.refused


def test_a_property_is_added_once_for_all_that_lack_it(renderer: Renderer) -> None:
    result = applied(renderer, setting("spark.sql.new", "1", add=True))
    assert changed(result) == {"c/values.yaml": VALUES + '  spark.sql.new: "1"\n'}
    assert [item.finding.rule for item in result.applied] == ["set"]
    assert not result.refused


def test_a_property_that_one_values_set_has_is_added_for_the_others(renderer: Renderer) -> None:
    result = applied(renderer, setting("spark.sql.ansi.enabled", "false", add=True))
    assert changed(result) == {
        "c/values.yaml": VALUES + '  spark.sql.ansi.enabled: "false"\n',
        "c/values-prod.yaml": PROD.replace("true", "false"),
    }
    assert not result.refused


def test_an_addition_that_would_stand_twice_with_some_values_is_told(renderer: Renderer) -> None:
    files = {**FILES, "c/values.yaml": VALUES.replace("conf:\n  spark.sql.a: b\n", "conf: {}\n")}
    files.pop("c/values-small.yaml")
    result = applied(renderer, setting("spark.sql.ansi.enabled", "false", add=True), files)
    assert list(changed(result)) == ["c/values-prod.yaml"]
    [refused] = result.refused
    assert refused.finding.views == ("default values",)
    assert "would be set twice" in refused.reason


def test_values_that_only_together_do_nothing_are_removed_together(renderer: Renderer) -> None:
    template = CONF[: CONF.index("    spark.executor.memory")] + CONF[CONF.index("    {{- range") :]
    files = {
        "up/Chart.yaml": "apiVersion: v2\nname: up\nversion: 0.1.0\n",
        "up/values.yaml": "sub:\n  conf:\n    spark.a: null\n    spark.c: d\n",
        "up/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
        "up/charts/sub/values.yaml": "conf:\n  spark.a: b\n  spark.b: c\n",
        "up/charts/sub/templates/conf.yaml": template,
    }
    result = applied(renderer, Codemod(unset_rule("spark.a", judged=True), "spark.a", parse_where([])), files)
    assert changed(result) == {
        "up/values.yaml": "sub:\n  conf:\n    spark.c: d\n",
        "up/charts/sub/values.yaml": "conf:\n  spark.b: c\n",
    }
    assert not result.refused
