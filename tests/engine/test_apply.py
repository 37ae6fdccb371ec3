"""Choosing, making and refusing fixes, with rules that exist only here: no real rule can break these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest

from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.choose import Choice
from sparkfix.model import (
    Add,
    AddEnv,
    Applicability,
    Change,
    Edit,
    Entry,
    Finding,
    Fix,
    Property,
    PropertyBlock,
    Remove,
    Rule,
    SetValue,
    Severity,
    Workload,
)
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY
CONF = "spark-defaults.conf"


def workspace(**files: str) -> Workspace:
    """Files in memory; `a_conf="…"` is the file `a.conf`."""
    contents = {name.replace("_", ".").replace("0", "/"): text.encode() for name, text in files.items()}
    return Workspace(MemoryStore(contents), tuple(sorted(contents)))


def conf(text: str) -> Workspace:
    return Workspace(MemoryStore({CONF: text.encode()}), (CONF,))


def fake(name: str, check: Callable[[PropertyBlock], Iterable[Finding]], subject: type = PropertyBlock) -> Rule:
    return Rule(name, Severity.WARNING, subject, check, f"{name}.")


def fixing(
    name: str,
    wanted: Callable[[Property], Change | None],
    applicability: Applicability = SAFE,
    solution: int | None = None,
) -> Rule:
    """A rule that proposes `wanted(property)` for each property for which that is a change."""

    def check(block: PropertyBlock) -> Iterator[Finding]:
        for item in block.properties:
            change = wanted(item)
            if change is not None:
                fix = Fix(f"cure {item.key}", (change,), applicability, solution)
                yield Finding(f"`{item.key}` is `{item.value}`", (item.place("is here"),), (fix,))

    return fake(name, check)


def setting(key: str, value: str) -> Callable[[Property], Change | None]:
    return lambda item: SetValue(item, value) if item.key == key and item.value != value else None


def turning(key: str, old: str, new: str) -> Callable[[Property], Change | None]:
    return lambda item: SetValue(item, new) if item.key == key and item.value == old else None


def run(files: Workspace, *rules: Rule, choice: Choice = Choice()) -> Applied:  # noqa: B008
    return apply_fixes(files, rules, choice, {})


def result(applied: Applied, path: str = CONF) -> str:
    return (applied.workspace.data(path) or b"").decode()


# What is chosen


def test_a_safe_fix_is_made_unasked() -> None:
    applied = run(conf("spark.a 1\n"), fixing("a-fault", setting("spark.a", "2")))
    assert result(applied) == "spark.a 2\n"
    assert [item.finding.rule for item in applied.applied] == ["a-fault"]
    assert applied.changes[0].before == b"spark.a 1\n"


@pytest.mark.parametrize(("unsafe", "made"), [(False, False), (True, True)])
def test_an_unsafe_fix_is_made_on_demand(unsafe: bool, made: bool) -> None:
    rule = fixing("a-fault", setting("spark.a", "2"), UNSAFE)
    applied = run(conf("spark.a 1\n"), rule, choice=Choice(unsafe=unsafe))
    assert bool(applied.changes) is made
    assert not applied.refused


@pytest.mark.parametrize("choice", [Choice(), Choice(unsafe=True), Choice(1, selected=frozenset({"a-fault"}))])
def test_a_fix_for_display_is_never_made(choice: Choice) -> None:
    applied = run(conf("spark.a 1\n"), fixing("a-fault", setting("spark.a", "2"), DISPLAY), choice=choice)
    assert not applied.changes
    assert not applied.refused


def test_of_alternatives_nobody_chooses_for_the_user() -> None:
    rule = fixing("a-fault", setting("spark.a", "2"), SAFE, 1)
    assert not run(conf("spark.a 1\n"), rule).changes
    assert result(run(conf("spark.a 1\n"), rule, choice=Choice(1))) == "spark.a 2\n"
    assert not run(conf("spark.a 1\n"), rule, choice=Choice(2)).changes


def test_comment_out_keeps_what_would_be_removed() -> None:
    rule = fixing("a-fault", lambda item: Remove(item) if item.key == "spark.a" else None)
    applied = run(conf("spark.a 1\nspark.b 2\n"), rule, choice=Choice(comment_out=True))
    assert result(applied) == "# spark.a 1\nspark.b 2\n"


# Several fixes


def test_several_fixes_of_one_file_are_made_at_places_found_before_the_first() -> None:
    text = "spark.a 1\nspark.b 1\n# ünïcödé\nspark.c 1\n"
    rule = fixing("a-fault", lambda item: SetValue(item, "a longer value") if item.value == "1" else None)
    applied = run(conf(text), rule)
    assert result(applied) == text.replace(" 1\n", " a longer value\n")
    assert len(applied.applied) == 3
    assert len(applied.steps) == 1


def test_a_fix_that_conflicts_waits_for_the_next_pass() -> None:
    def check(block: PropertyBlock) -> Iterator[Finding]:
        item = block.properties[0]
        if item.value == "1":
            for value in ("2", "3"):
                yield Finding(f"not {value}", (item.place("is here"),), (Fix(value, (SetValue(item, value),), SAFE),))

    applied = run(conf("spark.a 1\n"), fake("a-fault", check))
    assert result(applied) == "spark.a 2\n"
    assert [item.fix.title for item in applied.applied] == ["2"]


def test_two_insertions_at_one_place_are_both_made_one_after_the_other() -> None:
    def missing(key: str) -> Rule:
        def check(block: PropertyBlock) -> Iterator[Finding]:
            if not block.all(key):
                last = block.properties[0]
                yield Finding(f"no {key}", (last.place("is here"),), (Fix(key, (Add(last, key, "1"),), SAFE),))

        return fake(f"no-{key[6:]}", check)

    applied = run(conf("spark.a 1\n"), missing("spark.b"), missing("spark.c"))
    assert sorted(result(applied).splitlines()) == ["spark.a 1", "spark.b 1", "spark.c 1"]
    assert not applied.refused


def test_places_are_those_of_the_files_as_they_were() -> None:
    first = fixing("first", lambda item: Add(item, "spark.b", "1", before=True) if item.key == "spark.a" else None)

    def once(block: PropertyBlock) -> Iterator[Finding]:
        if not block.all("spark.b"):
            yield from first.check(block)

    second = fixing("second", lambda item: SetValue(item, "2") if (item.key, item.value) == ("spark.c", "1") else None)
    blocked = fixing("third", lambda item: SetValue(item, "a\nb") if item.key == "spark.d" else None)
    applied = run(conf("spark.a 1\nspark.c 1\nspark.d 1\n"), fake("first", once), second, blocked)
    assert result(applied) == "spark.b 1\nspark.a 1\nspark.c 2\nspark.d 1\n"
    assert [item.at for item in applied.applied] == [f"{CONF}:1:1", f"{CONF}:2:1"]
    assert [item.at for item in applied.refused] == [f"{CONF}:3:1"]


def test_one_rule_goes_on_where_another_one_left_off() -> None:
    rules = (fixing("z-fault", turning("spark.a", "1", "2")), fixing("a-fault", turning("spark.a", "2", "3")))
    for order in (rules, rules[::-1]):
        applied = run(conf("spark.a 1\n"), *order)
        assert result(applied) == "spark.a 3\n"
        assert applied.changes[0].before == b"spark.a 1\n"


# What never ends


def test_a_rule_that_never_settles_is_refused() -> None:
    applied = run(conf("spark.a 1\n"), fixing("a-fault", lambda item: SetValue(item, item.value + "0")))
    assert not applied.changes
    assert len(applied.refused) == 1


def test_a_rule_that_asks_for_the_same_again_is_refused() -> None:
    def check(block: PropertyBlock) -> Iterator[Finding]:
        item = block.properties[0]
        yield Finding("restless", (item.place("is here"),), (Fix("more", (SetValue(item, item.value + "0"),), SAFE),))

    applied = run(conf("spark.a 1\n"), fake("a-fault", check))
    assert not applied.changes
    assert [item.reason for item in applied.refused] == ["the rule would still ask for it afterwards"]


def test_of_two_rules_that_undo_each_other_the_first_one_stands() -> None:
    one, other = fixing("one", turning("spark.a", "1", "2")), fixing("other", turning("spark.a", "2", "1"))
    applied = run(conf("spark.a 1\n"), one, other)
    assert result(applied) == "spark.a 2\n"
    assert [(item.finding.rule, item.reason) for item in applied.refused] == [
        ("other", "it would undo another fix of this run")
    ]


def test_a_rule_that_raises_is_told_and_stops_no_other() -> None:
    def check(block: PropertyBlock) -> Iterator[Finding]:
        raise RuntimeError("a bug in a rule")
        yield

    applied = run(conf("spark.a 1\n"), fake("bad", check), fixing("good", setting("spark.a", "2")))
    assert result(applied) == "spark.a 2\n"
    assert [(item.path, item.reason) for item in applied.problems] == [
        (CONF, "internal error: RuntimeError: a bug in a rule")
    ]


# What must not be written


class _Broken:
    """An entry whose edits are not what was asked for."""

    def __init__(self, entry: Entry, break_it: Callable[[Edit], Edit]) -> None:
        self.entry, self.break_it = entry, break_it

    def set_value(self, value: str) -> tuple[Edit, ...]:
        return tuple(map(self.break_it, self.entry.set_value(value)))

    rename = remove = comment_out = add_beside = NotImplemented


def breaking(break_it: Callable[[Edit], Edit]) -> Rule:
    def wanted(item: Property) -> Change | None:
        if item.key != "spark.a" or item.value == "2" or item.entry is None:
            return None
        return SetValue(replace(item, entry=_Broken(item.entry, break_it)), "2")

    return fixing("a-fault", wanted)


CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: x # spark
data:
  spark.a: "1"
  spark.b: "{{ .x }}" # why
"""


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda edit: replace(edit, new=b'"2'), "not parse"),
        (lambda edit: replace(edit, new=b"2\n\tx"), "not parse"),
        (lambda edit: replace(edit, new=b'"3"'), "other settings"),
        (lambda edit: replace(edit, new=b'"2"\n  spark.c: "3"'), "no change names"),
        (lambda edit: replace(edit, new=b'"2"\n  other: "3"'), "no change names"),
        (lambda edit: replace(edit, new=b'"2" # a comment\n  # another'), "no change names"),
        (lambda edit: replace(edit, span=type(edit.span)(0, 14), new=b"apiVersion: v1"), "no change names"),
        (
            lambda edit: replace(edit, span=type(edit.span)(edit.span.start - 4, edit.span.end), new=b': "2"'),
            "no change names",
        ),
    ],
)
def test_an_edit_that_is_not_the_intended_one_is_refused(break_it: Callable[[Edit], Edit], reason: str) -> None:
    before = workspace(cm_yaml=CONFIG_MAP)
    applied = run(before, breaking(break_it))
    assert not applied.changes
    assert len(applied.refused) == 1
    assert reason in applied.refused[0].reason


