"""Kustomization files: finding and reading them.

Source: `api/types/kustomization.go` (fields, deprecated ones, what is refused) and `api/konfig/general.go` (names).

What `buildMetadata` asks for (`originAnnotations`, `transformerAnnotations`, `managedByLabel`) is left out: it tells people
and tools where an object comes from, with the version of the kustomize at hand, and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sparkfix.workspace.kustomize.reading import Reading, parse
from sparkfix.workspace.kustomize.trees import Unresolved
from sparkfix.workspace.store import Store

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
COMPONENT = "Component"

_TEXT_LISTS = ("resources", "bases", "components", "patchesStrategicMerge", "configurations", "generators",
               "transformers", "buildMetadata")  # fmt: skip
_MAPPING_LISTS = (
    "patches",
    "patchesJson6902",
    "images",
    "imageTags",
    "replicas",
    "labels",
    "replacements",
    "configMapGenerator",
    "secretGenerator",
    "helmCharts",
    "vars",
)
_TEXT_MAPPINGS = ("commonLabels", "commonAnnotations")
_MAPPINGS = ("generatorOptions", "sortOptions", "helmGlobals")
_TEXTS = ("apiVersion", "kind", "namePrefix", "nameSuffix", "namespace")
_SILENT = ("metadata",)
_METADATA = ("originAnnotations", "transformerAnnotations", "managedByLabel")
_NOT_DONE = {
    "crds": "names in these custom resources are not updated",
    "helmChartInflationGenerator": "charts of this old field are not rendered; it is now called helmCharts",
    "openapi": "lists of custom resources are replaced, whatever their schema says",
    "validators": "plugins are not run",
}


@dataclass(frozen=True, slots=True)
class Kustomization:
    """A kustomization file. `fields` holds the supported fields, each with a value of the right form."""

    path: str
    folder: str
    fields: Mapping[str, Any]

    def texts(self, *names: str) -> tuple[str, ...]:
        """The items of lists of text."""
        return tuple(item for name in names for item in self.fields.get(name, ()))

    def mappings(self, *names: str) -> tuple[dict[str, Any], ...]:
        """The items of lists of mappings."""
        return tuple(item for name in names for item in self.fields.get(name, ()))

    def mapping(self, name: str) -> dict[str, Any]:
        return dict(self.fields.get(name, {}))

    def text(self, name: str) -> str:
        return str(self.fields.get(name, ""))

    @property
    def is_component(self) -> bool:
        return self.text("kind") == COMPONENT


def find_kustomizations(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders that hold a kustomization file, sorted, each once; `""` is the root. `paths` are paths of files."""
    split = (path.rpartition("/") for path in paths)
    return tuple(sorted({folder for folder, _, name in split if name in NAMES}))


def file_of(store: Store, folder: str) -> str | None:
    """The path of a folder's kustomization file, or None. Raises `Unresolved` if there are several."""
    found = [path for name in NAMES if store.exists(path := f"{folder}/{name}" if folder else name)]
    if len(found) > 1:
        raise Unresolved(f"several kustomization files in one folder: {', '.join(found)}")
    return found[0] if found else None


def load(reading: Reading, folder: str) -> Kustomization | None:
    """A folder's kustomization. What cannot be used is left out with a problem; None if there is none to be read."""
    where = f"{folder}/{NAMES[0]}" if folder else NAMES[0]
    path = reading.attempt(where, lambda: file_of(reading.store, folder), None)
    if path is None:
        if not any(problem.path == where for problem in reading.problems):
            reading.report(where, "no kustomization file in this folder")
        return None
    path = reading.store.resolved(path)
    document = reading.attempt(path, lambda: _document(reading, path), None)
    if document is None:
        return None
    fields = {}
    for key, value in document.items():
        name = _KNOWN.get(key.lower())
        if name is None:
            reading.report(path, f"{key}: unknown field")
        elif name in _NOT_DONE and value:
            reading.report(path, f"{name}: {_NOT_DONE[name]}{_named(value)}")
        elif name in _CHECKS and value is not None:
            fields[name] = _CHECKS[name](reading, path, name, value)
    _check_kind(reading, path, fields)
    if strange := [one for one in fields.get("buildMetadata", ()) if one not in _METADATA]:
        reading.report(path, f"buildMetadata: kustomize does not know {strange[0]}")
    return Kustomization(path, folder, fields)


def _document(reading: Reading, path: str) -> dict[str, Any]:
    documents = parse(reading.data(path), path, old_booleans=True)
    if not documents:
        raise Unresolved("the kustomization is empty")
    if len(documents) > 1 or not isinstance(documents[0], dict):
        raise Unresolved("a kustomization must be one mapping")
    return documents[0]


def _named(value: Any) -> str:
    """The names of charts or files that are left out, if there are any."""
    items = value if isinstance(value, list) else []
    names = [item if isinstance(item, str) else str(item.get("chartName", "")) for item in items if item]
    short = [name for name in names if name and "\n" not in name]
    return f" ({', '.join(short)})" if short else ""


def _check_kind(reading: Reading, path: str, fields: dict[str, Any]) -> None:
    kind = fields.get("kind") or "Kustomization"
    expected = "kustomize.config.k8s.io/" + ("v1alpha1" if kind == COMPONENT else "v1beta1")
    if kind not in ("Kustomization", COMPONENT):
        reading.report(path, f"kind: {kind} should be Kustomization or Component")
    elif fields.get("apiVersion") not in (None, "", expected):
        reading.report(path, f"apiVersion: should be {expected}")


def _list_of(kind: type, word: str) -> Callable[[Reading, str, str, Any], Any]:
    def check(reading: Reading, path: str, name: str, value: Any) -> tuple[Any, ...]:
        items = value if isinstance(value, list) else [None]
        if not all(isinstance(item, kind) for item in items):
            reading.report(path, f"{name}: must be a list of {word}")
        return tuple(item for item in items if isinstance(item, kind))

    return check


def _one(kind: type, word: str) -> Callable[[Reading, str, str, Any], Any]:
    def check(reading: Reading, path: str, name: str, value: Any) -> Any:
        if not isinstance(value, kind):
            reading.report(path, f"{name}: must be {word}")
            return kind()
        return value

    return check


def _text_mapping(reading: Reading, path: str, name: str, value: Any) -> dict[str, str]:
    items = value if isinstance(value, dict) else {"": None}
    if not all(isinstance(item, str) for item in items.values()):
        reading.report(path, f"{name}: must be a mapping of text to text; quote numbers and booleans")
    return {key: item for key, item in items.items() if isinstance(item, str)}


_CHECKS: Mapping[str, Callable[[Reading, str, str, Any], Any]] = {
    **dict.fromkeys(_TEXT_LISTS, _list_of(str, "paths")),
    **dict.fromkeys(_MAPPING_LISTS, _list_of(dict, "mappings")),
    **dict.fromkeys(_TEXT_MAPPINGS, _text_mapping),
    **dict.fromkeys(_MAPPINGS, _one(dict, "a mapping")),
    **dict.fromkeys(_TEXTS, _one(str, "text")),
}
# Go's JSON decoder, which reads the file in kustomize, does not care about case.
_KNOWN = {name.lower(): name for name in (*_CHECKS, *_NOT_DONE, *_SILENT)}
