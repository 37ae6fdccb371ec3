"""The directory of the event log is an `s3://` address, a scheme that Hadoop does not serve.

Hadoop's library for S3 is S3A, and its addresses begin with `s3a://`; `s3://` and `s3n://` left Hadoop with version 3. The
driver does not start, nor does the history server: `org.apache.hadoop.fs.UnsupportedFileSystemException: No FileSystem
for scheme "s3"`.

Looked at are `spark.eventLog.dir` and `spark.history.fs.logDirectory`. Left alone: settings of a class for the scheme
(`fs.s3.impl`) anywhere in the chart or folder, images of EMR, which bring one, event logs that are turned off, and
code and data without S3A beside it, which may run on EMR or Glue.

Fix safety: safe where S3A is set up beside it, or the image is Spark's own. Unsafe elsewhere: an image may bring a file
system for `s3://` of its own.
Sources: Hadoop 3, "Hadoop-AWS module", on S3N and S3; text verified on Spark 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Applicability,
    Confidence,
    Finding,
    Fix,
    SetValue,
    Workload,
    eventlog,
    images,
    rule,
    settings,
)


@rule(severity="error", mentions=(b"logDirectory", b"eventLog"))
def event_log_scheme_s3(workload: Workload) -> Iterator[Finding]:
    for block, item in settings.in_effect(workload):
        if item.key not in (eventlog.DIRECTORY, eventlog.HISTORY) or not eventlog.is_s3(item.value):
            continue
        if eventlog.serves_s3(workload) or (item.key == eventlog.DIRECTORY and eventlog.is_off(block)):
            continue
        safe = images.is_stock(workload) or eventlog.uses_s3a(workload)
        if not safe and not settings.given_at_launch(block):
            continue
        value = eventlog.as_s3a(item.value)
        yield Finding(
            f"`{item.key}` has a scheme that Hadoop does not serve, `{item.value.strip().partition(':')[0]}`",
            (item.place("is not found here"),),
            (Fix(f"write `{value}`", (SetValue(item, value),), Applicability.SAFE if safe else Applicability.UNSAFE),),
            confidence=Confidence.HIGH if safe else Confidence.MEDIUM,
            version=workload.version,
        )
