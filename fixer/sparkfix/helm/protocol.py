"""What the rendering child and its parent say to each other: one JSON value a line, and the child's engines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Failure(Exception):
    """What Helm says of a chart or of values."""


class Engine(Protocol):
    """Loads a chart's archive, then renders it any number of times. Both raise `Failure` with Helm's message."""

    name: str

    def load(self, archive: bytes) -> None: ...

    def render(self, job: Mapping[str, Any]) -> dict[str, str]:
        """Manifests by template. A job has the fields of `sparkfix.helm.renderer.Job`."""


def merged(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Both maps in one: later values win, maps are merged, all else is replaced (Helm's `MergeMaps`).

    A null stays, because it deletes the chart's own default later (Helm's `CoalesceValues`).
    """
    found = dict(values)
    for key, value in more.items():
        own = found.get(key)
        found[key] = merged(own, value) if isinstance(own, Mapping) and isinstance(value, Mapping) else value
    return found
