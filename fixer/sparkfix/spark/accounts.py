"""Which service accounts pods and resources name, and which are defined beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import KubernetesObject, Node, Property, Span, Workload
from sparkfix.spark.names import literal, may_be_one_namespace, written
from sparkfix.spark.rbac import account_node
from sparkfix.spark.resources import CARRIER

_KEYS = (
    "spark.kubernetes.authenticate.driver.serviceAccountName",
    "spark.kubernetes.authenticate.executor.serviceAccountName",
)
_SETTING = re.compile(r"serviceAccountName[\"']?[ \t]*[=:\s][ \t]*[\"']?([\w.\-]+)")
_NAMING = ("serviceAccountName", "serviceAccount")
_OWNED = ("ServiceAccount", "Role", "ClusterRole")


@dataclass(frozen=True, slots=True)
class Use:
    """A place that names an account: a node of a manifest, or a property."""

    name: str
    path: str
    span: Span
    node: Node
    property: Property | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A service account that a manifest defines."""

    name: str
    path: str
    span: Span


def uses_of(workload: Workload) -> Iterator[Use]:
    """The accounts that a workload's pod, resource or cluster-mode properties name, if they are spelt out."""
    node = account_node(workload)
    if node is not None:
        yield Use(written(node.text()), workload.path, node.span, node)
    for owner in dict.fromkeys(block.owner for block in workload.blocks if block.owner is not None):
        for role in ("driver", "executor"):
            for route in (("spec", role), ("spec", "template", role)):
                named = owner.node.get(*route, "serviceAccount") if owner.kind.endswith("SparkApplication") else None
                if named is not None:
                    yield Use(written(named.text()), owner.path, named.span, named)
    if workload.in_cluster_mode():
        # Fields of resources are seen above.
        blocks = [block for block in workload.blocks if block.carrier != CARRIER]
        for item in (item for block in blocks for item in block.properties if item.key in _KEYS):
            yield Use(item.value.strip(), item.path, item.value_span, Node(item.value, item.value_span), item)


def is_defined(workload: Workload, use: Use) -> bool:
    """Is the account defined here, or may it be: under a name that a template makes, or because all names are?"""
    if not literal(use.name) or use.name == "default":
        return True
    defined = [item for item in workload.objects if item.kind == "ServiceAccount"]
    elsewhere = [item for item in defined if literal(item.namespace) and item not in _accounts(workload)]
    return any(item not in elsewhere and (not literal(item.name) or item.name == use.name) for item in defined)


def unused_beside(workload: Workload, use: Use) -> tuple[Account, ...]:
    """The accounts in reach that nothing but bindings names."""
    named = {text for item in workload.objects if item.kind not in _OWNED for text in _named(item.node)}
    named |= {item.value.strip() for block in workload.blocks for item in block.properties if item.key in _KEYS}
    found = [item for item in _accounts(workload) if item.name not in named and item.name != use.name]
    return tuple(
        Account(item.name, item.path, name.span) for item in found if (name := item.node.get("metadata", "name"))
    )


def _accounts(workload: Workload) -> list[KubernetesObject]:
    """The accounts that are defined in what can be the workload's namespace."""
    return [
        item
        for item in workload.objects
        if item.kind == "ServiceAccount" and may_be_one_namespace(item.namespace, workload.namespace)
    ]


def _named(node: Node) -> Iterator[str]:
    """The accounts that an object's fields, or settings in its texts, name at any depth."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if key in _NAMING and isinstance(child.value, str):
                yield written(child.value)
            else:
                yield from _named(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _named(child)
    elif node.value is not None and "serviceAccountName" in node.value:
        yield from _SETTING.findall(node.value)
