"""Pages of `docs/` that are made from tables in the code: `make docs` writes them, a test finds stale ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from resources import resources

from sparkfix.formats.carriers import CARRIERS, KINDS
from sparkfix.formats.languages import LANGUAGES

DOCS = Path(__file__).parent.parent.parent / "docs"
BEGIN, END = "<!-- made by `make docs` -->\n", "<!-- end -->\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [[*head], ["---" for _ in head], *([*row] for row in rows)]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def carriers() -> str:
    """What each carrier takes, and the languages."""
    rows = (
        [item.name, item.example, *(f"no: {item.cannot[kind]}" if kind in item.cannot else "yes" for kind in KINDS)]
        for item in CARRIERS
    )
    languages = ([item.name, item.files] for item in LANGUAGES)
    return table(("carrier", "is", *KINDS), rows) + "\n" + table(("language", "file names"), languages)


PARTS = {"carriers.md": carriers, "custom-resources.md": resources}


def renewed(name: str) -> tuple[str, str]:
    """A page as it is and as it should be."""
    text = (DOCS / name).read_text("utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return text, before + BEGIN + PARTS[name]() + END + after


if __name__ == "__main__":
    for page in PARTS:
        (DOCS / page).write_text(renewed(page)[1], "utf-8")
