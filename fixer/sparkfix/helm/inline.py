"""Values that stand as a map in a file of another kind: in an Argo CD Application or a Flux HelmRelease."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sparkfix.formats.yaml.tolerant import dump_plain, key_lines, load_all_plain

Data = Callable[[str], "bytes | None"]
Route = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Inline:
    """A map in a file of the workspace: the file, the number of the YAML document in it (from 0), and the way to the map."""

    path: str
    document: int
    route: Route

    def text(self, data: Data) -> str:
        """The values as YAML text; empty where they are gone."""
        return _text(data(self.path) or b"", self.document, self.route)

    def line(self, data: Data, value: Route) -> int | None:
        """The line (from 1) that sets a value of the map; None if none does."""
        return key_lines(data(self.path) or b"", self.document).get((*self.route, *value))


@lru_cache(maxsize=256)
def _text(data: bytes, document: int, route: Route) -> str:
    documents = load_all_plain(data)
    found = documents[document] if document < len(documents) else None
    for name in route:
        if isinstance(found, dict):
            found = found.get(name)
        else:
            found = found[name] if isinstance(found, list) and isinstance(name, int) and name < len(found) else None
    return dump_plain(found) if isinstance(found, dict) and found else ""
