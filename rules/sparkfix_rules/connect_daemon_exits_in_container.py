"""A container runs a script that puts Spark's server into the background, and ends with it.

`start-connect-server.sh`, `start-history-server.sh`, `start-master.sh` and their kin return once the server is
started. Nothing is left for the container to run: its log ends with
`starting org.apache.spark.sql.connect.service.SparkConnectServer, logging to …`, the pod is `Completed` with exit
code 0, and is started again until it is in `CrashLoopBackOff`.

With SPARK_NO_DAEMONIZE the scripts stay in the foreground. They test only whether it is set: `"false"` or an empty
text will do as well. Nothing is reported where the container's `env` or `envFrom`, its command, or a file that its pod
mounts from a ConfigMap (`spark-env.sh`, a script) sets it, where a template or an object that is not here and that
`envFrom` names may set it, where a command behind the script may keep the container alive (`tail -f`, `sleep`, `wait`,
another program), for `start-connect-server.sh --wait` (4.0), for scripts of other projects (Celeborn) and for images of
Bitnami, whose own scripts stay in the foreground. A ConfigMap that the pod does not mount is no ground to be silent.
Scripts that stand in a mounted ConfigMap are read like those of `sh -c`. Where an image is not Spark's own, or its `conf`
folder is mounted from an object that is not here, these may bring the variable: medium confidence.

Fix safety: safe. The variable changes nothing but whether the script waits. Where one container starts two servers,
only the first would run: there the fix is display-only.
Sources: sbin/spark-daemon.sh (3.5); verified on 3.5.8 with the history server, for the empty text as well.
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
    Place,
    Workload,
    daemons,
    rule,
    sources,
    variables,
)

STOCK = re.compile(r"(?:docker\.io/)?(?:apache/|library/)?spark:.*")


@rule(severity="error", mentions=(b"start-", b"spark-daemon.sh"))
def connect_daemon_exits_in_container(workload: Workload) -> Iterator[Finding]:
    for container in workload.containers:
        starts = daemons.background_daemons(workload.commands, container, workload.objects)
        if not starts or daemons.stays_in_foreground(container, workload.objects, workload.namespace):
            continue
        if variables.has(container, daemons.VARIABLE, workload.objects) is False:
            yield _finding(workload, container, starts)


def _finding(workload: Workload, container: Container, starts: tuple[daemons.Start, ...]) -> Finding:
    if len(starts) == 1:
        title = f"set {daemons.VARIABLE}=true, so that the script waits for its server"
        fix = Fix(title, (AddEnv(container, daemons.VARIABLE, value="true"),), Applicability.SAFE)
    else:
        fix = Fix("run one server per container, in the foreground", (), Applicability.DISPLAY)
    script = starts[0].word.text.rsplit("/", 1)[-1]
    certain = STOCK.fullmatch(container.image.strip()) and not sources.reads_what_is_not_here(workload)
    return Finding(
        f"`{script}` leaves its server in the background and returns, and container `{container.name}` ends with it",
        tuple(Place(one.path, one.word.span, "goes into the background here") for one in starts),
        (fix,),
        confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
        version=workload.version,
    )
