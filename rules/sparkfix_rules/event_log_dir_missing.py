"""The event log is turned on, and its directory is not there.

Spark does not make it: the driver stops with `java.io.FileNotFoundException: File file:/tmp/spark-events does not exist`.
That is the directory where `spark.eventLog.dir` is not set, and no image of Spark has it.

Reported where the directory is not set, or where it is a local one and the image is Spark's own, if nothing is mounted
there. Left alone: directories below a mount, also of operators' resources and `spark.kubernetes.driver.volumes.…`, pod
templates, commands that may make it, other schemes, whatever another layer of the settings may name, and code, whose cluster may.

Fix safety: display-only. Only the author knows where the logs are to be kept: a directory that the history server
reads as well, or a volume. Images other than Spark's own may bring the directory: then it is of medium confidence.
Sources: Spark 3.5, EventLogFileWriter.requireLogBaseDirAsDirectory; text verified on 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Confidence, Finding, Fix, Severity, Workload, eventlog, rule


@rule(severity="warning", mentions=(b"eventLog",), derived=False)
def event_log_dir_missing(workload: Workload) -> Iterator[Finding]:
    for item, path, certain in eventlog.unmade(workload):
        fix = Fix(f"set `{eventlog.DIRECTORY}` to a directory that is there", (), Applicability.DISPLAY)
        yield Finding(
            f"the event log goes to `{path}`, which nothing here makes",
            (item.place("is turned on here"),),
            (fix,),
            severity=Severity.ERROR if certain else None,
            confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
            version=workload.version,
        )
