"""Every golden case, as it is and in every variant that a machine can derive."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparkfix.engine.registry import load_rules
from sparkfix.helm.renderer import Renderer
from sparkfix.testing import VARIANTS, Case, golden_cases, run_case, variant_of

GOLDEN = Path(__file__).parents[2] / "golden"
RULES = load_rules()
CASES = golden_cases(GOLDEN)
DERIVED = [found for case in CASES for name in VARIANTS if (found := variant_of(case, name))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}/{case.name}")
def test_case(case: Case, renderer: Renderer) -> None:
    applied = run_case(case, RULES, renderer)
    assert bool(applied.changes) == (case.before != case.after)


@pytest.mark.parametrize("case", DERIVED, ids=lambda case: f"{case.rule}/{case.name}")
def test_variant(case: Case, renderer: Renderer) -> None:
    applied = run_case(case, RULES, renderer)
    assert bool(applied.changes) == (case.before != case.after)
