"""The liveness probe of a Spark Connect server gives up before the server can listen.

The SparkContext comes up first, with its calls to Kubernetes, its event log and its downloads; only then does the
server listen. Until then the events say `Readiness probe failed: … connect: connection refused`, then
`Liveness probe failed`, and the container is killed with exit code 143 or 137, again and again: `CrashLoopBackOff`.

Reported are probes on the server's own port that give up within two minutes, where no startup probe holds them back.
Left alone are probes of another port (the user interface listens earlier), commands, times that a template computes,
readiness probes, which kill nobody, and containers with a startup probe of their own, under a condition or not.

Fix safety: safe. The startup probe gives the server five minutes; the liveness probe stays as it is and counts from
then on. Solution 5 of `connect-bind-address-unset` adds the same one.
Sources: Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes"; starts of 7 to 8 seconds with a
local master and without downloads, measured on Spark 4.0.2 and 4.1.1, are the least there is.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import AddProbe, Applicability, Confidence, Finding, Fix, Place, Role, Workload, connect, rule


@rule(severity="warning", mentions=(b"spark.connect.", b"15002", b"SparkConnect", b"start-connect-server"))
def connect_probe_before_server_up(workload: Workload) -> Iterator[Finding]:
    server, found = workload.server, connect.impatient_probe(workload)
    if workload.role is not Role.CONNECT_SERVER or server is None or found is None:
        return
    probe, seconds = found
    spec = connect.startup_probe(connect.probe_port(workload))
    fix = Fix(
        "add a `startupProbe`",
        (AddProbe(server, "startupProbe", spec),),
        Applicability.SAFE,
        notes=(connect.PATIENCE,),
    )
    yield Finding(
        f"the liveness probe gives up after `{seconds}` seconds and can kill the Connect server before it listens",
        (Place(server.path, probe.key_span or probe.span, "gives up too early here"),),
        (fix,),
        confidence=Confidence.MEDIUM,
        version=workload.version,
    )
