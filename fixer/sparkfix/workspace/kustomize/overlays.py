"""Which kustomizations a file reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sparkfix.model import Problem
from sparkfix.workspace.kustomize.build import build
from sparkfix.workspace.kustomize.charts import Inflate
from sparkfix.workspace.store import Store


def overlays_of(
    store: Store, folders: Iterable[str], inflate: Inflate | None = None, problems: list[Problem] | None = None
) -> Mapping[str, tuple[str, ...]]:
    """For each file that contributes somewhere, the overlays that it reaches, sorted.

    `folders` are those of all kustomizations (see `find_kustomizations`); overlays are those among them that no other
    one includes: what people apply. `inflate` renders their charts; without it a chart's files reach nothing. Why parts
    of kustomizations were left out is added to `problems`.
    """
    built = {folder: build(store, folder, inflate) for folder in folders}
    included = {base for one in built.values() for base in one.bases}
    if problems is not None:
        problems += dict.fromkeys(problem for one in built.values() for problem in one.problems)
    reached: dict[str, list[str]] = {}
    for folder in sorted(built.keys() - included):
        for path in built[folder].files:
            reached.setdefault(path, []).append(folder)
    return {path: tuple(found) for path, found in sorted(reached.items())}
