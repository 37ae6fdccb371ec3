"""What is known of Connect servers: their probes, their driver's address, and the words that tell users the truth.

Claims and their evidence: SPARK-44482 (binding address from 4.0.0 on), SPARK-51407; socket and log observations on
Spark 3.5, 4.0.2 and 4.1.1 (dual-stack Linux); docs/running-on-kubernetes.md, client mode networking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sparkfix.model import Container, Node, Place, Property, Service, SparkVersion, Workload, implies
from sparkfix.spark.facts import CONNECT_PORT
from sparkfix.spark.networking import CONNECT_KEY, HOST, layers_below

PORT = CONNECT_KEY
ADDRESS = "spark.connect.grpc.binding.address"
_PATIENCE = 120
PATIENCE = "the server has five minutes to listen before the liveness probe counts: this is the cure of failing probes"
PATIENCE_ALONE = "no liveness probe can kill this server; the startup probe gives it five minutes, then restarts it"


def bind_address_port(workload: Workload) -> str:
    """The port that the Connect server listens on, as written where it is set."""
    values = [item.value for block in workload.blocks for item in block.all(PORT)]
    return values[0] if len(set(values)) == 1 else CONNECT_PORT


def probe_port(workload: Workload) -> str:
    """The port for a probe of the Connect server, as written: that of its other probes, its port's name, its number."""
    server = workload.server
    wanted = bind_address_port(workload)
    if server is None:
        return wanted
    for kind in ("livenessProbe", "readinessProbe"):
        for action in ("tcpSocket", "grpc"):
            port = server.node.text(kind, action, "port")
            if port and _is_connect_port(server, port, wanted):
                return port
    for entry in server.node.items("ports"):
        if entry.text("containerPort") == wanted and entry.text("name"):
            return entry.text("name")
    return wanted


def _is_connect_port(server: Container, port: str, wanted: str) -> bool:
    """Is a probe's port (a number, a name or a template) the Connect server's?"""
    if port in (wanted, CONNECT_PORT) or "connect" in port.lower() or "grpc" in port.lower():
        return True
    named = {entry.text("name"): entry.text("containerPort") for entry in server.node.items("ports")}
    return named.get(port) in (wanted, CONNECT_PORT)


def impatient_probe(workload: Workload) -> tuple[Node, int] | None:
    """The liveness probe that can kill the server before it listens, and the seconds after which it gives up: fewer
    than 120, on the server's port, with no startup probe."""
    server = workload.server
    if server is None or server.node.get("startupProbe") is not None:
        return None
    probe = server.node.get("livenessProbe")
    port = probe.text("tcpSocket", "port") or probe.text("grpc", "port") if probe else ""
    if probe is None or not _is_connect_port(server, port, bind_address_port(workload)):
        return None
    try:
        delay = int(probe.text("initialDelaySeconds") or "0")
        period = int(probe.text("periodSeconds") or "10")
        failures = int(probe.text("failureThreshold") or "3")
    except ValueError:
        return None
    seconds = delay + period * failures
    return (probe, seconds) if seconds < _PATIENCE else None


def pod_ip_variable(container: Container | None) -> str:
    """The name of the variable that a container fills with its pod's IP, or an empty string."""
    for name, entry in container.environment().items() if container else ():
        if entry.text("valueFrom", "fieldRef", "fieldPath") == "status.podIP":
            return name
    return ""


def is_pod_ip(workload: Workload, hosts: Iterable[Property]) -> bool:
    """Are all driver hosts the pod's IP already, in whatever form reaches Spark?"""
    name = pod_ip_variable(workload.server)
    forms = {f"${{env:{name}}}", f"$({name})"}
    if workload.expands_variables:
        forms |= {f"${{{name}}}", f"${name}"}
    return bool(name) and all(item.value in forms for item in hosts)


def reference(workload: Workload, item: Property, name: str) -> str:
    """How a variable is written beside a property so that it reaches Spark: Kubernetes' form in a container's arguments,
    else Spark's."""
    for block in workload.blocks:
        if item in block.properties and block.on_command_line and _in_a_container(workload, item):
            return f"$({name})"
    return f"${{env:{name}}}"


def _in_a_container(workload: Workload, item: Property) -> bool:
    return any(one.path == item.path and one.node.span.covers(item.key_span) for one in workload.containers)


