"""A container runs a script that puts Spark's server into the background, and ends with it.

`start-connect-server.sh`, `start-history-server.sh`, `start-master.sh` and their kin return once the server is
started. Nothing is left for the container to run: its log ends with
`starting org.apache.spark.sql.connect.service.SparkConnectServer, logging to …`, the pod is `Completed` with exit
code 0, and is started again until it is in `CrashLoopBackOff`.

With SPARK_NO_DAEMONIZE the scripts stay in the foreground. They test only whether it is set: `"false"` or an empty
text will do as well. Nothing is reported where it is set, where a template or an object that is not here may set it,
where a command behind the script may keep the container alive (`tail -f`, `sleep`, `wait`, another program), for
`start-connect-server.sh --wait` (4.0), for scripts of other projects (Celeborn) and for images of Bitnami, whose own
scripts stay in the foreground. Where an image is not Spark's own it may bring the variable: medium confidence.

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
    Word,
    Workload,
    daemons,
    rule,
    variables,
)

STOCK = re.compile(r"(?:docker\.io/)?(?:apache/|library/)?spark:.*")


@rule(severity="error", mentions=(b"start-", b"spark-daemon.sh"))
def connect_daemon_exits_in_container(workload: Workload) -> Iterator[Finding]:
    for container in workload.containers:
        words = daemons.background_daemons(workload.commands, container)
        if not words or daemons.stays_in_foreground(container, workload.objects):
            continue
        if variables.has(container, daemons.VARIABLE, workload.objects) is False:
            yield _finding(workload, container, words)


def _finding(workload: Workload, container: Container, words: tuple[Word, ...]) -> Finding:
    if len(words) == 1:
        title = f"set {daemons.VARIABLE}=true, so that the script waits for its server"
        fix = Fix(title, (AddEnv(container, daemons.VARIABLE, value="true"),), Applicability.SAFE)
    else:
        fix = Fix("run one server per container, in the foreground", (), Applicability.DISPLAY)
    script = words[0].text.rsplit("/", 1)[-1]
    return Finding(
        f"`{script}` leaves its server in the background and returns, and container `{container.name}` ends with it",
        tuple(Place(container.path, word.span, "goes into the background here") for word in words),
        (fix,),
        confidence=Confidence.HIGH if STOCK.fullmatch(container.image.strip()) else Confidence.MEDIUM,
        version=workload.version,
    )
