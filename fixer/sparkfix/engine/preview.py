"""What each fix of a finding would change, as diffs, without making any."""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.formats.render import render_all
from sparkfix.model import Edit, FileChange, Finding, Refused
from sparkfix.report.text import fix_text
from sparkfix.text.diff import unified_diffs
from sparkfix.text.edits import OverlappingEdits, splice
from sparkfix.workspace.workspace import Workspace


def preview(workspace: Workspace, finding: Finding) -> Iterator[tuple[str, str]]:
    """Title and diff (or the reason why there is none) of each fix of a finding."""
    for fix in finding.fixes:
        try:
            edits: dict[str, list[Edit]] = {}
            for edit in render_all(fix.changes):
                edits.setdefault(edit.path, []).append(edit)
            changes = [
                FileChange(path, workspace.data(path) or b"", splice(workspace.data(path) or b"", own))
                for path, own in edits.items()
            ]
            text = unified_diffs(changes).decode("utf-8", "backslashreplace")
        except (Refused, OverlappingEdits) as reason:
            text = f"refused: {reason}"
        yield fix_text(fix), text
