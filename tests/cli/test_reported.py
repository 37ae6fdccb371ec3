"""What people found by using the tool, each with the smallest reproduction."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import yaml
from sample import CONFIGMAP, Run

SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: s}
data:
  spark.hadoop.fs.s3a.access.key: "QUJD"
  spark.driver.memory: "MWc="
"""
BLOCKS = """\
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: a}
spec:
  sparkConf:
    spark.b: "1"
    spark.driver.extraJavaOptions: >-
      -Da=1
      -Db=2
"""


def test_base64_maps_of_secrets_are_refused(tree: Path, sparkfix: Run) -> None:
    path = tree / "secret.yaml"
    path.write_text(SECRET)
    ran = sparkfix("set", "spark.driver.memory=2g", "secret.yaml")
    assert ran.code == 1
    assert "base64" in ran.out
    assert sparkfix("set", "spark.sql.adaptive.enabled=true", "--add", "secret.yaml").code == 1
    assert path.read_text() == SECRET


def test_block_scalar_values_are_seen_and_refused(tree: Path, sparkfix: Run) -> None:
    path = tree / "app.yaml"
    path.write_text(BLOCKS)
    for arguments in (
        ["set", "spark.driver.extraJavaOptions=-Dc=3"],
        ["set", "spark.driver.extraJavaOptions=-Dc=3", "--add"],
    ):
        ran = sparkfix(*arguments, "app.yaml")
        assert ran.code == 1
        assert "the value is a block scalar" in ran.out
    assert path.read_text() == BLOCKS
    assert sparkfix("unset", "spark.driver.extraJavaOptions", "app.yaml").code == 0
    assert path.read_text() == BLOCKS[: BLOCKS.index("    spark.driver.extraJavaOptions")]


def test_braces_are_quoted_outside_of_templates(tree: Path, sparkfix: Run) -> None:
    path = tree / "app.yaml"
    path.write_text("sparkConf:\n  spark.a: foo\n")
    assert sparkfix("set", "spark.a={{ .Values.x }}", "app.yaml").code == 0
    assert yaml.safe_load(path.read_text()) == {"sparkConf": {"spark.a": "{{ .Values.x }}"}}


def test_add_never_lands_under_a_condition(tree: Path, sparkfix: Run) -> None:
    path = tree / "chart" / "templates" / "configmap.yaml"
    text = CONFIGMAP[: CONFIGMAP.index("    # Connect")]
    path.write_text(text)
    ran = sparkfix("set", "spark.sql.ansi.enabled=true", "--add")
    assert ran.code == 1
    assert "stands under conditions of the template" in ran.out
    assert path.read_text() == text


def test_add_leaves_the_operator_alone(tree: Path, sparkfix: Run) -> None:
    path = tree / "spark-operator.properties"
    path.write_text("spark.kubernetes.operator.name=x\n")
    assert "0 fixes" in sparkfix("set", "spark.driver.cores=2", "--add", "spark-operator.properties").out


def test_a_refused_fix_is_exit_code_1_in_a_dry_run_too(tree: Path, sparkfix: Run) -> None:
    (tree / "spark-defaults.conf").write_text("spark.connect.grpc.binding.port=15002\n")
    ran = sparkfix("diff", "--solution", "3", "spark-defaults.conf")
    assert (ran.code, ran.out) == (1, "")
    assert "1 fix refused" in ran.err


def test_a_solution_that_nothing_offers_is_told(tree: Path, sparkfix: Run) -> None:
    (tree / "spark-defaults.conf").write_text("spark.master=local\n")
    assert "no finding here offers solution 3" in sparkfix("apply", "--solution", "3", "spark-defaults.conf").out


def test_a_link_named_by_hand_is_followed(tree: Path, sparkfix: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "spark-defaults.conf").write_text("spark.a.b=1\nspark.a.b=2\n")
    (tree / "link").symlink_to(outside)
    ran = sparkfix("check", "link")
    assert ran.code == 1
    assert "duplicate-property" in ran.out


@pytest.mark.parametrize("option", ["tries=1; rm -rf /", "tries=-3", "tries=abc", "image=a b: c #x"])
def test_rule_options_are_checked(sparkfix: Run, option: str) -> None:
    ran = sparkfix("apply", "--solution", "4", "--set", option)
    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_a_named_file_of_another_kind_is_told(tree: Path, sparkfix: Run) -> None:
    (tree / "x.foo").write_text("spark.a=1\nspark.a=2\n")
    ran = sparkfix("check", "x.foo")
    assert ran.code == 2
    assert "x.foo not understood: not a kind of file that sparkfix reads" in ran.err


def test_places_are_those_of_the_text_that_a_fix_was_made_in(tree: Path, sparkfix: Run) -> None:
    (tree / "spark-defaults.conf").write_text("# a\nspark.a.b=1\nspark.a.b=1\nspark.driver.host=$(POD_IP)\n")
    ran = sparkfix("apply", "--unsafe-fixes", "spark-defaults.conf")
    assert "spark-defaults.conf:4:1 driver-host-unexpanded-variable" in ran.out
    assert "spark-defaults.conf:2:1 duplicate-property" in ran.out


