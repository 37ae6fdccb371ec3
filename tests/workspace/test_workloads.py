"""Which pod reads which properties, and what it runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sparkfix.model import Role, Workload
from sparkfix.workspace.store import DiskStore, MemoryStore
from sparkfix.workspace.workloads import workloads_of
from sparkfix.workspace.workspace import Workspace

CONNECT = "        command: [/opt/spark/sbin/start-connect-server.sh]\n"


def config(name: str = "conf", kind: str = "ConfigMap", field: str = "data") -> str:
    return f"---\napiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n{field}:\n  spark-defaults.conf: |\n    spark.a=1\n"


def pod(
    volumes: str = "", container: str = CONNECT, name: str = "connect", labels: str = "app: x", more: str = ""
) -> str:
    return (
        f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  template:\n    metadata:\n"
        f"      labels:\n        {labels}\n    spec:\n      containers:\n      - name: main\n        image: apache/spark:3.5.1\n"
        f"{container}{more}{volumes}"
    )


def volume(name: str) -> str:
    return f"      volumes:\n      - name: v\n        configMap:\n          name: {name}\n"


def service(selector: str = "app: x", name: str = "svc", more: str = "") -> str:
    return f"---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n{more}  selector:\n    {selector}\n"


def workspace(**files: str) -> Workspace:
    data = {path.replace("__", "/").replace("_", "."): text.encode() for path, text in files.items()}
    return Workspace(MemoryStore(data), tuple(data))


def workloads(here: Workspace, unit: str = "folder:") -> tuple[Workload, ...]:
    return workloads_of(here, unit)


def with_pod(found: tuple[Workload, ...]) -> Workload:
    (workload,) = [item for item in found if item.pod is not None]
    return workload


def blocks(workload: Workload) -> list[str]:
    return [block.owner.name if block.owner else "" for block in workload.blocks]


# Blocks and pods


def test_config_map_by_literal_name() -> None:
    found = workloads(workspace(a_yaml=config() + config("other"), b_yaml=pod(volume("conf"))))
    assert blocks(with_pod(found)) == ["conf"]
    assert [blocks(item) for item in found if item.pod is None] == [["other"]]


def test_config_map_by_templated_name() -> None:
    here = workspace(
        Chart_yaml="name: x\n",
        templates__a_yaml=config('{{ include "x.name" . }}-conf') + config('{{ include "x.name" . }}-other'),
        templates__b_yaml=pod(volume('{{- include  "x.name" . -}}-conf')),
    )
    assert blocks(with_pod(workloads(here, "chart:"))) == ['{{ include "x.name" . }}-conf']


def test_quoted_templated_name() -> None:
    here = workspace(
        Chart_yaml="name: x\n",
        templates__a_yaml=config('"{{ .Release.Name }}-conf"') + config("other"),
        templates__b_yaml=pod(volume("{{ .Release.Name }}-conf")),
    )
    assert blocks(with_pod(workloads(here, "chart:"))) == ["{{ .Release.Name }}-conf"]


def test_projected_volume_and_secret() -> None:
    sources = (
        "      volumes:\n      - name: v\n        projected:\n          sources:\n          - configMap:\n"
        "              name: conf\n"
        "          - secret:\n              name: hidden\n"
    )
    text = config() + config("hidden", "Secret", "stringData")
    found = with_pod(workloads(workspace(a_yaml=text, b_yaml=pod(sources))))
    assert blocks(found) == ["conf", "hidden"]
    assert [block.confidential for block in found.blocks] == [False, True]


def test_secret_volume() -> None:
    volumes = "      volumes:\n      - name: v\n        secret:\n          secretName: hidden\n"
    found = workloads(workspace(a_yaml=config("hidden", "Secret", "stringData"), b_yaml=pod(volumes)))
    assert blocks(with_pod(found)) == ["hidden"]


def test_environment_from_a_config_map() -> None:
    more = "        envFrom:\n        - configMapRef:\n            name: conf\n"
    assert blocks(with_pod(workloads(workspace(a_yaml=config(), b_yaml=pod(more=more))))) == ["conf"]


def test_two_pods_may_read_one_config_map() -> None:
    text = pod(volume("conf")) + pod(volume("conf"), name="second")
    found = workloads(workspace(a_yaml=config(), b_yaml=text))
    assert [(item.name, blocks(item)) for item in found] == [("connect", ["conf"]), ("second", ["conf"])]


def test_arguments_belong_to_their_pod() -> None:
    container = "        args: [/opt/spark/bin/spark-submit, --conf, spark.a=1, x.py]\n"
    found = with_pod(workloads(workspace(b_yaml=pod(container=container))))
    assert [block.carrier for block in found.blocks] == ["arguments"]
    assert found.role is Role.APPLICATION


def test_nothing_is_guessed_between_two_pods_of_a_chart() -> None:
    text = pod() + pod(name="second")
    here = workspace(Chart_yaml="name: x\n", values_yaml="sparkConf:\n  spark.a: b\n", templates__b_yaml=text)
    found = workloads(here, "chart:")
    assert [len(item.blocks) for item in found if item.pod] == [0, 0]
    assert [item.path for item in found if not item.pod] == ["values.yaml"]


def test_values_belong_to_the_only_pod_of_a_chart() -> None:
    here = workspace(Chart_yaml="name: x\n", values_yaml="sparkConf:\n  spark.a: b\n", templates__b_yaml=pod())
    assert [block.path for block in with_pod(workloads(here, "chart:")).blocks] == ["values.yaml"]


# Services


@pytest.mark.parametrize(
    ("labels", "selector", "wanted"),
    [
        ("app: x", "app: x", True),
        ("app: x\n        tier: y", "app: x", True),
        ("app: x", "app: x\n    tier: y", False),
        ("app: x", "app: z", False),
        ('{{- include "x.labels" . | nindent 8 }}', '{{- include "x.labels" . | nindent 4 }}', True),
        ('{{- include "x.labels" . | nindent 8 }}\n        role: a', '{{- include "x.labels" . | nindent 4 }}\n    role: a', True),
        ('{{- include "x.labels" . | nindent 8 }}\n        role: a', '{{- include "x.labels" . | nindent 4 }}\n    role: b', False),
        ("app: {{ .Release.Name }}", 'app: "{{ .Release.Name }}"', True),
    ],
)  # fmt: skip
def test_services_by_selector(labels: str, selector: str, wanted: bool) -> None:
    here = workspace(
        Chart_yaml="name: x\n",
        templates__a_yaml=service(selector),
        templates__b_yaml=pod(labels=labels, volumes=volume("c")),
    )
    found = with_pod(workloads(here, "chart:")).services
    assert [item.name for item in found] == (["svc"] if wanted else [])


def test_headless_service_that_publishes_unready_pods() -> None:
    text = service(more="  clusterIP: None\n  publishNotReadyAddresses: true\n")
    (found,) = with_pod(workloads(workspace(a_yaml=text, b_yaml=pod()))).services
    assert found.headless
    assert found.publishes_unready


def test_service_without_a_selector() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: svc}\nspec: {type: ExternalName}\n"
    assert with_pod(workloads(workspace(a_yaml=text, b_yaml=pod()))).services == ()


# Roles


@pytest.mark.parametrize(
    ("container", "role"),
    [
        (CONNECT, Role.CONNECT_SERVER),
        ("        args: [--class, org.apache.spark.sql.connect.service.SparkConnectServer]\n", Role.CONNECT_SERVER),
        ('        command: ["/bin/sh", "-c"]\n        args: ["exec /opt/spark/sbin/start-connect-server.sh --wait"]\n',
         Role.CONNECT_SERVER),
        ("        command: [/bin/bash, -c]\n        args:\n        - |\n          set -e\n          start-connect-server.sh\n",
         Role.CONNECT_SERVER),
        ("        ports:\n        - containerPort: 15002\n", Role.CONNECT_SERVER),
        ("        command: [start-thriftserver.sh]\n", Role.THRIFT_SERVER),
        ("        command: [spark-class, org.apache.spark.deploy.history.HistoryServer]\n", Role.HISTORY_SERVER),
        ("        command: [spark-submit, x.py]\n", Role.APPLICATION),
        ("        command: [sleep]\n", Role.UNKNOWN),
    ],
)  # fmt: skip
def test_roles(container: str, role: Role) -> None:
    found = with_pod(workloads(workspace(a_yaml=config(), b_yaml=pod(volume("conf"), container))))
    assert found.role is role
    assert bool(found.evidence) is (role is not Role.UNKNOWN)


def test_role_by_a_key() -> None:
    text = config().replace("spark.a=1", "spark.connect.grpc.binding.port=15002")
    (found,) = workloads(workspace(a_yaml=text))
    assert (found.role, found.evidence) == (Role.CONNECT_SERVER, "`spark.connect.grpc.binding.port`")


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("SparkConnect", Role.CONNECT_SERVER),
        ("SparkConnectServer", Role.CONNECT_SERVER),
        ("SparkApplication", Role.APPLICATION),
        ("ScheduledSparkApplication", Role.APPLICATION),
        ("SparkCluster", Role.UNKNOWN),
    ],
)
def test_custom_resources(kind: str, role: Role) -> None:
    text = (
        f"apiVersion: x/v1\nkind: {kind}\nmetadata:\n  name: n\n  namespace: ns\nspec:\n  sparkConf:\n    spark.a: b\n"
    )
    (found,) = workloads(workspace(a_yaml=text))
    assert (found.role, found.name, found.namespace, len(found.blocks)) == (role, "n", "ns", 1)


def test_a_pod_without_spark_is_no_workload() -> None:
    assert workloads(workspace(b_yaml=pod(container="        command: [sleep]\n"))) == ()


# The container that runs the driver


@pytest.mark.parametrize("first", [True, False])
def test_server_beside_sidecars(first: bool) -> None:
    sidecar = "      - name: proxy\n        image: envoy:1\n"
    text = pod(volume("conf"))
    at = text.index("      - name: main" if first else "      volumes:")
    found = with_pod(workloads(workspace(a_yaml=config(), b_yaml=text[:at] + sidecar + text[at:])))
    assert found.server is not None
    assert found.server.name == "main"
    assert [container.name for container in found.containers] == (["proxy", "main"] if first else ["main", "proxy"])


def test_server_by_its_port() -> None:
    more = (
        "        ports:\n        - containerPort: 15002\n      - name: other-spark\n        image: apache/spark:3.5.1\n"
    )
    found = with_pod(workloads(workspace(b_yaml=pod(container="", more=more))))
    assert found.server is not None
    assert found.server.name == "main"


def test_no_server_is_guessed_between_two() -> None:
    more = "        command: [run]\n      - name: second-spark\n        image: apache/spark:3.5.1\n        command: [run]\n"
    found = with_pod(workloads(workspace(a_yaml=config(), b_yaml=pod(volume("conf"), container="", more=more))))
    assert found.server is None


def test_init_containers_are_no_servers() -> None:
    init = "      initContainers:\n      - name: init-spark\n        image: apache/spark:3.5.1\n"
    found = with_pod(workloads(workspace(b_yaml=pod(volumes=init))))
    assert found.server is not None
    assert found.server.name == "main"


def test_expanders() -> None:
    container = '        command: [sh, -c, "envsubst < /a > /b && start-connect-server.sh"]\n'
    assert "envsubst" in with_pod(workloads(workspace(b_yaml=pod(container=container)))).expands_variables
    assert with_pod(workloads(workspace(b_yaml=pod()))).expands_variables == ""


# Charts, units, stores


def test_units() -> None:
    here = workspace(
        c__Chart_yaml="name: c\n", c__values_yaml="a: 1\n", c__templates__x_yaml="a: 1\n", c__charts__s__Chart_yaml="name: s\n",
        c__charts__s__values_yaml="a: 1\n", d__y_yaml="a: 1\n", d__e__z_yaml="a: 1\n",
    )  # fmt: skip
    assert here.unit_of("c/templates/x.yaml") == "chart:c"
    assert here.unit_of("c/charts/s/values.yaml") == "chart:c/charts/s"
    assert here.unit_of("d/e/z.yaml") == "folder:d/e"
    assert here.unit_files("chart:c") == ("c/Chart.yaml", "c/templates/x.yaml", "c/values.yaml")
    assert here.unit_files("folder:d") == ("d/y.yaml",)
    assert here.in_chart_templates("c/templates/x.yaml")
    assert not here.in_chart_templates("c/values.yaml")
    assert not here.in_chart_templates("d/y.yaml")


def test_edits_make_a_new_snapshot() -> None:
    here = workspace(a_yaml="spark.a: 1\n")
    there = here.with_edits({"a.yaml": b"spark.a: 2\n"})
    first, second = here.document("a.yaml"), there.document("a.yaml")
    assert first is not None
    assert second is not None
    assert first.blocks[0].properties[0].value == "1"
    assert second.blocks[0].properties[0].value == "2"
    assert there.with_edits({"a.yaml": b"spark.a: 1\n"}).document("a.yaml") is first


def test_disk_store_stays_below_its_root(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.yaml").write_text("x")
    (tmp_path / "in/link.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "in/a.yaml").write_text("y")
    store = DiskStore(tmp_path / "in")
    assert store.read("a.yaml") == b"y"
    assert store.read("../secret.yaml") is None
    assert store.read("link.yaml") is None
    assert store.read("missing.yaml") is None
    assert store.names("nowhere") == []


def test_folders_that_are_links_are_followed_inside_of_the_root_only(tmp_path: Path) -> None:
    (tmp_path / "in/a/b").mkdir(parents=True)
    (tmp_path / "out/b").mkdir(parents=True)
    (tmp_path / "in/a/b/x.yaml").write_text("in")
    (tmp_path / "out/b/x.yaml").write_text("out")
    (tmp_path / "in/near").symlink_to("a")
    (tmp_path / "in/a/back").symlink_to("../..")
    (tmp_path / "in/far").symlink_to(tmp_path / "out")
    os.mkfifo(tmp_path / "in/pipe.yaml")
    store = DiskStore(tmp_path / "in")
    assert [store.read(path) for path in ("a/b/x.yaml", "near/b/x.yaml", "near/../a/b/x.yaml")] == [b"in"] * 3
    assert store.read("a/back/in/a/b/x.yaml") == b"in"
    for path in ("far/b/x.yaml", "a/back/out/b/x.yaml", "a/../../out/b/x.yaml", str(tmp_path / "out/b/x.yaml"), "a/b"):
        assert store.read(path) is None
    assert store.read("pipe.yaml") is None


def test_folders_that_lie_outside_are_not_listed(tmp_path: Path) -> None:
    (tmp_path / "in/a").mkdir(parents=True)
    (tmp_path / "out/b").mkdir(parents=True)
    (tmp_path / "in/a/x.yaml").write_text("in")
    for name, target in {"near": "a", "far": "../out", "file": "../out/x.yaml", "top": ".", "loop": "loop"}.items():
        (tmp_path / "in" / name).symlink_to(target)
    store = DiskStore(tmp_path / "in")
    assert store.names("") == [("a", True), ("file", False), ("loop", False), ("near", True), ("top", True)]
    assert store.outside("") == ["far", "file"]
    assert [store.names(folder) for folder in ("far", "..", "../out")] == [[], [], []]
    assert [store.resolved(path) for path in ("top", "top/near", "far")] == ["", "a", "far"]


def test_links_in_circles_do_not_hold_up_the_files_of_a_chart(tmp_path: Path) -> None:
    for name in ("c/Chart.yaml", "c/a/x.yaml", "lib/b/y.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a: b\n")
    for name in ("one", "two"):
        (tmp_path / "lib" / name).symlink_to(".")
        (tmp_path / "lib/b" / name).symlink_to("../..")
        (tmp_path / "c" / name).symlink_to("../lib")
    found = Workspace(DiskStore(tmp_path), ()).unit_files("chart:c")
    assert {"c/a/x.yaml", "c/one/b/y.yaml", "c/two/b/y.yaml"} < set(found)
    assert len(found) < 100


def test_binary_files_are_not_read() -> None:
    assert Workspace(MemoryStore({"a.yaml": b"spark\0"}), ("a.yaml",)).document("a.yaml") is None


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        ("--driver-memory, 1g, --conf, spark.driver.memory=2g", "spark.driver.memory", "2g"),
        ("--conf, spark.driver.memory=2g, --driver-memory, 1g", "spark.driver.memory", "1g"),
        ("--executor-memory, 1g, --conf, spark.executor.memory=2g", "spark.executor.memory", "1g"),
        ("--conf=spark.a=1, --conf, spark.a=2", "spark.a", "2"),
    ],
)  # fmt: skip
def test_which_option_of_a_command_counts(options: str, key: str, value: str) -> None:
    command = f"        command: [spark-submit, {options}, app.jar]\n"
    store = MemoryStore({"a.yaml": (config() + pod(container=command)).encode()})
    [found] = [item for item in workloads_of(Workspace(store, ("a.yaml",)), "folder:") if item.name == "connect"]
    assert found.given(key) == value
