"""A property refers to `${env:NAME}`, but the container that reads it has no variable NAME.

Spark leaves a reference that it cannot resolve as it is; it never becomes empty. A driver then stops with
`java.lang.AssertionError: assertion failed: Expected hostname or IP but got ${env:NAME}`, or with
`No pod was found named ${env:POD_NAME} in the cluster`. There is no syntax for a default value.

Only keys are looked at in which Spark expands such references at all, and only pods whose manifest is here: in cluster
mode the submission or an operator makes the driver's environment. Nothing is reported where a template, an object that
is not here, the file that a patch is for or a script may set the variable, nor for variables that images, links to
Services or webhooks of clouds bring (`JAVA_HOME`, `SPARK_…`, `…_SERVICE_HOST`). Other names than those of the Downward
API may still come with the image: medium confidence.

Fix safety: safe for POD_IP, POD_NAME, POD_NAMESPACE and NODE_NAME (also with `MY_` or `K8S_` before them), which the
Downward API fills: the setting cannot have worked without. For other names it is display-only.
Sources: Spark's ConfigReader (3.5); verified on 3.5.8; Kubernetes documentation, "Downward API".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sparkfix.api import (
    AddEnv,
    Applicability,
    Confidence,
    Container,
    Finding,
    Fix,
    Property,
    Workload,
    rule,
    settings,
    variables,
)

REFERENCE = re.compile(r"\$\{env:([A-Za-z_]\w*)\}")
# Operators add to the environment of the pods in their resources.
MANAGED = ("SparkConnect", "SparkApplication", "ScheduledSparkApplication")


@rule(severity="error", mentions=(b"${env",))
def env_reference_not_set(workload: Workload) -> Iterator[Finding]:
    server, pod = workload.server, workload.pod
    filled_in = workload.expands_variables and "envsubst" not in workload.expands_variables
    if server is None or pod is None or pod.kind in MANAGED or filled_in or workload.in_cluster_mode():
        return
    for name, items in _references(workload).items():
        if variables.may_come_unasked(name) or variables.is_assigned(server, name, workload.objects):
            continue
        if variables.has(server, name, workload.objects) is False:
            yield _finding(workload, server, name, items)


def _references(workload: Workload) -> dict[str, list[Property]]:
    """The properties that refer to a variable, by its name, in keys that Spark expands and the command line leaves."""
    found: dict[str, list[Property]] = {}
    for _, item in settings.in_effect(workload):
        for name in REFERENCE.findall(item.value) if variables.expanded_by_spark(item.key) else ():
            found.setdefault(name, []).append(item)
    return found


def _finding(workload: Workload, server: Container, name: str, items: list[Property]) -> Finding:
    field = variables.field_for(name)
    others = (item for item in workload.sharing if variables.has(item, name, workload.objects) is False)
    readers = (server, *dict.fromkeys(others))
    if field:
        changes = tuple(AddEnv(reader, name, field) for reader in readers)
        fix = Fix(f"set {name} from `{field}`", changes, Applicability.SAFE)
    else:
        fix = Fix(f"give container `{server.name}` the variable {name}", (), Applicability.DISPLAY)
    return Finding(
        f"`{items[0].key}` refers to `${{env:{name}}}`, but container `{server.name}` has no variable {name}",
        (
            *(item.place("stays text here") for item in items),
            *(reader.place("the variable is missing here") for reader in readers),
        ),
        (fix,),
        confidence=Confidence.HIGH if field else Confidence.MEDIUM,
        version=workload.version,
    )
