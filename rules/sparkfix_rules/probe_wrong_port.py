"""A probe of a Spark server asks a port on which nothing listens.

With a number the probe fails for ever: `Readiness probe failed: dial tcp …: connect: connection refused`, and a
liveness or startup probe has the container killed, `CrashLoopBackOff`. With a name that the container's ports do not
have, the kubelet cannot even ask: a readiness or startup probe leaves the pod unready for good, and a liveness probe
is silently worth nothing.

A number is reported for Connect, thrift and history servers only, and only if the container does not declare it, no
setting, command or variable of the pod speaks of it, and it is no default of Spark's. A name is reported wherever the
container's ports are written out. Ports and names that a template computes or adds are left alone, and so are probes
of another host.

Fix safety: unsafe. A liveness probe that begins to work can kill what ran without it, and an image may hold a listener
that no manifest speaks of.
Sources: Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes" (named ports); kubelet,
pkg/kubelet/prober/worker.go (the result of a probe that cannot be asked is dropped); Spark's defaults as in
docs/configuration.md, docs/monitoring.md and docs/sql-distributed-sql-engine.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Confidence, Finding, Fix, Place, Workload, probes, rule


@rule(severity="error", mentions=(b"livenessProbe", b"readinessProbe", b"startupProbe"), requires=(b"containers",))
def probe_wrong_port(workload: Workload) -> Iterator[Finding]:
    for probe in probes.probes_of(workload):
        if probes.nothing_listens(workload, probe):
            yield _finding(workload, probe)


def _finding(workload: Workload, probe: probes.Probe) -> Finding:
    number = probe.text.isdigit()
    change = probes.asking(workload, probe)
    title = f"make it ask port `{probes.server_port(workload, probe)}`"
    what = "a port that nothing there listens on" if number else "a name that no port of the container has"
    return Finding(
        f"the `{probe.kind}` asks `{probe.text}`, {what}",
        (Place(workload.path, probe.port.span, "nothing listens here"),),
        (Fix(title, (change,)),) if change is not None else (),
        confidence=Confidence.MEDIUM if number else Confidence.HIGH,
        version=workload.version,
    )
