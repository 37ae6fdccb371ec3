"""`spark.driver.bindAddress` is set in cluster mode on Kubernetes, where Spark refuses it.

The submission makes the driver's pod and binds the driver to that pod's address. With the key it ends at once:
`java.lang.IllegalArgumentException: requirement failed: spark.driver.bindAddress is not supported in Kubernetes mode, as
the driver's bind address is managed and set to the driver pod's IP address.`

Looked at are `sparkConf` of SparkApplications whose mode is not `client`, and `--deploy-mode cluster` or
`spark.submit.deployMode=cluster` with a master `k8s://…`. Left alone: client mode, where the key is right and often needed
(see driver-host-without-bind-address), other clusters, SparkConnect, and modes that a template decides.

Fix safety: safe: nothing is submitted with it. Unsafe where other drivers read the same settings.
Sources: Spark 3.5, DriverServiceFeatureStep; verified on 3.5.8 and 4.1.1 (same text).
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Change, Finding, Fix, Place, Remove, Workload, arguments, clustermode, rule

BIND = "spark.driver.bindAddress"


@rule(severity="error", mentions=(BIND.encode(),))
def driver_bind_address_in_cluster_mode(workload: Workload) -> Iterator[Finding]:
    for item in clustermode.settings_in_it(workload, BIND):
        yield _finding(workload, item.place("is refused here"), Remove(item))
    if clustermode.is_certain(workload):
        for option, key, _ in arguments.settings_of(workload):
            if key == BIND:
                yield _finding(workload, option.place("is refused here"), arguments.without(option))


def _finding(workload: Workload, place: Place, change: Change) -> Finding:
    safety = Applicability.UNSAFE if workload.sharing else Applicability.SAFE
    message = f"`{BIND}` is set in cluster mode on Kubernetes, where Spark refuses it"
    return Finding(message, (place,), (Fix("remove it", (change,), safety),), version=workload.version)
