"""What a proof is, apart from how it is made (see `prover`), so that a run without charts loads no rendering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sparkfix.model import Change, FileChange
from sparkfix.workspace.workspace import Workspace

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendering that a proof looked at: what people call it, the chart, and whether its values were made up."""

    name: str
    chart: str = ""
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One change and the renderings that it shows in; of one that shows in none how many lines it is, and their arm."""

    change: Change
    by: frozenset[Rendered]
    lines: int = 0
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What rendering showed of changes: in how many renderings each was looked for and seen, and what is not proven.

    `sets` counts renderings of charts, `overlays` names overlays. `open` are the reasons why some of what the changed
    files have a part in could not be looked at. `parts` are proofs by other means, and have a say of their own.
    """

    sets: int = 0
    overlays: tuple[str, ...] = ()
    changes: tuple[Shown, ...] = ()
    remarks: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    parts: tuple[Proof, ...] = ()

    @property
    def seen(self) -> int:
        """In how many renderings something shows."""
        return len(_renderings(self.changes))

    @property
    def shown(self) -> tuple[str, ...]:
        """The renderings that files of the repository ask for and that something shows in."""
        own = sorted(one.name for one in _renderings(self.changes) if not one.derived)
        return tuple(dict.fromkeys((*own, *(name for part in self.parts for name in part.shown))))

    def of(self, changes: Sequence[Change]) -> Proof:
        """The proof as far as it is about some of the changes."""
        wanted = {id(change) for change in changes}
        return replace(
            self,
            changes=tuple(one for one in self.changes if id(one.change) in wanted),
            parts=tuple(part.of(changes) for part in self.parts),
        )

    def lines(self) -> tuple[str, ...]:
        """The proof in words."""
        looked = bool(self.changes) and bool(self.sets or self.overlays)
        own = (self._claim(), *self.remarks) if looked else self.remarks
        return (*own, *(line for part in self.parts for line in part.lines()))

    def _claim(self) -> str:
        if self.overlays:
            names = [one for one in self.overlays if one in self.shown]
            claim = f"proven: {_listed(names)} show{'s' if len(names) == 1 else ''} just this change"
            return claim if names else f"not seen: nothing changes in {_listed(self.overlays)}"
        sets = f"{self.sets} values set{'' if self.sets == 1 else 's'}"
        missed = [one for one in self.changes if not one.by]
        if not self.seen:
            arms = _arms([one for one in missed if one.arm])
            return f"not seen: rendered with {sets}, and nothing changes with any of them" + (arms and f": {arms}")
        named = sorted(one.name for one in _renderings(self.changes) if not one.derived)
        told = f" ({', '.join(named)})" if 0 < len(named) == self.seen <= _NAMED else ""
        where = "all show" if self.seen == self.sets else f"{self.seen} of them{told} show"
        text = f"rendered with {sets}, {where} just this change" if self.sets > 1 else "rendered, just this change"
        if not missed:
            return f"proven: {text}"
        return f"proven in part: {text}; not proven: {_arms(missed)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _renderings(changes: Iterable[Shown]) -> frozenset[Rendered]:
    return frozenset(rendering for one in changes for rendering in one.by)


def _arms(missed: Sequence[Shown]) -> str:
    """How many lines were never rendered, and the arms that they stand in."""
    found: dict[str, int] = {}
    for one in missed:
        found[one.arm] = found.get(one.arm, 0) + one.lines
    return ", ".join(
        f"{count} line{' stands' if count == 1 else 's stand'} in an arm that was never rendered ({arm})"
        if arm
        else f"{count} line{' was' if count == 1 else 's were'} never rendered"
        for arm, count in found.items()
    )


@dataclass(frozen=True, slots=True)
class RenderedDifference:
    """The manifests of one rendering (`c with values-prod.yaml`, `overlay dev`) before and after, or why there are none.

    Without a name, `error` says itself what it is about.
    """

    name: str
    error: str
    files: tuple[FileChange, ...]


Prover = Callable[[Workspace, Workspace, Sequence[Change]], Proof]
"""Proves changes between two snapshots of a workspace. Raises `Refused` with the rendered difference."""


def all_of(provers: Sequence[Prover]) -> Prover:
    """A prover that is content if all of some are, and says what each has to say."""

    def prove(before: Workspace, after: Workspace, changes: Sequence[Change]) -> Proof:
        proofs = tuple(one(before, after, changes) for one in provers)
        return Proof(open=tuple(reason for proof in proofs for reason in proof.open), parts=proofs)

    return prove
