"""The kustomizations that may take something from some files, whether or not anybody asked for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.workspace.find import SKIPPED_FOLDERS
from sparkfix.workspace.kustomize.kustomization import NAMES, find_kustomizations
from sparkfix.workspace.store import Store
from sparkfix.workspace.workspace import Workspace

_MOST_FOLDERS = 20_000
_DEEPEST = 20


def has_kustomizations(workspace: Workspace) -> bool:
    """Is a target in or below the folder of a kustomization? Asks only for files above targets."""
    above = {folder for path in workspace.targets for folder in _parents(path.rpartition("/")[0])}
    return any(workspace.store.exists(f"{folder}/{name}" if folder else name) for folder in above for name in NAMES)


def inflate_charts(workspace: Workspace) -> bool:
    """Does any kustomization below the root have charts rendered?"""
    return any(_inflates(workspace, path) for path in _walk(workspace.store) if path.rpartition("/")[2] in NAMES)


@dataclass(frozen=True, slots=True)
class Around:
    """The folders of kustomizations, and the YAML files that nobody asked for: some may say how these are applied."""

    kustomizations: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def kustomizations_around(workspace: Workspace, *, charts: bool = False) -> Around:
    """All kustomizations below the root, if a target is in or below one; also those that were not asked for.

    An overlay that nobody named takes what it takes all the same. With `charts` also if no target is in or below one, but
    some kustomization inflates charts: it may do so from anywhere. Symbolic links are not followed; what they lead to is
    found where it is.
    """
    inside = has_kustomizations(workspace)
    if not inside and not charts:
        return Around()
    found, asked = list(workspace.targets), set(workspace.targets)
    for path in _walk(workspace.store):
        if path not in asked:
            found.append(path)
    if not inside and not any(_inflates(workspace, path) for path in found if path.rpartition("/")[2] in NAMES):
        return Around()
    more = (path for path in found[len(asked) :] if path.endswith((".yaml", ".yml")))
    return Around(find_kustomizations(found), tuple(sorted(more)))


def _inflates(workspace: Workspace, path: str) -> bool:
    return b"helmchart" in (workspace.data(path) or b"").lower()


def _walk(store: Store) -> Iterator[str]:
    """The files below the root, but for what is hidden or not people's own."""
    todo, seen = [""], 0
    while todo and seen < _MOST_FOLDERS:
        folder, seen = todo.pop(), seen + 1
        for name, is_folder in store.names(folder):
            path = f"{folder}/{name}" if folder else name
            if not is_folder:
                yield path
            elif _is_entered(path, name) and store.resolved(path) == path:
                todo.append(path)


def _is_entered(path: str, name: str) -> bool:
    return not name.startswith(".") and name not in SKIPPED_FOLDERS and path.count("/") < _DEEPEST


def _parents(folder: str) -> list[str]:
    """A folder and all above it, the root (`""`) last."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:length]) for length in range(len(parts), -1, -1)]
