"""Where properties of files come out in views, and what that says of findings in values files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sparkfix.engine.rendered import Rendered, identities, same_line
from sparkfix.model import (
    AddEnv,
    AddField,
    AddInitContainer,
    AddItem,
    AddProbe,
    Finding,
    Fix,
    Property,
    PropertyBlock,
    Refused,
    Workload,
)
from sparkfix.workspace.views import View
from sparkfix.workspace.workspace import Workspace

_OF_A_POD = (AddEnv, AddField, AddInitContainer, AddItem, AddProbe)


@dataclass(frozen=True)
class Printed:
    """A property of a view, where it is there, and the file and the byte at which it is written."""

    view: View
    workload: Workload
    block: PropertyBlock
    item: Property
    place: tuple[str, int]


def printed(one: Rendered, key: str) -> Iterator[Printed]:
    """The properties of a view with a key, as far as it is known where they are written."""
    for workload in one.subjects.workloads:
        for block in workload.blocks:
            for item in block.all(key):
                try:
                    own = one.view.sources.property(item)
                except Refused:
                    continue
                yield Printed(one.view, workload, block, item, (own.path, own.key_span.start))


def is_refuted(
    workspace: Workspace, written: Finding, shown: Sequence[Rendered], found: Sequence[tuple[Rendered, Finding]]
) -> bool:
    """Do views show that a property of a values file belongs to other pods than was taken for granted?

    Of a values file nobody knows what reads it until it is rendered.
    """
    item = _property(workspace, written)
    if item is None or workspace.chart_of(item.path) is None or workspace.in_chart_templates(item.path):
        return False
    place = (item.path, item.key_span.start)
    if not any(one.place == place for view in shown if not view.view.derived for one in printed(view, item.key)):
        return False
    same = [finding for _, finding in found if same_line(workspace, written, finding)]
    wanted = [_of_pods(fix) for fix in written.fixes]
    known = [identities(fix) for finding in same for fix in finding.fixes]
    blocked = any(fix.blocked for finding in same for fix in finding.fixes)
    return not same or (not blocked and any(own and not any(own <= other for other in known) for own in wanted))


def _of_pods(fix: Fix) -> frozenset[tuple[str, str, int]]:
    return identities(Fix(fix.title, tuple(change for change in fix.changes if isinstance(change, _OF_A_POD))))


def _property(workspace: Workspace, finding: Finding) -> Property | None:
    """The property that a finding is placed at."""
    document = workspace.document(finding.primary.path)
    for block in document.blocks if document is not None else ():
        for item in block.properties:
            if item.key_span.start == finding.primary.span.start:
                return item
    return None
