"""The tree is the architecture: file sizes, homes of third-party libraries, completeness of pages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "fixer").rglob("*.py"), *(ROOT / "rules").rglob("*.py")])
LONGEST = 450
HOMES = {
    "yaml": "fixer/sparkfix/formats/yaml/",
    "ruamel": "fixer/sparkfix/formats/yaml/",
    "tree_sitter": "fixer/sparkfix/formats/",
    "tree_sitter_bash": "fixer/sparkfix/formats/shell/",
    "tree_sitter_make": "fixer/sparkfix/formats/make/",
    "tree_sitter_scala": "fixer/sparkfix/formats/scala/",
    "tree_sitter_java": "fixer/sparkfix/formats/scala/",
    "tree_sitter_hcl": "fixer/sparkfix/formats/terraform/",
    "tree_sitter_toml": "fixer/sparkfix/formats/toml/",
    "libcst": "fixer/sparkfix/formats/python/",
    "difflib": "fixer/sparkfix/text/",
    "git": "fixer/sparkfix/git/",
    "pathspec": "fixer/sparkfix/workspace/ignore.py",
    "filelock": "fixer/sparkfix/engine/",
    "jsonpatch": "fixer/sparkfix/workspace/kustomize/patch.py",
    "typer": "fixer/sparkfix/cli/",
    "diskcache": "fixer/sparkfix/helm/cache.py",
    "platformdirs": "fixer/sparkfix/helm/cache.py",
    "helm_python": "fixer/sparkfix/helm/child.py",
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_source_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(text)), "every module says what it is for"
    relative = path.relative_to(ROOT).as_posix()
    strays = {name for name in imports(path) & HOMES.keys() if not relative.startswith(HOMES[name])}
    assert not strays


def test_every_command_and_option_is_documented() -> None:
    import typer

    from sparkfix.cli import main

    main._register()
    group = typer.main.get_command(main.app)
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    commands = getattr(group, "commands", {})
    assert set(commands) >= {"check", "apply", "diff", "set", "unset", "rename", "rules", "explain", "new-rule"}
    for name, command in commands.items():
        assert f"sparkfix {name}" in page
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or f"`{option}" in page, f"{name} {option}"
