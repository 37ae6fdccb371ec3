"""Ports: what a pod's containers declare, and where the ports of a Service lead. Nothing here guesses.

Kubernetes documentation, "Service": a target port is a number or the name of a container's port, by default the
Service's own number; a Service with several ports names each; behind a headless Service any port of the pod is reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sparkfix.model import AddField, AddItem, Change, Container, Node, Service, SetField, Workload
from sparkfix.spark.names import number_or_action

_ITEMS = ("range", "with")
_JAVA_OPTIONS = re.compile(r"_(?:OPTS|OPTIONS)$")

_WATCHING = re.compile(r"(?:^|[-.])(?:web|ui|webui|metrics|monitoring|prometheus|jmx|history)(?:$|[-.])")


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One entry of a Service's ports.

    `target` is the container's port as written: a number or a template action; empty where it is not known, and where
    it is a name that no container has, which `dangling` says.
    """

    node: Node
    number: str
    name: str
    target: str
    dangling: bool = False


def setting(workload: Workload, key: str, default: str = "") -> str:
    """The port that a key gives in every arm and every block that sets it, as written; else the default.

    Empty where arms or blocks disagree, and where the value is neither a number nor a template's. Java's own options
    (`-Dkey=…` in a variable of the server's container) are weaker than all of Spark's.
    """
    given = workload.given(key)
    if given is not None:
        return number_or_action(given)
    default = _in_java_options(workload, key, default)
    holding = [block for block in workload.blocks if block.all(key)]
    values = {view.value(key) for block in holding for view in block.variants(key)} or {default}
    found = {default if value is None else number_or_action(value) for value in values}
    return found.pop() if len(found) == 1 else ""


def _in_java_options(workload: Workload, key: str, default: str) -> str:
    """What variables such as SPARK_SUBMIT_OPTS or SPARK_HISTORY_OPTS set; empty where another place fills one."""
    entries = workload.server.environment() if workload.server is not None else {}
    options = {name: entry for name, entry in entries.items() if _JAVA_OPTIONS.search(name)}
    found = [
        match[1]
        for entry in options.values()
        for match in re.finditer(rf"-D{re.escape(key)}=((?:\{{\{{.*?\}}\}}|\S)*)", entry.text("value"))
    ]
    if found:
        return number_or_action(found[-1].strip("\"'"))
    return "" if any(entry.get("value") is None for entry in options.values()) else default


def open_ended(node: Node | None) -> bool:
    """May template actions add entries to a list, besides those that are written out?"""
    if node is None:
        return False
    outer = node.guard
    items = node.value if isinstance(node.value, list) else []
    if any(arm.condition.startswith(_ITEMS) for item in items for arm in item.guard[len(outer) :]):
        return True
    text = node.origin.text
    source = text.source
    start, end = source.offset((node.key_span or node.span).start), source.offset(node.span.end)
    spans = [scalar.span for scalar in _scalars(node)]
    for action in text.template.within(start, _end_of_actions(text.masked, source.line_end(max(end - 1, start)))):
        at = source.span(action.start, action.end)
        if action.kind == "output" and not any(span.covers(at) for span in spans):
            return True
    return False


def _scalars(node: Node) -> Iterable[Node]:
    children = node.value.values() if isinstance(node.value, dict) else node.value
    if isinstance(children, str) or children is None:
        yield node
        return
    for child in children:
        yield from _scalars(child)


def _end_of_actions(masked: str, end: int) -> int:
    """End of the lines that only template actions fill."""
    while end < len(masked):
        stop = masked.find("\n", end) + 1 or len(masked)
        if masked[end:stop].strip().strip("#_ "):
            return end
        end = stop
    return end


def containers_of(workload: Workload) -> tuple[Node, ...]:
    """The containers of a workload's pod without its init containers, also those that are other workloads."""
    pods = [container.pod for container in workload.containers[:1]]
    return pods[0].items("containers") if pods else ()


def named_port(workload: Workload, name: str) -> str | None:
    """The number of a container's port by its name; None if no container has it, empty if that is not known."""
    containers = containers_of(workload)
    for container in containers:
        for entry in container.items("ports"):
            if number_or_action(entry.text("name")) == name or entry.text("name") == name:
                return number_or_action(entry.text("containerPort"))
    known = containers and not any(open_ended(container.get("ports")) for container in containers)
    return None if known and not _templated_names(containers) else ""


def _templated_names(containers: Iterable[Node]) -> bool:
    return any("{{" in entry.text("name") for container in containers for entry in container.items("ports"))


