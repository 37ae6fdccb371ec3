"""Drivers write their event logs to one directory, and the history server reads another one.

Nobody reports an error: the history server is up and lists no application. It looks at what is directly in its directory
only, so a folder below it is another directory, too.

Compared are `spark.eventLog.dir` and `spark.history.fs.logDirectory` of one block, of one chart, or of objects of one folder
and namespace, after what makes no difference is taken away (a slash at the end, `file:`, `s3` for `s3a`). Left alone:
directories that a template or a variable makes, event logs that are turned off, and a log that one of several history
servers reads.

Fix safety: display-only, with medium confidence. Only the author knows which of the two is meant, and logs may be meant for
another reader.
Sources: docs/monitoring.md of Spark 3.5, "Viewing After the Fact"; FsHistoryProvider.checkForLogs, which lists one level.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Confidence, Finding, Fix, Workload, eventlog, rule, settings


@rule(severity="warning", mentions=(b"eventLog",))
def event_log_and_history_dir_differ(workload: Workload) -> Iterator[Finding]:
    for block, item in settings.in_effect(workload):
        if item.key != eventlog.DIRECTORY or eventlog.is_off(block):
            continue
        readers = eventlog.read_instead(workload, block, item)
        if readers:
            shown = ", ".join(dict.fromkeys(f"`{reader.value}`" for reader in readers))
            yield Finding(
                f"event logs go to `{item.value}`, and the history server reads {shown}",
                (item.place("logs are written here"), *(one.place("logs are read here") for one in readers)),
                (Fix("name one directory in both places", (), Applicability.DISPLAY),),
                confidence=Confidence.MEDIUM,
            )
