"""Dynamic allocation is on, and nothing keeps the shuffle files of executors that it lets go.

SparkContext stops: `org.apache.spark.SparkException: Dynamic allocation of executors requires one of the following conditions:
1) enabling external shuffle service through spark.shuffle.service.enabled. 2) enabling shuffle tracking through
spark.dynamicAllocation.shuffleTracking.enabled. 3) enabling shuffle blocks decommission … 4) (Experimental) configuring
spark.shuffle.sort.io.plugin.class …`. On Kubernetes there is no external shuffle service, so that tracking is meant.

Reported where tracking is turned off, or not set before Spark 3.4, whose default is off. Left alone: local masters, which
do not allocate, decommission of shuffle blocks, plug-ins and shuffle managers of others (Celeborn, Uniffle), operators' own
`dynamicAllocation`, which turns tracking on, images of EMR, and Spark before 3.0, which has no tracking.

Fix safety: unsafe. With tracking, executors stay as long as their shuffle files are needed, which may cost more.
Sources: Spark 3.5, ExecutorAllocationManager.validateSettings; core migration guide, 3.4; text verified on 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Add, Applicability, Change, Finding, Fix, Property, SetValue, Workload, allocation, rule


@rule(severity="error", mentions=(b"dynamicAllocation",), derived=False)
def dynamic_allocation_without_shuffle_safety(workload: Workload) -> Iterator[Finding]:
    told: set[int] = set()
    for enabled, tracking in allocation.without_safety(workload):
        if id(enabled) not in told:
            told.add(id(enabled))
            yield _finding(workload, enabled, tracking)


def _finding(workload: Workload, enabled: Property, tracking: Property | None) -> Finding:
    change: Change = SetValue(tracking, "true") if tracking else Add(enabled, allocation.TRACKING, "true")
    title, unplaced = f"set `{allocation.TRACKING}` to `true`", not tracking and workload.given(allocation.TRACKING)
    fix = Fix(title, (change,), Applicability.UNSAFE) if not unplaced else Fix(title, (), Applicability.DISPLAY)
    return Finding(
        f"`{allocation.ENABLED}` is on, and nothing keeps the shuffle files of executors that go",
        (enabled.place("allocation is on here"), *([tracking.place("tracking is off here")] if tracking else [])),
        (fix,),
        version=workload.version,
    )
