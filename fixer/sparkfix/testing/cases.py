"""Golden cases: pairs of folder trees, compared as bytes.

`golden/<rule>/<case>/before/<path>`, and if they are there `after/<path>`, `findings.txt` and `case.toml`. What is
missing is a statement: no `after/` means that no byte may change, no `findings.txt` that there is no finding.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SETTINGS = frozenset({
    "solution", "unsafe", "comment_out", "spark_version", "options", "refused", "problems", "variants", "reason",
    "render",
})  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One golden case. `rule` is the rule's id; `before` and `after` are file contents by path.

    `settings` are those of `case.toml`: `solution`, `unsafe`, `comment_out`, `spark_version`, `options`,
    `refused` (part of the reason why the wanted fix must be refused), `problems` (part of the reason why a file is not
    understood), `variants = false` with a `reason`, `render` (rules also look at what charts and kustomizations are
    rendered to, and each fix is proven by rendering). `placed` is False in variants that move places: there the words
    of findings are compared without them.
    """

    rule: str
    name: str
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    findings: str
    settings: Mapping[str, object] = field(default_factory=dict)
    placed: bool = True

    @property
    def innocent(self) -> bool:
        return not self.findings and self.before == self.after


def golden_cases(folder: Path) -> list[Case]:
    """All cases below a `golden` folder, sorted by rule and name."""
    return [
        read_case(case)
        for rule in sorted(folder.iterdir())
        if rule.is_dir()
        for case in sorted(rule.iterdir())
        if case.is_dir()
    ]


def read_case(folder: Path) -> Case:
    """One case from its folder. Raises `ValueError` for a case that is put together wrongly."""
    before = _tree(folder / "before")
    after = _tree(folder / "after")
    _must_be_sound(folder, before, after)
    findings = folder / "findings.txt"
    settings = folder / "case.toml"
    case = Case(
        rule=folder.parent.name.replace("_", "-"),
        name=folder.name,
        before=before,
        after={**before, **after},
        findings=findings.read_text(encoding="utf-8") if findings.is_file() else "",
        settings=tomllib.loads(settings.read_text(encoding="utf-8")) if settings.is_file() else {},
    )
    unknown = case.settings.keys() - SETTINGS
    if unknown:
        raise ValueError(f"{settings}: unknown: {', '.join(sorted(unknown))}")
    if case.settings.get("variants") is False and not case.settings.get("reason"):
        raise ValueError(f"{settings}: `variants = false` needs a `reason`")
    return case


def _must_be_sound(folder: Path, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    if not before:
        raise ValueError(f"{folder}: no files in `before`")
    for path, data in after.items():
        if path not in before:
            raise ValueError(f"{folder}: after/{path} is not in `before`")
        if data == before[path]:
            raise ValueError(f"{folder}: after/{path} is the same as before: leave it out")


def _tree(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
