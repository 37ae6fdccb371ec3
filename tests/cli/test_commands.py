"""The command line's manners: one clear line for bad input, exit codes, standard input, codemods, secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample import CONFIGMAP, Run

CONFIG = "chart/templates/configmap.yaml"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["apply", "--solution", "9"], "solutions go from 1 to 5"),
        (["apply", "--solution", "0"], "solutions go from 1 to 5"),
        (["check", "--select", "duplicate-propery"], "did you mean `duplicate-property`?"),
        (["check", "--ignore", "nothing-such"], "unknown rule `nothing-such`"),
        (["check", "--nonsense"], "--nonsense"),
        (["check", "missing"], "missing: no such file or folder"),
        (["apply", "--branch", "x"], "go with --commit"),
        (["apply", "--commit", "--dry-run"], "exclude each other"),
        (["apply", "--commit"], "needs a git repository"),
        (["apply", "--set", "imge=x"], "did you mean `image`?"),
        (["apply", "--set", "image"], "write it as KEY=VALUE"),
        (["check", "--spark-version", "three"], "write it as 3.5"),
        (["set", "spark.executor.memory"], "write it as KEY=VALUE"),
        (["set", "spark.a=b", "--where", "x"], "write it as KEY=VALUE"),
        (["set", "spec.sparkVersion=3.5.8"], "a field of a resource is edited with --kind"),
        (["unset", "spec.timeToLiveSeconds"], "a field of a resource is edited with --kind"),
        (["rename", "spec.a", "spec.b"], "a field of a resource is edited with --kind"),
        (["set", "executor.memory=1g"], "a property begins with `spark.`"),
        (["set", "spec.a=1", "--kind", "SparkApplicaton"], "did you mean `SparkApplication` or"),
        (["set", "sparkVersion=1", "--kind", "SparkApplication"], "like spec.driver.memory"),
        (["explain", "duplicate"], "unknown rule `duplicate`"),
        (["check", "-"], "--stdin-filename"),
        (["frobnicate"], "frobnicate"),
        (["new-rule", "use-something"], "name the fault"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tree: Path, sparkfix: Run, arguments: list[str], told: str) -> None:
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    ran = sparkfix(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("sparkfix: ")
    assert told in ran.err
    assert {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()} == before


def test_an_unparsable_file_met_on_the_way_changes_no_exit_code(tree: Path, sparkfix: Run) -> None:
    broken = tree / "broken.yaml"
    broken.write_text("sparkConf:\n  spark.master: [\n  spark.x.y: 1\n")
    met = sparkfix("check", "--select", "duplicate-property")
    assert met.code == 0
    assert "broken.yaml:" in met.out
    assert "not understood: not YAML" in met.out
    assert "1 file not understood" in met.out
    assert sparkfix("check", "--select", "duplicate-property", "--strict").code == 2
    assert sparkfix("check", "broken.yaml").code == 2
    assert "1 fix, changed 1 file" in sparkfix("apply", "--solution", "1").out, "one bad file never stops the others"


def test_a_folder_without_permission(tree: Path, sparkfix: Run) -> None:
    closed = tree / "closed"
    closed.mkdir()
    (closed / "spark-defaults.conf").write_text("spark.master=local\n")
    closed.chmod(0)
    try:
        ran = sparkfix("check", "closed")
        if os.geteuid() == 0:
            assert ran.code == 0, "root may read everything"
        else:
            assert (ran.code, ran.err) == (2, "sparkfix: closed: permission denied\n")
    finally:
        closed.chmod(0o755)


def test_a_very_long_line(tree: Path, sparkfix: Run) -> None:
    (tree / "long.conf").write_bytes(b"spark.master=local\nspark.long=" + b"a" * 50_000_000 + b"\n")
    assert "long.conf not understood: larger than 5 MB" in sparkfix("check").out
    named = sparkfix("check", "long.conf")
    assert named.code == 2
    assert "long.conf:2 not understood: a line of more than 1 MB is no configuration" in named.err


def test_standard_input(sparkfix: Run) -> None:
    content = b"spark.connect.grpc.binding.port=15002\r\n"
    ran = sparkfix("apply", "--solution", "1", "--stdin-filename", "conf/spark-defaults.conf", "-", stdin=content)
    assert ran.out == "spark.connect.grpc.binding.address=0.0.0.0\nspark.connect.grpc.binding.port=15002\n".replace(
        "\n", "\r\n"
    )
    assert "solution 1" in ran.err
    found = sparkfix("check", "--stdin-filename", "conf/spark-defaults.conf", "-", stdin=content)
    assert found.out.startswith("conf/spark-defaults.conf:1:1 connect-bind-address-unset note")


def test_check_shows_place_caret_evidence_and_ways_out(sparkfix: Run) -> None:
    ran = sparkfix("check")
    assert f"{CONFIG}:20:5 connect-bind-address-unset warning" in ran.out
    assert "  20 |     spark.connect.grpc.binding.port=15002\n     |     ^^^^" in ran.out
    assert "Spark 3.5.7, from the image tag in chart/values.yaml:4" in ran.out
    assert "solution 2 (unsafe): remove `spark.driver.host`" in ran.out
    assert ran.out.rstrip().endswith("1 warning in 6 files")
    assert "+    spark.connect.grpc.binding.address=0.0.0.0" in sparkfix("check", "--show-fixes").out
    assert sparkfix("check", "--exit-zero").code == 0


def test_set_unset_rename(tree: Path, sparkfix: Run) -> None:
    assert sparkfix("set", "spark.sql.shuffle.partitions=16").code == 0
    assert (tree / CONFIG).read_text() == CONFIGMAP.replace("partitions=8", "partitions=16")
    assert (
        sparkfix(
            "rename", "spark.sql.shuffle.partitions", "spark.sql.adaptive.coalescePartitions.initialPartitionNum"
        ).code
        == 0
    )
    assert sparkfix("unset", "spark.sql.adaptive.coalescePartitions.initialPartitionNum").code == 0
    assert (tree / CONFIG).read_text() == CONFIGMAP.replace("    spark.sql.shuffle.partitions=8\n", "")
    assert "0 fixes" in sparkfix("unset", "spark.nothing.here").out


def test_place_that_a_codemod_does_not_read_is_told_and_counted(tree: Path, sparkfix: Run) -> None:
    (tree / "job.yaml").write_text("run: echo spark-submit --conf spark.sql.shuffle.partitions=4 app.py\n")
    ran = sparkfix("set", "spark.sql.shuffle.partitions=16")
    assert (
        "job.yaml:1: `spark.sql.shuffle.partitions` stands in a command line here, which is not edited yet" in ran.out
    )
    assert ran.out.rstrip().endswith("1 fix, changed 1 file; 1 place not read")
    assert ran.code == 0


def test_set_where(tree: Path, sparkfix: Run) -> None:
    sparkfix("set", "spark.driver.host=h", "--where", "spark.master=k8s://https://kubernetes.default.svc:443")
    text = (tree / CONFIG).read_text()
    assert text.count("spark.driver.host=h\n") == 1
    assert text.index("spark.driver.host=h\n") > text.index("k8s://")
    assert "0 fixes" in sparkfix("unset", "spark.driver.port", "--where", "spark-version=4.0").out
    assert "1 fix" in sparkfix("unset", "spark.driver.port", "--where", "spark-version=3.5").out


def test_set_add(tree: Path, sparkfix: Run) -> None:
    assert "0 fixes" in sparkfix("set", "spark.sql.ansi.enabled=true").out
    assert sparkfix("set", "spark.sql.ansi.enabled=true", "--add").code == 0
    added = "    spark.sql.shuffle.partitions=8\n    spark.sql.ansi.enabled=true\n"
    assert (tree / CONFIG).read_text() == CONFIGMAP.replace("    spark.sql.shuffle.partitions=8\n", added)
    assert "0 fixes" in sparkfix("set", "spark.sql.ansi.enabled=true", "--add").out


def test_secrets_are_never_shown(tree: Path, sparkfix: Run) -> None:
    secret = tree / "secret.yaml"
    secret.write_text(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  spark-defaults.conf: |\n"
        "    spark.hadoop.fs.s3a.secret.key=hunter2\n    spark.hadoop.fs.s3a.secret.key=hunter3\n"
        "    spark.driver.host=$HUNTER4\n"
    )
    ran = sparkfix("check", "secret.yaml", "--show-fixes")
    assert ran.code == 1
    assert "hunter" not in (ran.out + ran.err).lower()
    plain = tree / "spark-defaults.conf"
    plain.write_text("spark.hadoop.fs.s3a.secret.key=hunter2\nspark.hadoop.fs.s3a.secret.key=hunter3\n")
    ran = sparkfix("check", "spark-defaults.conf")
    assert "hunter" not in ran.out
    assert "***" in ran.out


def test_rules_and_explain(sparkfix: Run) -> None:
    listed = sparkfix("rules")
    assert listed.code == 0
    assert listed.out.count("\n") >= 6
    page = sparkfix("explain", "connect-bind-address-unset")
    assert "0:0:0:0:0:0:0:0%0:15002" in page.out
    assert "Fix safety:" in page.out
    assert "image=busybox:1.36" in page.out


def test_new_rule_writes_a_module_and_cases(tmp_path: Path, sparkfix: Run) -> None:
    package = tmp_path / "rules" / "my_rules"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    ran = sparkfix("new-rule", "executor-memory-odd", "--root", str(tmp_path))
    assert ran.code == 0
    assert "def executor_memory_odd(block: PropertyBlock)" in (package / "executor_memory_odd.py").read_text()
    assert (tmp_path / "golden" / "executor_memory_odd" / "innocent" / "before" / "spark-defaults.conf").is_file()
    assert sparkfix("new-rule", "executor-memory-odd", "--root", str(tmp_path)).code == 2


def test_gitignored_files_are_left_alone(tree: Path, sparkfix: Run) -> None:
    (tree / ".git").mkdir()
    (tree / ".gitignore").write_text("chart/\n!chart/\nignored/\n")
    (tree / "ignored").mkdir()
    (tree / "ignored" / "spark-defaults.conf").write_text("spark.a.b=1\nspark.a.b=2\n")
    assert "ignored" not in sparkfix("check").out
    assert "ignored/spark-defaults.conf:1:1 duplicate-property" in sparkfix("check", "ignored/spark-defaults.conf").out


@pytest.mark.parametrize(
    "arguments", [["--version"], ["check", ".", "--no-render"], ["apply", "--dry-run", "--no-render"]]
)
def test_rendering_is_not_loaded_by_what_does_not_render(tree: Path, arguments: list[str]) -> None:
    code = (
        "import sys\nfrom sparkfix.cli.main import run\n"
        f"run({arguments!r})\n"
        "print([name for name in sys.modules if name.startswith(('sparkfix.helm', 'helm_python'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_fields_of_resources_are_edited_by_kind(tree: Path, sparkfix: Run) -> None:
    path = tree / "app.yaml"
    text = "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nspec:\n  sparkVersion: 3.5.0\n  mode: cluster\n"
    path.write_text(text + "---\nkind: Workflow\nmanifest: |\n  kind: SparkApplication\n")
    ran = sparkfix("set", "spec.sparkVersion=3.5.8", "--kind", "SparkApplication", "--dry-run", "app.yaml")
    assert ran.code == 1
    assert "+  sparkVersion: 3.5.8" in ran.out
    assert "app.yaml:9: `kind: SparkApplication` also stands here, not read" in ran.err
    assert sparkfix("set", "spec.sparkVersion=3.5.8", "--kind", "SparkApplication", "app.yaml").code == 0
    assert path.read_text().startswith(text.replace("3.5.0", "3.5.8"))
    assert sparkfix("set", "spark.submit.deployMode=client", "app.yaml").code == 0
    assert "mode: client\n" in path.read_text()