def ports_of(service: Service, workload: Workload) -> tuple[ServicePort, ...] | None:
    """The ports of a Service that selects a workload; None if a template may add more of them."""
    listed = service.object.node.get("spec", "ports")
    if open_ended(listed):
        return None
    return tuple(_port(entry, workload) for entry in service.object.node.items("spec", "ports"))


def _port(entry: Node, workload: Workload) -> ServicePort:
    number, name = number_or_action(entry.text("port")), entry.text("name")
    text = entry.text("targetPort").strip()
    if not text or number_or_action(text):
        return ServicePort(entry, number, name, number_or_action(text) or number)
    found = named_port(workload, text)
    return ServicePort(entry, number, name, found or "", found is None)


def declared_name(workload: Workload, port: str) -> str:
    """The name that the server's container gives a port, or an empty string."""
    entries = workload.server.node.items("ports") if workload.server is not None else ()
    return next((one.text("name") for one in entries if number_or_action(one.text("containerPort")) == port), "")


def of_other_containers(workload: Workload) -> frozenset[str]:
    """The ports that containers beside the server declare: proxies that may lead to it."""
    server = workload.server
    others = [one for one in containers_of(workload) if server is None or one.span != server.node.span]
    return frozenset(number_or_action(entry.text("containerPort")) for one in others for entry in one.items("ports"))


def exposed_outside(service: Service) -> bool:
    """Can a port of this Service be reached from outside the cluster, as far as it is known?"""
    kind = service.object.node.text("spec", "type").strip()
    return kind not in ("", "ClusterIP") or bool(service.object.node.items("spec", "externalIPs"))


def additions(service: Service, ports: Iterable[ServicePort], wanted: Iterable[tuple[str, str, str]]) -> list[Change]:
    """What gives a Service more ports, each as (name, number, target); ports without a name get one on the way."""
    present, node = list(ports), service.object.node.get("spec")
    taken = {port.name for port in present}
    changes: list[Change] = []
    for port in present:
        if not port.name:
            name = _free({"4040": "ui", "18080": "history"}.get(port.target, f"port-{port.number or 'main'}"), taken)
            changes.append(AddField(service.object.path, port.node, "name", name))
    items = [
        {"name": _free(name, taken), "port": int(number), "targetPort": int(target) if target.isdigit() else target}
        for name, number, target in wanted
    ]
    if node is not None and items:
        changes.append(AddItem(service.object.path, node, "ports", items[0], tuple(items[1:])))
    return changes


def _free(name: str, taken: set[str]) -> str:
    """A name that no port has yet; it is taken from now on."""
    name = "port" if "{{" in name else name
    found = next(one for one in (name, f"spark-{name}", *(f"{name}-{n}" for n in range(2, 99))) if one not in taken)
    taken.add(found)
    return found


def lead_to(workload: Workload, service: Service, port: ServicePort, number: str) -> Change | None:
    """What makes a port of a Service lead to a container's port: the target, or the name that it is meant to have."""
    target, server = port.node.get("targetPort"), workload.server
    if not port.dangling or target is None:
        text = declared_name(workload, number) or number
        path = service.object.path
        # A text is the name of a port to Kubernetes, also if it is all digits.
        value = int(text) if text.isdigit() else text
        return SetField(path, target, text) if target is not None else AddField(path, port.node, "targetPort", value)
    return naming(server, target, number, service.object.path) if server is not None else None


def naming(server: Container, name: Node, number: str, path: str = "") -> Change:
    """What makes a port's name, which no container has, lead to a number; `path` is the file that the name stands in."""
    text = name.text()
    own = next(
        (one for one in server.node.items("ports") if number_or_action(one.text("containerPort")) == number), None
    )
    if own is None:
        return AddItem(server.path, server.node, "ports", {"name": text, "containerPort": int(number)})
    if own.get("name") is None:
        return AddField(server.path, own, "name", text)
    return SetField(path or server.path, name, own.text("name"))


def declares(workload: Workload, port: str) -> bool:
    """Does the server's container declare a port?"""
    entries = workload.server.node.items("ports") if workload.server is not None else ()
    return any(number_or_action(one.text("containerPort")) == port for one in entries)


def is_for_watching(service: Service) -> bool:
    """Does a Service's name say that it is for a user interface or for metrics?"""
    return bool(_WATCHING.search(service.name))


def may_be_headless(service: Service) -> bool:
    """Is a Service headless in some arm, or by a value that is not known?"""
    address = service.object.node.text("spec", "clusterIP")
    return service.headless or "None" in address or "{{" in address


def in_host_network(workload: Workload) -> bool:
    """Does the pod share its node's ports?"""
    return any(container.pod.text("hostNetwork") not in ("", "false") for container in workload.containers)
