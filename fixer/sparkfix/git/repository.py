"""The git repository that holds the user's files: what is uncommitted, new branches, commits.

The one home of GitPython, which is loaded when the first function that needs it is called.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sparkfix.model import SparkfixError

_BATCH = 200

# What git hands to its hooks and aliases about the repository at work. Settings of the user (GIT_CONFIG_COUNT,
# GIT_AUTHOR_NAME, ...) are not among them and stay.
_POINTERS = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_CONFIG",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)

_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_CHATTER = ("warning:", "hint:", "usage:")
_NO_WORK_TREE = ("not a git repository", "must be run in a work tree")


@dataclass(frozen=True, slots=True)
class Repository:
    """A git work tree; `root` is its top folder with all links resolved."""

    root: Path


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    output: bytes
    errors: str

    @property
    def text(self) -> str:
        return os.fsdecode(self.output).rstrip("\n")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(os.fsdecode(name) for name in self.output.split(b"\0") if name)


def find_repository(path: Path) -> Repository | None:
    """The work tree that holds a file or folder, which need not exist; None if there is none, as in a bare one.

    Raises SparkfixError if git cannot be run or does not trust the repository.
    """
    real = path.resolve()
    folder = next(place for place in (real, *real.parents) if place.is_dir())
    if not any(os.path.lexists(place / ".git") for place in (folder, *folder.parents)):
        return None
    answer = _run(folder, "rev-parse", "--show-toplevel")
    if answer.status == 0 and answer.text:
        return Repository(Path(answer.text).resolve())
    if any(reason in answer.errors for reason in _NO_WORK_TREE):
        return None
    raise SparkfixError(f"git cannot read the repository at {folder}: {_first_line(answer)}")


def uncommitted(repo: Repository, paths: Sequence[Path]) -> tuple[str, ...]:
    """Those of `paths` that hold staged, unstaged or untracked changes, relative to the top, with forward slashes.

    Relative paths are taken from the top. A link is followed to the file it stands for. Ignored files are no changes.
    Raises SparkfixError for a path outside the work tree or when git fails.
    """
    names = tuple(_inside(repo, path) for path in paths)
    status = ("--no-optional-locks", "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
    found = _listed(repo, status, names, "git could not tell what is uncommitted")
    return tuple(sorted({line[3:] for line in found}))


def branch_exists(repo: Repository, name: str) -> bool:
    """True if there is a local branch of that name. A branch without commits is none yet. Raises SparkfixError."""
    return _run(repo.root, "show-ref", "--verify", "--quiet", f"refs/heads/{name}").status == 0


def valid_branch_name(repo: Repository, name: str) -> bool:
    """True if git would take the name for a branch. Raises SparkfixError if git cannot be run."""
    if not name or name.startswith("-") or "\0" in name:
        return False
    answer = _run(repo.root, "check-ref-format", "--branch", name)
    # Git answers with another name for shorthands such as `@{-1}`.
    return answer.status == 0 and answer.text == name


def create_branch(repo: Repository, name: str) -> None:
    """Make a branch from HEAD and put HEAD on it; the work tree and the index stay as they are, and no hook is run.

    Raises SparkfixError if the name is not valid, the branch exists, or git refuses.
    """
    if not valid_branch_name(repo, name):
        raise SparkfixError(f"{name!r} is not a name that git allows for a branch")
    if branch_exists(repo, name):
        raise SparkfixError(f"the branch {name} exists already; please choose another name")
    refused = f"git could not make the branch {name}"
    if head(repo):
        _done(_run(repo.root, "branch", "--quiet", "--no-track", name, "HEAD"), refused)
    _done(_run(repo.root, "symbolic-ref", "HEAD", f"refs/heads/{name}"), refused)


def under_way(repo: Repository) -> str:
    """What the user has begun and not ended here (a merge, a rebase …); empty if nothing. Raises SparkfixError."""
    for name, word in _UNDER_WAY.items():
        answer = _run(repo.root, "rev-parse", "--git-path", name)
        if answer.status == 0 and os.path.lexists(repo.root / answer.text):
            return word
    return ""


def current(repo: Repository) -> str:
    """What is checked out: the branch's name (also before its first commit), or the full hash of a detached HEAD."""
    answer = _run(repo.root, "symbolic-ref", "--quiet", "--short", "HEAD")
    return answer.text.strip() if answer.status == 0 else head(repo)


def drop_branch(repo: Repository, name: str, back_to: str) -> None:
    """Take back `create_branch`: put HEAD where it was before and delete the branch, which has no commits of its own.

    Raises SparkfixError if git refuses.
    """
    back = f"git could not go back to {back_to}"
    begun = bool(head(repo))
    if begun and not branch_exists(repo, back_to):
        _done(_run(repo.root, "update-ref", "--no-deref", "HEAD", back_to), back)
    else:
        _done(_run(repo.root, "symbolic-ref", "HEAD", f"refs/heads/{back_to}"), back)
    if begun:
        _done(_run(repo.root, "branch", "--quiet", "-D", name), f"git could not delete the branch {name}")


def commit(repo: Repository, paths: Sequence[Path], message: str) -> str:
    """Commit the present content of `paths` and nothing else; return the abbreviated hash.

    What else is staged stays staged. Untracked paths are added; links are followed to their files. The user's hooks
    run. Raises SparkfixError, with the index as it was, if there is nothing to commit or git or a hook refuses.
    """
    names = tuple(dict.fromkeys(_inside(repo, path) for path in paths))
    known = _listed(repo, ("ls-files", "-z", "--cached"), names, "git could not list its files")
    new = tuple(sorted(set(names) - set(known)))
    changed = uncommitted(repo, paths) if names else ()
    ignored = sorted(set(new) - set(changed))
    if ignored:
        raise SparkfixError(f"git ignores {ignored[0]}, so it cannot be committed")
    if not changed:
        raise SparkfixError("there is nothing to commit")
    refused = "git refused the commit"
    try:
        if new:
            _done(_fed(repo, ("add",), new), refused)
        _done(_fed(repo, ("commit", "--quiet", "--only", f"--message={message}"), names), refused)
    except BaseException:
        if new:
            _fed(repo, ("rm", "--quiet", "--cached", "--force", "--ignore-unmatch"), new)
        raise
    return _done(_run(repo.root, "rev-parse", "--short", "HEAD"), "git could not name the new commit").text


