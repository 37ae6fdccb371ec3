"""Which ports executors need of a driver behind a Service, and what gives them a way through.

Source: docs/running-on-kubernetes.md, client mode networking; names and numbers of the ports are those that Spark
gives them in cluster mode (Spark 3.5, resource-managers/kubernetes, Constants.scala and Config.scala).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sparkfix.guards import can_hold_together
from sparkfix.model import Add, AddItem, Change, Property, PropertyBlock, Service, SetValue, Variant, Workload
from sparkfix.spark.names import number_or_action
from sparkfix.spark.networking import BLOCK_MANAGER, HOST, PORT, driver_sockets, service_named
from sparkfix.spark.ports import ServicePort, additions, declares, may_be_headless, ports_of

_WANTED = (((PORT,), "driver-rpc-port", 7078), (BLOCK_MANAGER, "blockmanager", 7079))


@dataclass(frozen=True, slots=True)
class DriverPort:
    """A port that executors connect to: `number` is what it is, or what it is to be where it is `random`."""

    key: str
    name: str
    number: str
    random: bool = False
    exposed: bool = False
    item: Property | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """A driver behind a Service with a cluster IP: its host, the Service with its ports, and the driver's ports."""

    host: Property
    service: Service
    present: tuple[ServicePort, ...]
    ports: tuple[DriverPort, ...]

    @property
    def missing(self) -> tuple[DriverPort, ...]:
        return tuple(port for port in self.ports if not port.exposed)


def exposure(workload: Workload, block: PropertyBlock, view: Variant) -> Exposure | None:
    """How a driver's ports are exposed in one combination of arms.

    None where no Service with a cluster IP has a part in it, and where a template or another reader decides a port.
    """
    host = view.effective.get(HOST)
    service = service_named(workload, host.value) if host is not None else None
    present = ports_of(service, workload) if service is not None else None
    if host is None or service is None or present is None or may_be_headless(service):
        return None
    taken = {*driver_sockets(workload, block, view).values(), *(entry.number for entry in present)}
    found: list[DriverPort] = []
    for keys, name, usual in _WANTED:
        key, number, item = _setting(workload, block, view, keys, host)
        if number == "0":
            free = next(text for text in map(str, range(usual, 65536)) if text not in taken)
            taken.add(free)
            own = item if item is not None and item.key == keys[0] else None
            found.append(DriverPort(keys[0], name, free, random=True, item=own))
            continue
        exposed = any(entry.number == number for entry in present)
        if not number or (not exposed and any("{{" in text for text in (number, *(one.number for one in present)))):
            return None
        found.append(DriverPort(key, name, number, exposed=exposed, item=item))
    return Exposure(host, service, present, tuple(found))


def _setting(
    workload: Workload, block: PropertyBlock, view: Variant, keys: Sequence[str], host: Property
) -> tuple[str, str, Property | None]:
    """What decides a port: key, number (`0` for a random one, empty if not known) and the property, if one does."""
    for key in keys:
        given = workload.given(key) if not block.on_command_line else None
        item = view.effective.get(key)
        if given is not None:
            return key, number_or_action(given), None
        if item is not None:
            return key, number_or_action(item.value), item
    elsewhere = [item for other in workload.blocks for key in keys for item in other.all(key)]
    known = all(item in block.properties and not can_hold_together(item.guard, host.guard) for item in elsewhere)
    return keys[0], "0" if known else "", None


def exposing(workload: Workload, found: Exposure) -> list[Change]:
    """The changes that fix the random ports and expose all of them: properties, Service, container."""
    changes: list[Change] = []
    for port in found.ports:
        if port.random and port.item is not None:
            changes.append(SetValue(port.item, port.number))
        elif port.random:
            changes.append(Add(found.host, port.key, port.number))
    changes += additions(found.service, found.present, [(one.name, one.number, one.number) for one in found.missing])
    return [*changes, *_declaring(workload, found.missing)]


def _declaring(workload: Workload, ports: Iterable[DriverPort]) -> list[Change]:
    """Container ports are for people and for what reads them; Kubernetes forwards without them."""
    server = workload.server
    if server is None:
        return []
    taken = {entry.text("name") for entry in server.node.items("ports")}
    items: list[dict[str, str | int]] = [
        {**({} if port.name in taken else {"name": port.name}), "containerPort": int(port.number)}
        for port in ports
        if port.number.isdigit() and not declares(workload, port.number)
    ]
    if not items:
        return []
    return [AddItem(server.path, server.node, "ports", items[0], tuple(items[1:]))]
