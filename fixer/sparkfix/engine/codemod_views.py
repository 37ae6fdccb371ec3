"""Codemods held against what charts are rendered to: whether their conditions hold there, and where values come from.

A line of a template stands for many rendered ones, one for each values set. A condition must hold with all that print the
line. A value that the line only passes on is set where it comes from.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.engine.check import Scope, Views
from sparkfix.engine.codemod import UNDER_CONDITIONS, AllOf, Holds, beside_for, drivers
from sparkfix.engine.localize import localized, value_set
from sparkfix.engine.printed import Printed, printed
from sparkfix.engine.rendered import Rendered
from sparkfix.engine.unit import findings_of
from sparkfix.model import (
    Add,
    Change,
    Finding,
    Place,
    Property,
    Refused,
    Rule,
    SetField,
    SetValue,
    Workload,
    path_of,
    property_of,
    start_of,
    with_rule,
)
from sparkfix.workspace.views import View
from sparkfix.workspace.workspace import Workspace

_NAMED = 3
_TRIED = 12
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
# What names no values, and what a helper makes: a text in place of it takes no setting away from anybody.
_OWN = re.compile(
    r"\{\{-?\s*(?:\$?\.(?:Release|Chart|Capabilities)\.|(?:include|template)\s)(?:(?!\.Values\b).)*\}\}", re.DOTALL
)


@dataclass(frozen=True)
class Codemod:
    """A codemod on request: its rule (that tells all places, see `codemod.set_rule`), the property, and the condition.

    `add` makes the finding that asks for the property beside another one, where workloads that lack it are to get it.
    With a `kind` it is about a field of such resources, and `key` is its path. `value` is what it sets, if it sets one.
    """

    rule: Rule
    key: str
    where: AllOf
    add: Callable[[Property], Finding] | None = None
    kind: str | None = None
    value: str | None = None


@dataclass
class RenderedCodemod:
    """Judges what a codemod asks for (see `sparkfix.engine.check.Judge`).

    `views` is None where nothing is rendered: then only values that a template puts together are left alone.
    """

    codemod: Codemod
    views: Views | None
    _known: dict[tuple[str, str], tuple[Sequence[Rendered], dict[tuple[str, int], list[Printed]]]] = field(
        default_factory=dict
    )

    def judged(self, workspace: Workspace, scope: Scope, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that count, with what must be changed, and those that must not be made blocked."""
        found = [own for finding in findings if (own := self._judged(workspace, scope, finding)) is not None]
        found += self._only_rendered(workspace, scope)
        add = self.codemod.add
        if add is None or not any(not one.view.derived for one in self._shown(workspace, scope)):
            return found
        in_charts = [one for one in found if workspace.chart_of(one.primary.path) is not None]
        return [
            *(one for one in found if one not in in_charts or not isinstance(one.fixes[0].changes[0], Add)),
            *self._additions(workspace, scope, add),
        ]

    def _only_rendered(self, workspace: Workspace, scope: Scope) -> list[Finding]:
        """What only views show as properties: what packed charts print, and what operations of JSON patches set."""
        found: dict[object, Finding] = {}
        for one in self._shown(workspace, scope):
            for finding in findings_of(self.codemod.rule, one.subjects, {}, None) if not one.view.derived else ():
                packed = finding.listed and _is_packed(one.view, finding.primary)
                own = localized(finding, one.view) if finding.listed and (packed or one.view.chart is None) else None
                key = None if own is None else _key_of_packed(workspace, own) if packed else _operation(workspace, own)
                if own is not None and key is not None:
                    known = found.setdefault(key, own)
                    found[key] = replace(known, views=tuple(dict.fromkeys((*known.views, one.view.name))))
        return list(found.values())

    def _additions(self, workspace: Workspace, scope: Scope, add: Callable[[Property], Finding]) -> Iterator[Finding]:
        """An addition for each rendered workload that lacks the property."""
        places: set[tuple[str, int]] = set()
        for one in self._shown(workspace, scope):
            for workload in one.subjects.workloads if not one.view.derived else ():
                own = self._beside(one.view, workload)
                if own is None or (own.path, own.key_span.start) in places:
                    continue
                places.add((own.path, own.key_span.start))
                finding = self._added(with_rule(add(own), self.codemod.rule), self._met(workspace, scope, own))
                if finding is not None:
                    yield _blocked(finding, UNDER_CONDITIONS if own.guard else "")

    def _beside(self, view: View, workload: Workload) -> Property | None:
        """What a property that a rendered workload lacks is put beside: a line that is always there, if there is one."""
        blocks = [] if any(block.all(self.codemod.key) for block in workload.blocks) else list(drivers(workload))
        if not blocks:
            return None
        near = beside_for(blocks[0], self.codemod.key)
        found = []
        for item in [near, *(one for one in blocks[0].properties if one is not near)][:_TRIED]:
            with contextlib.suppress(Refused):
                found.append(view.sources.property(item))
                if not found[-1].guard:
                    return found[-1]
        return found[0] if found else None

    def _judged(self, workspace: Workspace, scope: Scope, finding: Finding) -> Finding | None:
        [change] = finding.fixes[0].changes
        item = property_of(change)
        as_written = finding if finding.listed else None
        if item is None or workspace.chart_of(item.path) is None:
            return as_written
        passed_on = isinstance(change, SetValue) and item.templated and _reads_values(change, workspace)
        if isinstance(change, Add) or not (self.codemod.where.conditions or passed_on):
            return as_written
        met = self._met(workspace, scope, item)
        if met:
            holds = {one.view.name: self.codemod.where.holds(one.workload, one.block, one.item) for one in met}
            if not any(answer is not Holds.NEVER for answer in holds.values()):
                return None
            finding = _blocked(replace(finding, listed=True), _some(holds))
        elif as_written is None:
            return None
        return _where_it_comes_from(finding, change, met) if passed_on and isinstance(change, SetValue) else finding

    def _added(self, finding: Finding, met: Sequence[Printed]) -> Finding | None:
        """An addition that some rendered workload lacks; these one at a time, as one may serve for others."""
        lacking = [one for one in met if not any(block.all(self.codemod.key) for block in one.workload.blocks)]
        holds = {one.view.name: self.codemod.where.holds(one.workload, one.block, None) for one in lacking}
        if not any(answer is not Holds.NEVER for answer in holds.values()):
            return None
        return _blocked(replace(finding, listed=True, views=tuple(holds)), _some(holds))

    def _shown(self, workspace: Workspace, scope: Scope) -> Sequence[Rendered]:
        return self.views.views(workspace, scope) if self.views is not None else ()

    def _met(self, workspace: Workspace, scope: Scope, item: Property) -> list[Printed]:
        """What a property is rendered to with the values sets of the repository; else with derived ones."""
        shown = self._shown(workspace, scope)
        known = self._known.get((scope.name, item.key))
        if known is None or known[0] is not shown:
            found: dict[tuple[str, int], list[Printed]] = {}
            for one in shown:
                for met in printed(one, item.key):
                    found.setdefault(met.place, []).append(met)
            known = self._known[scope.name, item.key] = (shown, found)
        own = known[1].get((item.path, item.key_span.start), [])
        return [one for one in own if not one.view.derived] or own


