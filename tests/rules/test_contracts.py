"""What holds for every rule, checked on what is installed: names, pages, cases, and what a rule may not do."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

from sparkfix.engine.registry import load_rules
from sparkfix.formats.reading import open_document
from sparkfix.model import Command, Rule
from sparkfix.testing import Case, golden_cases
from sparkfix.text.source import SourceText

GOLDEN = Path(__file__).parents[2] / "golden"
RULES = load_rules()
CASES = golden_cases(GOLDEN)
REMEDY_WORDS = {"use", "prefer", "fix", "avoid", "add", "remove", "replace", "set", "disable", "enable"}
MOST_CODE_LINES = 60
# One rule is a report with five numbered solutions, each a few lines; splitting it would hide that they belong together.
LONGER = {"connect-bind-address-unset": 110}
BUILT_IN = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def module_of(rule: Rule) -> str:
    return inspect.getsource(importlib.import_module(rule.check.__module__))


@BUILT_IN
def test_name_names_the_fault(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.id)
    assert rule.id.split("-")[0] not in REMEDY_WORDS
    assert rule.check.__module__.rsplit(".", 1)[-1] == rule.id.replace("-", "_")


@BUILT_IN
def test_page(rule: Rule) -> None:
    lines = rule.page.splitlines()
    assert lines[0].endswith(".")
    assert lines[1] == ""
    assert 8 <= len(lines) <= 45
    assert re.search(r"(?m)^Fix safety: ", rule.page)
    assert re.search(r"(?m)^Sources: ", rule.page)


@BUILT_IN
def test_cases(rule: Rule) -> None:
    own = [case for case in CASES if case.rule == rule.id]
    assert any(case.innocent for case in own), "no case that must not change"
    assert any(case.findings for case in own), "no faulty case"
    fixes = any(re.search(r"(?m)^  (?:solution \d+|fix) \((?:un)?safe\): ", case.findings) for case in own)
    assert fixes == any(case.before != case.after for case in own), "a fix without a case that shows it"
    assert len(own) >= 4


@BUILT_IN
def test_cases_stand_in_more_than_one_carrier(rule: Rule) -> None:
    faulty = [case for case in CASES if case.rule == rule.id and case.findings]
    if rule.subject is Command:
        kinds = {b"- |" in data or b">-" in data for case in faulty for data in case.before.values()}
        assert len(kinds) == 2, "exec form and a script"
        return
    carriers = {
        block.carrier
        for case in faulty
        for path, data in case.before.items()
        for block in open_document(SourceText(path, data), in_chart_templates="/templates/" in path).blocks
    }
    assert len(carriers) >= 2


@BUILT_IN
def test_rules_state_intent_and_write_no_text(rule: Rule) -> None:
    tree = ast.parse(module_of(rule))
    docstring = ast.get_docstring(tree, clean=False)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != docstring:
            assert "\n" not in node.value
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"data", "origin", "entry"}, "rules do not see bytes"
    imported = {(node.module or "") for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    ours = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert ours <= {"sparkfix.api", "sparkfix.units"}


@BUILT_IN
def test_rules_are_short(rule: Rule) -> None:
    source = module_of(rule)
    tree = ast.parse(source)
    docstring_end = tree.body[0].end_lineno or 0
    imports = max(node.end_lineno or 0 for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom)))
    code = [line for line in source.splitlines()[max(docstring_end, imports) :] if line.strip()]
    assert len(code) <= LONGER.get(rule.id, MOST_CODE_LINES)


def test_every_golden_folder_has_its_rule() -> None:
    assert {case.rule for case in CASES} == {rule.id for rule in RULES}


@pytest.mark.parametrize("case", [case for case in CASES if case.findings], ids=lambda case: f"{case.rule}/{case.name}")
def test_words(case: Case) -> None:
    lines = case.findings.splitlines()
    messages = [line.removesuffix(" (only when asked for)") for line in lines if not line.startswith(" ")]
    labels = [found[1] for line in lines if (found := re.fullmatch(r"  (.+): \S+:\d+:\d+", line))]
    titles = [found[1] for line in lines if (found := re.fullmatch(r"  (?:solution \d+|fix) \([\w-]+\): (.+)", line))]
    assert messages
    assert len(labels) >= len(messages)
    for line in messages:
        message = line.split(" ", 2)[2]
        assert message[0] == "`" or message[0].islower()
        assert not message.endswith(".")
    for label in labels:
        assert label.endswith(" here")
        assert len(label.split()) <= 6
    for title in titles:
        assert title[0].islower(), "a remedy is imperative"
        assert not title.endswith(".")
