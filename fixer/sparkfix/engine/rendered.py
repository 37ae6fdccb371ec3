"""Running rules over views, and telling what they find there as findings in the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sparkfix.engine.localize import localized, shared_wishes
from sparkfix.engine.unit import Subjects, findings_of, may_find, resources_in, tell
from sparkfix.formats.kubernetes.commands import commands_in
from sparkfix.model import Applicability, Finding, Fix, Place, Problem, Rule, Severity, path_of, start_of
from sparkfix.workspace.views import View
from sparkfix.workspace.workloads import workloads_of
from sparkfix.workspace.workspace import Workspace

_NAMED = 3

Key = tuple[str, str, tuple[tuple[str, int, int], ...]]
"""A rule, and the message and the places of a finding."""


@dataclass
class Rendered:
    """A view, and what rules look at in it, whatever the rule; made when first asked for."""

    view: View
    unit: str = "folder:"

    @cached_property
    def subjects(self) -> Subjects:
        here = self.view.workspace
        documents = [document for path in here.targets if (document := here.document(path))]
        return Subjects(
            tuple(block for document in documents for block in document.blocks),
            tuple(command for document in documents for command in commands_in(document.objects)),
            tuple(map(self.view.complete, workloads_of(here, self.unit))),
            tuple(item for document in documents for item in resources_in(document)),
        )


@dataclass
class _Seen:
    """A finding in the files, and the views that show it."""

    finding: Finding
    views: dict[str, None]


def findings_in_views(
    workspace: Workspace,
    shown: Sequence[Rendered],
    rules: Sequence[Rule],
    options: Mapping[str, str],
    problems: list[Problem] | None,
) -> list[tuple[Rendered, Finding]]:
    """What rules find in views, as findings in the files; each with the view that it was found in."""
    return [
        (one, finding)
        for one in shown
        for finding in _in_view(one, rules, options, problems)
        if one.view.asked or any(place.path in workspace.target_set for place in finding.places)
    ]


def counts_as_written(workspace: Workspace, written: Finding, found: Sequence[tuple[Rendered, Finding]]) -> bool:
    """Is a finding in files that are parts of views found in a view, too, and is nothing better known there?

    Better is a view that knows more changes: it also sees what other files add.
    """
    known = _Known(workspace, [written])
    same = [finding for _, finding in found if known.holds(finding)]
    return bool(same) and max(map(_weight, same)) <= _weight(written)


def as_shown(workspace: Workspace, written: Finding, found: Sequence[tuple[Rendered, Finding]]) -> Finding:
    """A finding in files that are parts of views, with the views that it is found in."""
    known = _Known(workspace, [written])
    views = dict.fromkeys(one.view.name for one, finding in found if known.holds(finding))
    return replace(written, views=tuple(views))


def _weight(finding: Finding) -> tuple[int, int, int]:
    """How many fixes can be made, how many of them are safe, and of how many changes they are."""
    open_fixes = [fix for fix in finding.fixes if not fix.blocked]
    safe = sum(fix.applicability is Applicability.SAFE for fix in open_fixes)
    return len(open_fixes), safe, sum(len(fix.changes) for fix in open_fixes)


def only_in_views(
    workspace: Workspace,
    shown: Sequence[Rendered],
    found: Sequence[tuple[Rendered, Finding]],
    written: Sequence[Finding],
) -> list[Finding]:
    """What was found in views and not in the files themselves, each once.

    `written` are the findings in the files: what is found again at such a place is left out, unless there it is a note
    and a view shows that it is worse.
    """
    known = _Known(workspace, written)
    known_as_bad = _Known(workspace, [item for item in written if item.severity is not Severity.NOTE])
    seen: dict[Key, _Seen] = {}
    for one, finding in found:
        same = (known if finding.severity is Severity.NOTE else known_as_bad).holds(finding)
        if same or (one.view.derived and not any(map(one.view.keeps, finding.places))):
            continue
        places = tuple((place.path, place.span.start, place.span.end) for place in finding.places)
        views = seen.setdefault((finding.rule, finding.message, places), _Seen(finding, {})).views
        views[one.view.name] = None
    given = [one.view for one in shown if not one.view.derived]
    return [_told(item, given) for item in seen.values()]


def not_written_elsewhere(workspace: Workspace, scopes: Sequence[Sequence[Finding]]) -> list[list[Finding]]:
    """The findings of several scopes without what renderings show of one and the files of another one show themselves:
    a value of a release stands in a file that is no part of the chart."""
    written = [item for own in scopes for item in own if not item.views and item.severity is not Severity.NOTE]
    known, paths = _Known(workspace, written), {item.primary.path for item in written}
    return [
        [
            item
            for item in own
            if not (item.views and any(place.path in paths for place in item.places) and known.holds(item))
        ]
        for own in scopes
    ]


def _in_view(
    one: Rendered, rules: Sequence[Rule], options: Mapping[str, str], problems: list[Problem] | None
) -> Iterator[Finding]:
    here = one.view.workspace
    words = here.words(here.targets)
    for rule in rules:
        unasked = not rule.rendered or (one.view.derived and not rule.derived)
        if unasked or not may_find(rule, words, here, one.unit):
            continue
        try:
            found = list(findings_of(rule, one.subjects, options, problems))
            shared = shared_wishes(found, one.view) if len(found) > 1 else frozenset()
            for finding in found:
                own = localized(finding, one.view, shared)
                if own is not None:
                    yield own
        except Exception as error:
            tell(problems, one.view.name, error)


class _Known:
    """Findings in files, to tell which of those in views are the same: by line, by words in a file, or by their fixes."""

    def __init__(self, workspace: Workspace, written: Sequence[Finding]) -> None:
        self._workspace = workspace
        self._lines = {(item.rule, item.primary.path, self._line(item.primary)) for item in written}
        self._words = {(item.rule, item.primary.path, item.message) for item in written}
        self._fixes = [(item.rule, fix.solution, identities(fix)) for item in written for fix in item.fixes]

    def holds(self, finding: Finding) -> bool:
        """Is a finding known already?"""
        if any((finding.rule, place.path, self._line(place)) in self._lines for place in finding.places):
            return True
        if (finding.rule, finding.primary.path, finding.message) in self._words:
            return True
        own = [(fix.solution, identities(fix)) for fix in finding.fixes]
        return any(
            rule == finding.rule and number == solution and changes and changes <= known
            for solution, changes in own
            for rule, number, known in self._fixes
        )

    def _line(self, place: Place) -> int:
        document = self._workspace.document(place.path)
        return document.source.position(place.span.start)[0] if document else 0


def same_line(workspace: Workspace, written: Finding, finding: Finding) -> bool:
    """Is one finding in a view what another one is in the files?"""
    return _Known(workspace, [written]).holds(finding)


def identities(fix: Fix) -> frozenset[tuple[str, str, int]]:
    """What a fix does where, without the words that it writes."""
    return frozenset((type(change).__name__, path_of(change), start_of(change)) for change in fix.changes)


def _told(item: _Seen, given: Sequence[View]) -> Finding:
    """The finding with the views that show it; not safe in files that other views use as well."""
    finding = item.finding
    shown = ", ".join(list(item.views)[:_NAMED])
    more = f" and {len(item.views) - _NAMED} more" if len(item.views) > _NAMED else ""
    others = [view for view in given if view.name not in item.views]
    remark = f"seen with {shown}{more}" if others or len(given) < 2 else "seen with all that is rendered"
    fixes = tuple(_not_safe(fix) if _reach(fix, others) else fix for fix in finding.fixes)
    return replace(finding, remarks=(remark, *finding.remarks), fixes=fixes, views=tuple(item.views))


def _reach(fix: Fix, views: Sequence[View]) -> bool:
    """Do the changes of a fix reach any of these views?"""
    return any(view.reads(path) for path in set(map(path_of, fix.changes)) for view in views)


def _not_safe(fix: Fix) -> Fix:
    safe = fix.applicability is Applicability.SAFE
    return replace(fix, applicability=Applicability.UNSAFE) if safe else fix
