"""The role of a driver's service account lacks rights that the driver asks Kubernetes for.

A client-mode driver makes its executors itself, with the rights of its own pod. Without `create` on configmaps the
SparkContext fails at once (`configmaps is forbidden: User "system:serviceaccount:ns:spark" cannot create resource
"configmaps" in API group ""`). Without rights on pods the driver lives on, its probes stay green, and every second it logs
`Exception when notifying snapshot subscriber` with `pods is forbidden: …`: there are no executors. Without
`deletecollection` only the clean-up at the end fails, and pods, ConfigMaps and claims are left behind.

The rights are those of all roles that the unit binds to the account. Nothing is reported in cluster mode, for history
servers and operators' resources, for drivers that ask with credentials of their own (`KUBECONFIG`, a token file, another
context), and wherever a `*`, a group, a template, an aggregated role or a role that is not here
may grant more. Settings count: `spark.kubernetes.executor.disableConfigMap`, claims on demand, the driver pod's name.

Fix safety: unsafe, as it widens rights: a rule of its own with what is missing is added to the role.
Sources: requests watched on 3.5.8; docs/running-on-kubernetes.md, "RBAC".
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import AddItem, Finding, Fix, Place, Severity, Workload, rbac, rule


@rule(severity="warning", mentions=(b"k8s",), requires=(b"containers", b"Role"))
def driver_role_lacks_verbs(workload: Workload) -> Iterator[Finding]:
    if not rbac.is_client_on_kubernetes(workload):
        return
    bindings = rbac.bindings_of(workload)
    if bindings is None:
        return
    roles = [binding.role for binding in bindings]
    for verbs, resources in rbac.missing(workload, roles).items():
        yield _finding(workload, bindings[0], verbs, resources)


def _finding(workload: Workload, binding: rbac.Binding, verbs: tuple[str, ...], resources: tuple[str, ...]) -> Finding:
    role, account = binding.role, rbac.account_node(workload)
    item = {"apiGroups": [""], "resources": list(resources), "verbs": list(verbs)}
    fix = Fix(f"allow {_listed(verbs)} on {_listed(resources)}", (AddItem(role.path, role.node, "rules", item),))
    rules = role.node.get("rules")
    places = [Place(role.path, rules.key_span, "does not grant it here")] if rules and rules.key_span else []
    places += [Place(workload.path, account.span, "the driver's account is here")] if account else []
    severity = Severity.ERROR if rbac.breaks(resources, verbs) else None if "pods" in resources else Severity.NOTE
    return Finding(
        f"the driver's role `{role.name}` does not allow {_listed(verbs)} on {_listed(resources)}, which the driver asks for",
        tuple(places),
        (fix,),
        severity=severity,
        version=workload.version,
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