def test_the_lock_of_a_run_that_was_killed_at_its_very_end_goes(sparkfix: Run, tree: Path) -> None:
    left = tree / ".sparkfix"
    left.mkdir()
    (left / "lock").touch()
    assert sparkfix("apply").code == 0
    assert not left.exists()


@pytest.mark.parametrize("kind", ["List", "SecretList"])
def test_secrets_in_a_list_are_secrets(tree: Path, sparkfix: Run, kind: str) -> None:
    own = "  kind: Secret\n" if kind == "List" else ""
    text = (
        f"apiVersion: v1\nkind: {kind}\nitems:\n"
        f"- apiVersion: v1\n{own}  metadata: {{name: c}}\n  stringData:\n"
        "    spark-defaults.conf: |\n      spark.foo=HUNTER3\n      spark.foo=HUNTER4\n"
        f'- apiVersion: v1\n{own}  metadata: {{name: d}}\n  data:\n    spark.driver.memory: "MWc="\n'
    )
    path = tree / "list.yaml"
    path.write_text(text)
    ran = sparkfix("check", "list.yaml")
    assert "duplicate-property" in ran.out
    assert "HUNTER" not in ran.out
    refused = sparkfix("set", "spark.driver.memory=2g", "list.yaml")
    assert refused.code == 1
    assert "base64" in refused.out
    assert path.read_text() == text


def test_what_a_template_may_make_a_secret_is_not_shown(tree: Path, sparkfix: Run) -> None:
    text = (
        "apiVersion: v1\nkind: {{ if .Values.s }}Secret{{ else }}ConfigMap{{ end }}\nmetadata: {name: c}\nstringData:\n"
        "  spark-defaults.conf: |\n    spark.foo=HUNTER3\n    spark.foo=HUNTER4\n"
    )
    (tree / "chart" / "templates" / "s.yaml").write_text(text)
    ran = sparkfix("check", "chart/templates/s.yaml")
    assert "duplicate-property" in ran.out
    assert "HUNTER" not in ran.out


ARMS = """\
data:
  a.conf: |
    {{- if .Values.k }}
    spark.master=local
    {{- else }}
    spark.master=yarn
    {{- end }}
"""


@pytest.mark.parametrize("codemod", [("set", "spark.y=2"), ("unset", "spark.y"), ("rename", "spark.y", "spark.z")])
def test_a_condition_that_holds_in_one_arm_only_is_refused_for_what_both_share(
    tree: Path, sparkfix: Run, codemod: tuple[str, ...]
) -> None:
    path = tree / "t.yaml"
    path.write_text(ARMS + "    spark.y=1\n")
    ran = sparkfix(*codemod, "--where", "spark.master=local", "t.yaml")
    assert ran.code == 1
    assert "the condition holds with some arms of the template only" in ran.out
    assert path.read_text() == ARMS + "    spark.y=1\n"


@pytest.mark.parametrize("line", ["spark.rapids.sql.enabled 1\n", "spark.ui.port 4040\n", "spark.plugins a.B\n"])
def test_any_driver_setting_makes_a_driver(tree: Path, sparkfix: Run, line: str) -> None:
    (tree / "spark-defaults.conf").write_text(line)
    assert sparkfix("set", "--add", "spark.new=2", "spark-defaults.conf").code == 0
    assert (tree / "spark-defaults.conf").read_text() == line + "spark.new 2\n"


def test_reasons_are_told_also_if_quiet(tree: Path, sparkfix: Run) -> None:
    (tree / "bad.yaml").write_text("a: [1\nspark.x: {y\n")
    for command in (("check", "-q"), ("check",), ("apply", "-q", "--solution", "1")):
        ran = sparkfix(*command, "bad.yaml")
        assert ran.code == 2
        assert ran.err == "bad.yaml:2 not understood: not YAML: did not find expected ',' or ']'\n", ran
        assert "no finding here offers" not in ran.out
    (tree / "s.yaml").write_text(SECRET)
    refused = sparkfix("set", "spark.driver.memory=2g", "-q", "s.yaml")
    assert refused.code == 1
    assert "base64" in refused.err


def test_duplicates_in_base64_are_found(tree: Path, sparkfix: Run) -> None:
    text = base64.b64encode(b"spark.executor.memory=1\nspark.executor.memory=2\n").decode()
    (tree / "s.yaml").write_text(
        f"kind: Secret\napiVersion: v1\nmetadata: {{name: s}}\ndata:\n  spark-defaults.conf: {text}\n"
    )
    ran = sparkfix("check", "s.yaml")
    assert ran.code == 1
    assert "duplicate-property warning `spark.executor.memory` is set 2 times" in ran.out


def test_settings_of_other_arms_are_not_counted(tree: Path, sparkfix: Run) -> None:
    arms = (
        "data:\n  a.conf: |\n    {{- if .Values.k }}\n    spark.x=1\n    {{- else }}\n    spark.x=2\n    {{- end }}\n"
    )
    (tree / "d.yaml").write_text(arms + "    spark.x=3\n")
    ran = sparkfix("check", "d.yaml")
    assert ran.out.count("`spark.x` is set 2 times") == 2