def _is_packed(view: View, place: Place) -> bool:
    """Does a template in an archive print a place of a view?"""
    document = view.workspace.document(place.path)
    number = document.source.position(place.span.start)[0] if document is not None else 0
    at = view.sources.line(place.path, number) if number else None
    return at is not None and ".tgz:" in at[0]


def _key_of_packed(workspace: Workspace, finding: Finding) -> object | None:
    """What a finding in a packed chart is known by: it is made where its values are set, if that file was asked for."""
    return (finding.message, finding.places) if finding.primary.path in workspace.target_set else None


def _operation(workspace: Workspace, finding: Finding) -> object | None:
    """What a finding is known by that an operation of a JSON patch decides; None for all others.

    In charts and in files that hold the property as such it is found as it is written.
    """
    changes = finding.fixes[0].changes
    outside = all(isinstance(one, SetField) and workspace.chart_of(path_of(one)) is None for one in changes)
    return (path_of(changes[0]), start_of(changes[0])) if changes and outside else None


def _reads_values(change: SetValue, workspace: Workspace) -> bool:
    """Does a property of a template pass on values, and is it to become a plain text?"""
    actions = _ACTION.findall(change.property.value)
    plain = "{{" not in change.value and workspace.in_chart_templates(change.property.path)
    return plain and not all(map(_OWN.fullmatch, actions))


def _some(holds: dict[str, Holds]) -> str:
    """Why a line must not be changed, if its condition holds with some renderings only."""
    no = [name for name, answer in holds.items() if answer is Holds.NEVER]
    if no:
        yes = [name for name, answer in holds.items() if answer is not Holds.NEVER]
        return f"the condition holds with {_listed(yes)}, and this line is also rendered with {_listed(no)}, where it does not"
    return next((answer.blocked for answer in holds.values()), "")


def _where_it_comes_from(finding: Finding, change: SetValue, met: Sequence[Printed]) -> Finding | None:
    """The finding with what sets the value that a template passes on; None where it is as wanted already."""
    if not met:
        return _blocked(
            finding, "a template puts the value together, and where it comes from is not known without rendering"
        )
    found: dict[tuple[str, int], tuple[Change, list[str]]] = {}
    for one in met:
        if one.item.value == change.value:
            continue
        try:
            own = value_set(one.view.sources.value(one.item), change.value)
        except Refused as reason:
            own_default = (
                "; a `default` of the template itself is not edited" if "default" in change.property.value else ""
            )
            return _blocked(finding, f"with {one.view.name}, {reason}{own_default}")
        found.setdefault((path_of(own), start_of(own)), (own, []))[1].append(one.view.name)
    if not found:
        return None
    [fix] = finding.fixes
    told = tuple(f"it is set in {path}, for {_listed(names)}" for (path, _), (_, names) in found.items())
    changes = tuple(own for own, _ in found.values())
    return replace(finding, fixes=(replace(fix, changes=changes, notes=(*fix.notes, *told)),))


def _blocked(finding: Finding, reason: str) -> Finding:
    [fix] = finding.fixes
    return replace(finding, fixes=(replace(fix, blocked=reason),)) if reason else finding


def _listed(names: Sequence[str]) -> str:
    names = list(dict.fromkeys(names))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
