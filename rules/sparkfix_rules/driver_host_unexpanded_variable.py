"""A driver address is a variable that nothing expands, so Spark takes it as text.

Spark expands `${env:NAME}` only. `${NAME}` and `$NAME` are a shell's, `$(NAME)` is Kubernetes' in `command`, `args`
and `env`; in a file that Spark reads they stay as they are, and the driver dies with
`org.apache.spark.SparkException: Invalid Spark URL: spark://HeartbeatReceiver@${POD_IP}:36485`, or without a bind
address with `java.nio.channels.UnresolvedAddressException`.

Nothing is reported where the text is made by `envsubst`, `sed` or a shell before Spark reads it, as far as the
workload's containers and the scripts beside it show, and for `$(NAME)` in arguments of a container that has NAME, or
that stands in a patch: there another file may give it.

Fix safety: safe where the server's container has the variable, or where it can be given the pod's IP in the same
step; unsafe where the container was not found, since the variable may be missing there.
Sources: Spark's ConfigReader (SOURCE 3.5, grammar of `${prefix:name}`); outcomes verified on 3.5.8 and 4.1.1;
Kubernetes documentation, "Define Dependent Environment Variables".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sparkfix.api import (
    AddEnv,
    Applicability,
    Change,
    Finding,
    Fix,
    Property,
    PropertyBlock,
    SetValue,
    Workload,
    rule,
    variables,
)

KEYS = ("spark.driver.host", "spark.driver.bindAddress")
VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)\}|\$\(([A-Za-z_]\w*)\)|\$([A-Za-z_]\w*)")
POD_IP_NAMES = re.compile(r"(?i)^(?:my_|k8s_|spark_)?(?:pod_?ip|local_?ip|driver_?host|host_?ip)$")


@rule(severity="error", mentions=tuple(key.encode() for key in KEYS))
def driver_host_unexpanded_variable(workload: Workload) -> Iterator[Finding]:
    if workload.expands_variables or workload.in_cluster_mode():
        return
    for block in workload.blocks:
        for item in block.properties:
            found = VARIABLE.search(item.value) if item.key in KEYS and not item.templated else None
            if found and not workload.overridden(block, item.key):
                name = found[1] or found[2] or found[3]
                yield from _finding(workload, block, item, name, kubernetes=bool(found[2]))


def _finding(
    workload: Workload, block: PropertyBlock, item: Property, name: str, *, kubernetes: bool
) -> Iterator[Finding]:
    arguments = block.on_command_line
    server = workload.server if workload.server and not variables.is_part(workload.server) else None
    known = server is not None and name in server.environment()
    if arguments and kubernetes and (known or server is None):
        return
    written = f"$({name})" if arguments else f"${{env:{name}}}"
    value = VARIABLE.sub(lambda found: written if name in found.groups() else found[0], item.value.strip())
    changes: list[Change] = [SetValue(item, value)] if value != item.value else []
    titles = [f"write it as `{value}`"] if changes else []
    safety = Applicability.SAFE
    if server is None:
        safety = Applicability.UNSAFE
    elif not known and POD_IP_NAMES.match(name):
        readers = (server, *workload.sharing)
        changes += [AddEnv(reader, name, "status.podIP") for reader in readers if name not in reader.environment()]
        titles.append(f"set {name} to the pod's IP")
    elif not known:
        safety = Applicability.UNSAFE
    given = known or any(isinstance(change, AddEnv) for change in changes)
    notes = () if given else (f"see to it that the driver's container has the variable {name}",)
    fix = Fix(" and ".join(titles), tuple(changes), safety, notes=notes)
    missing = f"the container has no variable {name}" if arguments else "Kubernetes expands it in arguments only"
    who = missing if kubernetes else "Spark does not expand it"
    yield Finding(
        f"`{item.key}` is `{item.value}`: {who}",
        (item.place("stays text here"),),
        (fix,) if changes else (),
        version=workload.version,
    )
