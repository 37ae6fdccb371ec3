"""The kustomizations that may take something from some files, whether or not anybody asked for them."""

from __future__ import annotations

from sparkfix.workspace.kustomize.kustomization import NAMES, find_kustomizations
from sparkfix.workspace.workspace import Workspace

_MOST_FOLDERS = 20_000
_DEEPEST = 20


def has_kustomizations(workspace: Workspace) -> bool:
    """Is a target in or below the folder of a kustomization? Asks only for files above targets."""
    above = {folder for path in workspace.targets for folder in _parents(path.rpartition("/")[0])}
    return any(workspace.store.exists(f"{folder}/{name}" if folder else name) for folder in above for name in NAMES)


def kustomizations_around(workspace: Workspace, *, always: bool = False) -> tuple[str, ...]:
    """The folders of kustomizations: all below the root, if a target is in or below one; also those that were not asked for.

    An overlay that nobody named takes what it takes all the same. With `always` also if no target is in or below one:
    a chart may be inflated from anywhere. Symbolic links are not followed; what they lead to is found where it is.
    """
    if not always and not has_kustomizations(workspace):
        return ()
    found, todo, seen = list(workspace.targets), [""], 0
    while todo and seen < _MOST_FOLDERS:
        folder, seen = todo.pop(), seen + 1
        for name, is_folder in workspace.store.names(folder):
            path = f"{folder}/{name}" if folder else name
            if is_folder and not name.startswith("."):
                if path.count("/") < _DEEPEST and workspace.store.resolved(path) == path:
                    todo.append(path)
            elif name in NAMES:
                found.append(path)
    return find_kustomizations(found)


def _parents(folder: str) -> list[str]:
    """A folder and all above it, the root (`""`) last."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:length]) for length in range(len(parts), -1, -1)]
