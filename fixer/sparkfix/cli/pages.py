"""`rules`, `explain` and `new-rule`."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from sparkfix.cli.session import output
from sparkfix.engine.registry import load_rules
from sparkfix.model import SparkfixError
from sparkfix.text.similar import nearest

_MODULE = '''"""{summary}

What the user sees, with the real error text, and why.

Fix safety: display-only until a fix is written.
Sources: name the file, version or documentation page that proves it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Finding, PropertyBlock, rule

KEY = "spark.example.key"


@rule(severity="warning", mentions=(b"spark.example.key",))
def {name}(block: PropertyBlock) -> Iterator[Finding]:
    for item in block.all(KEY):
        yield Finding(f"`{{KEY}}` is set", (item.place("stands here"),))
'''
_CLEAN = "spark.master=local[2]\n"
_FAULTY = "spark.master=local[2]\nspark.example.key=1\n"
_FINDING = "spark-defaults.conf:2:1 warning `spark.example.key` is set\n  stands here: spark-defaults.conf:2:1\n"


def rules() -> None:
    """List all rules."""
    out = output(no_color=False, quiet=False)
    found = load_rules()
    width = max((len(rule.id) for rule in found), default=0)
    for rule in found:
        out.say(f"{rule.id:<{width}}  {rule.severity.value:<7}  {rule.summary}")


def explain(rule: str = typer.Argument(metavar="RULE", help="The rule's id.")) -> None:
    """Tell the whole story of a rule."""
    known = {item.id: item for item in load_rules()}
    if rule not in known:
        raise SparkfixError(f"unknown rule `{rule}`{nearest(rule, known)}")
    found = known[rule]
    out = output(no_color=False, quiet=False)
    out.say(f"{out.paint(found.id, 'path')} ({found.severity.value})\n\n{found.page}")
    if found.options:
        out.say("\nOptions (--set): " + ", ".join(f"{key}={value}" for key, value in found.options.items()))


def new_rule(
    name: str = typer.Argument(metavar="NAME", help='The fault in kebab-case; it should read well after "ignore".'),
    root: Path = typer.Option(Path(), "--root", help="The checkout that gets the rule."),
) -> None:
    """Write a rule's module and the stubs of its golden cases."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", name):
        raise SparkfixError(f"{name}: a rule's name is kebab-case with at least two words")
    if re.match(r"(use|prefer|fix|avoid|add|remove|replace)-", name):
        raise SparkfixError(f'{name}: name the fault, not the remedy, so that "ignore {name}" reads well')
    package = next(iter(sorted((root / "rules").glob("*/__init__.py"))), None)
    if package is None:
        raise SparkfixError(f"{root}: there is no rules/ folder with a package here")
    module = name.replace("-", "_")
    cases = root / "golden" / module
    target = package.parent / f"{module}.py"
    if target.exists() or cases.exists():
        raise SparkfixError(f"there is a rule `{name}` already")
    summary = "State the fault in one sentence."
    target.write_text(_MODULE.format(summary=summary, name=module), encoding="utf-8")
    for case, content, finding in (("innocent", _CLEAN, ""), ("properties_file", _FAULTY, _FINDING)):
        folder = cases / case / "before"
        folder.mkdir(parents=True)
        (folder / "spark-defaults.conf").write_bytes(content.encode())
        if finding:
            (cases / case / "findings.txt").write_text(finding, encoding="utf-8")
    out = output(no_color=False, quiet=False)
    out.say(f"wrote {target} and {cases}; fill them in, `make test` tells what is missing")
