"""Which kustomizations a file reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sparkfix.workspace.kustomize.build import build
from sparkfix.workspace.store import Store


def overlays_of(store: Store, folders: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """For each file that contributes somewhere, the overlays that it reaches, sorted.

    `folders` are those of all kustomizations (see `find_kustomizations`); overlays are those among them that no other
    one includes: what people apply.
    """
    built = {folder: build(store, folder) for folder in folders}
    included = {base for one in built.values() for base in one.bases}
    reached: dict[str, list[str]] = {}
    for folder in sorted(built.keys() - included):
        for path in built[folder].files:
            reached.setdefault(path, []).append(folder)
    return {path: tuple(found) for path, found in sorted(reached.items())}
