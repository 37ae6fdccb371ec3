"""What is known of a driver's address: the master it works for, its host, and what it binds to.

Claims and their evidence: docs/running-on-kubernetes.md, client mode networking; `spark.driver.bindAddress` falls back
to `spark.driver.host` (Spark 3.5, internal/config/package.scala; verified on 3.5.8).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from sparkfix.model import Container, Property, PropertyBlock, Role, Service, Variant, Word, Workload
from sparkfix.spark import variables
from sparkfix.spark.facts import CONNECT_PORT, master_kind
from sparkfix.spark.names import number_or_action, written

MASTER = "spark.master"
HOST = "spark.driver.host"
BIND = "spark.driver.bindAddress"
DEPLOY_MODE = "spark.submit.deployMode"
PORT = "spark.driver.port"
BLOCK_MANAGER = ("spark.driver.blockManager.port", "spark.blockManager.port")
UI_PORT = "spark.ui.port"
UI_ENABLED = "spark.ui.enabled"
CONNECT_KEY = "spark.connect.grpc.binding.port"
SOCKETS = (PORT, *BLOCK_MANAGER, UI_PORT, CONNECT_KEY)
# What a driver binds to if it is set, the second by the entrypoint of Spark's own images, which `driver` asks for it.
_LOCAL_ADDRESSES = ("SPARK_LOCAL_IP", "SPARK_DRIVER_BIND_ADDRESS")
_FIRST_WORD = "driver"
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9a-fA-F:]*:[0-9a-fA-F:]*\]?")


def masters_with(workload: Workload, item: Property) -> frozenset[str]:
    """The kinds of master with which a property is in effect, over all combinations of template arms."""
    for block in workload.blocks:
        if item in block.properties:
            variants = [view for view in block.variants(MASTER, item.key) if view.effective.get(item.key) == item]
            found = {master_kind(view.value(MASTER)) for view in variants}
            outside = master_outside(workload, block)
            return frozenset(outside if kind == "unknown" and outside else kind for kind in found)
    return frozenset({"unknown"})


def master_outside(workload: Workload, block: PropertyBlock) -> str:
    """The master that a workload's command line or its other blocks set, where they decide it."""
    given = workload.given(MASTER)
    if given is not None:
        return master_kind(given)
    if block.all(MASTER):
        return ""
    return next((master_kind(item.value) for other in workload.blocks for item in other.all(MASTER)), "")


def is_name(value: str) -> bool:
    """Is a driver host a name, rather than an address or something that Spark, a shell or a person fills in?"""
    text = value.strip()
    return bool(text) and not _IP.fullmatch(text) and "$" not in text


def unbound_hosts(workload: Workload) -> tuple[Property, ...]:
    """Driver hosts that name a Service under a Kubernetes master while nothing sets a bind address."""
    found: list[Property] = []
    if workload.in_cluster_mode() or _bound_elsewhere(workload):
        return ()
    for block in _with_host(workload):
        if workload.overridden(block, HOST) or any(layer.all(BIND) for layer in layers_below(workload, block)):
            continue
        for view in block.variants(MASTER, HOST, BIND):
            host = view.effective.get(HOST)
            if host is None or view.value(BIND) is not None or host in found or is_own(workload, host.value):
                continue
            if (master_outside(workload, block) or master_kind(view.value(MASTER))) == "kubernetes":
                found.append(host)
    return tuple(found)


def is_own(workload: Workload, host: str) -> bool:
    """Is a driver host no name, or one that leads to this very pod whenever the driver starts?

    Those are the pod's host name, which stands in its `/etc/hosts`, and a headless Service that publishes pods before
    they are ready.
    """
    if not is_name(host):
        return True
    service = service_named(workload, host)
    if service is not None:
        return service.headless and service.publishes_unready
    label = label_of(host)
    pod, kind = workload.pod, workload.pod.kind if workload.pod is not None else ""
    names = {container.pod.text("hostname") for container in workload.containers}
    if pod is not None and kind == "Pod":
        names.add(pod.name)
    if pod is not None and kind == "StatefulSet" and label.rpartition("-")[2].isdigit():
        names.add(f"{pod.name}-{label.rpartition('-')[2]}")
    return label == "localhost" or _same(label, names)


