"""A key of Hadoop's file systems is given to Spark without `spark.hadoop.` in front, and Spark drops it.

Spark takes only keys that begin with `spark.` and says on the standard error, at every log level:
`Warning: Ignoring non-Spark config property: fs.s3a.endpoint`. The file system then works with Hadoop's defaults: S3A asks
Amazon for a bucket that is in MinIO, or finds no credentials.

Looked at are files that Spark reads (`spark-defaults.conf`, `spark.properties` and their kin, and what `--properties-file`
names), `sparkConf` of resources, and `--conf`. Left alone: `hadoopConf` of resources, `core-site.xml`, maps of values
files, whose templates may put the prefix in front, files of other programs, and code: a session that it builds takes such
keys.

Fix safety: unsafe. The setting becomes active, and what worked without it may change. Where the right key is set beside
it, the dropped one goes: safe for equal values.
Sources: Spark 3.5, SparkSubmitArguments.ignoreNonSparkProperties; verified on 3.5.8 and 4.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Finding, Workload, keys, rule


@rule(severity="warning", mentions=(b"fs.",), derived=False)
def fs_key_without_spark_hadoop(workload: Workload) -> Iterator[Finding]:
    for setting in keys.dropped(workload):
        if keys.is_of_a_file_system(setting.key):
            message = f"`{setting.key}` is dropped: keys of Hadoop need `{keys.HADOOP}` in front"
            yield Finding(message, (setting.place,), (setting.fix,))
