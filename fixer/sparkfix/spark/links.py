"""The variables that Kubernetes makes of Services, and those of them that Spark's daemons read as their own.

Kubernetes documentation, "Accessing the Service" and "Service" (environment variables: the name in capitals, dashes as
underscores; none for headless Services); MasterArguments and WorkerArguments of Spark 3.5, which read them as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sparkfix.model import Container, KubernetesObject, Role, Workload
from sparkfix.spark.names import written

_READ = {
    Role.MASTER: ("SPARK_MASTER_PORT", "SPARK_MASTER_WEBUI_PORT"),
    Role.WORKER: ("SPARK_WORKER_PORT", "SPARK_WORKER_WEBUI_PORT"),
}
_USES_LINKS = re.compile(r"_SERVICE_(?:HOST|PORT)|_PORT_\d+_(?:TCP|UDP)")


def overwriting_services(workload: Workload) -> list[tuple[KubernetesObject, str]]:
    """The Services of a daemon's namespace whose variable is one of its own, each with the variable's name.

    Not those whose variable the container sets itself, or may set: by `envFrom` or in its command.
    """
    server, pod = workload.server, workload.pod
    if server is None or pod is None or workload.role not in _READ or server.node.items("envFrom"):
        return []
    if server.pod.text("enableServiceLinks") not in ("", "true"):
        return []
    words = " ".join(word.text for command in workload.commands for word in command.words)
    found = []
    for item in workload.objects:
        variable = item.name.upper().replace("-", "_") + "_PORT"
        if item.kind != "Service" or variable not in _READ[workload.role] or variable in words:
            continue
        address, other = item.node.text("spec", "clusterIP"), item.namespace and pod.namespace
        if "None" in address or "{{" in address or (other and written(item.namespace) != written(pod.namespace)):
            continue
        if variable not in server.environment():
            found.append((item, variable))
    return found


def uses_links(containers: Iterable[Container], workload: Workload) -> bool:
    """Does anything that the pod's manifest spells out use the variables that Kubernetes makes?"""
    texts = [word.text for command in workload.commands for word in command.words]
    texts += [entry.text("value") for one in containers for entry in one.environment().values()]
    return any(_USES_LINKS.search(text) for text in texts)