def test_a_batch_with_one_unsound_fix_loses_only_that_one() -> None:
    good, bad = setting("spark.b", "2"), breaking(lambda edit: replace(edit, new=b"9"))

    def check(block: PropertyBlock) -> Iterator[Finding]:
        yield from bad.check(block)
        yield from fixing("a-fault", good).check(block)

    applied = run(conf("spark.a 1\nspark.b 1\n"), fake("a-fault", check))
    assert result(applied) == "spark.a 1\nspark.b 2\n"
    assert len(applied.refused) == 1


def test_a_locked_property_is_refused_with_its_key() -> None:
    before = workspace(x_yaml="base: &b\n  spark.a: 1\nother: *b\n")
    applied = run(before, fixing("a-fault", setting("spark.a", "2")))
    assert not applied.changes
    assert "`spark.a` cannot be edited" in applied.refused[0].reason


POD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      volumes: [{name: c, configMap: {name: connect}}]
      containers:
        - name: spark
          image: apache/spark:3.5.1
          env: ENV
---
apiVersion: v1
kind: ConfigMap
metadata: {name: connect}
data:
  spark-defaults.conf: |
    spark.connect.grpc.binding.port 15002
    spark.driver.host x
"""


def of_two_files(workload: Workload) -> Iterator[Finding]:
    """Wants a variable in the pod and a value in the properties: both, or none."""
    for block in workload.blocks:
        for item in block.all("spark.driver.host"):
            if item.value == "x" and workload.server is not None:
                changes = (SetValue(item, "y"), AddEnv(workload.server, "IP", "status.podIP"))
                yield Finding("both", (item.place("is here"),), (Fix("both", changes, SAFE),))


@pytest.mark.parametrize(
    ("env", "refused"),
    [
        ("[]", ""),
        ("[{name: IP, value: other}]", "the container sets IP to something else"),
        ("&e []\n          envFrom: *e", "the result would not parse"),
        ("word", "not written as a list"),
    ],
)
def test_a_fix_over_two_files_is_made_wholly_or_not_at_all(env: str, refused: str) -> None:
    pod, config = POD.replace("ENV", env).split("---\n")
    applied = run(workspace(pod_yaml=pod, cm_yaml=config), fake("a-fault", of_two_files, Workload))  # type: ignore[arg-type]
    assert [change.path for change in applied.changes] == ([] if refused else ["cm.yaml", "pod.yaml"])
    assert len(applied.refused) == bool(refused)
    if refused:
        assert refused in applied.refused[0].reason


def test_a_fix_that_reaches_beyond_the_given_paths_is_refused() -> None:
    pod, config = POD.replace("ENV", "[]").split("---\n")
    files = {"pod.yaml": pod.encode(), "cm.yaml": config.encode()}
    applied = run(
        Workspace(MemoryStore(files), ("cm.yaml",)),
        fake("a-fault", of_two_files, Workload),  # type: ignore[arg-type]
    )
    assert not applied.changes
    assert applied.refused[0].reason == "it would also change pod.yaml, which is not among the given paths"


def test_a_blocked_solution_is_refused_with_its_reason_when_asked_for() -> None:
    def check(block: PropertyBlock) -> Iterator[Finding]:
        fix = Fix("impossible", (), SAFE, 1, blocked="nothing is there")
        yield Finding("a fault", (block.properties[0].place("is here"),), (fix,), preferred=1)

    rule = fake("a-fault", check)
    assert not run(conf("spark.a 1\n"), rule).refused
    assert [item.reason for item in run(conf("spark.a 1\n"), rule, choice=Choice(1)).refused] == ["nothing is there"]
