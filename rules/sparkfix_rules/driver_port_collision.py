"""Two sockets of one driver are given the same port.

The second one moves on: `WARN Utils: Service 'org.apache.spark.network.netty.NettyBlockTransferService' could not bind
on port 7078. Attempting port 7079.` The driver runs, but listens on a port that nobody was told of: a Service or a
NetworkPolicy does not let executors through, and they fail with `Failed to connect to <host>:7078`. Which of two
services moves depends on the order in which they start. A Connect server does not move, it ends:
`java.net.BindException: Failed to bind to address`; so does all with `spark.port.maxRetries=0`.

Compared are the driver's own port, its block manager's, the user interface's and a Connect server's, with their
defaults, in each combination of template arms. Random ports (0), a disabled user interface, and values that Spark or
a shell fills in are left alone; the same template action is the same port.

Fix safety: unsafe. The block manager's port becomes the next free one behind the driver's port, and Services,
container ports and NetworkPolicies must follow.
Sources: verified on Spark 3.5.8 (both on 7078: the text above, and the application runs); defaults from Spark 3.5,
docs/configuration.md; `spark.connect.grpc.port.maxRetries` is 0 (Spark 4.0).
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Finding,
    Fix,
    Property,
    PropertyBlock,
    SetValue,
    Severity,
    Variant,
    Workload,
    connect,
    networking,
    rule,
)

RETRIES = "spark.port.maxRetries"


@rule(severity="warning", mentions=(b"driver.port", b"lockManager.port", b"ui.port", b"binding.port"))
def driver_port_collision(workload: Workload) -> Iterator[Finding]:
    seen: set[tuple[Property, ...]] = set()
    for block in workload.blocks:
        for view in block.variants(*networking.SOCKETS, networking.UI_ENABLED, RETRIES):
            sockets = networking.driver_sockets(workload, block, view)
            for port in dict.fromkeys(sockets.values()):
                keys = [key for key, taken in sockets.items() if taken == port]
                items = tuple(item for key in keys if (item := _decides(workload, block, view, key)) is not None)
                if len(keys) > 1 and items and items not in seen:
                    seen.add(items)
                    ends = connect.PORT in keys or view.value(RETRIES) == "0"
                    yield _finding(workload, keys, items, sockets, Severity.ERROR if ends else None)


def _decides(workload: Workload, block: PropertyBlock, view: Variant, key: str) -> Property | None:
    """The property that sets a port: one of the command line wins over those of files."""
    if workload.overridden(block, key):
        own = [item for other in workload.blocks if other.on_command_line for item in other.all(key)]
        if own:
            return own[-1]
    return view.effective.get(key)


def _finding(
    workload: Workload, keys: list[str], items: tuple[Property, ...], sockets: dict[str, str], severity: Severity | None
) -> Finding:
    port, moved = sockets[keys[0]], next((item for item in items if item.key in networking.BLOCK_MANAGER), None)
    fixes: tuple[Fix, ...] = ()
    if moved is not None and port.isdigit():
        free = next(number for number in map(str, range(int(port) + 1, 65536)) if number not in sockets.values())
        note = f"see to it that Services, container ports and NetworkPolicies have port {free}, too"
        fixes = (Fix(f"give the block manager port `{free}`", (SetValue(moved, free),), notes=(note,)),)
    written = {item.key for item in items}
    names = [f"`{key}`" if key in written else f"`{key}` by its default" for key in keys]
    return Finding(
        f"{' and '.join(names)} are the same port `{port}`",
        tuple(item.place("takes the port here") for item in items),
        fixes,
        severity=severity,
        version=workload.version,
    )
