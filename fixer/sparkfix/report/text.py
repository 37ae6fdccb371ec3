"""Findings as text, in the manner of compilers: place, rule, severity, message, the line with a caret, the ways out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sparkfix.model import AppliedFix, Finding, Fix, Place, Problem, RefusedFix, Severity, SparkVersion, Unread
from sparkfix.spark.facts import SECRET_KEY
from sparkfix.text.source import SourceText

Paint = Callable[[str, str], str]
"""Colours a text by a style name (`error`, `warning`, `note`, `path`, `dim`, `good`); the identity without colours."""

Sources = Callable[[str], "SourceText | None"]
"""Gives a file's text by its path."""

Shown = Callable[[str], str]
"""Gives the path that people see a file by."""

# Behind the key a quote, perhaps escaped as often as texts stand in texts, and a sign: `=`, `:`, `,`, `->`, `=>`, or blanks.
_VALUE = re.compile(
    r"(?P<key>(?:" + SECRET_KEY.pattern + r")[\w.\-]*\\*[\"']?"
    r"(?:\s*,?\s*\\*[\"']?value\\*[\"']?\s*:\s*|\s*(?:[=\-]>|[=:,])\s*|\s+))"
    r"(?P<value>\S.*)",
    re.IGNORECASE,
)
_USER = re.compile(r"(?<=://)[^/@\s:\"']*:[^/@\s\"']+(?=@)")
_BLOCK = re.compile(r"[|>][+\-0-9]*\s*(?:#.*)?$")
_NAMED = re.compile(r"(?:name|key)[\"']?\s*:\s*[\"']?[^\s\"']*(?:" + SECRET_KEY.pattern + r")", re.IGNORECASE)
_ITS_VALUE = re.compile(r"(?P<key>\bvalue[\"']?\s*:\s*)(?P<value>\S.*)")
_PLACE = re.compile(r"(?P<path>.*?)(?P<rest>(?::\d+){0,2})", re.DOTALL)
_WIDEST = 160
# Enough of a line to show, and to see which key a value belongs to; lines can have millions of characters.
_LOOKED_AT = 2000


def plain(text: str, style: str) -> str:
    """No colours."""
    del style
    return text


def safe_line(line: str) -> str:
    """A source line with the values of secret-looking keys (Spark's own redaction pattern), and who logs in to a URL,
    taken out."""
    return _VALUE.sub(lambda match: match["key"] + "***", _USER.sub("***", line))


def safe_text(text: str) -> str:
    """A text with the values of secret-looking keys taken out, also where these stand on lines of their own.

    The text of a block scalar below such a key goes line by line, and so does the `value:` behind such a `name:`.
    """
    found: list[str] = []
    hidden = named = None  # columns: of the key whose text goes on below, and of the name whose value comes next
    for whole in text.splitlines(keepends=True):
        line = whole.rstrip("\r\n")
        column = len(line) - len(line.lstrip(" "))
        if hidden is not None and (not line.strip() or column > hidden):
            safe = line[:column] + "***" if line.strip() else line
        else:
            safe, hidden = safe_line(line), None
            if safe != line and _BLOCK.search(line):
                hidden, safe = column, line
            elif named is not None and column >= named:
                safe = _ITS_VALUE.sub(lambda match: match["key"] + "***", safe)
        named = column if _NAMED.search(line) else None
        found.append(safe + whole[len(line) :])
    return "".join(found)


def same(path: str) -> str:
    """A path as it is."""
    return path


def finding_text(finding: Finding, sources: Sources, shown: Shown = same, paint: Paint = plain) -> str:
    """One finding over several lines."""
    severity = finding.severity or Severity.NOTE
    at = paint(where(finding.primary, sources), "path")
    lines = [f"{at} {finding.rule} {paint(severity.value, severity.value)} {finding.message}"]
    lines += _snippet(finding.primary, sources, paint, hidden=finding.confidential)
    for place in finding.places[1:]:
        lines.append(f"     {paint('=', 'dim')} {place.label}: {where(place, sources)}")
    if finding.version is not None:
        lines.append(f"     {paint('=', 'dim')} {_version(finding.version, shown)}")
    lines += [f"     {paint('=', 'dim')} {text}" for text in (*finding.remarks, *map(fix_text, finding.fixes))]
    return "\n".join(lines) + "\n"


def where(place: Place, sources: Sources) -> str:
    """`path:line:column` of a place, 1-based, columns in characters; the path is that of its source."""
    source = sources(place.path)
    if source is None:
        return printable(place.path)
    line, column = source.position(place.span.start)
    return f"{printable(source.path)}:{line}:{column}"


def printable(text: str) -> str:
    """A path or another given text for people, in which nothing moves the cursor or colours the terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _version(version: SparkVersion, shown: Shown) -> str:
    return str(replace(version, path=printable(shown(version.path)))) if version.path else str(version)


def _snippet(place: Place, sources: Sources, paint: Paint, *, hidden: bool) -> list[str]:
    source = sources(place.path)
    if source is None or hidden:
        return []
    number, column = source.position(place.span.start)
    line = safe_line(source.line_text(number)[:_LOOKED_AT]).expandtabs(1)
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
    path = printable(problem.path)
    place = f"{path}:{problem.line}" if problem.line else path
    return f"{place} not understood: {problem.reason}"


def applied_lines(applied: Sequence[AppliedFix], shown: Shown = same) -> list[str]:
    """What was done, the honest notes about it, and what rendering proved of it."""
    lines: list[str] = []
    for item in applied:
        name = f"solution {item.fix.solution}: " if item.fix.solution is not None else ""
        lines.append(f"{_at(item.at, shown)} {item.finding.rule}: {name}{item.fix.title}")
        if item.finding.version is not None and item.fix.notes:
            lines.append(f"  {_version(item.finding.version, shown)}")
        lines += [f"  note: {note}" for note in item.fix.notes]
        lines += [f"  {proof}" for proof in item.proof]
    return lines


def refused_lines(refused: Iterable[RefusedFix], shown: Shown = same) -> list[str]:
    """What was wanted but not done, and why."""
    lines = []
    for item in refused:
        name = f"solution {item.fix.solution}: " if item.fix.solution is not None else ""
        place = _at(item.at, shown)
        lines.append(f"{place} {item.finding.rule}: refused: {name}{item.fix.title}: {item.reason}")
    return lines


def _at(at: str, shown: Shown) -> str:
    """`path:line:column` with the path as people see it."""
    found = _PLACE.fullmatch(at)
    return printable(shown(found["path"])) + found["rest"] if found else at


def unread_text(place: Unread) -> str:
    """Where a key stands that no codemod has touched, since nothing reads it as a property there."""
    what = "stands in a command line here, which is not edited yet" if place.command else "also stands here, not read"
    return f"{printable(place.path)}:{place.line}: `{place.key}` {what}"


def plural(count: int, singular: str, many: str = "") -> str:
    return f"{count} {singular if count == 1 else many or singular + 's'}"


def summary(findings: Sequence[Finding], files: int, problems: Sequence[Problem]) -> str:
    """The closing count."""
    counts = {severity: sum(1 for item in findings if item.severity is severity) for severity in Severity}
    parts = [plural(counts[severity], severity.value) for severity in Severity if counts[severity]]
    text = f"{', '.join(parts) or 'nothing found'} in {plural(files, 'file')}"
    return text + (f"; {plural(len(problems), 'file')} not understood" if problems else "")
