"""Rendered manifests as text with sources beside the lines, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from sparkfix.helm.manifests import Manifest
from sparkfix.helm.sourcemap import Mapped, RenderedLine, Source

_WIDEST = 100

Show = Callable[[str], str]
"""From a path in the workspace to the path that the user sees."""


def annotated(manifest: Manifest, mapped: Mapped, show: Show) -> str:
    """A manifest with `path:line` behind each line: `?` where it is not known, callers in brackets."""
    lines = list(_lines(manifest, mapped))
    width = min(max(len(text) for _, text, _ in lines), _WIDEST)
    body = [f"{text:<{width}}  # {_place(line, show)}" for _, text, line in lines]
    return "\n".join(["---", f"# Source: {manifest.file}", *body]) + "\n"


def rendering_json(found: Sequence[Manifest], mapped: Mapped, show: Show) -> str:
    """All lines of all manifests: `file`, `line` of the rendered file, `text`, and `source` or null."""
    items = [
        {
            "file": manifest.file,
            "line": number,
            "text": text,
            "source": {"file": show(line.source.path), "line": line.source.line} if line.source else None,
        }
        for manifest in found
        for number, text, line in _lines(manifest, mapped)
    ]
    return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n]\n"


def _lines(manifest: Manifest, mapped: Mapped) -> Iterator[tuple[int, str, RenderedLine]]:
    """The lines of a manifest: number (from 1) in the rendered file, text, and what is known of the rendered line."""
    known = mapped.files.get(manifest.file, ())
    for offset, text in enumerate(manifest.text.removesuffix("\n").split("\n")):
        index = manifest.first + offset
        yield index + 1, text, known[index] if index < len(known) else RenderedLine(text)


def _place(line: RenderedLine, show: Show) -> str:
    def shown(source: Source) -> str:
        return f"{show(source.path)}:{source.line}"

    if line.source is None:
        return "?"
    callers = f" [{' '.join(map(shown, line.callers))}]" if line.callers else ""
    return shown(line.source) + callers
