"""One kustomization while it is carried out: its file, and the build that it is part of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sparkfix.workspace.kustomize.charts import Inflate
from sparkfix.workspace.kustomize.kustomization import Kustomization
from sparkfix.workspace.kustomize.objects import Origin
from sparkfix.workspace.kustomize.reading import Reading, locate
from sparkfix.workspace.kustomize.trees import Unresolved

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Layer:
    """A kustomization with the reading of its build; `chain` are the folders of all that include it, and its own.

    `inflate` renders charts; `inherited` is the namespace of the nearest kustomization above that sets one.
    """

    reading: Reading
    kustomization: Kustomization
    chain: tuple[str, ...]
    inflate: Inflate | None = None
    inherited: str = ""

    def below(self, kustomization: Kustomization) -> Layer:
        """A kustomization that this one includes."""
        namespace = self.kustomization.text("namespace") or self.inherited
        return Layer(self.reading, kustomization, (*self.chain, kustomization.folder), self.inflate, namespace)

    def origin(self, by: str, path: str = "") -> Origin:
        """The part of this kustomization, or of a file that it names, in an object."""
        return Origin(path or self.kustomization.path, by, self.kustomization.path)

    def locate(self, reference: str) -> str:
        """The path of a file that this kustomization names. Raises `Unresolved`, also for a remote one."""
        return locate(self.reading, self.kustomization.folder, reference)

    def attempt(self, action: Callable[[], T], otherwise: T) -> T:
        """The result of `action`; if it cannot be carried out, `otherwise`, and a problem of this kustomization."""
        try:
            return action()
        except Unresolved as error:
            self.reading.report(self.kustomization.path, str(error))
            return otherwise

    def each(self, items: Iterable[T], action: Callable[[T], T]) -> tuple[T, ...]:
        """All items after `action`; one for which it cannot be carried out stays as it is, with a problem."""
        return tuple(self.attempt(partial(action, item), item) for item in items)
