"""The five solutions on a chart with three arms: exact lines, `git apply`, commits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sample import CONFIGMAP, DEPLOYMENT, Run

CONFIG = "chart/templates/configmap.yaml"
DEPLOY = "chart/templates/deployment.yaml"
PORT = "    spark.connect.grpc.binding.port=15002\n"
HOST = '    spark.driver.host={{ include "spark-connect.fullname" . }}\n'


def test_solution_1_adds_one_line_above_the_port(tree: Path, sparkfix: Run) -> None:
    ran = sparkfix("apply", "--solution", "1")
    assert ran.code == 1, "the chart has a service as driver host without bind address: a warning is left"
    assert (tree / CONFIG).read_text() == CONFIGMAP.replace(
        PORT, "    spark.connect.grpc.binding.address=0.0.0.0\n" + PORT
    )
    assert (tree / DEPLOY).read_text() == DEPLOYMENT
    assert "Spark 3.5.7 does not know this key" in ran.out
    before = {path: path.read_bytes() for path in tree.rglob("*.yaml")}
    again = sparkfix("apply", "--solution", "1")
    assert "0 fixes, changed 0 files" in again.out
    assert {path: path.read_bytes() for path in tree.rglob("*.yaml")} == before


def test_the_diff_is_a_patch_for_git(tree: Path, sparkfix: Run, git: Callable[..., str]) -> None:
    ran = sparkfix("diff", "--solution", "3")
    assert ran.code == 1
    (tree / "fix.patch").write_text(ran.out)
    git("apply", "fix.patch")
    patched = git("diff")
    git("checkout", "--quiet", "--", ".")
    sparkfix("apply", "--solution", "3")
    assert git("diff") == patched != ""


def test_solution_2_removes_the_hosts_and_warns_for_cluster_arms(tree: Path, sparkfix: Run) -> None:
    ran = sparkfix("apply", "--solution", "2")
    assert (tree / CONFIG).read_text() == CONFIGMAP.replace(HOST, "")
    assert 'if eq .Values.backendMode "k8s"' in ran.out
    assert "better: solution 3" in ran.out


def test_solution_2_can_comment_out(tree: Path, sparkfix: Run) -> None:
    sparkfix("apply", "--solution", "2", "--comment-out")
    assert (tree / CONFIG).read_text() == CONFIGMAP.replace(HOST, HOST.replace("spark.", "# spark."))


def test_solution_3_changes_both_files_or_neither(tree: Path, sparkfix: Run) -> None:
    alone = sparkfix("apply", "--solution", "3", CONFIG)
    assert alone.code == 1
    assert "which is not among the given paths" in alone.out
    assert (tree / CONFIG).read_text() == CONFIGMAP
    sparkfix("apply", "--solution", "3")
    assert (tree / CONFIG).read_text() == CONFIGMAP.replace(HOST, "    spark.driver.host=${env:POD_IP}\n")
    entry = """\
            - name: POD_IP
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
"""
    assert (tree / DEPLOY).read_text() == DEPLOYMENT.replace("          env:\n", "          env:\n" + entry)


def test_solution_4_takes_its_names_from_the_chart(tree: Path, sparkfix: Run) -> None:
    ran = sparkfix("apply", "--solution", "4", "--set", "image=registry.example.org/busybox:1.37", "--set", "tries=5")
    text = (tree / DEPLOY).read_text()
    assert text.startswith(DEPLOYMENT[: DEPLOYMENT.index("      containers:")])
    assert text.endswith(DEPLOYMENT[DEPLOYMENT.index("      containers:") :])
    assert "          image: registry.example.org/busybox:1.37\n" in text
    assert "seq 1 5" in text
    assert '{{ include "spark-connect.fullname" . }}.${POD_NAMESPACE}.svc.cluster.local' in text
    assert "the wait ends at once and changes nothing" in ran.out


def test_solution_5_cures(tree: Path, sparkfix: Run) -> None:
    ran = sparkfix("apply", "--solution", "5")
    assert ran.code == 0
    probe = """\
          startupProbe:
            tcpSocket:
              port: 15002
            periodSeconds: 10
            failureThreshold: 30
