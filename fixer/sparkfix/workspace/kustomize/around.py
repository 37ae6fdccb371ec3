"""The kustomizations that may take something from some files, whether or not anybody asked for them."""

from __future__ import annotations

from dataclasses import dataclass

from sparkfix.workspace.kustomize.kustomization import NAMES, find_kustomizations
from sparkfix.workspace.workspace import Workspace


def has_kustomizations(workspace: Workspace) -> bool:
    """Is a target in or below the folder of a kustomization? Asks only for files above targets."""
    above = {folder for path in workspace.targets for folder in _parents(path.rpartition("/")[0])}
    return any(workspace.store.exists(f"{folder}/{name}" if folder else name) for folder in above for name in NAMES)


def inflate_charts(workspace: Workspace) -> bool:
    """Does any kustomization below the root have charts rendered?"""
    return any(_inflates(workspace, path) for path in workspace.files_below() if path.rpartition("/")[2] in NAMES)


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
    found = workspace.files_around()
    if not inside and not any(_inflates(workspace, path) for path in found if path.rpartition("/")[2] in NAMES):
        return Around()
    more = (path for path in found[len(workspace.targets) :] if path.endswith((".yaml", ".yml")))
    return Around(find_kustomizations(found), tuple(sorted(more)))


def _inflates(workspace: Workspace, path: str) -> bool:
    return b"helmchart" in (workspace.data(path) or b"").lower()


def _parents(folder: str) -> list[str]:
    """A folder and all above it, the root (`""`) last."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:length]) for length in range(len(parts), -1, -1)]
