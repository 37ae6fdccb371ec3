"""The Service of a Spark Connect server has no port that leads to the server.

Clients that connect through the Service fail with `StatusCode.UNAVAILABLE` and `failed to connect to all addresses`,
although the server runs and its pod is ready: a Service with a cluster IP forwards the ports in its list and no other.

Left alone are pods with a headless Service, behind which any port is reached; Services that are plainly for something
else (their name says ui, metrics, driver or the like); Services that lead to a proxy beside the server; servers that read
their properties from an object that is not here; and whatever a template decides: ports that it computes or fills in, and
a server's port that differs between arms. An image may bring another port: where it is not Spark's own and nothing here
speaks of the port, confidence is medium.

Fix safety: safe where the port is new to a Service inside the cluster. Ports without a name get one, since a Service
with several ports must name each. Unsafe for Services that are reached from outside (a Connect server asks nobody for
a password), and where a port that leads elsewhere is given another target.
Sources: Kubernetes documentation, "Service" (multi-port Services, target ports, headless Services); 15002 is the default of
`spark.connect.grpc.binding.port` (Spark 3.5, docs/configuration.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sparkfix.api import (
    CONNECT_PORT,
    Applicability,
    Confidence,
    Finding,
    Fix,
    Place,
    Role,
    Service,
    Workload,
    connect,
    mounts,
    ports,
    rule,
    sources,
)

FOR_EXECUTORS = re.compile(r"(?:^|[-.])(?:driver|executors?)(?:$|[-.])")
FOR_CLIENTS = re.compile(r"connect|grpc")


@rule(
    severity="error",
    mentions=(b"spark.connect.", CONNECT_PORT.encode(), b"start-connect-server", b"SparkConnectServer"),
)
def connect_service_without_port(workload: Workload) -> Iterator[Finding]:
    wanted = ports.setting(workload, connect.PORT, CONNECT_PORT)
    if workload.role is not Role.CONNECT_SERVER or not wanted.isdigit() or not _is_known(workload, wanted):
        return
    listed = [(service, ports.ports_of(service, workload)) for service in workload.services]
    proxies = ports.of_other_containers(workload)
    for service, entries in listed:
        if entries is None or ports.may_be_headless(service) or any(_leads(one, wanted, proxies) for one in entries):
            return
    meant = [item for item in listed if not (ports.is_for_watching(item[0]) or FOR_EXECUTORS.search(item[0].name))]
    meant.sort(key=lambda item: not FOR_CLIENTS.search(item[0].name))
    for service, entries in meant[:1]:
        yield _finding(workload, service, entries or (), wanted)


def _is_known(workload: Workload, port: str) -> bool:
    """Is the server's port known: declared, given by its command, or set (or not) in files that are all here?"""
    if ports.declares(workload, port) or workload.given(connect.PORT) is not None:
        return True
    elsewhere = sources.reads_what_is_not_here(workload)
    return elsewhere is False or (elsewhere is None and bool(workload.blocks))


def _leads(port: ports.ServicePort, wanted: str, proxies: frozenset[str]) -> bool:
    """Does, or may, a port lead to the server, or to a proxy beside it?"""
    return not port.dangling and (not port.target.isdigit() or port.target == wanted or port.target in proxies)


def _finding(workload: Workload, service: Service, entries: tuple[ports.ServicePort, ...], wanted: str) -> Finding:
    path, node = service.object.path, service.object.node
    there = [one for one in entries if one.number == wanted or FOR_CLIENTS.search(one.name)]
    if there:
        change = ports.lead_to(workload, service, there[0], wanted)
        safety = Applicability.SAFE if there[0].dangling else Applicability.UNSAFE
        target = there[0].node.text("targetPort") or there[0].number
        fix = Fix(f"make its port lead to `{wanted}`", (change,), safety) if change else None
        message = f"the Service `{service.name}` leads to port `{target}`, the Connect server listens on `{wanted}`"
        place = Place(path, there[0].node.span, "leads elsewhere here")
    else:
        target = ports.declared_name(workload, wanted) or wanted
        name = target if FOR_CLIENTS.search(target) else "grpc"
        changes = ports.additions(service, entries, [(name, wanted, target)])
        safety = Applicability.UNSAFE if ports.exposed_outside(service) else Applicability.SAFE
        fix = Fix(f"add port `{wanted}` to the Service", tuple(changes), safety)
        message = f"the Service `{service.name}` has no port for the Connect server, which listens on `{wanted}`"
        spec = node.get("spec", "ports") or node.get("spec") or node
        place = Place(path, spec.key_span or spec.span, "the server's port is missing here")
    spoken_of = workload.blocks or ports.declares(workload, wanted) or workload.given(connect.PORT) is not None
    certain = spoken_of or (workload.server is not None and mounts.is_stock_image(workload.server.image))
    confidence = Confidence.HIGH if certain else Confidence.MEDIUM
    return Finding(message, (place,), (fix,) if fix else (), confidence=confidence, version=workload.version)
