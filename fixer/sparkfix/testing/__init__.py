"""The golden runner, for the built-in rules and for packs of others: `golden_cases` finds cases, `run_case` runs one."""

from sparkfix.testing.cases import Case, golden_cases
from sparkfix.testing.runner import run_case
from sparkfix.testing.variants import VARIANTS, variant_of

__all__ = ["VARIANTS", "Case", "golden_cases", "run_case", "variant_of"]
