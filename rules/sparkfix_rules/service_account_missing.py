"""A Spark pod runs under a service account that is defined nowhere beside it, while another account lies unused.

Kubernetes refuses such a pod: `pods "spark-pi-driver" is forbidden: error looking up service account ns/spark:
serviceaccount "spark" not found`. A Deployment then stays without pods, and its description tells nothing; the text is
in the events of its ReplicaSet.

An account may well be made elsewhere: by another chart, by hand. So only this is reported: the account's name is
spelt out, no account of that name is defined in the same chart or folder (in a namespace that can be the pod's), and
there is one that no pod, no resource and no setting names, which is then probably meant. Names made by templates are
not compared. In client mode `spark.kubernetes.authenticate.driver.serviceAccountName` has no effect on the
driver, whose pod is there already; it is looked at in cluster mode only, as `driver.serviceAccount` of a resource is.

Fix safety: unsafe, with medium confidence: the name becomes that of the one unused account. Where there are several
the fix is display-only.
Sources: kubeflow/spark-operator issue 755 (text); Kubernetes documentation, "Configure Service Accounts for Pods".
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Applicability,
    Change,
    Confidence,
    Finding,
    Fix,
    Place,
    SetField,
    SetValue,
    Workload,
    accounts,
    rule,
)


@rule(severity="warning", mentions=(b"erviceAccount",), requires=(b"ServiceAccount",))
def service_account_missing(workload: Workload) -> Iterator[Finding]:
    for use in accounts.uses_of(workload):
        if not accounts.is_defined(workload, use) and (unused := accounts.unused_beside(workload, use)):
            yield _finding(workload, use, unused)


def _finding(workload: Workload, use: accounts.Use, unused: tuple[accounts.Account, ...]) -> Finding:
    name = unused[0].name
    change: Change = SetValue(use.property, name) if use.property else SetField(use.path, use.node, name)
    if len(unused) == 1:
        fix = Fix(f"name the account `{name}`", (change,), Applicability.UNSAFE)
    else:
        fix = Fix("name one of the accounts that are defined", (), Applicability.DISPLAY)
    shown = ", ".join(f"`{account.name}`" for account in unused)
    others = tuple(Place(account.path, account.span, "an unused account is here") for account in unused)
    return Finding(
        f"service account `{use.name}` is not defined beside this workload, but {shown} lies there unused",
        (Place(use.path, use.span, "the account is named here"), *others),
        (fix,),
        confidence=Confidence.MEDIUM,
        version=workload.version,
    )
