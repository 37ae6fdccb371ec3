"""The heap that a Spark process in a pod is started with, as far as it is known.

SparkSubmit of Spark 3.5: `--driver-memory` and `--conf` win over properties, these over `SPARK_DRIVER_MEMORY`; daemons
take `SPARK_DAEMON_MEMORY`. In client mode the text goes to `-Xmx` as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.model import Place, Role, Workload
from sparkfix.spark.contests import outvoted
from sparkfix.spark.facts import launch_of
from sparkfix.spark.networking import MASTER, runs_no_driver

MEMORY = "spark.driver.memory"
_DRIVERS = (Role.CONNECT_SERVER, Role.THRIFT_SERVER, Role.APPLICATION)


def heaps(workload: Workload) -> Iterator[tuple[str, str, Place]]:
    """What asks for the heap of the server's container, with the size as written and its place: one for each
    combination of arms that sets it. Nothing in cluster mode, where the driver has a pod of its own."""
    if workload.server is None:
        return
    if runs_no_driver(workload):
        yield from _variable(workload, "SPARK_DAEMON_MEMORY")
        return
    if workload.role not in _DRIVERS:
        return
    option = _option(workload)
    if option:
        yield option
        return
    given = workload.given(MEMORY)
    seen = False
    for block in workload.blocks:
        if given is not None and not block.on_command_line:
            continue
        for view in block.variants(MASTER, MEMORY):
            item = view.effective.get(MEMORY)
            if item is not None and not outvoted(workload, item):
                seen = True
                yield f"`{MEMORY}`", item.value, item.place("asks for the heap here")
    if not seen and given is None:
        yield from _variable(workload, "SPARK_DRIVER_MEMORY")


def _variable(workload: Workload, name: str) -> Iterator[tuple[str, str, Place]]:
    entry = workload.server.environment().get(name) if workload.server is not None else None
    value = entry.get("value") if entry is not None else None
    if value is not None and isinstance(value.value, str):
        yield f"`{name}`", value.value, Place(workload.path, value.span, "asks for the heap here")


def _option(workload: Workload) -> tuple[str, str, Place] | None:
    """`--driver-memory` of the command that starts Spark in the server's container."""
    for command in workload.commands:
        launch = launch_of(command) if command.container in (None, workload.server) else None
        value = launch.option("--driver-memory") if launch is not None else ""
        word = next(
            (word for word in command.words if value and word.text in (value, f"--driver-memory={value}")), None
        )
        if word is not None:
            return "`--driver-memory`", value, Place(command.path, word.span, "asks for the heap here")
    return None
