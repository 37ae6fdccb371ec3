"""One function through which every golden case passes, and in which every promise of the product is checked."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sparkfix.engine.apply import Applied, apply_fixes
from sparkfix.engine.check import Views, check, problems_in
from sparkfix.engine.choose import Choice
from sparkfix.engine.overlays import Overlays
from sparkfix.engine.proof import Prover, all_of
from sparkfix.engine.prove_overlays import OverlayProver
from sparkfix.engine.prover import ChartProver
from sparkfix.engine.views import RenderedViews
from sparkfix.helm.charts import Charts
from sparkfix.helm.inflate import Inflater
from sparkfix.helm.releases import find_releases
from sparkfix.helm.renderer import Renderer
from sparkfix.helm.views import ChartViews
from sparkfix.model import Rule
from sparkfix.report.text import fix_text, where
from sparkfix.testing.cases import Case
from sparkfix.text.similar import difference
from sparkfix.text.source import SourceText
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace


def run_case(case: Case, rules: Sequence[Rule], renderer: Renderer | None = None) -> Applied:
    """Run one case and raise `AssertionError` with what differs. Returns what was applied.

    `renderer` serves cases that are to be rendered; without one they start their own.

    Checked: that every file is understood, and is the same bytes where nothing is to be done; findings as text; the
    bytes after the fixes; that nothing was refused unless `case.toml` says so; that a second run changes nothing; that
    all rules together come to rest on the result and take nothing of it back.
    """
    with contextlib.ExitStack() as stack:
        if case.settings.get("render"):
            return _run(case, rules, _rendering(case, renderer or stack.enter_context(Renderer())))
        return _run(case, rules, Means())


@dataclass(frozen=True)
class Means:
    """What renders and proves while a case runs; nothing in cases that are not to be rendered."""

    prover: Prover | None = None
    views: Views | None = None


def _rendering(case: Case, renderer: Renderer) -> Means:
    workspace = _workspace(case, case.before)
    charts = Charts(renderer, find_releases(workspace).releases)
    views = ChartViews(charts)
    overlays = Overlays(Inflater(renderer), views)
    prover = all_of([ChartProver(charts), OverlayProver(overlays.views)])
    return Means(prover, RenderedViews(views, overlays))


def _run(case: Case, rules: Sequence[Rule], means: Means) -> Applied:
    rule = next(item for item in rules if item.id == case.rule)
    workspace = _workspace(case, case.before)
    choice, options = _choice(case), _options(case)
    _check_understood(case, workspace)
    _check_findings(case, findings_text(workspace, rule, options, means.views))
    applied = apply_fixes(workspace, [rule], choice, options, means.prover, means.views)
    assert not applied.problems, f"{case.name}: {applied.problems[0].reason}"
    _check_refusals(case, applied)
    _check_proofs(case, applied, means)
    _check_bytes(case, applied.workspace, case.after)
    again = apply_fixes(applied.workspace, [rule], choice, options, means.prover, means.views)
    assert not again.changes, f"{case.name}: a second run changes {again.changes[0].path}"
    _check_bytes(case, workspace, case.before)
    _check_rest(case, applied.workspace, rules, rule, means)
    return applied


def _workspace(case: Case, files: Mapping[str, bytes]) -> Workspace:
    version = str(case.settings.get("spark_version", ""))
    return Workspace(MemoryStore(dict(files)), tuple(sorted(files)), spark_version=version)


def _choice(case: Case) -> Choice:
    settings = case.settings
    solution = settings.get("solution")
    return Choice(
        solution=solution if isinstance(solution, int) else None,
        unsafe=bool(settings.get("unsafe")),
        comment_out=bool(settings.get("comment_out")),
        selected=frozenset({case.rule}),
    )


def _options(case: Case) -> dict[str, str]:
    options = case.settings.get("options")
    return {str(key): str(value) for key, value in options.items()} if isinstance(options, Mapping) else {}


def findings_text(workspace: Workspace, rule: Rule, options: Mapping[str, str], views: Views | None = None) -> str:
    """All that a user reads of a rule's findings: place, severity, message, other places, version, ways out."""

    def source(path: str) -> SourceText | None:
        data = workspace.data(path)
        return SourceText(path, data) if data is not None else None

    lines = []
    for finding in check(workspace, [rule], options, None, views):
        severity = finding.severity.value if finding.severity else ""
        hidden = "" if finding.listed else " (only when asked for)"
        lines.append(f"{where(finding.primary, source)} {severity} {finding.message}{hidden}")
        lines += [f"  {place.label}: {where(place, source)}" for place in finding.places]
        lines += [f"  {finding.version}"] if finding.version else []
        lines += [f"  {remark}" for remark in finding.remarks]
        lines += [f"  {fix_text(fix)}" for fix in finding.fixes]
    return "".join(line + "\n" for line in lines)


