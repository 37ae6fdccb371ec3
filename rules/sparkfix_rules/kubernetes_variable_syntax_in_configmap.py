"""A property in a file holds `$(NAME)`, which Kubernetes expands in commands, arguments and environments only.

The kubelet replaces `$(NAME)` in `command`, `args` and `env` of a container. A file that comes from a ConfigMap, or the
`sparkConf` of a resource, reaches Spark as it is written, and Spark knows `${env:NAME}` alone: the text stays, and
ends as a pod that is not found (`No pod was found named $(POD_NAME) in the cluster`), as a wrong path or name.

Left alone: `spark.driver.host` and `spark.driver.bindAddress` (see driver-host-unexpanded-variable); values that Spark
hands on to Kubernetes in an environment or in `subPathExpr`, where the form is right (`spark.executorEnv.…`,
`spark.kubernetes.driverEnv.…`, Java options and class path of executors); files that `sed` or a shell fills in before
Spark reads them; values files, whose text may end in arguments; variables of a kustomization; commands such as
`$(hostname)`.

Fix safety: safe where Spark expands references in this key and the container has the variable, or can be given it by
the Downward API in the same step; unsafe where it may be missing; display-only for keys that Spark does not expand,
and in cluster mode, where the submission reads some keys and the driver others.
Sources: Kubernetes documentation, "Define Dependent Environment Variables"; Spark's ConfigReader; verified on 3.5.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sparkfix.api import AddEnv, Applicability, Change, Finding, Fix, Property, SetValue, Workload, rule, variables

VARIABLE = re.compile(r"(?<!\$)\$\(([A-Z_][A-Z0-9_]*)\)")
ELSEWHERE = ("spark.driver.host", "spark.driver.bindAddress")


@rule(severity="warning", mentions=(b"$(",))
def kubernetes_variable_syntax_in_configmap(workload: Workload) -> Iterator[Finding]:
    if workload.expands_variables:
        return
    for block in workload.blocks:
        if not variables.is_read_as_file(block):
            continue
        for item in block.properties:
            names = list(dict.fromkeys(VARIABLE.findall(item.value)))
            if not names or item.key in ELSEWHERE or workload.given(item.key) is not None:
                continue
            kustomized = any(variables.is_kustomized(name, workload.objects) for name in names)
            if not kustomized and not variables.handed_to_kubernetes(item.key):
                yield _finding(workload, item, names)


def _finding(workload: Workload, item: Property, names: list[str]) -> Finding:
    missing = "Kubernetes expands it in commands, arguments and environments only"
    return Finding(
        f"`{item.key}` holds `$({names[0]})` in a file: {missing}",
        (item.place("stays text here"),),
        (_fix(workload, item, names),),
        version=workload.version,
    )


def _fix(workload: Workload, item: Property, names: list[str]) -> Fix:
    value = VARIABLE.sub(lambda found: f"${{env:{found[1]}}}", item.value)
    if workload.in_cluster_mode() or not variables.expanded_by_spark(item.key):
        return Fix("write the value itself, or make it before Spark reads the file", (), Applicability.DISPLAY)
    readers = ((workload.server,) if workload.server else ()) + workload.sharing
    changes: list[Change] = [SetValue(item, value)]
    unsure = [] if workload.server else names
    for name in names:
        for reader in readers:
            known, field = variables.has(reader, name, workload.objects), variables.field_for(name)
            if known is False and field:
                changes.append(AddEnv(reader, name, field))
            elif not known:
                unsure.append(name)
    notes = tuple(f"see to it that the driver's container has the variable {name}" for name in dict.fromkeys(unsure))
    added = ", ".join(dict.fromkeys(change.name for change in changes if isinstance(change, AddEnv)))
    title = f"write it as `{value}`" + (f" and set {added}" if added else "")
    return Fix(title, tuple(changes), Applicability.UNSAFE if unsure else Applicability.SAFE, notes=notes)
