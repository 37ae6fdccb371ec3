"""Executors are to run in one namespace, but the driver's rights hold in another one.

A Role and a RoleBinding grant rights in their own namespace only. A client-mode driver asks for executors in
`spark.kubernetes.namespace`, and Kubernetes answers
`pods is forbidden: User "system:serviceaccount:a:spark" cannot create resource "pods" in API group "" in the namespace "b"`.
For pods the driver repeats that every second and stays up without executors; for its ConfigMap it stops at once.

Reported where all of these are spelt out: the namespace for executors, and the namespaces of all bindings that name the
driver's account. Nothing is reported where the driver has credentials of its own, or where a ClusterRoleBinding, a group,
a binding without a namespace, a template or a role that is not here may grant more. Whether the setting or the binding is
wrong only the author knows.

Fix safety: display-only.
Sources: Kubernetes documentation, "Using RBAC Authorization"; text of the refusal watched on 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Finding, Fix, Place, Property, Workload, master_kind, names, rbac, rule

NAMESPACE = "spark.kubernetes.namespace"


@rule(severity="error", mentions=(b"spark.kubernetes.namespace",))
def namespace_differs_from_rbac(workload: Workload) -> Iterator[Finding]:
    bindings = rbac.bindings_of(workload) if rbac.is_client_on_kubernetes(workload) else None
    if not bindings or any(binding.object.kind == "ClusterRoleBinding" for binding in bindings):
        return
    granted = {binding.object.namespace.strip() for binding in bindings}
    if not all(map(names.literal, granted)):
        return
    for block in workload.blocks:
        read = not workload.overridden(block, NAMESPACE)
        for view in block.variants(NAMESPACE, "spark.master") if read else ():
            item = view.effective.get(NAMESPACE)
            if master_kind(view.value("spark.master") or "k8s://") != "kubernetes":
                continue
            if item is not None and names.literal(item.value) and item.value.strip() not in granted:
                yield _finding(workload, item, bindings, sorted(granted))


def _finding(workload: Workload, item: Property, bindings: tuple[rbac.Binding, ...], granted: list[str]) -> Finding:
    places = [item.place("executors are to run here")]
    for binding in bindings:
        name = binding.object.node.get("metadata", "namespace")
        places += [Place(binding.object.path, name.span, "rights are granted here")] if name else []
    shown = ", ".join(f"`{name}`" for name in granted)
    fix = Fix(
        "bind the account in the executors' namespace, or let them run where it is bound", (), Applicability.DISPLAY
    )
    message = f"executors run in namespace `{item.value.strip()}`, but the driver's account has rights in {shown} only"
    return Finding(message, tuple(places), (fix,), version=workload.version)
