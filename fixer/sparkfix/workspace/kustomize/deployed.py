"""Kustomizations that Argo CD and Flux apply: such a folder is applied as it is, also where others build on it.

Sources: Argo CD's "Kustomize" page and the `Application` type (`spec.source.path`, `kustomize`); Flux's `Kustomization` v1
reference (`spec.path`, what changes the result).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sparkfix.formats.yaml.tolerant import load_all_plain
from sparkfix.workspace.workspace import Workspace

_CHANGING = ("patches", "patchesStrategicMerge", "patchesJson6902", "images", "components", "namePrefix", "nameSuffix",
             "commonMetadata", "postBuild", "targetNamespace")  # fmt: skip


def deployed_folders(workspace: Workspace, more: Iterable[str], shown: Callable[[str], str]) -> dict[str, str]:
    """The folders that files of a workspace, and `more` files, have applied, each with what is changed about it on the
    way, in words, with paths as `shown`.

    The text is empty where a folder is applied as it is.
    """
    found: dict[str, str] = {}
    for path in (*workspace.targets, *more):
        data = workspace.data(path) or b"" if path.endswith((".yaml", ".yml")) else b""
        if b"argoproj.io/" in data or b"kustomize.toolkit.fluxcd.io/" in data:
            for document in load_all_plain(data):
                for folder, changed in _of(document) if isinstance(document, dict) else ():
                    found[folder] = found.get(folder) or (f"{shown(path)} changes its {changed}" if changed else "")
    return found


def _of(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    spec, api = document.get("spec"), str(document.get("apiVersion"))
    if not isinstance(spec, dict):
        return
    if api.startswith("kustomize.toolkit.fluxcd.io/"):
        yield from _folder(spec.get("path"), spec)
    elif api.startswith("argoproj.io/") and document.get("kind") == "Application":
        sources = spec.get("sources")
        for source in [*(sources if isinstance(sources, list) else ()), spec.get("source")]:
            if isinstance(source, dict):
                own = source.get("kustomize")
                yield from _folder(source.get("path"), own if isinstance(own, dict) else {})


def _folder(path: object, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(path, str):
        folder = posixpath.normpath(path.lstrip("/") or ".")
        changed = next((name for name in _CHANGING if settings.get(name)), "")
        yield ("" if folder == "." else folder), changed
