"""`spark.driver.host` names a Service, and without `spark.driver.bindAddress` the driver binds to that name.

The bind address falls back to the host. The driver then tries to listen on the Service's address, which its pod does
not have: `WARN Utils: Service 'sparkDriver' could not bind on a random free port`, sixteen times, then
`java.net.BindException: Cannot assign requested address: Service 'sparkDriver' failed after 16 retries`. A name that
does not resolve yet, as that of a headless Service whose pod is not ready, ends in
`java.nio.channels.UnresolvedAddressException`.

Left alone are the pod's own address and host name, headless Services that publish pods before they are ready, drivers
that get their address from `SPARK_LOCAL_IP` (also in `envFrom` or `spark-env.sh`) or from the `driver` command of the
entrypoint of Spark's own images, arms in which the master is not Kubernetes, history servers, and whatever
may be submitted in cluster mode, where Spark refuses a bind address. Connect servers have the same trouble, which
`connect-bind-address-unset` reports and its solution 5 cures.

Fix safety: safe for thrift servers and for programs that `spark-submit` starts in the pod, if no other workload
reads the same settings. Elsewhere unsafe: a notebook, say, may also submit in cluster mode.
Sources: docs/running-on-kubernetes.md, client mode networking; all three texts verified on Spark 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Add, Applicability, Confidence, Finding, Fix, Property, Role, Workload, networking, rule


@rule(severity="error", mentions=(b"spark.driver.host",))
def driver_host_without_bind_address(workload: Workload) -> Iterator[Finding]:
    if workload.pod is None or workload.role is Role.CONNECT_SERVER:
        return
    if networking.runs_no_driver(workload) or networking.may_be_cluster_mode(workload):
        return
    for host in networking.unbound_hosts(workload):
        yield _finding(workload, host)


def _finding(workload: Workload, host: Property) -> Finding:
    service = networking.service_named(workload, host.value)
    runs_here = workload.role in (Role.THRIFT_SERVER, Role.APPLICATION) and not workload.sharing
    fix = Fix(
        f"add `{networking.BIND}=0.0.0.0`",
        (Add(host, networking.BIND, "0.0.0.0"),),
        Applicability.SAFE if runs_here else Applicability.UNSAFE,
        notes=() if runs_here else (f"in cluster mode Spark refuses `{networking.BIND}`",),
    )
    return Finding(
        f"`{networking.HOST}` is `{host.value}`, and without `{networking.BIND}` the driver binds to that name",
        (host.place("the driver would bind here"),),
        (fix,),
        confidence=Confidence.HIGH if service is not None and runs_here else Confidence.MEDIUM,
        version=workload.version,
    )
