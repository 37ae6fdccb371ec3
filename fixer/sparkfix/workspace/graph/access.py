"""Whom a workload runs as, which bindings name that account, and what their roles allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sparkfix.model import GraphEdge, GraphNode, KubernetesObject, Node, Place, Property, Workload
from sparkfix.spark.accounts import uses_of
from sparkfix.spark.names import may_be_one_namespace, written
from sparkfix.spark.rbac import account_node
from sparkfix.workspace.graph.pieces import Piece, at, missing, object_id, object_node, reference, shown
from sparkfix.workspace.names import nearest_to

_ACCOUNT = "ServiceAccount"
_DEFAULT = "default"
# Kubernetes documentation, "Using RBAC Authorization", user-facing roles; `system:` ones are there as well.
_BUILT_IN = ("cluster-admin", "admin", "edit", "view")


def account_pieces(
    workload: Workload, root: str, owner: KubernetesObject | None, block_id: Callable[[Property], str]
) -> Iterator[Piece]:
    """The accounts that a workload names, or the default one that a pod gets, with all that they may do.

    `block_id` gives the node of the properties that a property is one of.
    """
    found = False
    for use in uses_of(workload):
        found = True
        source = block_id(use.property) if use.property is not None else root
        label = use.property.key if use.property is not None else "runs as"
        yield from _account(use.node, use.path, source, label, workload)
    for node, label in _operated(owner):
        found = True
        yield from _account(node, workload.path, root, label, workload)
    pod = workload.containers[0].pod if workload.containers else None
    if not found and pod is not None and workload.pod is not None and not pod.filled and account_node(workload) is None:
        place = Place(workload.pod.path, pod.span)
        id_ = missing(_ACCOUNT, _DEFAULT, place, workload.namespace).id
        yield GraphNode(id_, _ACCOUNT, _DEFAULT, place, ("every namespace has it",))
        yield GraphEdge(root, id_, "runs as")
        yield from _bindings(_DEFAULT, id_, workload)


def _operated(owner: KubernetesObject | None) -> Iterator[tuple[Node, str]]:
    """The accounts that a resource of an operator names for its driver and its executors."""
    for role in ("driver", "executor"):
        for route in (("spec", role), ("spec", "template", role)):
            node = owner.node.get(*route, "serviceAccount") if owner is not None else None
            if node is not None:
                yield node, "runs as"


def _account(node: Node, path: str, source: str, label: str, workload: Workload) -> Iterator[Piece]:
    name = written(node.text())
    if not name:
        return
    account = reference(_ACCOUNT, node, path, workload)
    if account.missing and name == _DEFAULT:
        # Every namespace has it.
        account = GraphNode(account.id, _ACCOUNT, name, account.place, ("every namespace has it",))
    yield account
    yield GraphEdge(source, account.id, label)
    yield from _bindings(name, account.id, workload)


def _bindings(account: str, source: str, workload: Workload) -> Iterator[Piece]:
    """The bindings whose subjects hold an account, and their roles."""
    for item in workload.objects:
        if item.kind not in ("RoleBinding", "ClusterRoleBinding"):
            continue
        if any(_is_subject(subject, account, item, workload) for subject in item.node.items("subjects")):
            yield object_node(item)
            yield GraphEdge(source, object_id(item), "named by")
            yield from _role(item, workload)


def _is_subject(subject: Node, account: str, binding: KubernetesObject, workload: Workload) -> bool:
    namespace = subject.text("namespace") or binding.namespace
    if subject.text("kind") == "Group":
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{workload.namespace}")
        return subject.text("name") in groups
    if subject.text("kind") != _ACCOUNT or written(subject.text("name")) != account:
        return False
    return may_be_one_namespace(namespace, workload.namespace)


def _role(binding: KubernetesObject, workload: Workload) -> Iterator[Piece]:
    """The role that a binding grants, with what it allows."""
    reference_, name = binding.node.get("roleRef"), binding.node.get("roleRef", "name")
    kind = binding.node.text("roleRef", "kind") or "Role"
    if reference_ is None or name is None:
        return
    found = [
        item
        for item in workload.objects
        if item.kind == kind
        and written(item.name) == written(name.text())
        and (kind != "Role" or may_be_one_namespace(item.namespace, binding.namespace))
    ]
    item = next(iter(nearest_to(binding.path, found, lambda one: one.path)), None)
    place = Place(binding.path, name.span)
    if item is not None:
        role = object_node(item, tuple(_rules(item)))
    elif kind == "ClusterRole" and (name.text() in _BUILT_IN or name.text().startswith("system:")):
        role = GraphNode(f"{kind} {name.text()}", kind, shown(name.text()), place, ("built into Kubernetes",))
    else:
        role = missing(kind, name.text(), place, binding.namespace if kind == "Role" else "")
    yield role
    yield GraphEdge(object_id(binding), role.id, "grants")
    if item is not None:
        yield from _permissions(item, role.id)


def _rules(role: KubernetesObject) -> Iterator[str]:
    if role.node.get("aggregationRule") is not None:
        yield "adds up other roles"
    rules = role.node.get("rules")
    if rules is not None and rules.filled:
        yield "a template makes its rules"


def _permissions(role: KubernetesObject, source: str) -> Iterator[Piece]:
    """What a role allows: one node for each rule, its resources with its verbs."""
    for rule in role.node.items("rules"):
        groups = [item.text() for item in rule.items("apiGroups")]
        group = next((text for text in groups if text), "") if "" not in groups else ""
        resources = [f"{item.text()}.{group}" if group else item.text() for item in rule.items("resources")]
        resources += [item.text() for item in rule.items("nonResourceURLs")]
        verbs = ", ".join(item.text() for item in rule.items("verbs"))
        names = [shown(item.text()) for item in rule.items("resourceNames")]
        only = (f"only {', '.join(names)}",) if names else ()
        id_ = at("rule", role.path, rule.span)
        label = shown(f"{', '.join(resources) or '?'}: {verbs or '?'}")
        yield GraphNode(id_, "permission", label, Place(role.path, rule.span), only)
        yield GraphEdge(source, id_, "allows")
