"""What a pod or a resource runs, by its commands first, then by its ports and its properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sparkfix.formats.kubernetes.objects import OPERATOR_SERVER
from sparkfix.model import Command, Container, KubernetesObject, PropertyBlock, Role
from sparkfix.spark.facts import CONNECT_CLASS, CONNECT_PORT, mentions_connect

_CONNECT_KINDS = ("SparkConnect", "SparkConnectServer")
_APPLICATION_KINDS = ("SparkApplication", "ScheduledSparkApplication")
# Programs that read Spark's configuration and are no Connect server, whatever keys they share with one.
_OTHER_PROGRAM = re.compile(
    r"jupyter|notebook|zeppelin|livy|kyuubi|airflow|superset|streamlit|"
    r"deploy\.(?:master|worker|history)\.|start-(?:master|worker|history-server|thriftserver|shuffle-service)\b|HiveThriftServer2",
    re.IGNORECASE,
)

_MASTER = re.compile(r"deploy\.master\.Master\b|start-master\.sh")
_WORKER = re.compile(r"deploy\.worker\.Worker\b|start-(?:worker|slave)\.sh")
# How the images of Bitnami are told what to run (bitnami/containers, bitnami/spark).
_MODE = "SPARK_MODE"

Evidence = tuple[Role, str]
"""A role and why we think so."""


def role_of(
    blocks: Sequence[PropertyBlock],
    owner: KubernetesObject | None,
    containers: Sequence[Container] = (),
    commands: Sequence[Command] = (),
) -> Evidence:
    """What runs here. A command that names a program is stronger than a key that two programs may share."""
    if owner is not None and owner.kind in _CONNECT_KINDS:
        return Role.CONNECT_SERVER, f"the resource kind {owner.kind}"
    if owner is not None and owner.node.text("spec", "mainClass") == CONNECT_CLASS:
        return Role.CONNECT_SERVER, "its main class"
    texts = [word.text for command in commands for word in command.words]
    if evidence := mentions_connect(texts):
        return Role.CONNECT_SERVER, evidence
    joined = " ".join(texts)
    if "HiveThriftServer2" in joined or "start-thriftserver.sh" in joined:
        return Role.THRIFT_SERVER, "its command"
    if "HistoryServer" in joined or "start-history-server.sh" in joined:
        return Role.HISTORY_SERVER, "its command"
    if standalone := _standalone(joined, containers):
        return standalone
    shown = "" if _runs_another_program(containers, texts) else connect_port(containers) or _connect_key(blocks)
    if shown:
        return Role.CONNECT_SERVER, shown
    if owner is not None and owner.kind in _APPLICATION_KINDS:
        return Role.APPLICATION, f"the resource kind {owner.kind}"
    return (Role.APPLICATION, "spark-submit") if "spark-submit" in joined else (Role.UNKNOWN, "")


def _standalone(words: str, containers: Sequence[Container]) -> Evidence | None:
    """A Master or a Worker of a standalone cluster, by its command, or by the images that are made to be one."""
    mains = [container for container in containers if not container.init]
    for role, program, name in ((Role.MASTER, _MASTER, "master"), (Role.WORKER, _WORKER, "worker")):
        if program.search(words):
            return role, "its command"
        if any(
            one.environment()[key].text("value") == name for one in mains for key in one.environment() if key == _MODE
        ):
            return role, f"the variable {_MODE}"
        if not words and any(re.search(rf"(?:^|/)spark-{name}(?:[:@]|$)", one.image) for one in mains):
            return role, "its image"
    return None


def _runs_another_program(containers: Sequence[Container], texts: Iterable[str]) -> bool:
    images = (container.image for container in containers if not container.init)
    return any(_OTHER_PROGRAM.search(text) for text in (*texts, *images))


def connect_port(containers: Iterable[Container]) -> str:
    """The container port that shows a Connect server, or an empty string."""
    for container in containers:
        for port in container.node.items("ports"):
            if port.text("containerPort") == CONNECT_PORT:
                return f"container port {CONNECT_PORT}"
    return ""


def _connect_key(blocks: Iterable[PropertyBlock]) -> str:
    """The server's own key that shows a Connect server; a client's `spark.remote` beside it speaks against one."""
    keys = [item.key for block in blocks for item in block.properties]
    if "spark.remote" in keys:
        return ""
    return next((f"`{key}`" for key in keys if key.startswith("spark.connect.grpc.")), "")


def server_of(
    owner: KubernetesObject, containers: Sequence[Container], commands: Sequence[Command], role: Role
) -> Container | None:
    """The container that runs the driver: by its command, its port, its image, or because it is the only one."""
    mains = [container for container in containers if not container.init]
    if owner.kind in OPERATOR_SERVER:
        return next((container for container in mains if container.name == OPERATOR_SERVER[owner.kind]), None)
    for container in mains:
        texts = [word.text for command in commands if command.container == container for word in command.words]
        if role is Role.CONNECT_SERVER and mentions_connect(texts):
            return container
        if role is not Role.CONNECT_SERVER and any("spark" in text for text in texts):
            return container
    for container in mains:
        if role is Role.CONNECT_SERVER and any(
            port.text("containerPort") == CONNECT_PORT or "connect" in port.text("name") or "grpc" in port.text("name")
            for port in container.node.items("ports")
        ):
            return container
    named = [container for container in mains if "spark" in container.image.lower() or "spark" in container.name]
    if len(named) == 1:
        return named[0]
    return mains[0] if len(mains) == 1 else None
