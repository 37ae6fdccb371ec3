"""Many equal fixes in one file: each place is made or refused for itself, and a defect in one stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sparkfix.engine import apply as apply_module
from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.check import check, problems_in
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import set_rule, unset_rule
from sparkfix.formats.yaml import reading as reading_module
from sparkfix.model import Finding, Fix, Problem, PropertyBlock, Rule, SetValue, Severity
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

ALL = Choice(everything=True)


def files(**contents: str) -> Workspace:
    data = {name.replace("_", "."): text.encode() for name, text in contents.items()}
    return Workspace(MemoryStore(data), tuple(sorted(data)), named=frozenset(data))


def set_all(workspace: Workspace, key: str = "spark.a", value: str = "other") -> Applied:
    return apply_fixes(workspace, [set_rule(key, value, None, add=False)], ALL, {})


def text_of(applied: Applied, path: str) -> str:
    return (applied.workspace.data(path) or b"").decode()


def test_refused_place_hides_no_other_place_of_its_file() -> None:
    text = "a: {spark.a: &x 1}\nb: {spark.a: 2}\nc: *x\nd: {spark.a: &y 3}\ne: {spark.a: 4}\nf: *y\n"
    applied = set_all(files(x_yaml=text))
    assert text_of(applied, "x.yaml") == text.replace("a: 2", "a: other").replace("a: 4", "a: other")
    assert [item.at for item in applied.refused] == ["x.yaml:1:5", "x.yaml:4:5"]
    assert not set_all(applied.workspace).changes


def test_unsound_places_are_found_among_many_sound_ones() -> None:
    """Their proof fails, not their rendering, so that the whole batch fails first; more of them than rounds are made."""
    bad = {str(number) for number in range(0, 208, 4)}

    def check_block(block: PropertyBlock) -> Iterator[Finding]:
        for item in block.properties:
            if item.value != "new":
                entry = None if item.entry is None else _Wrong(item.entry) if item.value in bad else item.entry
                fix = Fix("renew", (SetValue(replace(item, entry=entry), "new"),))  # type: ignore[arg-type]
                yield Finding("old", (item.place("is here"),), (fix,))

    rule = Rule("a-fault", Severity.WARNING, PropertyBlock, check_block, "a-fault.")
    text = "".join(f"spark.k{number}={number}\n" for number in range(208))
    applied = apply_fixes(files(spark_conf=text), [rule], ALL, {})
    lines = text_of(applied, "spark.conf").splitlines()
    assert [line.endswith("=new") for line in lines] == [str(number) not in bad for number in range(208)]
    assert len(applied.refused) == len(bad)
    assert len(applied.steps) == 1


class _Wrong:
    """An entry that writes something else than it is asked for."""

    def __init__(self, entry: object) -> None:
        self.entry = entry

    def __getattr__(self, name: str) -> object:
        return lambda value: getattr(self.entry, name)("wrong")


def test_refused_places_move_with_the_text_above_them() -> None:
    text = "a: {spark.a: &x 1}\nb: *x\nc: {spark.a: 2}\n"
    workspace = files(x_yaml="sparkConf:\n  spark.b: 1\n  spark.c: 1\n" + text)
    rules = [unset_rule("spark.b", None), set_rule("spark.a", "9", None, add=False), unset_rule("spark.c", None)]
    applied = apply_fixes(workspace, rules, ALL, {})
    assert [item.reason for item in applied.refused if "alias" in item.reason] == [
        "`spark.a` cannot be edited: it is shared through a YAML alias"
    ]


# One bad file or rule


def test_value_that_is_an_alias_does_not_stop_the_run() -> None:
    bad = "p:\n- name: spark.b\n  value: &pv 4\n- name: spark.a\n  value: *pv\n"
    applied = set_all(files(a_yaml=bad, b_yaml="sparkConf:\n  spark.a: x\n"))
    assert text_of(applied, "b.yaml") == "sparkConf:\n  spark.a: other\n"
    assert [item.at for item in applied.refused] == ["a.yaml:4:9"]
    assert not applied.problems


def test_defect_in_reading_one_file_is_told_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    real = vars(reading_module)["blocks_in"]

    def failing(text: object, document: object) -> object:
        if text.source.path == "a.yaml":  # type: ignore[attr-defined]
            raise IndexError("a defect")
        return real(text, document)

    monkeypatch.setattr(reading_module, "blocks_in", failing)
    workspace = files(a_yaml="sparkConf:\n  spark.a: x\n", b_yaml="sparkConf:\n  spark.a: x\n")
    applied = set_all(workspace)
    assert [change.path for change in applied.changes] == ["b.yaml"]
    assert problems_in(workspace) == (Problem("a.yaml", "internal error: IndexError: a defect"),)


def test_defect_in_a_proof_refuses_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise IndexError("a defect")

    monkeypatch.setattr(apply_module, "verify", failing)
    applied = set_all(files(a_yaml="sparkConf:\n  spark.a: x\n"))
    assert not applied.changes
    assert [item.reason for item in applied.refused] == ["internal error: IndexError: a defect"]


def test_rule_that_raises_while_checking_is_told() -> None:
    def failing(block: PropertyBlock) -> Iterator[Finding]:
        raise RuntimeError(block.where)
        yield

    rule = Rule("bad", Severity.WARNING, PropertyBlock, failing, "bad.")
    workspace = files(a_yaml="sparkConf:\n  spark.a: x\n")
    problems: list[Problem] = []
    assert check(workspace, [rule], {}, problems) == ()
    assert problems == [Problem("a.yaml", "internal error: RuntimeError: sparkConf")]
    with pytest.raises(RuntimeError):
        check(workspace, [rule], {})


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("x_yaml", "---\nkind: ConfigMap\nmetadata:\n  name: n%d\ndata:\n  spark.a: x\n  spark.b: y\n"),
        ("spark_conf", "spark.a=%d\n"),
        ("y_yaml", "m%d: {spark.a: x, b: [1, 2]} # why\n"),
    ],
)
@pytest.mark.parametrize("rule", [set_rule("spark.a", "other"), unset_rule("spark.a")], ids=lambda rule: rule.id)
def test_thousands_of_places_in_one_file(name: str, piece: str, rule: Rule) -> None:
    # Work that grows with the square of the places would not come back within the life of a test run.
    workspace = files(**{name: "".join(piece % index for index in range(1_200))})
    applied = apply_fixes(workspace, [rule], ALL, {})
    assert len(applied.applied) + len(applied.refused) == 1_200
