"""Probes of Spark's servers, and the ports on which something listens there, as far as it is known.

Defaults: docs/configuration.md, docs/monitoring.md (18080) and docs/sql-distributed-sql-engine.md (10000) of Spark 3.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import Change, Node, Role, SetField, Workload
from sparkfix.spark.facts import CONNECT_PORT
from sparkfix.spark.names import number_or_action
from sparkfix.spark.networking import CONNECT_KEY, UI_PORT
from sparkfix.spark.ports import naming, open_ended, setting
from sparkfix.spark.sources import reads_what_is_not_here

KINDS = ("livenessProbe", "readinessProbe", "startupProbe")
_COMPUTED_PORT = re.compile(r"(?is)port\b.*(?:\{\{|\$)|(?:\{\{|\$).*port\b")
_SERVERS = {
    Role.CONNECT_SERVER: (CONNECT_KEY, CONNECT_PORT),
    Role.THRIFT_SERVER: ("hive.server2.thrift.port", "10000"),
    Role.HISTORY_SERVER: ("spark.history.ui.port", "18080"),
}


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe of a port: its kind, what it does (`tcpSocket`, `grpc`, `httpGet`) and its port's node and text."""

    kind: str
    action: str
    port: Node
    text: str


def probes_of(workload: Workload) -> Iterator[Probe]:
    """The probes of the server's container that ask one of its own ports."""
    for kind in KINDS if workload.server is not None else ():
        for action in ("tcpSocket", "grpc", "httpGet"):
            port = workload.server.node.get(kind, action, "port") if workload.server is not None else None
            host = workload.server.node.text(kind, action, "host") if workload.server is not None else ""
            if port is not None and isinstance(port.value, str) and not host:
                yield Probe(kind, action, port, port.value.strip())


def nothing_listens(workload: Workload, probe: Probe) -> bool:
    """Is a probe's port a name that its container does not have, or a number that nothing there speaks of?"""
    server = workload.server
    entries = server.node.items("ports") if server is not None else ()
    if server is None or "{{" in probe.text or open_ended(server.node.get("ports")):
        return False
    if not probe.text.isdigit():
        names = [entry.text("name") for entry in entries]
        return probe.text not in names and not any("{{" in name for name in names)
    # The containers of a pod share one network: what listens may be a neighbour.
    everything = [entry for one in workload.containers for entry in one.node.items("ports")]
    ports = [number_or_action(entry.text("containerPort")) for entry in everything]
    known = workload.role in _SERVERS and bool(workload.blocks or ports)
    if not known or probe.text in ports or any("{{" in port for port in ports) or reads_what_is_not_here(workload):
        return False
    listening = (setting(workload, *_SERVERS[workload.role]), setting(workload, UI_PORT, "4040"))
    spelt_out = all(port.isdigit() for port in listening)
    return spelt_out and probe.text not in listening and not _may_be_spoken_of(workload, probe.text)


def _may_be_spoken_of(workload: Workload, number: str) -> bool:
    """May a setting, a word of a command or a variable hold a number? An agent or a proxy may listen there.

    What is computed and says that it is for a port may be any number.
    """
    texts = [f"{item.key}={item.value}" for block in workload.blocks for item in block.properties]
    texts += [word.text for command in workload.commands for word in command.words]
    for entry in (entry for one in workload.containers for entry in one.environment().values()):
        value = entry.get("value")
        texts.append(f"{entry.text('name')}={value.text() if value is not None else '$'}")
    return any(re.search(rf"(?<!\d){number}(?!\d)", text) or _COMPUTED_PORT.search(text) for text in texts)


def server_port(workload: Workload, probe: Probe) -> str:
    """The port that a probe should ask, if one is known: the server's own, for HTTP the user interface's."""
    key, default = _SERVERS.get(workload.role, ("", ""))
    if probe.action == "httpGet" and workload.role is not Role.HISTORY_SERVER:
        key, default = UI_PORT, "4040"
    found = setting(workload, key, default) if key and workload.blocks else ""
    return found if found.isdigit() and int(found) else ""


def asking(workload: Workload, probe: Probe) -> Change | None:
    """What makes a probe ask the server's port: another number, or a name that leads there."""
    number, server = server_port(workload, probe), workload.server
    if not number or server is None:
        return None
    return SetField(server.path, probe.port, number) if probe.text.isdigit() else naming(server, probe.port, number)
