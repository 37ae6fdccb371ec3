"""Values that stand in a file of another kind, an Argo CD Application or a Flux HelmRelease: as a map or as a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sparkfix.formats.yaml.tolerant import dump_plain, key_lines, load_all_plain

Data = Callable[[str], "bytes | None"]
_LITERAL = re.compile(r":\s*\|[-+\d]*\s*(?:#.*)?\Z")
Route = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Inline:
    """Values in a file of the workspace: the file, the number of the YAML document in it (from 0), and the way to them."""

    path: str
    document: int
    route: Route

    def text(self, data: Data) -> str:
        """The values as YAML text; empty where they are gone."""
        found = _value(data(self.path) or b"", self.document, self.route)
        return found if isinstance(found, str) else dump_plain(found) if isinstance(found, dict) and found else ""

    def line(self, data: Data, value: Route) -> int | None:
        """The line (from 1) that sets a value; None if none does, or if the values are a text without lines of its own."""
        content = data(self.path) or b""
        lines, found = key_lines(content, self.document), _value(content, self.document, self.route)
        if not isinstance(found, str):
            return lines.get((*self.route, *value))
        key, inner = lines.get(self.route), key_lines(found.encode()).get(value)
        literal = key is not None and _LITERAL.search(content.splitlines()[key - 1].decode("utf-8", "replace"))
        return key + inner if literal and key is not None and inner is not None else None


@lru_cache(maxsize=256)
def _value(data: bytes, document: int, route: Route) -> Any:
    documents = load_all_plain(data)
    found = documents[document] if document < len(documents) else None
    for name in route:
        if isinstance(found, dict):
            found = found.get(name)
        else:
            found = found[name] if isinstance(found, list) and isinstance(name, int) and name < len(found) else None
    return found
