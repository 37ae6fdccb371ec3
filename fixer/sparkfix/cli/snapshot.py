"""The files of a session as a git commit has them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from sparkfix.cli.session import Session
from sparkfix.model import SparkfixError
from sparkfix.workspace.find import LARGEST, SKIPPED_FOLDERS, is_candidate
from sparkfix.workspace.store import MemoryStore
from sparkfix.workspace.workspace import Workspace


def session_at(session: Session, reference: str) -> Session:
    """The session on the files of a commit. Raises `SparkfixError` if git knows no such commit."""
    from sparkfix.git.repository import files_at

    repository = session.repository("")
    if repository is None:
        raise SparkfixError(f"--diff-with {reference}: no such file, and no git work tree to look for it in")
    root = session.found.root.resolve()
    folder = root.relative_to(repository.root).as_posix()
    found = files_at(repository, reference, "" if folder == "." else folder, LARGEST)
    if found is None:
        raise SparkfixError(f"--diff-with {reference}: no such values file, and git knows no such commit")
    targets = tuple(sorted(path for path in found if _is_target(session, path)))
    workspace = Workspace(MemoryStore(found), targets, spark_version=session.workspace.spark_version)
    return replace(session, workspace=workspace, found=replace(session.found, files=targets, named=frozenset()))


def _is_target(session: Session, path: str) -> bool:
    """Would a run have looked at a file of the commit?"""
    place = PurePosixPath(path)
    if not is_candidate(place.name) or not SKIPPED_FOLDERS.isdisjoint(place.parts[:-1]):
        return False
    asked = session.asked
    return any(path == one or not one or path.startswith(one + "/") for one in asked)
