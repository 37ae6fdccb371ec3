from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sparkfix.git.repository import (
    Repository,
    branch_exists,
    commit,
    create_branch,
    files_at,
    find_repository,
    head,
    uncommitted,
    valid_branch_name,
)
from sparkfix.model import SparkfixError


@pytest.fixture(autouse=True)
def own_git(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No git settings but those that a test makes."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("EMAIL", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True, text=True)
    return done.stdout.rstrip("\n")


def new_repository(folder: Path) -> Repository:
    """A repository without commits, on the branch `main`, that knows who commits."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Ann")
    git(folder, "config", "user.email", "ann@example.org")
    return Repository(folder.resolve())


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A repository with one commit of a.yaml and b.yaml."""
    made = new_repository(tmp_path / "repo")
    for name in ("a.yaml", "b.yaml"):
        (made.root / name).write_text("old\n")
    git(made.root, "add", ".")
    git(made.root, "commit", "--quiet", "--message=first")
    return made


def hook(repo: Repository, name: str, script: str) -> None:
    file = repo.root / ".git/hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def committed(repo: Repository) -> list[str]:
    """The names in the last commit, as git keeps them."""
    names = git(repo.root, "-c", "core.quotePath=false", "show", "--format=", "--name-only", "-z", "HEAD")
    return sorted(name for name in names.split("\0") if name)


def test_importing_is_cheap() -> None:
    code = "import sys, sparkfix.git.repository; print('git' in sys.modules, 'subprocess' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.split()[0] == "False"


def test_finds_the_work_tree(repo: Repository) -> None:
    deep = repo.root / "sub/deep"
    deep.mkdir(parents=True)
    for place in (repo.root, deep, repo.root / "a.yaml", deep / "not/there.yaml"):
        assert find_repository(place) == repo


def test_finds_a_work_tree_behind_a_link(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repo.root)
    assert find_repository(tmp_path / "link") == repo
    assert uncommitted(repo, [tmp_path / "link/a.yaml"]) == ()


def test_no_repository(tmp_path: Path) -> None:
    assert find_repository(tmp_path) is None
    (tmp_path / "dead/.git").mkdir(parents=True)
    assert find_repository(tmp_path / "dead") is None


def test_bare_repository_is_none(tmp_path: Path, repo: Repository) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    assert find_repository(tmp_path / "bare.git") is None
    assert find_repository(repo.root / ".git") is None


def test_worktree(repo: Repository, tmp_path: Path) -> None:
    git(repo.root, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = find_repository(tmp_path / "side")
    assert side == Repository((tmp_path / "side").resolve())
    (side.root / "a.yaml").write_text("new\n")
    assert uncommitted(side, [Path("a.yaml")]) == ("a.yaml",)
    assert uncommitted(repo, [Path("a.yaml")]) == ()
    before = head(repo)
    commit(side, [Path("a.yaml")], "on the side")
    assert head(repo) == before != head(side)


def test_repository_of_somebody_else_is_an_error(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(SparkfixError, match=r"^git cannot read the repository at .*: detected dubious ownership"):
        find_repository(repo.root)


def test_missing_git_is_one_line(repo: Repository) -> None:
    code = (
        "import sys; from pathlib import Path; from sparkfix.git.repository import find_repository\n"
        "from sparkfix.model import SparkfixError\n"
        "try:\n    find_repository(Path(sys.argv[1]))\n"
        "except SparkfixError as error:\n    print(error)\n"
    )
    environment = {**os.environ, "PATH": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(repo.root)], capture_output=True, check=True, text=True, env=environment
    )
    assert done.stdout == "git cannot be run here: please install git\n"


def test_uncommitted(repo: Repository) -> None:
    (repo.root / ".gitignore").write_text("*.ignored\n")
    for name in ("staged.yaml", "untracked.yaml", "x.ignored", "other.yaml"):
        (repo.root / name).write_text("new\n")
    git(repo.root, "add", "staged.yaml")
    (repo.root / "a.yaml").write_text("new\n")
    git(repo.root, "rm", "--quiet", "b.yaml")
    names = ["a.yaml", "b.yaml", "staged.yaml", "untracked.yaml", "x.ignored", "missing.yaml"]
    expected = ("a.yaml", "b.yaml", "staged.yaml", "untracked.yaml")
    assert uncommitted(repo, [Path(name) for name in names]) == expected
    assert uncommitted(repo, [repo.root / name for name in names]) == expected
    assert uncommitted(repo, []) == ()


def test_uncommitted_follows_links(repo: Repository) -> None:
    (repo.root / "link.yaml").symlink_to("a.yaml")
    git(repo.root, "add", ".")
    git(repo.root, "commit", "--quiet", "--message=link")
    (repo.root / "a.yaml").write_text("new\n")
    assert uncommitted(repo, [Path("link.yaml")]) == ("a.yaml",)
    commit(repo, [Path("link.yaml")], "through the link")
    assert committed(repo) == ["a.yaml"]


def test_uncommitted_of_very_many_paths(repo: Repository) -> None:
    names = [f"folder/{'n' * 100}-{number}.yaml" for number in range(1001)]
    (repo.root / "folder").mkdir()
    for name in names:
        (repo.root / name).write_text("new\n")
    assert uncommitted(repo, [Path(name) for name in names]) == tuple(sorted(names))
    commit(repo, [Path(name) for name in names], "many")
    assert len(committed(repo)) == 1001


def test_path_outside_is_an_error(repo: Repository, tmp_path: Path) -> None:
    for path in (tmp_path / "x.yaml", Path("../x.yaml"), repo.root):
        with pytest.raises(SparkfixError, match="is not in the git work tree"):
            uncommitted(repo, [path])


ODD_NAMES = ["with space.yaml", "größe-文.yaml", "-leading.yaml", "*.yaml", ":(top)x.yaml", 'quo"te\n.yaml', "[a].yaml"]


@pytest.mark.parametrize("tracked", [True, False], ids=["tracked", "untracked"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(repo: Repository, name: str, tracked: bool) -> None:
    (repo.root / name).write_text("old\n")
    if tracked:
        git(repo.root, "--literal-pathspecs", "add", "--", name)
        git(repo.root, "commit", "--quiet", "--message=odd")
        (repo.root / name).write_text("new\n")
    (repo.root / "a.yaml").write_text("new\n")
    assert uncommitted(repo, [Path(name)]) == (name,)
    commit(repo, [Path(name)], "odd")
    assert committed(repo) == [name]
    assert uncommitted(repo, [Path(name), Path("a.yaml")]) == ("a.yaml",)


def test_commit_takes_only_its_paths(repo: Repository) -> None:
    for name in ("a.yaml", "b.yaml", "staged.yaml", "new.yaml"):
        (repo.root / name).write_text("new\n")
    git(repo.root, "add", "b.yaml", "staged.yaml")
    before = head(repo)
    name = commit(repo, [Path("a.yaml"), repo.root / "new.yaml", Path("a.yaml")], "Fix ports\n\nBecause.")
    assert head(repo).startswith(name)
    assert 4 <= len(name) < 40
    assert git(repo.root, "rev-parse", "HEAD^") == before
    assert git(repo.root, "log", "-1", "--format=%B") == "Fix ports\n\nBecause."
    assert committed(repo) == ["a.yaml", "new.yaml"]
    assert git(repo.root, "status", "--porcelain").splitlines() == ["M  b.yaml", "A  staged.yaml"]


def test_commit_of_a_deleted_file(repo: Repository) -> None:
    (repo.root / "a.yaml").unlink()
    commit(repo, [Path("a.yaml")], "gone")
    assert git(repo.root, "ls-files") == "b.yaml"


def test_nothing_to_commit(repo: Repository) -> None:
    before = head(repo)
    for paths in ([], [Path("a.yaml")]):
        with pytest.raises(SparkfixError, match=r"^there is nothing to commit$"):
            commit(repo, paths, "nothing")
    assert head(repo) == before


def test_hooks_run_and_may_refuse(repo: Repository) -> None:
    hook(repo, "pre-commit", "printf '\\n\\033[31mno tabs,\\033[0m please\\nmore\\n' >&2; exit 1")
    (repo.root / "a.yaml").write_text("new\n")
    (repo.root / "new.yaml").write_text("new\n")
    (repo.root / "b.yaml").write_text("staged\n")
    git(repo.root, "add", "b.yaml")
    before = (head(repo), git(repo.root, "status", "--porcelain"), git(repo.root, "ls-files", "--stage"))
    with pytest.raises(SparkfixError, match=r"^git refused the commit: no tabs, please$"):
        commit(repo, [Path("a.yaml"), Path("new.yaml")], "x")
    after = (head(repo), git(repo.root, "status", "--porcelain"), git(repo.root, "ls-files", "--stage"))
    assert after == before


def test_hook_that_refuses_in_silence(repo: Repository) -> None:
    hook(repo, "pre-commit", "exit 3")
    (repo.root / "a.yaml").write_text("new\n")
    with pytest.raises(SparkfixError, match=r"^git refused the commit: no reason was given \(exit code 1\)$"):
        commit(repo, [Path("a.yaml")], "x")


def test_hook_may_rewrite_the_message(repo: Repository) -> None:
    hook(repo, "commit-msg", 'echo "Signed-off-by: hook" >> "$1"')
    (repo.root / "a.yaml").write_text("new\n")
    commit(repo, [Path("a.yaml")], "x")
    assert "Signed-off-by: hook" in git(repo.root, "log", "-1", "--format=%B")


def test_unknown_committer(repo: Repository) -> None:
    git(repo.root, "config", "--unset", "user.email")
    git(repo.root, "config", "user.useConfigOnly", "true")
    (repo.root / "new.yaml").write_text("new\n")
    reason = r"^git refused the commit: Please tell me who you are \(git config user\.email\)$"
    with pytest.raises(SparkfixError, match=reason):
        commit(repo, [Path("new.yaml")], "x")
    assert git(repo.root, "status", "--porcelain") == "?? new.yaml"


def test_locked_index(repo: Repository) -> None:
    (repo.root / ".git/index.lock").touch()
    (repo.root / "a.yaml").write_text("new\n")
    with pytest.raises(SparkfixError, match=r"^git refused the commit: Unable to create '.*index\.lock': File exists"):
        commit(repo, [Path("a.yaml")], "x")
    assert uncommitted(repo, [Path("a.yaml")]) == ("a.yaml",)


def test_in_the_middle_of_a_merge(repo: Repository) -> None:
    git(repo.root, "checkout", "--quiet", "-b", "side")
    (repo.root / "b.yaml").write_text("side\n")
    git(repo.root, "commit", "--quiet", "--all", "--message=side")
    git(repo.root, "checkout", "--quiet", "main")
    git(repo.root, "merge", "--quiet", "--no-ff", "--no-commit", "side")
    (repo.root / "a.yaml").write_text("new\n")
    with pytest.raises(SparkfixError, match=r"^git refused the commit: cannot do a partial commit during a merge\.$"):
        commit(repo, [Path("a.yaml")], "x")
    assert git(repo.root, "diff", "--cached", "--name-only") == "b.yaml"


def test_ignored_file_is_not_committed(repo: Repository) -> None:
    (repo.root / ".gitignore").write_text("x.yaml\n")
    (repo.root / "x.yaml").write_text("new\n")
    (repo.root / "a.yaml").write_text("new\n")
    with pytest.raises(SparkfixError, match=r"^git ignores x.yaml, so it cannot be committed"):
        commit(repo, [Path("a.yaml"), Path("x.yaml")], "x")
    assert git(repo.root, "diff", "--cached", "--name-only") == ""


def test_before_the_first_commit(tmp_path: Path) -> None:
    repo = new_repository(tmp_path / "fresh")
    (repo.root / "a.yaml").write_text("new\n")
    (repo.root / "b.yaml").write_text("new\n")
    git(repo.root, "add", "b.yaml")
    assert find_repository(repo.root) == repo
    assert head(repo) == ""
    assert not branch_exists(repo, "main")
    assert uncommitted(repo, [Path("a.yaml"), Path("b.yaml")]) == ("a.yaml", "b.yaml")
    create_branch(repo, "fixes")
    hook(repo, "pre-commit", "exit 1")
    with pytest.raises(SparkfixError, match="git refused the commit"):
        commit(repo, [Path("a.yaml")], "first")
    assert git(repo.root, "status", "--porcelain").splitlines() == ["A  b.yaml", "?? a.yaml"]
    hook(repo, "pre-commit", "exit 0")
    name = commit(repo, [Path("a.yaml")], "first")
    assert head(repo).startswith(name)
    assert git(repo.root, "ls-tree", "--name-only", "HEAD") == "a.yaml"
    assert branch_exists(repo, "fixes")


def test_create_branch(repo: Repository) -> None:
    (repo.root / "a.yaml").write_text("new\n")
    before = head(repo)
    create_branch(repo, "sparkfix/fixes-ü")
    assert git(repo.root, "branch", "--show-current") == "sparkfix/fixes-ü"
    assert (repo.root / "a.yaml").read_text() == "new\n"
    assert head(repo) == before
    assert branch_exists(repo, "main")
    assert not branch_exists(repo, "sparkfix")
    with pytest.raises(SparkfixError, match=r"^the branch main exists already; please choose another name$"):
        create_branch(repo, "main")
    with pytest.raises(SparkfixError, match=r"^git could not make the branch main/sub: .*refs/heads/main"):
        create_branch(repo, "main/sub")


@pytest.mark.parametrize(
    "name", ["", "-x", "--help", "a b", "a..b", "a.lock", "HEAD", "@{-1}", "-", "a\0b", "a~1", "/a"]
)
def test_names_that_are_no_branch(repo: Repository, name: str) -> None:
    git(repo.root, "checkout", "--quiet", "-b", "other")
    git(repo.root, "checkout", "--quiet", "main")
    assert not valid_branch_name(repo, name)
    with pytest.raises(SparkfixError, match=r"is not a name that git allows for a branch$"):
        create_branch(repo, name)
    assert git(repo.root, "branch", "--show-current") == "main"


@pytest.mark.parametrize("name", ["fixes", "a/b", "ü", "1", "@x"])
def test_names_that_are_fine(repo: Repository, name: str) -> None:
    assert valid_branch_name(repo, name)


def test_detached_head(repo: Repository) -> None:
    git(repo.root, "checkout", "--quiet", "--detach")
    (repo.root / "a.yaml").write_text("new\n")
    name = commit(repo, [Path("a.yaml")], "x")
    assert head(repo).startswith(name)
    assert git(repo.root, "branch", "--show-current") == ""


def test_variables_that_point_elsewhere(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a hook of another repository, which git tells where it works."""
    other = new_repository(tmp_path / "other")
    (other.root / "o.yaml").write_text("o\n")
    git(other.root, "add", ".")
    git(other.root, "commit", "--quiet", "--message=other")
    theirs = head(other)
    pointers = {
        "GIT_DIR": str(other.root / ".git"),
        "GIT_WORK_TREE": str(other.root),
        "GIT_INDEX_FILE": str(other.root / ".git/index"),
        "GIT_OBJECT_DIRECTORY": str(other.root / ".git/objects"),
        "GIT_COMMON_DIR": str(other.root / ".git"),
        "GIT_PREFIX": "sub/",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    (repo.root / "a.yaml").write_text("new\n")
    (repo.root / "new.yaml").write_text("new\n")
    with monkeypatch.context() as patch:
        for name, value in pointers.items():
            patch.setenv(name, value)
        assert find_repository(repo.root) == repo
        assert find_repository(tmp_path) is None
        assert uncommitted(repo, [Path("a.yaml"), Path("b.yaml")]) == ("a.yaml",)
        create_branch(repo, "fixes")
        mine = commit(repo, [Path("a.yaml"), Path("new.yaml")], "x")
        assert head(repo).startswith(mine)
        assert {name: os.environ.get(name) for name in pointers} == pointers
    assert committed(repo) == ["a.yaml", "new.yaml"]
    assert git(repo.root, "branch", "--show-current") == "fixes"
    assert (head(other), git(other.root, "branch", "--show-current")) == (theirs, "main")
    assert git(other.root, "status", "--porcelain") == ""


def test_settings_of_the_caller_stay(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """`git -c user.name=…` reaches its aliases and hooks by variables."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.name")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "Bo Bögen")
    (repo.root / "a.yaml").write_text("new\n")
    commit(repo, [Path("a.yaml")], "grüße")
    assert git(repo.root, "log", "-1", "--format=%an %s") == "Bo Bögen grüße"


def test_files_of_a_commit(repo: Repository) -> None:
    folder = repo.root / "é d"
    (folder / "deep").mkdir(parents=True)
    contents = {"empty.yaml": b"", "deep/ü\n.conf": b"\xff\x00\r\nlast", "same.yaml": b"old\n", "large.yaml": b"x" * 11}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (folder / "link.yaml").symlink_to("same.yaml")
    git(repo.root, "add", ".")
    git(repo.root, "commit", "--quiet", "--message=second")
    (folder / "same.yaml").write_text("new\n")
    kept = {name: data for name, data in contents.items() if name != "large.yaml"}
    assert files_at(repo, "HEAD", "é d", 10) == kept
    assert files_at(repo, "main", "", 10) == {
        "a.yaml": b"old\n", "b.yaml": b"old\n", **{f"é d/{name}": data for name, data in kept.items()},
    }  # fmt: skip
    assert files_at(repo, "HEAD~1", "é d", 10) == {}
    for name in ("nope", "--all", "HEAD:a.yaml", ""):
        assert files_at(repo, name, "", 10) is None
