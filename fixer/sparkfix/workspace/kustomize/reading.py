"""What a build reads, and what it finds wrong: the one thing in a build that changes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sparkfix.formats.yaml.plain import NotYaml, load_all
from sparkfix.model import Problem
from sparkfix.workspace.kustomize.trees import Unresolved
from sparkfix.workspace.store import Store

if TYPE_CHECKING:
    from sparkfix.workspace.kustomize.charts import Chart

T = TypeVar("T")

_REMOTE = re.compile(
    r"[a-z+]+://|git@|[\w.-]+@[\w.-]+:|(?:[\w-]+\.)+(?:com|org|net|io)[/:]|[^/].*//|.*\?(?:ref|version)="
)
_ANNOTATIONS = (("metadata", "annotations"), ("items", "[]", "metadata", "annotations"))


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads files of a store; remembers which, and collects problems, each once.

    `files` says of each file whether it counts in any case; the sources of generators count if their text is used.
    `charts` are those that were rendered, with the kustomization file that names them. `parsed` are manifests by their
    bytes, which builds of the same files may share.
    """

    store: Store
    files: dict[str, bool] = field(default_factory=dict)
    bases: dict[str, None] = field(default_factory=dict)
    charts: list[tuple[str, Chart]] = field(default_factory=list)
    problems: dict[Problem, None] = field(default_factory=dict)
    parsed: dict[bytes, list[Any]] = field(default_factory=dict, repr=False)

    def report(self, path: str, reason: str, line: int = 0) -> None:
        self.problems[Problem(path, reason, line)] = None

    def attempt(self, path: str, action: Callable[[], T], otherwise: T) -> T:
        """The result of `action`; if it cannot be carried out, `otherwise`, and a problem of the file `path`."""
        try:
            return action()
        except Unresolved as error:
            self.report(path, str(error))
            return otherwise

    def data(self, path: str, *, counts: bool = True) -> bytes:
        """The bytes of a file. Raises `Unresolved` if there is none or it cannot be read.

        Without `counts`, the file contributes only if its text is used in the end.
        """
        data = self.store.read(path)
        if data is None:
            raise Unresolved(f"{path}: {'cannot be read' if self.store.exists(path) else 'no such file'}")
        self.files[path] = counts or self.files.get(path, False)
        return data

    def manifests(self, path: str) -> list[Any]:
        """The documents of a manifest or patch, not to be changed. Raises `Unresolved`."""
        data = self.data(path)
        if data not in self.parsed:
            self.parsed[data] = parse(data, path, as_text=_ANNOTATIONS)
        return self.parsed[data]


def parse(
    data: bytes, path: str, *, old_booleans: bool = False, as_text: Collection[tuple[str, ...]] = ()
) -> list[Any]:
    """Documents as plain values. Raises `Unresolved` with the path of the file that holds them."""
    try:
        return load_all(data, old_booleans=old_booleans, as_text=as_text)
    except NotYaml as error:
        raise Unresolved(f"{path}:{error.line}: {error}" if error.line else f"{path}: {error}") from None


def parse_manifests(text: str, path: str) -> list[Any]:
    """The documents of a patch that stands in the file `path`, or of a rendered file. Raises `Unresolved`."""
    return parse(text.encode("utf-8", "surrogatepass"), path, as_text=_ANNOTATIONS)


def resolve(folder: str, reference: str) -> str:
    """The path that a reference in a kustomization of `folder` stands for; the root folder is `""`.

    Raises `Unresolved` for one that leads out of the files at hand.
    """
    if reference.startswith("/"):
        raise Unresolved(f"{reference} is an absolute path; only files of the repository are read")
    path = posixpath.normpath(posixpath.join(folder, reference))
    if path == ".." or path.startswith("../"):
        raise Unresolved(f"{reference} lies outside of the files that are read")
    return "" if path == "." else path


def locate(reading: Reading, folder: str, reference: str) -> str:
    """The path of a file that a kustomization of `folder` names. Raises `Unresolved`, also for a remote one."""
    if is_remote(reference):
        raise Unresolved(f"{reference} is remote; it is not fetched")
    path = reading.store.resolved(resolve(folder, reference))
    if not reading.store.exists(path):
        raise Unresolved(f"{path}: no such file")
    return path


def is_remote(reference: str) -> bool:
    """Does a reference look like a URL or a repository, as kustomize would fetch it (`api/internal/git/repospec.go`)?"""
    return bool(_REMOTE.match(reference))
