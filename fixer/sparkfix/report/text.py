"""Findings as text, in the manner of compilers: place, rule, severity, message, the line with a caret, the ways out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from sparkfix.model import AppliedFix, Finding, Fix, Place, Problem, RefusedFix, Severity
from sparkfix.spark.facts import SECRET_KEY
from sparkfix.text.source import SourceText

Paint = Callable[[str, str], str]
"""Colours a text by a style name (`error`, `warning`, `note`, `path`, `dim`, `good`); the identity without colours."""

Sources = Callable[[str], "SourceText | None"]
"""Gives a file's text by its path."""

_VALUE = re.compile(
    r"(?P<key>[\w.\-]*(?:" + SECRET_KEY.pattern + r")[\w.\-]*[\"']?(?:\s*[=:]\s*|\s+))(?P<value>\S.*)", re.IGNORECASE
)
_WIDEST = 160


def plain(text: str, style: str) -> str:
    """No colours."""
    del style
    return text


def safe_line(line: str) -> str:
    """A source line with the values of secret-looking keys (Spark's own redaction pattern) taken out."""
    return _VALUE.sub(lambda match: match["key"] + "***", line)


def finding_text(finding: Finding, sources: Sources, paint: Paint = plain) -> str:
    """One finding over several lines."""
    severity = finding.severity or Severity.NOTE
    at = paint(where(finding.primary, sources), "path")
    lines = [f"{at} {finding.rule} {paint(severity.value, severity.value)} {finding.message}"]
    lines += _snippet(finding.primary, sources, paint, hidden=finding.confidential)
    for place in finding.places[1:]:
        lines.append(f"     {paint('=', 'dim')} {place.label}: {where(place, sources)}")
    if finding.version is not None:
        lines.append(f"     {paint('=', 'dim')} {finding.version}")
    lines += [f"     {paint('=', 'dim')} {text}" for text in map(fix_text, finding.fixes)]
    return "\n".join(lines) + "\n"


def where(place: Place, sources: Sources) -> str:
    """`path:line:column` of a place, 1-based, columns in characters."""
    source = sources(place.path)
    if source is None:
        return place.path
    line, column = source.position(place.span.start)
    return f"{place.path}:{line}:{column}"


def _snippet(place: Place, sources: Sources, paint: Paint, *, hidden: bool) -> list[str]:
    source = sources(place.path)
    if source is None or hidden:
        return []
    number, column = source.position(place.span.start)
    line = safe_line(source.line_text(number)).expandtabs(1)
    length = max(1, min(len(source.span_text(place.span).split("\n")[0].rstrip("\r")), len(line) - column + 1))
    shown = line if len(line) <= _WIDEST else line[:_WIDEST] + "…"
    marks = paint("^" * max(1, min(length, len(shown) - column + 1)), "error") if column <= len(shown) else ""
    label = f" {place.label}" if place.label else ""
    return [f"{number:>4} | {shown}", f"     | {' ' * (column - 1)}{marks}{label}"]


def fix_text(fix: Fix) -> str:
    """`solution 2 (unsafe): remove …`, or `fix (safe): …` where there is only one."""
    name = f"solution {fix.solution}" if fix.solution is not None else "fix"
    blocked = f"; not here: {fix.blocked}" if fix.blocked else ""
    return f"{name} ({fix.applicability.value}): {fix.title}{blocked}"


def problem_text(problem: Problem) -> str:
    place = f"{problem.path}:{problem.line}" if problem.line else problem.path
    return f"{place} not understood: {problem.reason}"


def applied_lines(applied: Iterable[AppliedFix]) -> list[str]:
    """What was done, and the honest notes about it, each note once."""
    lines: list[str] = []
    for item in applied:
        name = f"solution {item.fix.solution}: " if item.fix.solution is not None else ""
        lines.append(f"{item.at} {item.finding.rule}: {name}{item.fix.title}")
        if item.finding.version is not None and item.fix.notes:
            lines.append(f"  {item.finding.version}")
        lines += [f"  note: {note}" for note in item.fix.notes]
    return lines


def refused_lines(refused: Iterable[RefusedFix]) -> list[str]:
    """What was wanted but not done, and why."""
    lines = []
    for item in refused:
        name = f"solution {item.fix.solution}: " if item.fix.solution is not None else ""
        lines.append(f"{item.at} {item.finding.rule}: refused: {name}{item.fix.title}: {item.reason}")
    return lines


def plural(count: int, singular: str, many: str = "") -> str:
    return f"{count} {singular if count == 1 else many or singular + 's'}"


def summary(findings: Sequence[Finding], files: int, problems: Sequence[Problem]) -> str:
    """The closing count."""
    counts = {severity: sum(1 for item in findings if item.severity is severity) for severity in Severity}
    parts = [plural(counts[severity], severity.value) for severity in Severity if counts[severity]]
    text = f"{', '.join(parts) or 'nothing found'} in {plural(files, 'file')}"
    return text + (f"; {plural(len(problems), 'file')} not understood" if problems else "")