"""
    assert (tree / DEPLOY).read_text() == DEPLOYMENT.replace(
        "          livenessProbe:\n", probe + "          livenessProbe:\n"
    )
    kubernetes = HOST + "    spark.driver.port=7078\n"
    bound = HOST + "    spark.driver.bindAddress=0.0.0.0\n    spark.driver.port=7078\n"
    assert (tree / CONFIG).read_text() == CONFIGMAP.replace(kubernetes, bound)


def test_solutions_can_follow_each_other(tree: Path, sparkfix: Run) -> None:
    for number in "12345":
        ran = sparkfix("apply", "--solution", number)
        assert "1 fix, changed" in ran.out, (number, ran)
        assert "refused" not in ran.out
        assert "0 fixes, changed 0 files" in sparkfix("apply", "--solution", number).out
    assert sparkfix("check").code == 0


def test_plain_apply_takes_the_cure_where_there_is_trouble(tree: Path, sparkfix: Run) -> None:
    assert sparkfix("check").code == 1
    assert sparkfix("apply").code == 0
    assert "startupProbe" in (tree / DEPLOY).read_text()
    assert "binding.address" not in (tree / CONFIG).read_text()


def test_commit_on_a_new_branch(tree: Path, sparkfix: Run, git: Callable[..., str]) -> None:
    (tree / "other.txt").write_text("staged before\n")
    git("add", "other.txt")
    ran = sparkfix("apply", "--solution", "1", "--commit", "--branch", "fix/address", cwd=tree / "chart")
    assert ran.code == 1, ran
    assert git("branch", "--show-current") == "fix/address\n"
    assert (
        git("log", "--format=%s", "main..HEAD")
        == "connect-bind-address-unset: add `spark.connect.grpc.binding.address=0.0.0.0`\n"
    )
    assert git("show", "--stat", "--format=", "HEAD").split()[0] == CONFIG
    assert "+    spark.connect.grpc.binding.address=0.0.0.0" in git("show", "HEAD")
    assert git("status", "--porcelain") == "A  other.txt\n"
    assert "Sources:" in git("log", "-1", "--format=%b")


def test_commit_refuses_dirty_files_and_known_branches(tree: Path, sparkfix: Run, git: Callable[..., str]) -> None:
    known = sparkfix("apply", "--solution", "1", "--commit", "--branch", "main")
    assert (known.code, known.err.count("\n")) == (2, 1)
    assert "there is a branch of this name already" in known.err
    (tree / CONFIG).write_text(CONFIGMAP + "    # mine\n")
    dirty = sparkfix("apply", "--solution", "1", "--commit", "--branch", "new")
    assert (dirty.code, dirty.err.count("\n")) == (2, 1)
    assert f"uncommitted changes in {CONFIG}" in dirty.err
    assert git("branch", "--format=%(refname:short)") == "main\n"
    assert (tree / CONFIG).read_text() == CONFIGMAP + "    # mine\n"
    assert sparkfix("apply", "--solution", "1", "--commit", "--allow-dirty").code == 1
    assert git("log", "--format=%s").count("\n") == 2


def test_a_refused_commit_leaves_nothing_behind(tree: Path, sparkfix: Run, git: Callable[..., str]) -> None:
    hook = tree / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'not today' >&2\nexit 1\n")
    hook.chmod(0o755)
    ran = sparkfix("apply", "--solution", "1", "--commit", "--branch", "new")
    assert ran.code == 2
    assert "not today" in ran.err
    assert git("branch", "--format=%(refname:short)") == "main\n"
    assert git("status", "--porcelain") == ""


def test_works_in_a_worktree(tree: Path, sparkfix: Run, git: Callable[..., str], tmp_path: Path) -> None:
    git("worktree", "add", "--quiet", str(tmp_path / "second"), "-b", "second")
    ran = sparkfix("apply", "--solution", "1", "--commit", cwd=tmp_path / "second")
    assert "committed" in ran.out
    assert git("log", "--format=%s", "main..second").startswith("connect-bind-address-unset")
    assert (tree / CONFIG).read_text() == CONFIGMAP


def test_a_solution_is_proven_by_rendering(sparkfix: Run, tree: Path) -> None:
    ran = sparkfix("apply", "--solution", "1", "--dry-run")
    assert "  proven: rendered with 3 values sets, all show just this change\n" in ran.err
    without = sparkfix("apply", "--solution", "1", "--dry-run", "--no-render")
    assert without.out == ran.out
    assert "proven: " not in without.err
    assert "charts were not rendered (--no-render), so nothing was proven by rendering\n" in without.err


def test_values_files_that_are_named_prove_too(sparkfix: Run, tree: Path) -> None:
    (tree / "chart" / "prod.yaml").write_text("backendMode: other\n")
    ran = sparkfix("diff", "--solution", "1", "-f", "chart/prod.yaml")
    assert "rendered with 4 values sets" in ran.err or "rendered with 3 values sets" in ran.err
    broken = sparkfix("diff", "--solution", "1", "-f", "nowhere.yaml")
    assert (broken.code, broken.err) == (2, "sparkfix: --values nowhere.yaml: no such file\n")


def test_the_rendered_difference_stands_beside_the_patch(sparkfix: Run, git: Callable[..., str], tree: Path) -> None:
    ran = sparkfix("diff", "--solution", "1", "--rendered")
    assert "# chart with default values: rendered manifests change\n" in ran.out
    assert "#   +    spark.connect.grpc.binding.address=0.0.0.0\n" in ran.out
    (tree.parent / "p").write_text(ran.out)
    git("apply", "--check", str(tree.parent / "p"))
