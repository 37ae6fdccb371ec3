"""Kubernetes sets a variable of Spark's daemons to a URL, since a Service has the matching name.

For a Service `spark-master` every container of its namespace gets `SPARK_MASTER_PORT=tcp://10.96.0.12:7077`, and
Spark's Master reads the variable of that name as its port: `java.lang.NumberFormatException: For input string:
"tcp://10.96.0.12:7077"`. The Worker has the same trouble with a Service `spark-worker`, both with `-webui` behind the
name. The first start may work, if the pod is older than the Service.

Left alone are headless Services, of which Kubernetes makes no variables; pods with `enableServiceLinks: false`;
containers that set the variable themselves, or may, by `envFrom` or in their command; Services of another namespace;
names that a template computes; and other programs, which do not read these variables.

Fix safety: safe in pods of Spark's own images alone; unsafe where another image may use what Kubernetes makes of Services
or set the variable itself, and where a command or a variable of the pod uses them, such as `SPARK_MASTER_SERVICE_HOST`.
Sources: verified on Spark 3.5.8 (the text above, from the Master); big-data-europe/docker-spark issue 128;
apache/celeborn issue 379; Kubernetes documentation, "Accessing the Service".
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import AddField, Applicability, Finding, Fix, KubernetesObject, Place, Workload, links, mounts, rule


@rule(severity="error", mentions=(b"spark-master", b"spark-worker"))
def spark_service_links_overwrite_port(workload: Workload) -> Iterator[Finding]:
    for service, variable in links.overwriting_services(workload):
        yield _finding(workload, service, variable)


def _finding(workload: Workload, service: KubernetesObject, variable: str) -> Finding:
    server, name = workload.server, service.node.get("metadata", "name") or service.node
    fixes: tuple[Fix, ...] = ()
    places: tuple[Place, ...] = (Place(service.path, name.span, "names the variable here"),)
    if server is not None:
        places = (server.place("reads the variable here"), *places)
        if server.pod.get("enableServiceLinks") is None:
            change = AddField(server.path, server.pod, "enableServiceLinks", False)
            others = any(not mounts.is_stock_image(one.image) for one in workload.containers)
            used = others or links.uses_links(workload.containers, workload)
            safety = Applicability.UNSAFE if used else Applicability.SAFE
            fixes = (Fix("set `enableServiceLinks: false` on the pod", (change,), safety),)
    return Finding(
        f"the Service `{service.name}` makes `{variable}` a URL, and the {workload.role.value} takes it for its port",
        places,
        fixes,
        version=workload.version,
    )
