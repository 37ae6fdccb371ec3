"""Which files are looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sparkfix.model import SparkfixError
from sparkfix.workspace.find import LARGEST, binary, find_files, is_candidate, root_for


def tree(root: Path, *names: str, **contents: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("spark.a: 1\n")
    for name, text in contents.items():
        (root / name).write_text(text)


def ignore(root: Path, *lines: str) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / ".gitignore").write_text("\n".join(lines) + "\n")


def found(root: Path) -> list[str]:
    return list(find_files([root], root).files)


def test_names_decide(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "a.yaml",
        "b.yml",
        "c.tpl",
        "d.conf",
        "e.properties",
        "spark-defaults.conf.template",
        "f.py",
        "g.md",
        "h",
    )
    assert found(tmp_path) == [
        "a.yaml",
        "b.yml",
        "c.tpl",
        "d.conf",
        "e.properties",
        "f.py",
        "spark-defaults.conf.template",
    ]


def test_nested_ignore_files_with_negation(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "a.yaml",
        "gen/b.yaml",
        "x/c.yaml",
        "x/keep.yaml",
        "x/y/d.yaml",
        "x/y/keep.yaml",
        "out/e.yaml",
        "x/out/f.yaml",
    )
    ignore(tmp_path, "gen/", "*.yaml", "!a.yaml", "/out")
    ignore(tmp_path / "x", "!keep.yaml", "!c.yaml")
    ignore(tmp_path / "x/y", "keep.yaml")
    assert found(tmp_path) == ["a.yaml", "x/c.yaml", "x/keep.yaml"]


def test_a_file_below_an_ignored_folder_cannot_come_back(tmp_path: Path) -> None:
    tree(tmp_path, "gen/keep.yaml", "a.yaml")
    ignore(tmp_path, "gen/", "!gen/keep.yaml")
    assert found(tmp_path) == ["a.yaml"]


def test_ignore_files_above_the_named_folder_hold(tmp_path: Path) -> None:
    tree(tmp_path, "x/a.yaml", "x/gen.yaml", ".git/info/y")
    (tmp_path / ".git/info/exclude").write_text("a.yaml\n")
    ignore(tmp_path, "gen.yaml")
    assert found(tmp_path / "x") == []


def test_anchored_patterns_are_relative_to_their_file(tmp_path: Path) -> None:
    tree(tmp_path, "x/a.yaml", "x/y/a.yaml")
    ignore(tmp_path / "x", "/a.yaml")
    assert found(tmp_path) == ["x/y/a.yaml"]


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "x/a.yaml")
    os.symlink(tmp_path, tmp_path / "x/loop")
    os.symlink(tmp_path / "x/a.yaml", tmp_path / "b.yaml")
    os.symlink(tmp_path / "nowhere", tmp_path / "c.yaml")
    assert found(tmp_path) == ["x/a.yaml"]


def test_a_folder_that_cannot_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, "a.yaml", "closed/b.yaml", "open/c.yaml")
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    result = find_files([tmp_path], tmp_path)
    assert result.files == ("a.yaml", "open/c.yaml")
    assert [(problem.path, problem.reason) for problem in result.problems] == [("closed", "permission denied")]


def test_large_files_are_told_and_read_when_named(tmp_path: Path) -> None:
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(LARGEST + 1)
    with (tmp_path / "fits.yaml").open("wb") as file:
        file.truncate(LARGEST)
    result = find_files([tmp_path], tmp_path)
    assert result.files == ("fits.yaml",)
    assert "5 MB" in result.problems[0].reason
    assert find_files([tmp_path / "big.yaml"], tmp_path).files == ("big.yaml",)


def test_a_named_file_is_taken_whatever_its_name_and_ignore_file(tmp_path: Path) -> None:
    tree(tmp_path, "defaults", "gen.yaml")
    ignore(tmp_path, "gen.yaml")
    result = find_files([tmp_path / "defaults", tmp_path / "gen.yaml", tmp_path], tmp_path)
    assert result.files == ("defaults", "gen.yaml")
    assert result.named == {"defaults", "gen.yaml"}


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SparkfixError, match="no such file"):
        find_files([tmp_path / "x"], tmp_path)


def test_skipped_folders(tmp_path: Path) -> None:
    tree(tmp_path, ".git/a.yaml", "node_modules/b.yaml", ".github/c.yaml", ".venv/d.yaml")
    assert found(tmp_path) == [".github/c.yaml"]


def test_paths_outside_of_here_move_the_root(tmp_path: Path) -> None:
    tree(tmp_path, "x/a.yaml", "y/b.yaml")
    assert root_for([tmp_path / "x"], tmp_path) == tmp_path
    assert find_files([tmp_path / "x", tmp_path / "y"], tmp_path / "x").files == ("x/a.yaml", "y/b.yaml")


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"a\0b", True),
        (b"\xff\xfea\0", False),
        (b"\xfe\xff\0a", False),
        (b"a\xff", False),
        (b"", False),
        (b"\x7fELF\0", True),
    ],
)
def test_binary(data: bytes, wanted: bool) -> None:
    assert binary(data) is wanted


@pytest.mark.parametrize(
    "name", ["x.yaml.gotmpl", "x.conf.j2", "spark-defaults.conf", "spark.properties", "a.yml.tmpl"]
)
def test_candidates(name: str) -> None:
    assert is_candidate(name)
