"""The same case in other bytes: line ends, encodings, neighbours. Input and expectation are derived in the same way.

A variant is left out, by rule and not case by case, where it cannot be derived: where it would change nothing, where
one of the case's files is in another encoding than UTF-8 (or has a byte order mark, or mixed line ends) already, and
where `case.toml` says `variants = false` and a `reason`. Cases that are rendered have none in UTF-16 or under a condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from sparkfix.testing.cases import Case

Files = Mapping[str, bytes]
Change = Callable[[str, bytes, Files], bytes]
# Helm and kustomize read UTF-8 only, and no values set of a case turns on the condition.
_NOT_RENDERED = ("utf-16", "under-if")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_UNDERSTOOD = re.compile(r"\.(?:ya?ml|tpl|gotmpl|conf|properties|cfg)\Z|(?:^|/)spark-defaults\Z")
_SCALAR = re.compile(r"(?P<indent> *)(?:- )?[\w.\-\"']+: \|[-+0-9]*[ \t]*\r?\n\Z")
_PROPERTY = re.compile(r"[ \t]*spark\.[A-Za-z]")
_OPENS = re.compile(r"\{\{-?\s*(?:if|range|with|define|block)\b")
_CLOSES = re.compile(r"\{\{-?\s*end\b")
_ELSE = re.compile(r"\{\{-?\s*else\b")
_ACTION_LINE = re.compile(r"[ \t]*\{\{.*\}\}[ \t]*\r?\n?\Z")
ABOVE = "# Größe – ünïcödé 漢字 😀"


@dataclass(frozen=True)
class Variant:
    """How a file's bytes change, and what becomes of places in findings: lines down by `down`, or not compared."""

    change: Change
    down: int | None = 0


def _plain(data: bytes) -> bool:
    """UTF-8 without a byte order mark, with one kind of line ends: the only bytes that variants are made of."""
    if data.startswith(_MARKS) or b"\0" in data:
        return False
    returns = data.count(b"\r")
    return returns == data.count(b"\r\n") and returns in (0, data.count(b"\n"))


def _other_line_ends(path: str, data: bytes, files: Files) -> bytes:
    del path, files
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data.replace(b"\n", b"\r\n")


def _bom(path: str, data: bytes, files: Files) -> bytes:
    del files
    return _MARKS[0] + data if _UNDERSTOOD.search(path) else data


def _other_final_newline(path: str, data: bytes, files: Files) -> bytes:
    """Without the final newline; with one where there was none. Files that end in blank lines stay as they are."""
    del path, files
    newline = b"\r\n" if b"\r" in data else b"\n"
    if not data.endswith(b"\n"):
        return data + newline if data else data
    return data if data.endswith(newline * 2) else data[: -len(newline)]


def _non_ascii_above(path: str, data: bytes, files: Files) -> bytes:
    del files
    return ABOVE.encode() + (b"\r\n" if b"\r" in data else b"\n") + data if _UNDERSTOOD.search(path) else data


def _utf16(path: str, data: bytes, files: Files) -> bytes:
    """Not in charts, since Helm reads UTF-8."""
    folders = [path[: found.start()] for found in re.finditer("/", path)]
    if (
        not _UNDERSTOOD.search(path)
        or any(f"{folder}/Chart.yaml" in files for folder in folders)
        or "Chart.yaml" in files
    ):
        return data
    return _MARKS[1] + data.decode("utf-8").encode("utf-16-le")


def _under_if(path: str, data: bytes, files: Files) -> bytes:
    """In chart templates: the lines of each block scalar that holds Spark properties under one more condition."""
    del files
    if "templates/" not in path:
        return data
    lines = data.decode("utf-8").splitlines(keepends=True)
    for first, end in reversed(list(_scalars(lines))):
        newline = "\r\n" if lines[first].endswith("\r\n") else "\n"
        last = lines[end - 1]
        lines[end - 1] = last if last.endswith("\n") else last + newline
        lines.insert(end, "{{- end }}" + (newline if last.endswith("\n") else ""))
        lines.insert(first, "{{- if .Values.sparkfixVariant }}" + newline)
    return "".join(lines).encode("utf-8")


def _scalars(lines: list[str]) -> Iterator[tuple[int, int]]:
    """First line and end of the content of block scalars with Spark properties, whose actions close what they open."""
    position = 0
    while position < len(lines):
        header = _SCALAR.match(lines[position])
        position += 1
        if not header:
            continue
        first, depth = position, 0
        while position < len(lines) and depth >= 0:
            line = lines[position]
            deeper = line.startswith(header["indent"] + " ") or not line.strip()
            depth += len(_OPENS.findall(line)) - len(_CLOSES.findall(line))
            stops = depth < 0 or (depth == 0 and _ELSE.search(line)) or not (deeper or _ACTION_LINE.match(line))
            if stops:
                break
            position += 1
        end = position
        while end > first and not lines[end - 1].strip():
            end -= 1
        if any(_PROPERTY.match(line) for line in lines[first:end]):
            yield first, end


VARIANTS: dict[str, Variant] = {
    "other-line-ends": Variant(_other_line_ends),
    "bom": Variant(_bom),
    "other-final-newline": Variant(_other_final_newline),
    "non-ascii-above": Variant(_non_ascii_above, down=1),
    "utf-16": Variant(_utf16),
    "under-if": Variant(_under_if, down=None),
}


def variant_of(case: Case, name: str) -> Case | None:
    """The case in a variant, with the findings that are expected of it; None where it is left out (see above)."""
    if case.settings.get("render") and name in _NOT_RENDERED:
        return None
    if case.settings.get("variants") is False or not all(map(_plain, (*case.before.values(), *case.after.values()))):
        return None
    variant = VARIANTS[name]
    before, after = (
        {path: variant.change(path, data, files) for path, data in files.items()} for files in (case.before, case.after)
    )
    if before == dict(case.before):
        return None
    findings = _moved(case, variant.down) if variant.down else case.findings
    return replace(
        case,
        name=f"{case.name} [{name}]",
        before=before,
        after=after,
        findings=findings,
        placed=variant.down is not None,
    )


def _moved(case: Case, down: int) -> str:
    """The findings with the lines of all places further down."""
    text = case.findings
    for path in sorted(filter(_UNDERSTOOD.search, case.before), key=len, reverse=True):
        text = re.sub(
            rf"(?<![\w/.\-]){re.escape(path)}:(\d+)",
            lambda found: f"{found[0][: -len(found[1])]}{int(found[1]) + down}",
            text,
        )
    return text
