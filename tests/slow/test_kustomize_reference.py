"""`build` against the reference: kustomize itself, over all trees in `trees/` (run by `make test-kustomize`).

A tree is one text: `=== PATH` begins a file, `=== PATH base64` one whose bytes are given so. Trees named `helm-*` hold
charts, which the reference renders with a helm beside it, and `build` with the engine that there is.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sparkfix.formats.yaml.plain import load_all
from sparkfix.helm.inflate import Inflater
from sparkfix.helm.renderer import Renderer
from sparkfix.workspace.kustomize import build, find_kustomizations
from sparkfix.workspace.store import DiskStore

TREES = sorted((Path(__file__).parent / "trees").glob("*.tree"))
PROGRAMS = str(Path(sys.executable).parent)
REFERENCE = shutil.which("kustomize", path=PROGRAMS) or ""
BUILD_METADATA = {
    "annotations": ("config.kubernetes.io/origin", "alpha.config.kubernetes.io/transformations"),
    "labels": ("app.kubernetes.io/managed-by",),
}
HELM = shutil.which("helm", path=PROGRAMS) or ""

pytestmark = pytest.mark.skipif(not REFERENCE, reason="no kustomize beside the interpreter: make test-kustomize")


def files_of(tree: Path) -> Iterator[tuple[str, bytes]]:
    for part in tree.read_bytes().split(b"=== ")[1:]:
        head, _, data = part.partition(b"\n")
        path, _, how = head.decode().partition(" ")
        yield path, base64.b64decode(data) if how else data


def reference(folder: Path) -> list[Any]:
    helm = ["--enable-helm", "--helm-command", HELM] if HELM else []
    command = [REFERENCE, "build", "--load-restrictor", "LoadRestrictionsNone", *helm, str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [without_build_metadata(document) for document in load_all(done.stdout)]


def without_build_metadata(document: Any) -> Any:
    """An object without what `buildMetadata` adds, which `build` leaves out."""
    for field, keys in BUILD_METADATA.items():
        own = document["metadata"].get(field) or {}
        kept = {key: value for key, value in own.items() if key not in keys}
        if kept:
            document["metadata"][field] = kept
        elif own:
            del document["metadata"][field]
    return document


def plain(values: Any) -> str:
    """Text that tells true from 1 and "1" from 1."""
    return json.dumps(values, indent=1, sort_keys=True)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.stem)
def test_same_objects(tree: Path, tmp_path: Path) -> None:
    if tree.stem.startswith("helm-") and not HELM:
        pytest.skip("no helm beside the interpreter: make test-kustomize builds it")
    for name, data in files_of(tree):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    found = find_kustomizations(name for name, _ in files_of(tree))
    applied = [folder for folder in found if not folder.startswith("components") and folder != "all/labels"]
    assert applied
    with Renderer() as renderer:
        for folder in applied:
            built = build(DiskStore(tmp_path), folder, Inflater(renderer))
            assert built.problems == (), folder
            assert plain([item.data for item in built.objects]) == plain(reference(tmp_path / folder)), folder
