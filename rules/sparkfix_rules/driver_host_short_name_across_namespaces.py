"""The driver host is a short Service name, but executors run in another namespace.

A name without dots is looked up in the namespace of the pod that asks. Executors in another namespace than the
driver's fail with `java.net.UnknownHostException: spark-connect` and are replaced until
`Max number of executor failures` ends the application; the driver prints
`Initial job has not accepted any resources; check your cluster UI`.

Within one namespace a short name is right and is left alone, whatever reports say about fully qualified names, and so is
one that a Service in the executors' namespace has, which may lead to the driver's (`ExternalName`). Where
one of the two namespaces is not known (a template decides it) nothing is reported, except that a fixed namespace for
executors beside a driver in the release's own is reported with medium confidence.

Fix safety: unsafe. `<name>.<namespace>.svc` is right if the Service stands in the driver's namespace; the cluster's
domain is not needed inside the cluster.
Sources: Kubernetes documentation, "DNS for Services and Pods"; docs/running-on-kubernetes.md, client mode networking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sparkfix.api import (
    Applicability,
    Confidence,
    Finding,
    Fix,
    KubernetesObject,
    Property,
    SetValue,
    Workload,
    networking,
    rule,
)

HOST = "spark.driver.host"
NAMESPACE = "spark.kubernetes.namespace"
RELEASE = "{{.Release.Namespace}}"
ACTION = re.compile(r"\{\{.*?\}\}")
FULL_NAME = re.compile(r"\{\{-?\s*(?:include|template)\s+\"[^\"]*[nN]ame\"[^}]*\}\}|\{\{-?\s*\.Release\.Name\s*-?\}\}")
SHORT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9\-]*[A-Za-z0-9])?")


@rule(severity="warning", mentions=(b"spark.driver.host",))
def driver_host_short_name_across_namespaces(workload: Workload) -> Iterator[Finding]:
    if workload.in_cluster_mode() or workload.given(HOST) is not None:
        return
    driver = _namespace(workload.namespace) or (RELEASE if workload.templated else "")
    seen: set[Property] = set()
    for block in workload.blocks:
        for view in block.variants(HOST, NAMESPACE, networking.MASTER):
            host, executors = view.effective.get(HOST), _namespace(view.value(NAMESPACE) or "")
            if host is None or host in seen or not is_short(host.value) or not _differ(driver, executors):
                continue
            if not networking.masters_with(workload, host) & {"kubernetes", "unknown"}:
                continue
            if any(_is_there(item, host.value, executors) for item in workload.objects):
                continue
            seen.add(host)
            yield _finding(host, driver, executors, workload)


def _finding(host: Property, driver: str, executors: str, workload: Workload) -> Finding:
    shown = "{{ .Release.Namespace }}" if driver == RELEASE else driver
    change = SetValue(host, f"{host.value}.{shown}.svc")
    literal = "{{" in shown and host.path not in workload.templates
    blocked = "the driver's namespace is known to templates only, and this file is none" if literal else ""
    fix = Fix("qualify it with the driver's namespace", (change,), Applicability.UNSAFE, blocked=blocked)
    message = f"`{HOST}` is the short name `{host.value}`, but executors run in namespace `{executors}`, not `{shown}`"
    confidence = Confidence.HIGH if "{{" not in driver + executors else Confidence.MEDIUM
    return Finding(
        message,
        (host.place("is looked up by executors here"),),
        (fix,),
        confidence=confidence,
        version=workload.version,
    )


def _is_there(item: KubernetesObject, name: str, namespace: str) -> bool:
    """Is an object a Service of this name in a namespace, perhaps one that leads to the other (`ExternalName`)?"""
    return item.kind == "Service" and item.name == name.strip() and _namespace(item.namespace) == namespace


def is_short(value: str) -> bool:
    """A name without dots, also one that a template makes of its release's name."""
    bare = FULL_NAME.sub("name", value.strip())
    return not ACTION.search(bare) and bool(SHORT.fullmatch(bare)) and bare != "localhost"


def _namespace(text: str) -> str:
    return re.sub(r"\{\{-?\s*(.*?)\s*-?\}\}", r"{{\1}}", text.strip().strip("\"'"))


def _differ(driver: str, executors: str) -> bool:
    """Two fixed names that differ, or a fixed one beside the release's own."""
    if not driver or not executors or driver == executors:
        return False
    return "{{" not in executors and ("{{" not in driver or driver == RELEASE)