def service_named(workload: Workload, host: str) -> Service | None:
    """The Service that selects the workload and that a driver host names, alone or with a namespace behind it."""
    return next((item for item in workload.services if _same(label_of(host), (item.name,))), None)


def label_of(host: str) -> str:
    """The first label of a host name; a template action may hold dots."""
    text = written(host)
    return "".join(re.findall(r"\A(?:\{\{.*?\}\}|[^.])*", text))


def _same(name: str, others: Iterable[str]) -> bool:
    return bool(name) and any(name == written(other) for other in others)


def runs_no_driver(workload: Workload) -> bool:
    """Is a workload a daemon that has no driver, whatever its settings say of one?"""
    return workload.role in (Role.HISTORY_SERVER, Role.MASTER, Role.WORKER)


def may_be_cluster_mode(workload: Workload) -> bool:
    """May anything that reads the workload's settings submit in cluster mode, as far as its words tell?"""
    if workload.in_cluster_mode() or (workload.given(DEPLOY_MODE) or "client") != "client":
        return True
    if any(item.value.strip() != "client" for block in workload.blocks for item in block.all(DEPLOY_MODE)):
        return True
    texts = [word.text for command in workload.commands for word in command.words]
    modes = [text.partition("=")[2] for text in texts if text.startswith("--deploy-mode=")]
    modes += [after for text, after in itertools.pairwise(texts) if text == "--deploy-mode"]
    return any(mode != "client" for mode in modes)


def _bound_elsewhere(workload: Workload) -> bool:
    """Does the command line, the environment or a block without a driver host set the bind address?"""
    if workload.given(BIND) is not None:
        return True
    server = workload.server
    if server is not None and any(_may_have(workload, server, name) for name in _LOCAL_ADDRESSES):
        return True
    if any(word.text == _FIRST_WORD for word in _first_words(workload)):
        return True
    with_host = _with_host(workload)
    return any(block.all(BIND) and not block.properties[0].guard for block in workload.blocks if block not in with_host)


def _may_have(workload: Workload, server: Container, name: str) -> bool:
    """Does the container, or a script that it may read (`spark-env.sh`), set a variable, or may an object not here?"""
    if variables.is_assigned(server, name, workload.objects):
        return True
    return variables.has(server, name, workload.objects) is True


def _first_words(workload: Workload) -> Iterator[Word]:
    """The first words of the server's commands: what its image's entrypoint is given."""
    for command in workload.commands:
        if command.container == workload.server and not command.shell:
            yield command.words[0]


def layers_below(workload: Workload, block: PropertyBlock) -> tuple[PropertyBlock, ...]:
    """The maps of a chart's `values.yaml` that Helm merges a map of another values file over."""
    folder = block.path.rpartition("/")[0]
    if block.owner is not None or block.carrier not in ("map", "nested map"):
        return ()
    return tuple(
        other
        for other in workload.blocks
        if other.owner is None and other.where == block.where and other.path != block.path
        and other.path.rpartition("/")[2] == "values.yaml" and _holds(other.path.rpartition("/")[0], folder)
    )  # fmt: skip


def _holds(folder: str, other: str) -> bool:
    return not folder or other == folder or other.startswith(folder + "/")


def _with_host(workload: Workload) -> tuple[PropertyBlock, ...]:
    return tuple(block for block in workload.blocks if block.all(HOST))


def driver_sockets(workload: Workload, block: PropertyBlock, view: Variant) -> dict[str, str]:
    """The fixed ports of a driver by the key that decides them, as far as they are known: written ones and defaults.

    The command line wins over files. A key that another block sets has no default here.
    """

    def port(key: str, default: str = "") -> str:
        value = view.value(key) if block.on_command_line else workload.given(key) or view.value(key)
        if value is None:
            elsewhere = any(other.all(key) for other in workload.blocks if other is not block)
            return "" if elsewhere else default
        return number_or_action(value)

    manager = next((key for key in BLOCK_MANAGER if view.value(key) is not None), BLOCK_MANAGER[0])
    found = {PORT: port(PORT), manager: port(manager)}
    if (view.value(UI_ENABLED) or "true").strip().lower() == "true":
        found[UI_PORT] = port(UI_PORT, "4040")
    if workload.role is Role.CONNECT_SERVER:
        found[CONNECT_KEY] = port(CONNECT_KEY, CONNECT_PORT)
    return {key: text for key, text in found.items() if text and text != "0"}
