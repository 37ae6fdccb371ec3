"""Which Services select a pod, as far as the labels are written out or come from the same helpers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sparkfix.formats.kubernetes.objects import containers_of, pod_labels
from sparkfix.formats.yaml.nodes import blank_until
from sparkfix.model import KubernetesObject, Node, Service
from sparkfix.spark.names import written
from sparkfix.workspace.names import may_be_one_namespace, nearest_to

_INCLUDED = re.compile(r"(?:include|template)\s+\"([^\"]+)\"")


def services_of(pod: KubernetesObject, objects: Sequence[KubernetesObject]) -> tuple[Service, ...]:
    """The Services that select an object's pods: their pairs and helpers are among those of the pods' labels.

    Services of another namespace do not count; where the pod's own file holds some, only those do.
    """
    pairs, helpers = _labels(pod_labels(pod))
    alone = sum(bool(containers_of(item)) for item in objects) == 1
    found = []
    for item in objects:
        if item.kind != "Service" or not may_be_one_namespace(item.namespace, pod.namespace):
            continue
        wanted, wanted_helpers = _labels(item.node.get("spec", "selector"))
        same_helpers = wanted_helpers <= helpers or (bool(helpers) and alone)
        if (wanted or wanted_helpers) and wanted <= pairs and same_helpers:
            found.append(item)
    return tuple(map(_service, nearest_to(pod.path, found, lambda item: item.path)))


def _service(item: KubernetesObject) -> Service:
    ports = tuple(
        text
        for port in item.node.items("spec", "ports")
        for text in (port.text("port"), port.text("targetPort"), port.text("name"))
        if text
    )
    return Service(
        item,
        item.name,
        written(item.namespace),
        item.node.text("spec", "clusterIP") == "None",
        item.node.text("spec", "publishNotReadyAddresses") == "true",
        ports,
    )


def _labels(node: Node | None) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    """The label pairs of a map, and the names of the helpers that add more of them."""
    if node is None:
        return frozenset(), frozenset()
    pairs = node.value.items() if isinstance(node.value, dict) else ()
    helpers: set[str] = set()
    text = node.origin.text
    source = text.source
    start, end = source.offset((node.key_span or node.span).start), source.offset(node.span.end)
    end = max(end, source.line_end(end))
    for action in text.template.within(start, blank_until(text.masked, end)):
        helpers.update(_INCLUDED.findall(action.text))
    return frozenset((key, written(value.text())) for key, value in pairs), frozenset(helpers)
