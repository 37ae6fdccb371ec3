"""Finding rules: every pack that registers under the entry-point group `sparkfix.rules`, the built-in one included."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from importlib.metadata import entry_points

from sparkfix.model import Rule, SparkfixError
from sparkfix.text.similar import nearest

GROUP = "sparkfix.rules"


def load_rules() -> tuple[Rule, ...]:
    """All installed rules, sorted by id. Raises `SparkfixError` if a pack cannot be loaded or two rules share an id."""
    found: dict[str, Rule] = {}
    for point in entry_points(group=GROUP):
        for rule in rules_in(point.value, point.name):
            if rule.id in found:
                raise SparkfixError(f"rule pack `{point.name}`: there are two rules called `{rule.id}`")
            found[rule.id] = rule
    return tuple(found[name] for name in sorted(found))


def rules_in(package: str, pack: str = "") -> list[Rule]:
    """The rules of a package: one per module, called as the module is."""
    rules = []
    try:
        module = importlib.import_module(package)
        for info in pkgutil.iter_modules(module.__path__):
            if not info.name.startswith("_"):
                rules += _rules_of(importlib.import_module(f"{package}.{info.name}"), info.name)
    except SparkfixError:
        raise
    except Exception as error:
        raise SparkfixError(f"rule pack `{pack or package}` cannot be loaded: {error}") from error
    return rules


def _rules_of(module: object, name: str) -> list[Rule]:
    rules = [value for value in vars(module).values() if isinstance(value, Rule)]
    if [rule.id.replace("-", "_") for rule in rules] != [name]:
        raise SparkfixError(f"module `{name}` must define one rule called `{name.replace('_', '-')}`")
    return rules


def select_rules(rules: Sequence[Rule], select: Sequence[str], ignore: Sequence[str]) -> tuple[Rule, ...]:
    """The rules that are named by `select` (all if empty) less `ignore`. Raises `SparkfixError` for unknown names."""
    known = {rule.id for rule in rules}
    for name in (*select, *ignore):
        if name not in known:
            raise SparkfixError(f"unknown rule `{name}`{nearest(name, known)}")
    return tuple(rule for rule in rules if (not select or rule.id in select) and rule.id not in ignore)
