"""A key that Spark is given does not begin with `spark.`, and Spark drops it.

It says so once, on the standard error: `Warning: Ignoring non-Spark config property: sql.shuffle.partitions`, and goes on
without the setting, whether it stands in a file, in `sparkConf` of a resource or behind `--conf`.

Looked at are files that Spark reads (`spark-defaults.conf`, `spark.properties` and their kin, and what `--properties-file`
names). Left alone: keys of file systems, see fs-key-without-spark-hadoop; `metrics.properties`, `log4j2.properties` and
files of Kyuubi, Livy and other programs, and their keys; maps of values files; keys that a template makes;
code, whose session hands such keys on.

Fix safety: unsafe where the name tells what is meant (`hive.…` and other keys of Hadoop get `spark.hadoop.`, `sql.…`,
`executor.…` and their kin `spark.`): the setting becomes active. Where that key is set beside it, the dropped one goes:
safe for equal values. Display-only for names that tell nothing, such as `export` and `SPARK_…`, which belong in `spark-env.sh`.
Sources: Spark 3.5, SparkSubmitArguments.ignoreNonSparkProperties; verified on 3.5.8 and 4.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Finding, Workload, keys, rule


@rule(severity="warning", mentions=(b"spark",), derived=False)
def key_without_spark_prefix(workload: Workload) -> Iterator[Finding]:
    for setting in keys.dropped(workload):
        if not keys.is_of_a_file_system(setting.key):
            message = f"`{setting.key}` is dropped: Spark reads keys only that begin with `{keys.PREFIX}`"
            yield Finding(message, (setting.place,), (setting.fix,))
