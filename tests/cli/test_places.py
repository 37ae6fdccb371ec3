"""Where runs are started from, what they are given, and what is in their way: each case was met in use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sample import Run, environment

PORT = "spark.connect.grpc.binding.port=15002\n"
FIXED = "spark.connect.grpc.binding.address=0.0.0.0\n" + PORT
SOLUTION = ("apply", "--solution", "1")


def _git(folder: Path, home: Path, *arguments: str, check: bool = True) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=environment(home), check=check, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def _repository(folder: Path, home: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, home, "init", "--quiet")
    _git(folder, home, "config", "user.name", "A")
    _git(folder, home, "config", "user.email", "a@example.org")
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    _git(folder, home, "add", "--all")
    _git(folder, home, "commit", "--quiet", "--message=begin")
    return folder


def _hook(repository: Path, name: str, script: str) -> None:
    path = repository / ".git" / "hooks" / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


def test_a_diff_from_a_subfolder_is_a_patch_for_the_work_tree(tmp_path: Path, home: Path, sparkfix: Run) -> None:
    repository = _repository(tmp_path / "r", home, sub__a_conf=PORT)
    patch = sparkfix("diff", "--solution", "1", cwd=repository / "sub").out
    assert "+++ b/sub/a.conf" in patch
    (tmp_path / "p").write_text(patch)
    _git(repository / "sub", home, "apply", str(tmp_path / "p"))
    assert (repository / "sub/a.conf").read_text() == FIXED


def test_a_diff_of_another_repository_cannot_land_in_this_one(tmp_path: Path, home: Path, sparkfix: Run) -> None:
    here = _repository(tmp_path / "here", home, a_conf=PORT)
    _repository(tmp_path / "there", home, a_conf=PORT)
    ran = sparkfix("diff", "--solution", "1", "../there", cwd=here)
    (tmp_path / "p").write_text(ran.out)
    assert "+++ b/../there/a.conf" in ran.out
    _git(here, home, "apply", str(tmp_path / "p"), check=False)
    assert (here / "a.conf").read_text() == PORT


def test_reports_show_paths_from_the_current_folder(tmp_path: Path, home: Path, sparkfix: Run) -> None:
    here = _repository(tmp_path / "here", home, a_conf=PORT)
    _repository(tmp_path / "there", home, a_conf=PORT, b_yaml="spark.a: [\n")
    ran = sparkfix("check", "../there", cwd=here)
    assert ran.out.startswith("../there/a.conf:1:1 connect-bind-address-unset")
    assert "../there/b.yaml:2 not understood" in ran.out
    assert "../there/a.conf:1:1 connect-bind-address-unset: solution 1" in sparkfix(*SOLUTION, "../there", cwd=here).out


def test_pipes_and_devices_are_not_read(tmp_path: Path, sparkfix: Run) -> None:
    here = tmp_path / "here"
    here.mkdir()
    os.mkfifo(here / "values.yaml")
    os.mkfifo(here / ".gitignore")
    (here / "a.conf").write_text(PORT)
    assert sparkfix("check", cwd=here).code == 0
    assert sparkfix("check", "a.conf", cwd=here).code == 0
    for path in ("values.yaml", "/dev/zero", "/dev/null"):
        ran = sparkfix("check", path, cwd=here)
        assert ran.code == 2
        assert ran.err == f"sparkfix: {path}: not a file or folder, but a device, pipe or socket\n"


def test_a_finding_in_a_long_line_does_not_take_for_ever(tmp_path: Path, sparkfix: Run) -> None:
    (tmp_path / "a.conf").write_text("spark.foo=" + "x" * 500_000 + "\nspark.foo=2\n")
    ran = sparkfix("check", cwd=tmp_path)
    assert ran.code == 1
    assert len(ran.out) < 2_000


def test_a_secret_in_a_list_of_pairs_is_not_shown(tmp_path: Path, sparkfix: Run) -> None:
    pair = "  - {name: spark.hadoop.fs.s3a.secret.key, value: HUNTER%d}\n"
    (tmp_path / "a.yaml").write_text("sparkConf:\n" + pair % 1 + pair % 2)
    ran = sparkfix("check", cwd=tmp_path)
    assert "is set 2 times" in ran.out
    assert "HUNTER" not in ran.out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_commit_leaves_nothing(tmp_path: Path, home: Path, number: signal.Signals) -> None:
    repository = _repository(tmp_path / "r", home, a_conf=PORT)
    _hook(repository, "pre-commit", "touch ../begun\nsleep 30\n")
    command = [sys.executable, "-m", "sparkfix", *SOLUTION, "--commit", "--branch", "b"]
    with subprocess.Popen(command, cwd=repository, env=environment(home), stderr=subprocess.PIPE) as process:
        while not (tmp_path / "begun").exists():
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(timeout=60) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b"sparkfix: interrupted; nothing more was written\n"
    assert (repository / "a.conf").read_text() == PORT
    assert _git(repository, home, "status", "--short", "--branch") == "## main\n"
    assert _git(repository, home, "branch", "--list", "b") == ""


@pytest.mark.parametrize("hook", ["pre-commit", "post-commit"])
def test_a_killed_commit_is_completed_by_the_same_command(tmp_path: Path, home: Path, sparkfix: Run, hook: str) -> None:
    """Killed before git made the commit, the run begins anew; killed after it, the files count as written."""
    repository = _repository(tmp_path / "r", home, a_conf=PORT)
    _hook(repository, hook, "kill -9 $(cat ../pid)\nsleep 1\nexit 1\n")
    command = [sys.executable, "-m", "sparkfix", *SOLUTION, "--commit", "--branch", "b"]
    with subprocess.Popen(command, cwd=repository, env=environment(home)) as process:
        (tmp_path / "pid").write_text(str(process.pid))
        assert process.wait(timeout=60) == -signal.SIGKILL
    time.sleep(1.5)
    _hook(repository, hook, "exit 0\n")
    (repository / ".git" / "index.lock").unlink(missing_ok=True)
    again = sparkfix(*SOLUTION, "--commit", "--branch", "b", cwd=repository)
    told = "Undid" if hook == "pre-commit" else "Finished"
    assert f"sparkfix: {told} an interrupted write: 1 file (a.conf)" in again.err
    assert again.code == (0 if hook == "pre-commit" else 2), again
    assert (repository / "a.conf").read_text() == FIXED
    assert _git(repository, home, "status", "--short", "--branch") == "## b\n"
    assert _git(repository, home, "log", "--oneline").count("\n") == 2


def test_a_half_done_write_is_found_from_above_and_from_below(tmp_path: Path, sparkfix: Run) -> None:
    for start in ("", "a/b"):
        root = tmp_path / (start.replace("/", "-") or "above")
        folder = root / "a"
        (folder / "b").mkdir(parents=True)
        (folder / "b" / "x.conf").write_text(PORT)
        private = folder / ".sparkfix"
        private.mkdir()
        (private / "journal.json").write_text("{")
        ran = sparkfix("apply", cwd=root / start)
        assert "An interrupted write left a journal that cannot be read" in ran.err
        assert not (private / "journal.json").exists()


def test_a_named_link_does_not_lead_out(tmp_path: Path, home: Path, sparkfix: Run) -> None:
    repository = _repository(tmp_path / "w", home, a_conf=PORT)
    (tmp_path / "out.conf").write_text(PORT)
    (repository / "l.conf").symlink_to(tmp_path / "out.conf")
    ran = sparkfix(*SOLUTION, "a.conf", "l.conf", cwd=repository)
    assert ran.code == 2
    assert "l.conf: a link that leads out of" in ran.err
    assert (tmp_path / "out.conf").read_text() == (repository / "a.conf").read_text() == PORT


@pytest.mark.parametrize(
    "arguments",
    [
        ("unset", "spark.a", "--where", ""),
        ("unset", "spark.a", "--where", "spark-version="),
        ("unset", "spark.a", "--where", "spark-version=abc"),
        ("unset", "spark.a", "--where", "spark-version=3.5.x"),
        ("unset", ""),
        ("rename", "spark.a", ""),
        ("rename", "spark.a", "a=b"),
        ("rename", "spark.a", "x y"),
        ("rename", "spark.a", "spark.a"),
        ("set", "=x"),
        ("set", "spark.a={{ .Values.x"),
        ("set", b"spark.a=caf\xe9"),
        ("check", "--select", ""),
        ("check", "--select", ","),
        ("check", "--spark-version", ""),
        ("apply", "--commit", "--branch", ""),
    ],
    ids=str,
)
def test_an_empty_or_impossible_word_is_an_error(
    tmp_path: Path, home: Path, sparkfix: Run, arguments: tuple[str, ...]
) -> None:
    repository = _repository(tmp_path / "r", home, a_conf="spark.a=1\n" + PORT)
    ran = sparkfix(*arguments, cwd=repository)
    assert ran.code == 2, ran
    assert ran.err.startswith("sparkfix: ")
    assert ran.err.count("\n") == 1
    assert _git(repository, home, "status", "--short") == ""


def test_all_conditions_must_hold(tmp_path: Path, sparkfix: Run) -> None:
    (tmp_path / "a.conf").write_text("spark.master=local\nspark.sql.ansi.enabled=true\n")
    (tmp_path / "b.conf").write_text("spark.master=local\nspark.sql.ansi.enabled=false\n")
    conditions = ("--where", "spark.master=local", "--where", "spark.sql.ansi.enabled=false")
    sparkfix("set", "spark.driver.memory=3g", "--add", *conditions, cwd=tmp_path)
    assert "spark.driver.memory" not in (tmp_path / "a.conf").read_text()
    assert "spark.driver.memory=3g" in (tmp_path / "b.conf").read_text()


def test_a_failing_checkout_hook_does_not_matter(tmp_path: Path, home: Path, sparkfix: Run) -> None:
    repository = _repository(tmp_path / "r", home, a_conf=PORT)
    _hook(repository, "post-checkout", "exit 2\n")
    assert sparkfix(*SOLUTION, "--commit", "--branch", "b", cwd=repository).code == 0
    assert _git(repository, home, "status", "--short", "--branch") == "## b\n"


def test_a_merge_is_not_disturbed(tmp_path: Path, home: Path, sparkfix: Run) -> None:
    repository = _repository(tmp_path / "r", home, a_conf=PORT)
    _git(repository, home, "checkout", "--quiet", "-b", "other")
    (repository / "b.txt").write_text("b")
    _git(repository, home, "add", "--all")
    _git(repository, home, "commit", "--quiet", "--message=b")
    _git(repository, home, "checkout", "--quiet", "main")
    _git(repository, home, "merge", "--no-commit", "--no-ff", "other")
    ran = sparkfix(*SOLUTION, "--commit", "--branch", "mm", cwd=repository)
    assert ran.code == 2
    assert "is in the middle of a merge" in ran.err
    assert (repository / ".git" / "MERGE_HEAD").exists()
    assert (repository / "a.conf").read_text() == PORT


def test_changes_in_two_repositories_are_not_one_commit(tmp_path: Path, home: Path, sparkfix: Run) -> None:
    for name in ("one", "two"):
        _repository(tmp_path / name, home, a_conf=PORT)
    ran = sparkfix(*SOLUTION, "--commit", "one", "two", cwd=tmp_path)
    assert ran.code == 2
    assert "the changes are in several repositories" in ran.err
    assert (tmp_path / "one/a.conf").read_text() == PORT
    assert sparkfix(*SOLUTION, "--commit", "one", cwd=tmp_path).code == 0
    assert _git(tmp_path / "one", home, "log", "--oneline").count("\n") == 2


def test_a_file_that_git_ignores_is_not_committed(tmp_path: Path, home: Path, sparkfix: Run) -> None:
    repository = _repository(tmp_path / "r", home, _gitignore="b.conf\n")
    (repository / "b.conf").write_text(PORT)
    ran = sparkfix(*SOLUTION, "--commit", "b.conf", cwd=repository)
    assert ran.code == 2
    assert "git ignores b.conf" in ran.err
    assert (repository / "b.conf").read_text() == PORT


def test_closed_streams(tmp_path: Path, home: Path) -> None:
    (tmp_path / "a.conf").write_text(PORT)
    for shell, code in (
        ("{} apply --solution 1 >&-", 0),
        ("{} check --stdin-filename x.conf - <&-", 2),
        ("{} check >/dev/full", 2),
    ):
        command = shell.format(f"{sys.executable} -m sparkfix")
        done = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=environment(home), capture_output=True, text=True
        )
        assert done.returncode == code, done
        assert "internal error" not in done.stderr


def test_no_arguments_print_the_help(sparkfix: Run) -> None:
    ran = sparkfix()
    assert ran.code == 2
    assert ran.err == ""
    assert ran.out.count("\n") > 10


def test_a_file_name_cannot_forge_a_report(tmp_path: Path, sparkfix: Run) -> None:
    (tmp_path / "e\x1b[31mX\nfake.conf:1:1 ok.conf").write_text(PORT)
    ran = sparkfix("check", cwd=tmp_path)
    assert "\x1b" not in ran.out
    assert ran.out.startswith("e\\x1b[31mX\\nfake.conf:1:1 ok.conf:1:1 ")


def test_a_change_in_a_base_tells_which_overlays_it_reaches(tmp_path: Path, sparkfix: Run) -> None:
    generator = "configMapGenerator:\n- name: conf\n  files: [spark-defaults.conf]\n"
    files = {
        "base/kustomization.yaml": generator,
        "base/spark-defaults.conf": PORT,
        "overlays/dev/kustomization.yaml": "resources: [../../base]\nnamePrefix: dev-\n",
        "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: prod-\n",
    }
    for name, text in files.items():
        path = tmp_path / "k" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ran = sparkfix(*SOLUTION, cwd=tmp_path / "k")
    assert "note: base/spark-defaults.conf reaches 2 overlays: overlays/dev, overlays/prod" in ran.out
    assert (tmp_path / "k" / "base" / "spark-defaults.conf").read_text() == FIXED


def test_a_change_in_a_chart_of_a_base_tells_which_overlays_it_reaches(tmp_path: Path, sparkfix: Run) -> None:
    chart = "base/charts/demo"
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  spark-defaults.conf: |\n"
    files = {
        "base/kustomization.yaml": "helmCharts: [{name: demo}]\n",
        f"{chart}/Chart.yaml": "apiVersion: v2\nname: demo\nversion: 0.1.0\n",
        f"{chart}/values.yaml": "a: 1\n",
        f"{chart}/templates/conf.yaml": manifest + f"    {PORT}",
        "overlays/dev/kustomization.yaml": "resources: [../../base]\nnamePrefix: dev-\n",
        "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: prod-\n",
    }
    for name, text in files.items():
        path = tmp_path / "k" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    told = "note: base/charts/demo/templates/conf.yaml reaches 2 overlays: overlays/dev, overlays/prod"
    assert told in sparkfix(*SOLUTION, "--dry-run", cwd=tmp_path / "k").err
    ran = sparkfix(*SOLUTION, "--no-render", cwd=tmp_path / "k")
    assert "reaches" not in ran.out
    assert "note: base/kustomization.yaml: helmCharts demo: charts are not rendered here" in ran.out
