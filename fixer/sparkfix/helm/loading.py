"""Reading a chart's files as Helm's loader takes them: through a store, so that nothing outside of its root is seen.

Rules of loading: Helm's `pkg/chart/loader` (folders, archives; one `.helmignore`, that of the top folder, holds for
all of it) and `internal/resolver` (dependencies given as `file://` paths).
"""

from __future__ import annotations

import io
import json
import posixpath
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sparkfix.helm.archive import LARGEST, ChartFiles, dependencies, metadata, subcharts
from sparkfix.helm.ignore import IgnoreRule, ignore_rules, is_ignored, refused_lines
from sparkfix.workspace.find import is_candidate

_DEEPEST = 12
_MOST_FILES = 20_000
_MOST_FOLDERS = 5_000
_NAMED = 3
_LOCAL = "file://"
_DRAFT = re.compile(r"https?://json-schema\.org/(draft-0[467]|draft/2019-09|draft/2020-12)/schema#?")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")

Read = Callable[[str], "bytes | None"]
Names = Callable[[str], Sequence[tuple[str, bool]]]
Outside = Callable[[str], Sequence[str]]
File = tuple[str, str, bytes]
"""Path inside the chart, path in the workspace, content."""


def chart_files(read: Read, names: Names, folder: str, outside: Outside = lambda _: ()) -> ChartFiles:
    """All files of the chart in `folder` (paths as the store has them), with `file://` dependencies in `charts/`.

    What `read` and `names` have is what there is; `outside` gives the names of links in a folder that they leave out.
    A `values.schema.json` that refers to other documents is left out: Helm would fetch them from anywhere.
    """
    loading = _Loading(read, names, outside)
    ignores = (read(_join(folder, ".helmignore")) or b"").decode("utf-8", "replace")
    notes = [f"Helm refuses this line of {_join(folder, '.helmignore')}: {line}" for line in refused_lines(ignores)]
    found = _collected(_with_dependencies(loading, folder, 0), folder, loading.missing, notes)
    return replace(found, notes=(*found.notes, *_not_followed(loading.links)))


@dataclass(frozen=True, slots=True)
class _Loading:
    """How files are read, and what was met on the way that is not there: dependencies, and links that lead out."""

    read: Read
    names: Names
    outside: Outside
    missing: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def _not_followed(links: Sequence[str]) -> Iterator[str]:
    if links:
        more = f" and {len(links) - _NAMED} more" if len(links) > _NAMED else ""
        yield f"links that lead out of the repository were not followed: {', '.join(links[:_NAMED])}{more}"


def packed_chart(data: bytes, place: str) -> ChartFiles:
    """All files of a chart that is a `.tgz`."""
    missing: list[str] = []
    files = [(path.partition("/")[2], source, content) for path, source, content in _unpacked(data, place, 0)]
    missing += _missing({path: content for path, _, content in files})
    return _collected(files, place.removesuffix(".tgz"), missing, [])


def packed_in(read: Read, names: Names, folder: str) -> Iterator[bytes]:
    """The contents of the files in the packed charts that the chart in `folder` carries."""
    inside = _join(folder, "charts")
    for name, is_folder in names(inside):
        if name.endswith(".tgz") and not is_folder and (data := read(_join(inside, name))) is not None:
            for path, _, content in _unpacked(data, name, 0):
                if is_candidate(path.rpartition("/")[2]):
                    yield content


def _collected(files: Iterator[File] | Sequence[File], folder: str, missing: list[str], notes: list[str]) -> ChartFiles:
    contents: dict[str, bytes] = {}
    places: dict[str, str] = {}
    size = 0
    for inside, place, data in files:
        size += len(data)
        if size > LARGEST or len(contents) >= _MOST_FILES:
            notes.append(f"only the first {LARGEST >> 20} MiB or {_MOST_FILES} files of the chart were read")
            break
        if inside.endswith("values.schema.json") and not _is_closed(data):
            notes.append(f"{place} refers to other documents and was not applied")
        elif inside not in contents:
            contents[inside], places[inside] = data, place
    return ChartFiles(_name(contents, folder), contents, places, tuple(dict.fromkeys(missing)), tuple(notes))


def _name(contents: Mapping[str, bytes], folder: str) -> str:
    name = metadata(contents).get("name")
    safe = isinstance(name, str) and name and "/" not in name
    return str(name) if safe else folder.rpartition("/")[2] or "chart"


