"""How many of the keys that stand in real files are found, per kind of place: `docs/corpus.md`.

What is to be found is counted by looking at lines, with nothing of sparkfix's own readers: a second opinion, not a
second parser. `make corpus-page` writes the page.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sparkfix.formats.document import Document
from sparkfix.workspace.find import find_files
from sparkfix.workspace.store import DiskStore
from sparkfix.workspace.workspace import Workspace

LEAST_FOUND = 98
PAGE = Path(__file__).parent.parent.parent / "docs" / "corpus.md"

_KEY = r"spark\.[a-zA-Z][\w\-*]*(?:[.$][\w\-*]+)*"
_MAP = re.compile(rf"^[ \t]*(?:-[ ]+)?[\"']?(?P<key>{_KEY})[\"']?[ ]*:(?=[ \r\n]|$)")
_PAIR = re.compile(rf"^[ \t]*(?:-[ ]+)?(?:name|key):[ ]+[\"']?(?P<key>{_KEY})[\"']?[ \r]*$")
_LIST = re.compile(rf"^[ \t]*-[ ]+[\"']?(?P<key>{_KEY})=")
_SETTING = re.compile(rf"^[ \t]*(?P<key>{_KEY})(?:[ \t]*[=:]|[ \t]+[^\s(=]|[ \t\r]*$)")
_CONF = re.compile(rf"(?:--conf|-c)[= ]+[\"'\\]*(?P<key>{_KEY})=")
_JAVA = re.compile(rf"-D(?P<key>{_KEY})=")
_HEADER = re.compile(r"^(?P<indent>[ ]*)(?:-[ ]+)*(?:[\"']?[\w.\-/ ]+[\"']?:[ ]+)?[|>][+\-0-9]*[ ]*(?:#.*)?$")
_PARENT = re.compile(r"^(?P<indent>[ ]*)(?:-[ ]+)?[\"']?(?P<name>[\w.\-]+)[\"']?:[ ]*(?:#.*)?$")
_MANIFEST = re.compile(r"(?m)^kind:")
_CRD = re.compile(r"(?m)^kind:[ ]*CustomResourceDefinition")
_NOT_KEYS = re.compile(r"spark\.(?:(?:apache\.org|stackable\.tech|operator)(?:/|$)|(?:sql|conf|read|catalog|table)\()")
_METADATA = frozenset({"labels", "annotations", "matchLabels", "nodeSelector", "selector"})


@dataclass(frozen=True)
class Expected:
    """A key that a line sets: the kind of place, and where the key stands (file, byte)."""

    row: str
    path: str
    line: int
    start: int
    key: str


def expected_in(path: str, text: str) -> Iterator[Expected]:
    """The keys that the lines of a file set; `text` has one character per byte."""
    plain = not path.endswith((".yaml", ".yml", ".tpl"))
    if _CRD.search(text):
        return
    start, scalar = 0, -1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        bare = line.strip()
        indent = len(line) - len(line.lstrip(" "))
        if bare and scalar >= 0 and indent <= scalar:
            scalar = -1
        if bare and not bare.startswith(("#", "!", "{{/*")) and "spark." in line:
            for row, match in _keys(path, text, start, line, plain=plain, inside=scalar >= 0):
                if not _NOT_KEYS.match(line, match.start("key")):
                    yield Expected(row, path, number, start + match.start("key"), match["key"])
        header = _HEADER.match(line.rstrip("\r\n")) if scalar < 0 and not plain else None
        scalar = len(header["indent"]) if header else scalar
        start += len(line)


def _keys(
    path: str, text: str, start: int, line: str, *, plain: bool, inside: bool
) -> Iterator[tuple[str, re.Match[str]]]:
    options = [("`--conf` in a YAML scalar", one) for one in _CONF.finditer(line)]
    options += [("`-Dspark.x=y` in a YAML scalar", one) for one in _JAVA.finditer(line)]
    if options or "--conf" in line:
        yield from options
    elif plain:
        if match := _SETTING.match(line):
            yield ".conf and .properties files", match
    elif match := _PAIR.match(line):
        yield "list of `{name: spark.x, value: y}`", match
    elif match := _MAP.match(line):
        parents = list(_parents(text, start, line))
        if not _METADATA & set(parents[:1]):
            yield _row_of_map(path, text, parents, inside=inside), match
    elif match := _LIST.match(line):
        yield "list of `spark.x=y`", match
    elif (inside or path.endswith(".tpl")) and (match := _SETTING.match(line)):
        yield f"properties text in {_kind(path, text)}", match


def _parents(text: str, start: int, line: str) -> Iterator[str]:
    """The keys above a line, innermost first."""
    indent = len(line) - len(line.lstrip(" "))
    for above in reversed(text[:start].splitlines()):
        match = _PARENT.match(above)
        if match and len(match["indent"]) < indent:
            yield match["name"]
            indent = len(match["indent"])


def _row_of_map(path: str, text: str, parents: list[str], *, inside: bool) -> str:
    if inside:
        return "a text in a block scalar"
    if parents[:1] == ["sparkConf"] and _MANIFEST.search(text):
        return f"`sparkConf:` map of a custom resource in {_kind(path, text)}"
    return f"map in {_kind(path, text)}"


def _kind(path: str, text: str) -> str:
    if path.endswith(".tpl"):
        return "a `{{ define }}` body"
    if "/templates/" in path and "{{" in text:
        return "a Helm template"
    if re.search(r"(?:^|/)[\w.\-]*values[\w.\-]*\.ya?ml$", path):
        return "a values file"
    return "a manifest" if _MANIFEST.search(text) else "another YAML file"


def compared(workspace: Workspace) -> tuple[Counter[str], Counter[str], list[Expected]]:
    """Keys to be found and keys found, per kind of place, and those that are missed."""
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed: list[Expected] = []
    for path in workspace.targets:
        document = workspace.document(path)
        if document is None or b"spark." not in document.source.data:
            continue
        starts = _starts(document)
        for item in expected_in(path, document.source.folded):
            wanted[item.row] += 1
            if any(start in starts for start in (item.start, item.start - 1)):
                found[item.row] += 1
            else:
                missed.append(item)
    return wanted, found, missed


def _starts(document: Document) -> set[int]:
    return {document.source.offset(item.key_span.start) for block in document.blocks for item in block.properties}


def page(wanted: Counter[str], found: Counter[str], missed: list[Expected]) -> str:
    """The page about a corpus."""
    rows = "".join(
        f"| {row} | {found[row]} | {wanted[row]} | {100 * found[row] / wanted[row]:.1f} % |\n" for row in sorted(wanted)
    )
    total, all_found = sum(wanted.values()), sum(found.values())
    names = "".join(f"* `{item.key}` in {item.path}:{item.line}\n" for item in missed) or "None.\n"
    return (
        "# What is found in real repositories\n\n"
        "Made by `make corpus-page` over 35 public repositories that run Spark on Kubernetes. What is to be found was\n"
        "counted line by line, without the readers of sparkfix (`tests/corpus/places.py`).\n\n"
        "| where keys stand | found | there | |\n|---|--:|--:|--:|\n"
        f"{rows}| all | {all_found} | {total} | {100 * all_found / max(total, 1):.1f} % |\n\n## Missed\n\n{names}"
    )


def check_places(workspace: Workspace) -> Iterator[str]:
    """Print the table; a failure where too few keys are found."""
    wanted, found, missed = compared(workspace)
    print("\n## Keys found\n" + page(wanted, found, missed).partition("\n\n| ")[2])
    share = 100 * sum(found.values()) / max(sum(wanted.values()), 1)
    if share < LEAST_FOUND:
        yield f"{share:.1f} % of the keys are found, {LEAST_FOUND} % are to be"


if __name__ == "__main__":
    listed = find_files([Path(sys.argv[1])], Path(sys.argv[1]))
    PAGE.write_text(page(*compared(Workspace(DiskStore(listed.root), listed.files))), "utf-8")
