"""A Spark Connect server sets no `spark.connect.grpc.binding.address`.

The server then listens on all addresses of its pod and says so in Java's words:
`Spark Connect server started at: 0:0:0:0:0:0:0:0%0:15002` (3.5), `[::]:15002` (4.1). That is the wildcard, not a
failed name look-up: the port accepts IPv4 connections on the pod's address, and `spark.driver.host` has no part in
it. Pods that crash with `Liveness probe failed: … i/o timeout` beside that line are killed before the server
listens, because the SparkContext comes up first.

Solutions, numbered as in the report that began this project:
1. adds `spark.connect.grpc.binding.address=0.0.0.0`: ignored before Spark 4.0, the same socket from 4.0 on;
2. removes `spark.driver.host`: does not touch the Connect socket; with a cluster master executors are then sent to
   the pod's name, which they cannot resolve;
3. sets `spark.driver.host` to the pod's IP, as `${env:POD_IP}`: `${POD_IP}` is not expanded by Spark and crashes
   the driver with `Invalid Spark URL: spark://HeartbeatReceiver@${POD_IP}`;
4. waits for the Service's DNS name in an init container: for ever behind a headless Service that publishes only
   ready pods, since this pod is not ready while it waits;
5. adds a `startupProbe`, so that liveness counts only once the server listens, and `spark.driver.bindAddress=0.0.0.0`
   where a Kubernetes master has a Service as driver host without it: the cure of the reported crash loop.

A note, unless the driver would try to bind to the Service that is its host. A liveness probe that gives up too early
is `connect-probe-before-server-up`.

Fix safety: 1 and 5 are safe, 2 is safe with a local master only, 3 and 4 are unsafe. Plain `apply` takes 5, and only
where the driver would bind to its Service.
Sources: SPARK-44482 and apache/spark pull request 42073 (the key, new in 4.0.0); Spark's ConfigReader (`${env:…}`);
docs/running-on-kubernetes.md, client mode networking.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Add,
    AddEnv,
    AddInitContainer,
    AddProbe,
    Applicability,
    Change,
    Finding,
    Fix,
    Options,
    Property,
    Remove,
    Role,
    SetValue,
    Severity,
    Workload,
    connect,
    networking,
    rule,
)

OPTIONS = {"image": "busybox:1.36", "tries": "30"}
NO_SERVER = "the container that runs this server was not found beside this configuration"
HELPS = "what cures failing probes is solution 5"


@rule(
    severity="note",
    mentions=(b"spark.connect.", b"SparkConnect", b"start-connect-server"),
    options=OPTIONS,
    solutions=5,
)
def connect_bind_address_unset(workload: Workload, options: Options) -> Iterator[Finding]:
    properties = tuple(item for block in workload.blocks for item in block.properties)
    if workload.role is not Role.CONNECT_SERVER or not (properties or workload.server):
        return
    unset = connect.places_for_address(workload)
    hosts = tuple(item for item in properties if item.key == networking.HOST)
    unbound = networking.unbound_hosts(workload)
    first = (_address(workload, unset), _no_host(workload, hosts), _pod_ip(workload, hosts, properties))
    fixes = [fix for fix in (*first, _wait(workload, options), _cure(workload, unbound)) if fix]
    trouble = "; the driver would bind to its Service's address" if unbound else ""
    if not unset and not trouble and all(fix.blocked for fix in fixes):
        return
    place = connect.server_place(workload, unset or properties)
    if not place:
        return
    yield Finding(
        f"{_fact(unset, properties)}{trouble}",
        (place,),
        tuple(fixes),
        severity=Severity.WARNING if trouble else None,
        version=workload.version,
        preferred=5,
        listed=bool(unset or trouble),
    )


def _fact(unset: tuple[Property, ...], properties: tuple[Property, ...]) -> str:
    if not properties:
        return "the settings of this Connect server were not found"
    decides = "not set, the server listens on all addresses" if unset else "set, but it is not what decides"
    return f"`{connect.ADDRESS}` is {decides}"


def _address(workload: Workload, places: tuple[Property, ...]) -> Fix | None:
    notes = (connect.binding_address_truth(workload.version), HELPS)
    adds = tuple(Add(item, connect.ADDRESS, "0.0.0.0", before=item.key == connect.PORT) for item in places)
    return Fix(f"add `{connect.ADDRESS}=0.0.0.0`", adds, Applicability.SAFE, 1, notes) if adds else None


def _no_host(workload: Workload, hosts: tuple[Property, ...]) -> Fix | None:
    cluster = [item for item in hosts if networking.masters_with(workload, item) != {"local"}]
    notes: tuple[str, ...] = ("the Connect socket does not depend on `spark.driver.host`; " + HELPS,)
    if cluster:
        arms = connect.arms_of(cluster)
        notes += (
            f"unless the master is local{arms}, executors are now sent to the pod's name, which they cannot resolve;"
            " better: solution 3",
        )
    safety = Applicability.UNSAFE if cluster else Applicability.SAFE
    return Fix(f"remove `{networking.HOST}`", tuple(map(Remove, hosts)), safety, 2, notes) if hosts else None


def _pod_ip(workload: Workload, hosts: tuple[Property, ...], others: tuple[Property, ...]) -> Fix | None:
    name = connect.pod_ip_variable(workload.server) or "POD_IP"
    cluster = tuple(item for item in hosts if networking.masters_with(workload, item) != {"local"}) or hosts
    changes: list[Change] = [
        SetValue(item, value) for item in cluster if (value := connect.reference(workload, item, name)) != item.value
    ]
    if not others:
        return None
    if not hosts:
        beside = connect.kin(others, "spark.driver.", connect.ADDRESS, connect.PORT)
        changes.append(Add(beside, networking.HOST, connect.reference(workload, beside, name)))
    elif not changes or connect.is_pod_ip(workload, hosts):
        return None
    readers = (*((workload.server,) if workload.server else ()), *workload.sharing)
    changes += [AddEnv(item, name, "status.podIP") for item in readers if connect.pod_ip_variable(item) != name]
    notes = (
        "executors are sent to the pod's IP, the Connect socket stays the same; " + HELPS,
        "written as `${POD_IP}`, as the report has it, the driver would crash: Spark expands only `${env:POD_IP}`",
    )
    blocked = "" if workload.server else NO_SERVER
    return Fix(f"set `{networking.HOST}` to the pod's IP", tuple(changes), Applicability.UNSAFE, 3, notes, blocked)


def _wait(workload: Workload, options: Options) -> Fix | None:
    service, server = connect.client_service(workload), workload.server
    title = "wait for the Service's DNS name in an init container"
    if service is None or server is None:
        return Fix(
            title,
            (),
            Applicability.UNSAFE,
            4,
            (),
            NO_SERVER if server is None else "no Service that selects this pod was found",
        )
    if any(item.init and item.name == "wait-for-service" for item in workload.containers):
        return None
    spec = connect.wait_container(service, options)
    notes = (connect.waiting_truth(service), HELPS)
    return Fix(title, (AddInitContainer(server, spec["name"], spec),), Applicability.UNSAFE, 4, notes)


def _cure(workload: Workload, unbound: tuple[Property, ...]) -> Fix | None:
    changes: list[Change] = [Add(item, networking.BIND, "0.0.0.0") for item in unbound]
    titles = [f"`{networking.BIND}=0.0.0.0`"] if unbound else []
    notes: tuple[str, ...] = ()
    server = workload.server
    killed = server is None or server.node.get("livenessProbe") is not None
    started = server is not None and server.node.get("startupProbe") is not None
    if server is not None and not started and (killed or not unbound):
        changes.append(AddProbe(server, "startupProbe", connect.startup_probe(connect.probe_port(workload))))
        titles.insert(0, "a `startupProbe`")
        notes = (connect.PATIENCE if killed else connect.PATIENCE_ALONE,)
    elif not changes:
        return None if server else Fix("add a `startupProbe`", (), Applicability.SAFE, 5, (), NO_SERVER)
    elif started:
        notes = (connect.own_probe_truth(server),)
    safety = Applicability.SAFE if killed or unbound else Applicability.UNSAFE
    return Fix(f"add {' and '.join(titles)}", tuple(changes), safety, 5, notes)
