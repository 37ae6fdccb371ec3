"""Executors are sent to a Service, but the Service does not forward the driver's ports.

`spark.driver.host` is a Service with a cluster IP, which forwards the ports in its list and no other. The driver's own
port and its block manager's are random unless they are set. Executors end with
`java.io.IOException: Failed to connect to <host>:7078` or `Connection refused` and are replaced until
`Max number of executor failures`; the driver prints
`Initial job has not accepted any resources; check your cluster UI`.

Left alone are headless Services, behind which any port is reached; the pod's own address; arms in which the master is
not Kubernetes; cluster mode, where Spark makes a Service of its own; and ports that a template or a variable decides,
unless the Service has the same text. A port of the right number with another target is left to its author.

Fix safety: safe where both ports are random, or where only the Service's ports are missing: no executor can reach
the driver as it is. Unsafe where one of the two was fixed, for programs of which nothing is known (notebooks start
several drivers in one pod), for pods in the host's network, for settings that several pods read, and for Services
that are reached from outside.
Sources: docs/running-on-kubernetes.md, client mode networking; Kubernetes documentation, "Service".
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Finding, Fix, Place, Property, Role, Workload, exposure, networking, ports, rule

KEYS = (networking.MASTER, networking.HOST, networking.PORT, *networking.BLOCK_MANAGER)


@rule(severity="error", mentions=(b"spark.driver.host",))
def driver_ports_not_fixed_or_not_exposed(workload: Workload) -> Iterator[Finding]:
    if workload.pod is None or networking.runs_no_driver(workload) or networking.may_be_cluster_mode(workload):
        return
    seen: set[Property] = set()
    for block in workload.blocks:
        for view in block.variants(*KEYS):
            found = exposure.exposure(workload, block, view)
            overridden = workload.overridden(block, networking.HOST)
            if found is None or overridden or found.host in seen or not found.missing:
                continue
            if networking.masters_with(workload, found.host) == {"kubernetes"}:
                seen.add(found.host)
                yield _finding(workload, found)


def _finding(workload: Workload, found: exposure.Exposure) -> Finding:
    facts = [
        f"`{port.key}` is random" if port.random else f"`{port.key}` `{port.number}` is not among its ports"
        for port in found.missing
    ]
    fixed = [port.random for port in found.ports]
    title = "expose the driver's ports" if not any(fixed) else "fix the driver's ports and expose them"
    numbers = " and ".join(f"`{port.number}`" for port in found.missing)
    safe = len(set(fixed)) == 1 and workload.role is not Role.UNKNOWN and not workload.sharing
    outside = ports.exposed_outside(found.service) or ports.in_host_network(workload)
    fix = Fix(
        f"{title}: {numbers}",
        tuple(exposure.exposing(workload, found)),
        Applicability.SAFE if safe and not outside else Applicability.UNSAFE,
    )
    service = found.service.object.node.get("spec", "ports") or found.service.object.node
    places = (
        found.host.place("executors are sent here"),
        Place(found.service.object.path, service.key_span or service.span, "the ports are missing here"),
    )
    message = f"executors reach the driver through the Service `{found.service.name}`, but {' and '.join(facts)}"
    return Finding(message, places, (fix,), version=workload.version)