def _check_understood(case: Case, workspace: Workspace) -> None:
    """A file that is not understood would make any case innocent. Decoding and encoding loses nothing."""
    expected = str(case.settings.get("problems", ""))
    reasons = [f"{item.path}: {item.reason}" for item in problems_in(workspace)]
    assert bool(reasons) == bool(expected), f"{case.name}: not understood: {reasons}"
    assert all(expected in reason for reason in reasons), f"{case.name}: not understood for {expected!r}: {reasons}"
    for path, data in case.before.items():
        source = SourceText(path, data)
        rest = data[source.span(0, len(source.folded)).end :]
        text = source.encode(source.text(0, len(source.folded)))
        assert data[: source.base] + text + rest == data, f"{case.name}: {path} does not survive decoding"


def _check_findings(case: Case, text: str) -> None:
    wanted = case.findings
    if not case.placed:
        text, wanted = (re.sub(r"(?m)(\S+?):\d+(?::\d+)?(?=\s|$)", r"\1", each) for each in (text, wanted))
    assert text == wanted, f"{case.name}: findings differ\n{difference(wanted, text)}"


def _check_refusals(case: Case, applied: Applied) -> None:
    expected = str(case.settings.get("refused", ""))
    reasons = [item.reason for item in applied.refused]
    if expected:
        assert any(expected in reason for reason in reasons), f"{case.name}: not refused for {expected!r}: {reasons}"
    else:
        assert not reasons, f"{case.name}: refused: {reasons}"


def _check_proofs(case: Case, applied: Applied, means: Means) -> None:
    """Each fix that was made in a rendered case was proven by rendering."""
    for item in applied.applied if means.prover is not None else ():
        assert item.proof, f"{case.name}: nothing was rendered to prove: {item.fix.title}"
        assert item.proof[0].startswith("proven"), f"{case.name}: {item.proof[0]}"


def _check_bytes(case: Case, workspace: Workspace, wanted: Mapping[str, bytes]) -> None:
    for path, data in wanted.items():
        found = workspace.data(path) or b""
        assert found == data, f"{case.name}: {path} differs\n{difference(_shown(data), _shown(found))}"


def _check_rest(case: Case, workspace: Workspace, rules: Sequence[Rule], rule: Rule, means: Means) -> None:
    """All rules together reach a fixed point on the result, and none takes back what was changed."""
    once = apply_fixes(workspace, rules, Choice(), {})
    twice = apply_fixes(once.workspace, rules, Choice(), {})
    assert not twice.changes, f"{case.name}: all rules together do not come to rest"
    for change in once.changes:
        assert change.after != case.before.get(change.path) or change.before == case.before.get(change.path), (
            f"{case.name}: another rule takes back what was changed in {change.path}"
        )
    again = apply_fixes(once.workspace, [rule], _choice(case), _options(case), means.prover, means.views)
    assert not again.changes, f"{case.name}: another rule makes this one change {again.changes[0].path} again"


def _shown(data: bytes) -> str:
    """Bytes as lines in which line ends and odd bytes can be seen."""
    return data.decode("utf-8", "backslashreplace").replace("\r", "\\r")