def _is_closed(schema: bytes) -> bool:
    """Does a JSON schema refer to nothing but itself and the well-known drafts?"""
    try:
        todo = [json.loads(schema)]
    except (ValueError, RecursionError):
        return False
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if not all(str(node.get(word, "#")).startswith("#") for word in _REFERENCES):
                return False
            if "$schema" in node and not _DRAFT.fullmatch(str(node["$schema"])):
                return False
            todo += node.values()
        elif isinstance(node, list):
            todo += node
    return True


def _with_dependencies(loading: _Loading, folder: str, depth: int) -> Iterator[File]:
    """The files of a chart's folder, then those of its `file://` dependencies that it does not carry itself."""
    ignores = ignore_rules((loading.read(_join(folder, ".helmignore")) or b"").decode("utf-8", "replace"))
    known: dict[str, bytes] = {}
    charts: dict[str, str] = {}
    for inside, place, data in _folder(loading, folder, "", ignores, iter(range(_MOST_FOLDERS))):
        yield inside, place, data
        if inside.endswith(("Chart.yaml", "requirements.yaml")):
            known[inside] = data
            charts[inside.rpartition("/")[0]] = place.rpartition("/")[0]
    for prefix, place in [(f"{path}/" if path else "", place) for path, place in charts.items()]:
        vendored = set(subcharts(known, prefix).values())
        for item in dependencies(known, prefix):
            name, target = item["name"], _target(place, str(item.get("repository") or ""))
            if name in vendored or "/" in name:
                continue
            vendored.add(name)
            if target is None or depth >= _DEEPEST or loading.read(_join(target, "Chart.yaml")) is None:
                loading.missing.append(name)
                continue
            for inside, source, data in _with_dependencies(loading, target, depth + 1):
                yield f"{prefix}charts/{name}/{inside}", source, data


def _target(place: str, repository: str) -> str | None:
    """The folder that a `file://` dependency of the chart at `place` names; packed charts cannot name one."""
    if not repository.startswith(_LOCAL) or ":" in place:
        return None
    target = posixpath.normpath(_join(place, repository.removeprefix(_LOCAL)))
    return "" if target == "." else target


def _missing(contents: Mapping[str, bytes]) -> list[str]:
    vendored = set(subcharts(contents).values())
    return [item["name"] for item in dependencies(contents) if item["name"] not in vendored]


def _folder(
    loading: _Loading, top: str, sub: str, ignores: Sequence[IgnoreRule], visits: Iterator[int]
) -> Iterator[File]:
    """Each file below `top`/`sub` that is not ignored, packed charts in `charts/` unpacked."""
    # Symbolic links may form circles, so that only so many folders are entered.
    if sub.count("/") > 2 * _DEEPEST or next(visits, None) is None:
        return
    for name in loading.outside(_join(top, sub)):
        if not is_ignored(ignores, _join(sub, name), folder=False):
            loading.links.append(_join(top, _join(sub, name)))
    for name, is_folder in loading.names(_join(top, sub)):
        inside = _join(sub, name)
        if is_ignored(ignores, inside, folder=is_folder):
            continue
        if is_folder:
            yield from _folder(loading, top, inside, ignores, visits)
        elif (data := loading.read(_join(top, inside))) is not None:
            packed = name.endswith(".tgz") and sub.rpartition("/")[2] == "charts"
            own = list(_packed_subchart(data, _join(top, inside), inside)) if packed else []
            # What cannot be unpacked is left to Helm, which says why.
            yield from own or [(inside, _join(top, inside), data)]


def _packed_subchart(data: bytes, place: str, inside: str, depth: int = 0) -> Iterator[File]:
    """The files of a packed subchart in a folder named like the archive, as two versions of one may stand there."""
    folder = inside.removesuffix(".tgz")
    for path, source, content in _unpacked(data, place, depth):
        yield f"{folder}/{path.partition('/')[2]}", source, content


def _unpacked(archive: bytes, place: str, depth: int) -> list[File]:
    """The files of a packed chart, packed charts inside it included. What is no whole archive of a chart has none."""
    left, found = LARGEST, list[File]()
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as members:
            for member in members:
                path = posixpath.normpath(member.name)
                left -= max(member.size, 0)
                if left < 0 or path.startswith(("/", "..")):
                    return []
                stream = members.extractfile(member) if member.isfile() else None
                if stream is None:
                    continue
                source = f"{place}:{path.partition('/')[2]}"
                if path.endswith(".tgz") and path.split("/")[-2:-1] == ["charts"] and depth < _DEEPEST:
                    found += _packed_subchart(stream.read(), source, path, depth + 1)
                else:
                    found.append((path, source, stream.read()))
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError):
        return []
    return found


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name
