"""A ConfigMap with Spark's settings is read by nothing, though the one Spark pod beside it was meant to.

Its settings have no effect, and nobody says so: Spark runs with its defaults, or ends with
`org.apache.spark.SparkException: A master URL must be set in your configuration`.

Reported where a ConfigMap holds a properties file for Spark, no other object beside it says its name, its file (else its
chart or folder) has exactly one pod that runs Spark, and this pod reads other ConfigMaps, all of them found here, or its
command names a file of this ConfigMap's key though it mounts none. Left alone: ConfigMaps that a resource of an operator
names or a kustomization generates, pods to which a template adds volumes, several Spark pods, and any name that could be
meant.

Fix safety: display-only, with medium confidence: an object elsewhere may read it, and only the author knows where it
belongs.
Sources: Kubernetes documentation, "Configure a Pod to Use a ConfigMap"; docs/configuration.md, `spark-defaults.conf`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Confidence, Finding, Fix, Place, PropertyBlock, Workload, readers, rule


@rule(severity="warning", mentions=(b"ConfigMap",), requires=(b"containers",))
def configmap_not_mounted(workload: Workload) -> Iterator[Finding]:
    if workload.pod is not None:
        return
    for block in workload.blocks:
        owner = block.owner
        if owner is None or owner.kind != "ConfigMap" or block.carrier != "properties text":
            continue
        pod = readers.only_spark_pod(workload)
        if pod is None or readers.is_named_elsewhere(owner, workload.objects):
            continue
        if readers.reads_others(pod, owner, workload.objects) or readers.command_names(pod, block.name):
            yield _finding(workload, block, owner.name, pod)


def _finding(workload: Workload, block: PropertyBlock, name: str, pod: readers.Pod) -> Finding:
    fix = Fix(f"mount it into {pod.object.kind} `{pod.object.name}`, or remove it", (), Applicability.DISPLAY)
    here = "in this file" if readers.runs_elsewhere(workload, pod) else "here"
    who = f"{pod.object.kind} `{pod.object.name}`, the only Spark pod {here},"
    return Finding(
        f"nothing reads ConfigMap `{name}`: {who} does not mount it",
        (
            Place(block.path, block.span, "these settings are unread here"),
            Place(pod.object.path, pod.span, "the pod's containers are here"),
        ),
        (fix,),
        confidence=Confidence.MEDIUM,
        version=workload.version,
    )
