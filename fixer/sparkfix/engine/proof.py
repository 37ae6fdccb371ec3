"""What a proof is, apart from how it is made (see `prover`), so that a run without charts loads no rendering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sparkfix.model import Change, FileChange
from sparkfix.workspace.workspace import Workspace

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """What rendering showed of one change: how many renderings it was seen in, and what could not be proven.

    `shown` names the renderings that files of the repository ask for and that the change shows in; `open` are the reasons
    why some of what the changed files have a part in could not be looked at.
    """

    seen: int = 0
    sets: int = 0
    remarks: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The proof in words."""
        if not self.sets:
            return self.remarks
        sets = f"{self.sets} values set{'' if self.sets == 1 else 's'}"
        if not self.seen:
            return (f"not seen: rendered with {sets}, and nothing changes with any of them", *self.remarks)
        named = f" ({', '.join(self.shown)})" if 0 < len(self.shown) == self.seen <= _NAMED else ""
        where = "all show" if self.seen == self.sets else f"{self.seen} of them{named} show"
        text = (
            f"proven: rendered with {sets}, {where} just this change"
            if self.sets > 1
            else "proven: rendered, just this change"
        )
        return (text, *self.remarks)


@dataclass(frozen=True, slots=True)
class RenderedDifference:
    """The manifests of one rendering (`c with values-prod.yaml`, `overlay dev`) before and after, or why there are none."""

    name: str
    error: str
    files: tuple[FileChange, ...]


Prover = Callable[[Workspace, Workspace, Sequence[Change]], Proof]
"""Proves changes between two snapshots of a workspace. Raises `Refused` with the rendered difference."""


def all_of(provers: Sequence[Prover]) -> Prover:
    """A prover that is content if all of some are, and says what each has to say."""

    def prove(before: Workspace, after: Workspace, changes: Sequence[Change]) -> Proof:
        proofs = [one(before, after, changes) for one in provers]
        return Proof(
            remarks=tuple(line for proof in proofs for line in proof.lines()),
            shown=tuple(name for proof in proofs for name in proof.shown),
            open=tuple(reason for proof in proofs for reason in proof.open),
        )

    return prove
