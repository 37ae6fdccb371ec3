"""`spark.driver.host` is a wildcard or loopback address, which leads every executor to itself.

The host is what executors are told to connect to. With `0.0.0.0`, `::`, `127.0.0.1` or `localhost` Spark starts without a
word; executors then end with `Connection refused: /0.0.0.0:7078`, and the driver waits: `Initial job has not accepted any
resources; check your cluster UI to ensure that workers are registered and have sufficient resources`.
What the driver listens on is another key, `spark.driver.bindAddress`, where a wildcard is right.

Reported with a master that is known to be a cluster (`k8s://`, `spark://`, `yarn`). Left alone: local masters, masters that are
not known, a standalone master on the same host, cluster mode, where Spark sets the host itself, and daemons without a driver.

Fix safety: unsafe. The host becomes `${env:POD_IP}`, with the variable where the container lacks it, and a wildcard goes
to the bind address where nothing sets that. Display-only where the driver's container is not known.
Sources: docs/running-on-kubernetes.md, client mode networking; that Spark does not object verified on 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Add,
    AddEnv,
    Applicability,
    Change,
    Finding,
    Fix,
    Property,
    SetValue,
    Workload,
    networking,
    rule,
    settings,
    variables,
)

WILDCARDS = ("0.0.0.0", "::", "[::]")
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


@rule(severity="error", mentions=(networking.HOST.encode(),))
def driver_host_wildcard(workload: Workload) -> Iterator[Finding]:
    if networking.runs_no_driver(workload) or networking.may_be_cluster_mode(workload):
        return
    masters = settings.values_of(workload, networking.MASTER)
    if any(here in master for master in masters for here in LOOPBACK):
        return
    for _, item in settings.in_effect(workload):
        if item.key != networking.HOST or item.value.strip() not in (*WILDCARDS, *LOOPBACK):
            continue
        if networking.masters_with(workload, item) & {"kubernetes", "standalone", "yarn"}:
            yield _finding(workload, item)


def _finding(workload: Workload, item: Property) -> Finding:
    readers = ((workload.server,) if workload.server else ()) + workload.sharing
    known = [variables.has(reader, "POD_IP", workload.objects) for reader in readers]
    fix = Fix("set it to an address that leads executors to the driver", (), Applicability.DISPLAY)
    if readers and None not in known:
        changes: list[Change] = [SetValue(item, "${env:POD_IP}")]
        changes += [
            AddEnv(reader, "POD_IP", variables.FIELDS["POD_IP"])
            for reader, has in zip(readers, known, strict=True)
            if not has
        ]
        if item.value.strip() in WILDCARDS and not settings.values_of(workload, networking.BIND):
            changes.append(Add(item, networking.BIND, WILDCARDS[0]))
        fix = Fix("set it to `${env:POD_IP}`, the pod's own address", tuple(changes), Applicability.UNSAFE)
    message = f"`{networking.HOST}` is `{item.value.strip()}`, which leads every executor to itself"
    return Finding(message, (item.place("executors are sent here"),), (fix,), version=workload.version)