def places_for_address(workload: Workload) -> tuple[Property, ...]:
    """The properties beside which a binding address is missing: each port that has none in its own arms, else its kin.

    Nothing is missing where the command line sets it, and a values file needs none that its base can hold.
    """
    blocks = [block for block in workload.blocks if block.properties]
    if not blocks or workload.given(ADDRESS) is not None:
        return ()
    with_port = [block for block in blocks if block.all(PORT)]
    if not with_port:
        missing = not any(block.all(ADDRESS) for block in blocks)
        return (kin(blocks[0].properties, "spark.connect.", "spark.driver."),) if missing else ()
    found: list[Property] = []
    for block in with_port:
        below = layers_below(workload, block)
        if not any(layer in with_port or layer.all(ADDRESS) for layer in below):
            addresses = block.all(ADDRESS)
            found += [
                item for item in block.all(PORT) if not any(implies(item.guard, other.guard) for other in addresses)
            ]
    return tuple(found)


def kin(properties: Sequence[Property], *prefixes: str) -> Property:
    """The property beside which a new one belongs: the last unguarded one with the first prefix that has any."""
    free = [item for item in properties if not item.guard and not item.locked]
    for pool in (free, properties):
        for prefix in (*prefixes, "spark.", ""):
            found = [item for item in pool if item.key.startswith(prefix)]
            if found:
                return found[-1]
    raise ValueError("no properties")


def waiting_truth(service: Service) -> str:
    """What waiting for a Service's name means for this Service."""
    if service.headless and not service.publishes_unready:
        return (
            "the Service is headless and publishes only ready pods: if this pod is its only one, the name appears"
            " when the pod is ready, and the pod waits for the name, for ever"
        )
    if service.headless:
        return "the Service publishes pods before they are ready: the wait ends once this pod has its address"
    return "a Service with a cluster IP has its DNS name before any pod is ready: the wait ends at once and changes nothing"


def client_service(workload: Workload) -> Service | None:
    """The Service that the driver host names, else the one with the Connect server's port, else the first one."""
    hosts = {item.value for block in workload.blocks for item in block.all(HOST)} | {workload.given(HOST) or ""}
    wanted = {bind_address_port(workload), CONNECT_PORT}
    named = [
        item
        for item in workload.services
        if any(host == item.name or host.startswith(item.name + ".") for host in hosts)
    ]
    serving = [item for item in workload.services if wanted & set(item.ports)]
    return next(iter((*named, *serving, *workload.services)), None)


def wait_container(service: Service, options: Mapping[str, str]) -> dict[str, Any]:
    """An init container that waits until a Service's name resolves. `options`: `image`, `tries`."""
    name = f"{service.name.strip()}.${{POD_NAMESPACE}}.svc.cluster.local"
    script = (
        f"for try in $(seq 1 {options['tries']}); do"
        f" (nslookup {name} || getent hosts {name}) >/dev/null 2>&1 && exit 0;"
        " echo waiting for the DNS name of the service; sleep 2; done; exit 1"
    )
    return {
        "name": "wait-for-service",
        "image": options["image"],
        "env": [{"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}],
        "command": ["sh", "-c", script],
    }


def startup_probe(port: str) -> dict[str, Any]:
    """A probe that gives the server five minutes to listen before the liveness probe counts."""
    return {"tcpSocket": {"port": int(port) if port.isdigit() else port}, "periodSeconds": 10, "failureThreshold": 30}


def own_probe_truth(server: Container | None) -> str:
    """What to know of a container's own startup probe, which is left as it is."""
    probe = server.node.get("startupProbe") if server is not None else None
    if server is not None and probe is not None and probe.guard != server.node.guard:
        condition = " and ".join(arm.condition for arm in probe.guard[len(server.node.guard) :])
        return f"the container's own `startupProbe` stands under `{condition}`: see to it that this is on"
    return "the container has a `startupProbe` of its own, which is left as it is"


def server_place(workload: Workload, properties: Sequence[Property]) -> Place | None:
    """Where to point at a server: its first property, else its container."""
    if properties:
        return properties[0].place("the server's settings are here")
    return workload.server.place("the server runs here") if workload.server is not None else None


def binding_address_truth(version: SparkVersion | None) -> str:
    """What `spark.connect.grpc.binding.address=0.0.0.0` does on this version of Spark."""
    if version is None:
        return (
            "the Spark version is not known: before 4.0 the key does not exist and is ignored;"
            " from 4.0 on `0.0.0.0` is the same wildcard socket as before"
        )
    if version.release < (4,):
        return f"Spark {version.number} does not know this key (it came with 4.0.0) and ignores it: nothing changes"
    return f"on Spark {version.number} `0.0.0.0` is the same wildcard socket as without the key: nothing changes"


def arms_of(items: Iterable[Property]) -> str:
    """The conditions of some properties' arms in brackets, for people; nothing if they stand under none."""
    conditions = [" and ".join(arm.condition for arm in item.guard) for item in items if item.guard]
    return f" ({', '.join(f'`{condition}`' for condition in dict.fromkeys(conditions))})" if conditions else ""
