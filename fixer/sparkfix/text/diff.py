"""Unified diffs that `git apply` takes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sparkfix.model import FileChange

_NO_NEWLINE = b"\n\\ No newline at end of file\n"


def _lines(data: bytes) -> list[bytes]:
    """Lines with their newline; only `\\n` ends one, as in git."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _quoted(prefix: str, path: str) -> bytes:
    """A path as git writes it in a header: in C quotes where it holds special or non-ASCII bytes."""
    raw = (prefix + path).encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in raw):
        return raw
    escaped = b"".join(bytes([byte]) if 32 <= byte < 127 and byte not in b'"\\' else b"\\%03o" % byte for byte in raw)
    return b'"' + escaped + b'"'


def unified_diff(change: FileChange, context: int = 3) -> bytes:
    """The change of one file as a unified diff with git's headers; empty if nothing changed."""
    if change.before == change.after:
        return b""
    old, new = _quoted("a/", change.path), _quoted("b/", change.path)
    blank = b"\t" if b" " in old and not old.startswith(b'"') else b""
    body = difflib.diff_bytes(
        difflib.unified_diff, _lines(change.before), _lines(change.after), old + blank, new + blank, n=context
    )
    parts = [b"diff --git " + old + b" " + new + b"\n"]
    for line in body:
        parts.append(line if line.endswith(b"\n") else line + _NO_NEWLINE)
    return b"".join(parts)


def unified_diffs(changes: Iterable[FileChange]) -> bytes:
    """The diffs of several files, in the order of their paths."""
    return b"".join(unified_diff(change) for change in sorted(changes, key=lambda change: change.path))
