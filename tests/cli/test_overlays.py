"""Kustomizations as a user meets them: from which folder a run is started, and which overlays it looks at."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from sample import Run, environment

POD = """\
apiVersion: v1
kind: Service
metadata: {name: spark-connect}
spec:
  selector: {app: s}
  ports: [{name: grpc, port: 15002}, {name: driver, port: 7078}, {name: blocks, port: 7079}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: server}
spec:
  selector:
    matchLabels: {app: s}
  template:
    metadata:
      labels: {app: s}
    spec:
      containers:
        - name: spark
          image: apache/spark:3.5.7
          command: ["/opt/spark/sbin/start-connect-server.sh"]
          env: [{name: SPARK_NO_DAEMONIZE, value: "1"}]
          volumeMounts: [{name: conf, mountPath: /opt/spark/conf}]
      volumes:
        - name: conf
          configMap: {name: conf}
"""
CONF = """\
spark.master=k8s://https://kubernetes.default.svc
spark.driver.host=spark-connect
spark.driver.bindAddress=0.0.0.0
spark.driver.port=7078
spark.driver.blockManager.port=7079
"""
BASE = "resources: [pod.yaml]\nconfigMapGenerator:\n- name: conf\n  files: [spark-defaults.conf]\n"
TREE = {
    "base/kustomization.yaml": BASE,
    "base/pod.yaml": POD,
    "base/spark-defaults.conf": CONF,
    "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
    "overlays/prod/kustomization.yaml": "namePrefix: prod-\nresources: [../../base]\n",
}
MEMORY = ("set", "spark.executor.memory=4g", "--add")


def _write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def repository(tmp_path: Path, home: Path) -> Path:
    """The tree in a git work tree, without a commit."""
    folder = _write(tmp_path / "r", TREE)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, env=environment(home), check=True)
    return folder


def test_overlays_above_the_current_folder_take_part_in_the_proof(repository: Path, sparkfix: Run) -> None:
    ran = sparkfix(*MEMORY, cwd=repository / "base")
    assert "proven: overlay ../overlays/dev, overlay ../overlays/prod show just this change" in ran.out
    assert "note: spark-defaults.conf reaches 2 overlays: ../overlays/dev, ../overlays/prod" in ran.out
    assert "spark.executor.memory=4g" in (repository / "base/spark-defaults.conf").read_text()


def test_what_an_overlay_above_the_current_folder_shows_is_told(repository: Path, sparkfix: Run) -> None:
    ran = sparkfix("check", cwd=repository / "base")
    assert "spark-defaults.conf:2:1 driver-host-not-a-service" in ran.out
    assert "= seen with overlay ../overlays/prod\n" in ran.out
    assert sparkfix("apply", "--unsafe-fixes", cwd=repository / "base").code == 1
    assert (repository / "base/spark-defaults.conf").read_text() == CONF


def test_how_an_overlay_is_applied_is_read_where_it_is_said(repository: Path, sparkfix: Run) -> None:
    source = "source: {path: overlays/prod, kustomize: {namePrefix: a-}}"
    _write(repository, {"apps/a.yaml": f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  {source}\n"})
    ran = sparkfix("check", cwd=repository / "base")
    assert "overlay ../overlays/prod is not applied as it is: ../apps/a.yaml changes its namePrefix" in ran.out
    assert "driver-host-not-a-service" not in ran.out


def test_a_rendered_difference_says_once_which_overlay_is_not_seen(repository: Path, sparkfix: Run) -> None:
    remote = "resources: [../../base, 'https://example.org/b?ref=v1']\n"
    faulty = CONF + "spark.executor.memory=4Gi\n"
    _write(repository, {"overlays/remote/kustomization.yaml": remote, "base/spark-defaults.conf": faulty})
    ran = sparkfix("diff", "--rendered", cwd=repository)
    lines = [line for line in ran.out.splitlines() if line.startswith("# ") and "overlays/remote" in line]
    assert [line.partition(": ")[0] for line in lines] == ["# overlay overlays/remote could not be built whole"]


def test_a_diff_from_below_names_files_from_the_top(repository: Path, sparkfix: Run) -> None:
    assert "+++ b/base/spark-defaults.conf" in sparkfix(*MEMORY, "--dry-run", cwd=repository / "base").out


def test_standard_input_is_seen_in_its_place(repository: Path, sparkfix: Run) -> None:
    given = ("--stdin-filename", "spark-defaults.conf", "-")
    ran = sparkfix(*MEMORY, *given, stdin=CONF.encode(), cwd=repository / "base")
    assert "spark.executor.memory=4g\n" in ran.out
    assert "overlay ../overlays/dev" in ran.err


def test_without_a_work_tree_the_proof_names_its_bounds(tmp_path: Path, sparkfix: Run) -> None:
    folder = _write(tmp_path / "r", TREE)
    bounds = "overlays outside of this folder are not known, as it is in no git work tree"
    ran = sparkfix(*MEMORY, cwd=folder / "base")
    assert f"note: {bounds}" in ran.out
    assert bounds not in sparkfix("set", "spark.executor.memory=5g", cwd=folder).out


def test_an_overlay_that_is_named_alone_tells_the_faults_of_its_base(repository: Path, sparkfix: Run) -> None:
    ran = sparkfix("check", "overlays/prod", cwd=repository)
    assert ran.code == 1
    assert "base/spark-defaults.conf:2:1 driver-host-not-a-service" in ran.out
    ran = sparkfix("apply", "--unsafe-fixes", "overlays/prod", cwd=repository)
    assert "base/spark-defaults.conf:2:1 driver-host-not-a-service: refused: " in ran.out
    assert "this file is not among the given paths\n" in ran.out
    assert sparkfix("check", "--select", "driver-host-not-a-service", "overlays/dev", cwd=repository).code == 0


def test_an_overlay_that_is_named_alone_renders_charts_from_elsewhere(repository: Path, sparkfix: Run) -> None:
    conf = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  spark-defaults.conf: |\n"
    lines = "".join(f"    {line}\n" for line in CONF.splitlines())
    chart = "namePrefix: x-\nhelmGlobals: {chartHome: ../../charts}\nhelmCharts: [{name: c, releaseName: r}]\n"
    _write(repository, {
        "charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", "charts/c/values.yaml": "a: b\n",
        "charts/c/templates/all.yaml": f"{POD}---\n{conf}{lines}", "overlays/x/kustomization.yaml": chart,
    })  # fmt: skip
    ran = sparkfix("check", "overlays/x", cwd=repository)
    assert "charts/c/templates/all.yaml:34:5 driver-host-not-a-service" in ran.out
    assert "= seen with overlay overlays/x\n" in ran.out


def test_an_overlay_that_cannot_be_built_counts_if_strict(repository: Path, sparkfix: Run) -> None:
    dev = "resources: [../../base, 'https://github.com/a/b//c?ref=v1']\n"
    _write(repository, {"overlays/dev/kustomization.yaml": dev, "overlays/prod/kustomization.yaml": dev})
    assert sparkfix("check", cwd=repository).code == 0
    ran = sparkfix("check", "--strict", "--quiet", cwd=repository)
    assert ran.code == 2
    assert "overlay overlays/dev could not be built whole" in ran.err
    assert sparkfix(*MEMORY, "--strict", cwd=repository).code == 2


@pytest.mark.parametrize("name", ["Prod", "a" * 54, "-a", "a_b", ""])
def test_a_name_that_helm_refuses_is_an_error(tree: Path, sparkfix: Run, name: str) -> None:
    ran = sparkfix("render", "charts/spark-connect", "--name", name)
    assert ran.code == 2
    assert ran.err.startswith(f"sparkfix: --name {name}: ")
    assert ran.err.count("\n") == 1
    assert not ran.out


@pytest.mark.parametrize("more", [(), ("--no-render",)])
def test_a_values_file_that_is_not_there_is_an_error_also_without_charts(
    tmp_path: Path, sparkfix: Run, more: tuple[str, ...]
) -> None:
    folder = _write(tmp_path / "r", {"a.conf": CONF})
    ran = sparkfix("check", "-f", "nope.yaml", *more, cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "sparkfix: --values nope.yaml: no such file\n"


# Symbolic links


def test_a_base_behind_a_link_is_the_base(repository: Path, sparkfix: Run) -> None:
    (repository / "overlays/link").symlink_to("../base")
    _write(repository, {"overlays/prod/kustomization.yaml": "namePrefix: prod-\nresources: [../link]\n"})
    ran = sparkfix("check", cwd=repository)
    assert "base/spark-defaults.conf:2:1 driver-host-not-a-service" in ran.out
    assert "= seen with overlay overlays/prod\n" in ran.out
    ran = sparkfix(*MEMORY, cwd=repository)
    assert "proven: overlay overlays/dev, overlay overlays/prod show just this change" in ran.out
    assert "note: base/spark-defaults.conf reaches 2 overlays: overlays/dev, overlays/prod" in ran.out


def test_a_resource_behind_a_link_is_the_file_that_it_leads_to(repository: Path, sparkfix: Run) -> None:
    _write(repository, {"base/kustomization.yaml": BASE.replace("spark-defaults.conf", "spark-defaults.conf=l.conf")})
    (repository / "base/spark-defaults.conf").rename(repository / "shared.conf")
    (repository / "base/l.conf").symlink_to("../shared.conf")
    ran = sparkfix(*MEMORY, cwd=repository)
    assert "shared.conf:5:1 set: " in ran.out
    assert "proven: overlay overlays/dev, overlay overlays/prod show just this change" in ran.out
    assert (repository / "shared.conf").read_text() == CONF + "spark.executor.memory=4g\n"
    assert (repository / "base/l.conf").is_symlink()


def test_a_base_that_a_link_leads_out_to_is_not_read(tmp_path: Path, repository: Path, sparkfix: Run) -> None:
    _write(tmp_path / "elsewhere", {"kustomization.yaml": "resources: [x.yaml]\n", "x.yaml": "a: secret-of-others\n"})
    (repository / "overlays/link").symlink_to(tmp_path / "elsewhere")
    _write(repository, {"overlays/prod/kustomization.yaml": "resources: [../../base, ../link]\n"})
    ran = sparkfix("check", cwd=repository)
    assert "overlay overlays/prod could not be built whole: overlays/link/kustomization.yaml: " in ran.out
    assert "secret-of-others" not in ran.out


SHARED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Chart.Name }}}
data:
  spark-defaults.conf: |
    spark.driver.memory={{ .Values.memory }}
    spark.x=1
    spark.x=2
"""
USES = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: uses}
data:
  uses: {{ include (print $.Template.BasePath "/cm.yaml") . | contains "spark.x=1" | quote }}
"""


def test_a_template_that_charts_link_to_is_proven_in_all_of_them(repository: Path, sparkfix: Run) -> None:
    for name in "ab":
        _write(repository, {f"{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n",
                            f"{name}/values.yaml": "memory: 1g\n"})  # fmt: skip
        (repository / name / "templates").mkdir()
        (repository / name / "templates/cm.yaml").symlink_to("../../shared/cm.yaml")
    _write(repository, {"shared/cm.yaml": SHARED})
    ran = sparkfix("check", cwd=repository)
    assert ran.out.count("duplicate-property") == 1
    assert "shared/cm.yaml:7:5 duplicate-property" in ran.out
    ran = sparkfix("apply", "--unsafe-fixes", "--dry-run", cwd=repository)
    assert "proven: rendered with 2 values sets, all show just this change" in ran.err
    _write(repository, {"b/templates/uses.yaml": USES})
    ran = sparkfix("apply", "--unsafe-fixes", cwd=repository)
    assert "would render to more than the intended difference" in ran.out
    assert (repository / "shared/cm.yaml").read_text() == SHARED
