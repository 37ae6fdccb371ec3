"""The files below the root of a workspace, whether or not anybody asked for them."""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.workspace.find import SKIPPED_FOLDERS
from sparkfix.workspace.store import Store

_MOST_FOLDERS = 20_000
_DEEPEST = 20


def files_below(store: Store) -> Iterator[str]:
    """The files below the root, but for what is hidden or not people's own; symbolic links are not followed."""
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
