"""A snapshot of files with what is understood of them. Editing gives a new snapshot that shares all that is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from sparkfix.formats.document import Document
from sparkfix.formats.languages import language_of_file
from sparkfix.formats.reading import open_document
from sparkfix.model import Problem
from sparkfix.text.source import SourceText
from sparkfix.workspace.around import files_below
from sparkfix.workspace.find import binary, is_candidate
from sparkfix.workspace.mentions import Words, words_in
from sparkfix.workspace.store import Store

LONGEST_LINE = 1 << 20


def overlong_line(data: bytes) -> int:
    """The number (from 1) of the first line that is longer than people write; 0 if there is none."""
    if len(data) <= LONGEST_LINE:
        return 0
    lines = enumerate(data.split(b"\n"), 1)
    return next((number for number, line in lines if len(line) > LONGEST_LINE), 0)


@dataclass
class _Shared:
    """Caches that snapshots share; keyed by content, so that they can never be stale."""

    documents: dict[tuple[str, bytes], Document] = field(default_factory=dict)
    read: dict[str, bytes | None] = field(default_factory=dict)
    real: dict[str, str] = field(default_factory=dict)
    charts: dict[str, str | None] = field(default_factory=dict)
    folders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    units: dict[tuple[str, ...], dict[str, list[str]]] = field(default_factory=dict)
    words: dict[str, tuple[bytes, Words]] = field(default_factory=dict)
    below: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Workspace:
    """Files under `store`; `targets` may be edited, all others are read as context. `edited` overrides the store.

    `unnamed_namespace` is the name that stands for a release's namespace where that is not known; where it is, objects
    without a namespace stand in `default_namespace`.
    """

    store: Store
    targets: tuple[str, ...]
    edited: Mapping[str, bytes] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    spark_version: str = ""
    unnamed_namespace: str = ""
    default_namespace: str = ""
    _shared: _Shared = field(default_factory=_Shared, repr=False)

    @cached_property
    def target_set(self) -> frozenset[str]:
        """The targets, to ask whether a file is one."""
        return frozenset(self.targets)

    def with_edits(self, changes: Mapping[str, bytes]) -> Workspace:
        """The same files with some contents replaced."""
        return replace(self, edited={**self.edited, **changes})

    def sharing(self, other: Workspace) -> Workspace:
        """This workspace, which understands each content only once together with another one that has no charts."""
        return replace(self, _shared=_Shared(documents=other._shared.documents))

    def data(self, path: str) -> bytes | None:
        """The bytes of a file as this snapshot has them; None if it cannot be read. Each file is read once.

        What is reached by a symbolic link is what it leads to.
        """
        if path in self.edited:
            return self.edited[path]
        if path not in self._shared.read:
            self._shared.real[path] = self.store.resolved(path)
            self._shared.read[path] = self.store.read(path)
        real = self._shared.real[path]
        return self.edited[real] if real in self.edited else self._shared.read[path]

    def relevant(self, path: str) -> bool:
        """May a file say something of Spark (see `Words.spark`)? A file that the user named always may."""
        words = self._words(path)
        return words is not None and (path in self.named or words.spark)

    def mentions(self, path: str, words: Iterable[bytes]) -> bool:
        """May a file say one of these words (see `Words.may_say`)?"""
        own = self._words(path)
        return own is not None and own.may_say(words)

    def speaks_of(self, path: str, words: Iterable[bytes]) -> bool:
        """May a file say one of these words, or a field that stands for one (see `Words.speaks_of`)?"""
        own = self._words(path)
        return own is not None and own.speaks_of(words)

    def words(self, paths: Iterable[str]) -> tuple[Words, ...]:
        """The words of those files that can be read."""
        return tuple(words for path in paths if (words := self._words(path)) is not None)

    def _words(self, path: str) -> Words | None:
        """The words of a file; None if it cannot be read."""
        data = self.data(path)
        if data is None:
            return None
        known = self._shared.words.get(path)
        if known is None or known[0] is not data:
            known = self._shared.words[path] = (data, words_in(data))
        return known[1]

    def document(self, path: str) -> Document | None:
        """What is understood of a file; None if it cannot be read or is binary."""
        data = self.data(path)
        if data is None or binary(data):
            return None
        key = (path, data)
        found = self._shared.documents.get(key)
        if found is None:
            source = SourceText(path, data)
            own = language_of_file(path)
            number = 0 if own is not None and own.long_lines else overlong_line(data)
            if number:
                problem = Problem(path, f"a line of more than {LONGEST_LINE >> 20} MB is no configuration", number)
                found = Document(source, problems=(problem,))
            else:
                found = open_document(source, in_chart_templates=self.in_chart_templates(path))
            self._shared.documents[key] = found
        return found

    def chart_of(self, path: str) -> str | None:
        """The folder of the chart that a file belongs to (`""` is the root), or None."""
        folder = path.rpartition("/")[0]
        charts = self._shared.charts
        if folder not in charts:
            if self.store.exists(f"{folder}/Chart.yaml" if folder else "Chart.yaml"):
                charts[folder] = folder
            else:
                charts[folder] = self.chart_of(folder) if folder else None
        return charts[folder]

    def in_chart_templates(self, path: str) -> bool:
        chart = self.chart_of(path)
        if chart is None:
            return False
        inside = path[len(chart) + 1 :] if chart else path
        return inside.startswith("templates/")

    def unit_of(self, path: str) -> str:
        """What a file is looked at together with: its chart (`chart:FOLDER`), else its folder (`folder:FOLDER`)."""
        chart = self.chart_of(path)
        return f"chart:{chart}" if chart is not None else f"folder:{path.rpartition('/')[0]}"

    def unit_files(self, unit: str) -> tuple[str, ...]:
        """All files of a unit whose names we understand, targets and context alike, sorted."""
        if unit not in self._shared.folders:
            kind, _, folder = unit.partition(":")
            own = self._targets_by_unit().get(unit, ())
            self._shared.folders[unit] = tuple(sorted({*own, *self._list(folder, unit, deep=kind == "chart")}))
        return self._shared.folders[unit]

    def files_below(self) -> Sequence[str]:
        """The files below the root, whether or not they were asked for (see `around`); listed once."""
        if self._shared.below is None:
            self._shared.below = tuple(files_below(self.store))
        return self._shared.below

    def files_around(self) -> list[str]:
        """The targets, then the other files below the root."""
        return [*self.targets, *(path for path in self.files_below() if path not in self.target_set)]

    def _targets_by_unit(self) -> dict[str, list[str]]:
        known = self._shared.units.get(self.targets)
        if known is None:
            known = self._shared.units[self.targets] = {}
            for path in self.targets:
                known.setdefault(self.unit_of(path), []).append(path)
        return known

    def _list(self, folder: str, unit: str, *, deep: bool, above: tuple[str, ...] = ()) -> Sequence[str]:
        """The files of a unit in a folder; `above` are the folders that this one is in, as links may form circles."""
        real = self.store.resolved(folder)
        if real in above:
            return ()
        found: list[str] = []
        for name, is_folder in self.store.names(folder):
            path = f"{folder}/{name}" if folder else name
            if is_folder:
                if deep and not name.startswith(".") and self.unit_of(path + "/x") == unit:
                    found.extend(self._list(path, unit, deep=True, above=(*above, real)))
            elif is_candidate(name):
                found.append(path)
        return found
