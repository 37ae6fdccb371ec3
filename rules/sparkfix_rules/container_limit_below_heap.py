"""The memory limit of a container is no larger than the heap that Spark is told to use in it.

The JVM may fill its heap and needs memory besides it (threads, metaspace, network buffers, Python): before the heap is
full, the kernel ends the process. The pod shows `OOMKilled` and exit code 137, often only under load; with a limit far
below the heap at the start.

Looked at are drivers that run in the pod itself (Connect and thrift servers, `spark-submit` in client mode) and
`SPARK_DAEMON_MEMORY` of history servers, Masters and Workers. Left alone are heaps that nobody sets, cluster mode,
where Spark sizes the pod, and limits or heaps that a template, a variable or another reader decides.

Fix safety: display-only. Only the author knows whether the limit or the heap is wrong; the limit should exceed the heap
by a tenth, and by 384 MiB at least, as Spark itself reckons for its pods.
Sources: Kubernetes documentation, "Resource Management for Pods and Containers"; docs/running-on-kubernetes.md and
docs/configuration.md of Spark 3.5 (`spark.driver.memoryOverhead`).
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Finding, Fix, Place, Workload, memory, networking, rule
from sparkfix.units import parse_quantity, parse_size

LEAST_OVERHEAD = 384 * 1024**2


@rule(severity="warning", mentions=(b"limits",), requires=(b"containers",))
def container_limit_below_heap(workload: Workload) -> Iterator[Finding]:
    node = workload.server.node.get("resources", "limits", "memory") if workload.server is not None else None
    limit = _bytes(node.text(), quantity=True) if node is not None else 0
    if node is None or not limit or networking.may_be_cluster_mode(workload):
        return
    for name, text, place in memory.heaps(workload):
        heap = _bytes(text)
        if heap >= limit:
            least = -(-max(heap + heap // 10, heap + LEAST_OVERHEAD) // 1024**2)
            fix = Fix(f"raise the limit to `{least}Mi` or lower the heap", (), Applicability.DISPLAY)
            yield Finding(
                f"the container's memory limit `{node.text()}` is no more than the heap, {name} `{text}`",
                (Place(workload.path, node.span, "limits the container here"), place),
                (fix,),
                version=workload.version,
            )


def _bytes(text: str, *, quantity: bool = False) -> int:
    """A size, or 0 if it is none."""
    try:
        return parse_quantity(text) if quantity else parse_size(text)
    except ValueError:
        return 0
