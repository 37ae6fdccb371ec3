"""Running rules over a workspace: over its files as they are written, and over what they are rendered to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sparkfix.engine.printed import is_refuted
from sparkfix.engine.rendered import (
    Rendered,
    as_shown,
    counts_as_written,
    findings_in_views,
    not_written_elsewhere,
    only_in_views,
)
from sparkfix.engine.told_once import told_once
from sparkfix.engine.unit import check_unit, units_of
from sparkfix.model import CustomResource, Finding, Place, Problem, Rule, Workload
from sparkfix.workspace.find import is_candidate
from sparkfix.workspace.workspace import Workspace

__all__ = ["Judge", "Scope", "Views", "check", "check_scope", "problems_in", "scopes_of"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Units that are rendered together (a chart with its subcharts, a base with its overlays), each with its targets.

    A unit that has no targets is looked at only as it is rendered.
    """

    name: str
    units: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def path(self) -> str:
        """A file to name for what goes wrong in it."""
        return next((paths[0] for _, paths in self.units if paths), self.name)


class Views(Protocol):
    """Makes the views of scopes (see `sparkfix.engine.views`). None of its methods raises for faulty input."""

    def scopes(self, workspace: Workspace, units: Mapping[str, tuple[str, ...]]) -> list[Scope]:
        """The units, those together that are rendered together."""

    def views(self, workspace: Workspace, scope: Scope) -> Sequence[Rendered]:
        """What the files of a scope are rendered to."""

    def unreached(self, workspace: Workspace, place: Place) -> str:
        """A remark for a place in a template that no values of the repository render; else nothing."""

    def superseded(self, workspace: Workspace, scope: Scope) -> frozenset[str]:
        """The files of a scope that are applied as parts of views only, never as they are written."""


class Judge(Protocol):
    """Decides what findings come to, where rules alone cannot (see `sparkfix.engine.codemod_views`)."""

    def judged(self, workspace: Workspace, scope: Scope, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that count, with other changes where these are called for."""


def scopes_of(workspace: Workspace, views: Views | None) -> list[Scope]:
    """What is looked at together in a workspace; units alone where nothing is rendered."""
    units = units_of(workspace)
    if views is None:
        return [Scope(unit, ((unit, paths),)) for unit, paths in units.items()]
    return views.scopes(workspace, units)


def check(
    workspace: Workspace,
    rules: Sequence[Rule],
    options: Mapping[str, str],
    problems: list[Problem] | None = None,
    views: Views | None = None,
) -> tuple[Finding, ...]:
    """All findings of all rules in the workspace's targets, in the order of their places.

    With `views` also in what they are rendered to. A rule that raises is a problem of the file that it looked at, added
    to `problems`; without such a list it raises.
    """
    scopes = [check_scope(workspace, scope, rules, options, problems, views) for scope in scopes_of(workspace, views)]
    found = [item for own in not_written_elsewhere(workspace, scopes) for item in told_once(workspace, own)]
    return tuple(sorted(found, key=lambda item: (item.primary.path, item.primary.span, item.rule, item.message)))


def check_scope(
    workspace: Workspace,
    scope: Scope,
    rules: Sequence[Rule],
    options: Mapping[str, str],
    problems: list[Problem] | None = None,
    views: Views | None = None,
) -> list[Finding]:
    """The findings of some rules in one scope: in files, then those that only rendering shows.

    What is said of a workload in files that are applied as parts of overlays only is a fault if an overlay shows it, or
    if it stands where nothing that is rendered comes by; what is said of values only if nothing that they are printed
    into shows otherwise.
    """
    written = [
        finding
        for unit, paths in scope.units
        for finding in check_unit(workspace, unit, paths, rules, options, problems)
    ]
    if views is None:
        return written
    unreached = {id(item): views.unreached(workspace, item.primary) for item in written}
    shown, parts = views.views(workspace, scope), views.superseded(workspace, scope)
    whole = {rule.id for rule in rules if rule.subject in (Workload, CustomResource) and rule.rendered}
    found = findings_in_views(workspace, shown, rules, options, problems)
    kept = []
    for item in written:
        if item.rule in whole and item.primary.path not in parts and is_refuted(workspace, item, shown, found):
            continue
        if item.rule not in whole or item.primary.path not in parts or unreached[id(item)]:
            kept.append(_remarked(item, unreached[id(item)]))
        elif counts_as_written(workspace, item, found):
            kept.append(as_shown(workspace, item, found))
    rendered = only_in_views(workspace, shown, found, kept)
    return [*kept, *(_remarked(finding, _unreached(workspace, finding, views)) for finding in rendered)]


def _unreached(workspace: Workspace, finding: Finding, views: Views) -> str:
    """The remark for the first place of a finding that has one: what derived values show has no other ground."""
    return next((remark for place in finding.places if (remark := views.unreached(workspace, place))), "")


def _remarked(finding: Finding, remark: str) -> Finding:
    return replace(finding, remarks=(*finding.remarks, remark)) if remark else finding


def problems_in(workspace: Workspace, words: Sequence[bytes] = ()) -> tuple[Problem, ...]:
    """The files that mention Spark and hold all `words`, or were named, and are not understood, each with its reason."""
    found: list[Problem] = []
    for path in workspace.targets:
        data = workspace.data(path)
        if data is None:
            found.append(Problem(path, "cannot be read"))
        elif path in workspace.named and not is_candidate(path.rpartition("/")[2]):
            found.append(Problem(path, "not a kind of file that sparkfix reads"))
        elif workspace.relevant(path) and (
            path in workspace.named or all(workspace.mentions(path, (word,)) for word in words)
        ):
            document = workspace.document(path)
            found.extend(document.problems[:1] if document else (Problem(path, "binary"),))
    return tuple(found)