def head(repo: Repository) -> str:
    """The full hash of the commit that is checked out; empty before the first commit. Raises SparkfixError."""
    return _run(repo.root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").text


def files_at(repo: Repository, reference: str, folder: str, largest: int) -> dict[str, bytes] | None:
    """The files below a folder of a commit, by their paths below it, without links and what is larger than `largest` bytes.

    None if git knows no such commit. Raises SparkfixError when git fails.
    """
    commit = _run(repo.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}").text
    if not commit:
        return None
    failure = f"git could not read {reference}"
    paths = ("--", folder) if folder else ()
    listed = _done(_run(repo.root, "ls-tree", "-r", "-z", "--long", "--full-tree", commit, *paths), failure)
    blobs: dict[str, str] = {}
    for entry in listed.names:
        about, _, name = entry.partition("\t")
        mode, _, digest, size = about.split()
        if mode.startswith("100") and int(size) <= largest:
            blobs[name[len(folder) + 1 :] if folder else name] = digest
    contents = _blobs(repo, list(dict.fromkeys(blobs.values())), failure)
    return {name: contents[digest] for name, digest in blobs.items()}


def _blobs(repo: Repository, digests: Sequence[str], failure: str) -> dict[str, bytes]:
    """The contents of objects by their hashes. Raises SparkfixError."""
    if not digests:
        return {}
    with tempfile.TemporaryFile() as file:
        file.write("".join(f"{digest}\n" for digest in digests).encode())
        file.seek(0)
        output = _done(_run(repo.root, "cat-file", "--batch", stdin=cast(BinaryIO, file)), failure).output
    found, at = {}, 0
    for digest in digests:
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[-1])
        found[digest] = output[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def _inside(repo: Repository, path: Path) -> str:
    """A path as git writes it. Raises SparkfixError if it is not below the top of the work tree."""
    given = repo.root / path
    # A link that leads out of the work tree is itself what git keeps.
    for place in (given.resolve(), given.parent.resolve() / given.name):
        if place.is_relative_to(repo.root) and place != repo.root:
            return place.relative_to(repo.root).as_posix()
    raise SparkfixError(f"{path} is not in the git work tree {repo.root}")


def _literal(name: str) -> str:
    return f":(top,literal){name}"


def _listed(repo: Repository, command: Sequence[str], names: Sequence[str], failure: str) -> tuple[str, ...]:
    """What a git command with NUL-ended output says about files. Raises SparkfixError."""
    # A command line holds only so many names, and these commands take them from nowhere else.
    parts = (names[start : start + _BATCH] for start in range(0, len(names), _BATCH))
    answers = (_done(_run(repo.root, *command, "--", *map(_literal, part)), failure) for part in parts)
    return tuple(name for answer in answers for name in answer.names)


def _fed(repo: Repository, command: Sequence[str], names: Sequence[str]) -> _Answer:
    """Run a git command on files, of which it must see all at once. Raises SparkfixError if git cannot be run."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\0".join(os.fsencode(_literal(name)) for name in names))
        file.flush()
        return _run(repo.root, *command, f"--pathspec-from-file={file.name}", "--pathspec-file-nul")


def _done(answer: _Answer, failure: str) -> _Answer:
    """The answer, if git succeeded. Raises SparkfixError with git's reason otherwise."""
    if answer.status != 0:
        raise SparkfixError(f"{failure}: {_first_line(answer)}")
    return answer


def _first_line(answer: _Answer) -> str:
    """The first line of an answer that tells people something."""
    if "Please tell me who you are" in answer.errors:
        return "Please tell me who you are (git config user.email)"
    for text in (answer.errors, answer.text):
        plain = (_UNPRINTABLE.sub(" ", _COLOURS.sub("", line)).strip() for line in text.splitlines())
        line = next((line for line in plain if line and not line.startswith(_CHATTER)), "")
        if line:
            return re.sub(r"^(fatal|error): ", "", line)
    return f"no reason was given (exit code {answer.status})"


def _run(folder: Path, *arguments: str, stdin: BinaryIO | None = None) -> _Answer:
    """Run git in a folder, fed from a file if one is given. Raises SparkfixError if there is no git."""
    try:
        import git
    except ImportError as error:
        # GitPython raises this where it finds no git to run.
        raise SparkfixError("git cannot be run here: please install git") from error
    program = git.Git.GIT_PYTHON_GIT_EXECUTABLE or "git"
    with _no_pointers():
        try:
            status, output, errors = git.Git(folder).execute(
                [program, *arguments],
                istream=stdin,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                # English for the lines we quote, but bytes beyond ASCII for the user's hooks.
                env={"LC_ALL": "C.UTF-8"},
            )
        except (git.GitCommandNotFound, OSError, ValueError) as error:
            raise SparkfixError(f"git cannot be run in {folder}: {error}".splitlines()[0]) from error
    return _Answer(int(status), output, errors)


@contextlib.contextmanager
def _no_pointers() -> Iterator[None]:
    """Hide from git where the caller's git works: sparkfix may be run by a hook of another repository."""
    # GitPython copies this process's environment and can add to it, but not take away.
    hidden = {name: os.environ.pop(name) for name in _POINTERS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
