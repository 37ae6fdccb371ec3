"""A size of Spark has a unit of Kubernetes (`4Gi`), which Spark does not know.

Spark's own units are `k`, `m`, `g`, `t`, with or without a `b`, and they are powers of 1024: its `4g` is Kubernetes'
`4Gi`. With `spark.driver.memory=4Gi` the JVM does not start (`Invalid maximum heap size: -Xmx4Gi`), with
`spark.executor.memory=4Gi` the submission ends with `SparkException: Executor memory must be a positive number`, and
other sizes stop the driver when they are read: `NumberFormatException: Size must be specified as bytes (b),
kibibytes (k), … E.g. 50b, 100k, or 250m.` with `Invalid suffix: "gi"`.

Looked at are the properties that Spark reads as a size, `--driver-memory` and `--executor-memory`. Left alone are
quantities that go to Kubernetes: `resources` of containers, `memoryLimit`, `….options.sizeLimit` of volumes, `….limit.cores`.

Fix safety: safe. The setting cannot work as it is, and the size stays the same; `1.5Gi` becomes `1536m`, as Spark takes
whole numbers only. Display-only for what is no whole number of KiB.
Sources: org.apache.spark.network.util.JavaUtils.byteStringAs (Spark 3.5); all texts verified on 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Applicability,
    Change,
    Finding,
    Fix,
    Place,
    SetValue,
    Workload,
    arguments,
    rule,
    settings,
    sizes,
)

OPTIONS = ("--driver-memory", "--executor-memory")


@rule(severity="error", mentions=(b"spark.", b"-memory"))
def memory_kubernetes_suffix(workload: Workload) -> Iterator[Finding]:
    for block, item in settings.in_effect(workload):
        if item.key in sizes.SIZE_KEYS and sizes.is_kubernetes_size(item.value):
            size = sizes.as_spark_size(item.value)
            change = SetValue(item, size) if size else None
            yield _finding(settings.written_name(block, item), item.value, item.place("is not understood here"), change)
    for option, key, value in arguments.settings_of(workload):
        if key in sizes.SIZE_KEYS and sizes.is_kubernetes_size(value):
            size = sizes.as_spark_size(value)
            words = arguments.rewritten(workload, option, f"{key}={size}") if size else None
            yield _finding(key, value, option.place("is not understood here"), words)
    for option in arguments.options_of(workload, *OPTIONS):
        if sizes.is_kubernetes_size(option.value):
            size = sizes.as_spark_size(option.value)
            words = arguments.rewritten(workload, option, size) if size else None
            yield _finding(option.name, option.value, option.place("is not understood here"), words)


def _finding(name: str, value: str, place: Place, change: Change | None) -> Finding:
    fix = Fix("write a whole number of `m` or `g`", (), Applicability.DISPLAY)
    if change is not None:
        fix = Fix(f"write `{sizes.as_spark_size(value)}`", (change,), Applicability.SAFE)
    return Finding(f"`{name}` is `{value}`, a unit of Kubernetes that Spark does not know", (place,), (fix,))
