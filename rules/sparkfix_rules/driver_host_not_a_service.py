"""`spark.driver.host` names no Service, while the driver's own Service has a name that is nearly the same.

Executors look the name up and do not find it: `java.net.UnknownHostException: <name>`. They are replaced until
`Max number of executor failures` ends the application; the driver, which may run local work all the while, prints
`Initial job has not accepted any resources; check your cluster UI`. The usual way to it is a chart that names its
Service `<release>-<chart>`, which turns `spark-connect` into `spark-connect-connect`, or a Service that was renamed.

Reported only if the chart or folder has no Service of that name, one Service alone selects the driver, and its name is
the host's with something before or behind it, or a slip of two letters. Left alone are Services for a user interface
or metrics, the pod's own names, addresses, names that a template decides (unless both are the same text but for a plain
beginning or end), arms in which the master is not Kubernetes, and cluster mode, where the host is replaced.

Fix safety: unsafe. The name is that of the Service, what stands behind its first dot stays. Another manifest, which is
not here, may hold a Service of the name that is written.
Sources: docs/running-on-kubernetes.md, client mode networking; Kubernetes documentation, "DNS for Services and Pods".
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Confidence,
    Finding,
    Fix,
    Place,
    Property,
    Service,
    SetValue,
    Workload,
    likeness,
    networking,
    rule,
)


@rule(severity="warning", mentions=(b"spark.driver.host",))
def driver_host_not_a_service(workload: Workload) -> Iterator[Finding]:
    if workload.pod is None or networking.runs_no_driver(workload) or networking.may_be_cluster_mode(workload):
        return
    for block in workload.blocks:
        overridden = workload.overridden(block, networking.HOST)
        for host in block.all(networking.HOST) if not overridden else ():
            service = likeness.service_meant(workload, host.value)
            if service is not None and networking.masters_with(workload, host) == {"kubernetes"}:
                yield _finding(workload, host, service)


def _finding(workload: Workload, host: Property, service: Service) -> Finding:
    wanted = likeness.with_label(host.value, service.name)
    name = service.object.node.get("metadata", "name") or service.object.node
    return Finding(
        f"`{networking.HOST}` is `{host.value}`, but the driver's Service is `{service.name}`",
        (
            host.place("is looked up by executors here"),
            Place(service.object.path, name.span, "the Service is named here"),
        ),
        (Fix(f"set it to `{wanted}`", (SetValue(host, wanted),)),),
        confidence=Confidence.MEDIUM,
        version=workload.version,
    )
