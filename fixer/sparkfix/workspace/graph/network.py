"""Ports of containers, the probes that ask them, and the Services that lead to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sparkfix.model import Container, GraphEdge, GraphNode, Node, Place, Service, Workload
from sparkfix.spark.names import number_or_action
from sparkfix.spark.ports import ServicePort, open_ended, ports_of
from sparkfix.spark.probes import KINDS
from sparkfix.workspace.graph.pieces import Piece, at, container_id, missing, object_id, object_node, safe_path, shown

_ASKS = ("tcpSocket", "grpc", "httpGet")
_TIMES = ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold")


def port_pieces(container: Container, parent: str) -> Iterator[Piece]:
    """The ports that a container declares, and its probes, each with the port that it asks."""
    for entry in container.node.items("ports"):
        if entry.text("containerPort"):
            yield _port_node(container.path, entry)
            yield GraphEdge(parent, at("port", container.path, entry.span), "listens on")
    for kind in KINDS:
        probe = container.node.get(kind)
        if probe is not None and isinstance(probe.value, dict):
            yield from _probe(container, kind, probe, parent)


def _port_node(path: str, entry: Node) -> GraphNode:
    name = entry.get("containerPort") or entry
    label = shown(f"{entry.text('containerPort')} {entry.text('name')}")
    return GraphNode(at("port", path, entry.span), "port", label, Place(path, name.span))


def _probe(container: Container, kind: str, probe: Node, parent: str) -> Iterator[Piece]:
    id_ = at(kind, container.path, probe.span)
    action = next((name for name in (*_ASKS, "exec") if probe.get(name) is not None), "")
    port, host = probe.get(action, "port"), probe.text(action, "host")
    # The query of a path may hold a token, the words of a command anything.
    texts = [action, host, safe_path(probe.text(action, "path")), port.text() if port is not None else ""]
    texts += [item.text().partition("=")[0] for item in probe.items("exec", "command")[:1]]
    times = tuple(f"{name}: {shown(probe.text(name))}" for name in _TIMES if probe.text(name))
    label = shown(" ".join(text for text in texts if text)) or "(not known)"
    yield GraphNode(id_, kind, label, Place(container.path, probe.key_span or probe.span), times)
    yield GraphEdge(parent, id_, "is asked by")
    if port is not None and not host:
        target = _asked_port(container, port)
        yield from target
        yield from (GraphEdge(id_, node.id, "asks") for node in target)


def _asked_port(container: Container, port: Node) -> tuple[GraphNode, ...]:
    """The port that a probe asks: a declared one, a number that is not declared, or a name that is missing."""
    text = port.text().strip()
    for entry in container.node.items("ports"):
        if text in (entry.text("containerPort"), entry.text("name")) or (
            number_or_action(text) and number_or_action(text) == number_or_action(entry.text("containerPort"))
        ):
            return (_port_node(container.path, entry),)
    place = Place(container.path, port.span)
    if number_or_action(text):
        return (_undeclared(container, number_or_action(text), place),)
    if not text or open_ended(container.node.get("ports")) or container.node.filled:
        return ()
    return (missing("port", text, place, container_id(container)),)


def _undeclared(container: Container, number: str, place: Place) -> GraphNode:
    """A port that no container declares; Kubernetes does not ask for that, so it may well work."""
    id_ = f"{at('port', container.path, container.pod.span)} {number}"
    return GraphNode(id_, "port", number, place, ("no container declares it",))


def service_pieces(service: Service, root: str, workload: Workload) -> Iterator[Piece]:
    """A Service that selects the workload's pods, and the container port that each of its ports leads to."""
    item = service.object
    own = object_id(item)
    ports = ports_of(service, workload)
    yield object_node(item, tuple(_service_details(service, ports)))
    yield GraphEdge(own, root, "selects")
    for port in ports or ():
        label = shown(f"{port.node.text('port')} {port.name}")
        for target in _target(port, service, workload):
            yield target
            yield GraphEdge(own, target.id, label)


def _service_details(service: Service, ports: Sequence[ServicePort] | None) -> Iterator[str]:
    kind = service.object.node.text("spec", "type").strip()
    if kind:
        yield f"type {shown(kind)}"
    if service.headless:
        yield "headless"
    if ports is None:
        yield "a template makes its ports"
    for port in ports or ():
        if not port.target and not port.dangling:
            yield shown(f"{port.node.text('port')} {port.name} leads to a port that is not known")


def _target(port: ServicePort, service: Service, workload: Workload) -> tuple[GraphNode, ...]:
    """The container port that a Service's port leads to; nothing where that is not known."""
    node = port.node.get("targetPort") or port.node.get("port") or port.node
    place = Place(service.object.path, node.span)
    if port.dangling:
        return (
            missing("port", node.text(), place, object_id(service.object), ("no container has a port of this name",)),
        )
    mains = [container for container in workload.containers if not container.init]
    for container in mains:
        for entry in container.node.items("ports"):
            if port.target and number_or_action(entry.text("containerPort")) == port.target:
                return (_port_node(container.path, entry),)
    return (_undeclared(mains[0], port.target, place),) if port.target and mains else ()
