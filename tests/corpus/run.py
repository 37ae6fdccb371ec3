"""`make test-corpus`: identity, understanding and idempotence over real files named by SPARKFIX_CORPUS.

Prints figures; exits with 1 if a promise is broken: a traceback, a file that changes without being asked, a second run
that is not silent, fewer than 99.5 % of templates understood, too few keys found, or fewer than 95 % of rendered lines
with a source.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from charts import render_charts
from places import check_places
from views import check_views

from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.check import check, problems_in
from sparkfix.engine.choose import Choice
from sparkfix.engine.codemod import set_rule, unset_rule
from sparkfix.engine.registry import load_rules
from sparkfix.formats.document import Document
from sparkfix.formats.render import render
from sparkfix.model import Property, Refused, Rule, SetValue
from sparkfix.text.edits import splice
from sparkfix.workspace.find import find_files
from sparkfix.workspace.store import DiskStore
from sparkfix.workspace.workspace import Workspace

LEAST_UNDERSTOOD = 99.5
BUSY_KEYS = 25


def main() -> int:
    root = os.environ.get("SPARKFIX_CORPUS", "")
    if not root:
        print("SPARKFIX_CORPUS is not set: nothing to run over")
        return 0
    found = find_files([Path(root)], Path(root))
    workspace = Workspace(DiskStore(found.root), found.files)
    failures = [
        *_understanding(workspace),
        *check_places(workspace),
        *_identity(workspace),
        *_rules(workspace),
        *_codemods(workspace),
        *render_charts(workspace),
        *check_views(workspace, load_rules()),
    ]
    for failure in failures:
        print(f"BROKEN: {failure}")
    print(f"\n{1 if not failures else 0} passed, {1 if failures else 0} failed")
    return 1 if failures else 0


def _documents(workspace: Workspace) -> Iterator[tuple[str, Document]]:
    for path in workspace.targets:
        document = workspace.document(path)
        if document is not None:
            yield path, document


def _understanding(workspace: Workspace) -> Iterator[str]:
    """Every file, whether it mentions Spark or not; templates are counted apart."""
    templates = understood = files = 0
    print("## Not understood")
    for path in workspace.targets:
        files += 1
        is_template = workspace.in_chart_templates(path) or path.endswith(".tpl")
        templates += is_template
        try:
            document = workspace.document(path)
        except Exception:
            yield f"traceback in {path}: {traceback.format_exc(limit=-2)}"
            continue
        problems = document.problems if document else ()
        understood += is_template and not problems
        yield from (f"{path}: {item.reason}" for item in problems if item.reason.startswith("internal error"))
        for problem in problems[:1]:
            print(f"{path}:{problem.line} {problem.reason}" + (" (template)" if is_template else ""))
    share = 100 * understood / max(templates, 1)
    print(f"\nfiles {files}, templates {templates}, understood {understood} ({share:.2f} %)")
    if templates and share < LEAST_UNDERSTOOD:
        yield f"only {share:.2f} % of templates are understood"


def _identity(workspace: Workspace) -> Iterator[str]:
    """Every property set to the value that it has: the bytes must stay, or the edit must be refused."""
    carriers: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for path, document in _documents(workspace):
        for block in document.blocks:
            carriers[block.carrier] += len(block.properties)
            for item in block.properties:
                outcome = _set_to_itself(document, item)
                outcomes[outcome] += 1
                if outcome == "changed":
                    yield f"{path}: setting `{item.key}` to itself changes bytes"
    print("\n## Properties by carrier")
    for name, count in carriers.most_common():
        print(f"{count:6} {name}")
    print("\n## Each property set to itself")
    for name, count in outcomes.most_common():
        print(f"{count:6} {name}")


def _set_to_itself(document: Document, item: Property) -> str:
    try:
        edits = render(SetValue(item, item.value))
    except Refused as reason:
        return f"refused: {str(reason).partition(': ')[2] or reason}"
    return "same bytes" if splice(document.source.data, edits) == document.source.data else "changed"


def _rules(workspace: Workspace) -> Iterator[str]:
    """Findings per rule, and every way of applying them: twice, the second time without any change."""
    rules = load_rules()
    findings = check(workspace, rules, {})
    print("\n## Findings")
    for (rule, severity), count in sorted(Counter((item.rule, item.severity) for item in findings).items()):
        print(f"{count:6} {rule} {severity.value if severity else ''}")
    print(f"{len(problems_in(workspace)):6} files with Spark not understood")
    print("\n## Fixes")
    for choice in (Choice(), Choice(unsafe=True), *(Choice(solution=number) for number in range(1, 6))):
        yield from _twice(workspace, rules, choice, f"solution {choice.solution}, unsafe {choice.unsafe}")


def _twice(workspace: Workspace, rules: tuple[Rule, ...], choice: Choice, name: str) -> Iterator[str]:
    first = apply_fixes(workspace, rules, choice, {})
    second = apply_fixes(first.workspace, rules, choice, {})
    print(f"{name}: {len(first.applied)} fixes in {len(first.changes)} files, {len(first.refused)} refused")
    _print_reasons(first)
    yield from (f"{name}: {item.path}: {item.reason}" for item in (*first.problems, *second.problems))
    for change in second.changes:
        yield f"{name}: a second run changes {change.path}"


def _print_reasons(applied: Applied) -> None:
    for reason, count in Counter(item.reason for item in applied.refused).most_common(8):
        print(f"       {count} refused: {reason}")


def _codemods(workspace: Workspace) -> Iterator[str]:
    """Set and remove the keys that stand most often, everywhere, with every proof."""
    keys = Counter(
        item.key for _, document in _documents(workspace) for block in document.blocks for item in block.properties
    )
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    everything = Choice(everything=True)
    for key, _ in keys.most_common(BUSY_KEYS):
        for rule in (set_rule(key, "sparkfix-corpus-value"), unset_rule(key)):
            applied = apply_fixes(workspace, [rule], everything, {})
            yield from (f"{rule.id} {key}: {item.path}: {item.reason}" for item in applied.problems)
            totals[f"{rule.id}: made"] += len(applied.applied)
            totals[f"{rule.id}: refused"] += len(applied.refused)
            reasons.update(item.reason.partition(": ")[2] or item.reason for item in applied.refused)
            if apply_fixes(applied.workspace, [rule], everything, {}).changes:
                yield f"{rule.id} {key}: a second run changes files"
    print(f"\n## The {BUSY_KEYS} busiest keys, set and removed everywhere")
    for name, count in sorted(totals.items()):
        print(f"{count:6} {name}")
    for reason, count in reasons.most_common(15):
        print(f"{count:6} refused: {reason}")


if __name__ == "__main__":
    sys.exit(main())
