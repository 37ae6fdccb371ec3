"""Service accounts, what roles grant them, and what a client-mode driver asks of the Kubernetes API.

Requests were watched on 3.5.8 against a server that plays the API: executor pods are created, listed, watched and
deleted, one ConfigMap is created, and at the end pods, ConfigMaps, Services and claims with the application's label are
deleted as collections. Kubernetes documentation, "Using RBAC Authorization".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sparkfix.model import KubernetesObject, Node, Role, Workload
from sparkfix.spark.facts import master_kind
from sparkfix.spark.names import literal, may_be_one_namespace, written

OPERATED = ("SparkConnect", "SparkApplication", "ScheduledSparkApplication", "SparkConnectServer", "SparkHistoryServer")
# With these a driver in client mode asks as somebody else than its pod (docs/running-on-kubernetes.md of Spark 3.5).
_CREDENTIALS = re.compile(
    r"spark\.kubernetes\.(?:context|authenticate\.(?:clientKeyFile|clientCertFile|oauthToken|oauthTokenFile))"
)
_BREAKS = {"pods": {"create", "get", "list", "watch"}, "configmaps": {"create"}, "persistentvolumeclaims": {"create"}}


@dataclass(frozen=True, slots=True)
class Binding:
    """A binding that names a driver's service account, with the role that it grants."""

    object: KubernetesObject
    role: KubernetesObject


def account_node(workload: Workload) -> Node | None:
    """Where a pod names its service account."""
    if not workload.containers or workload.pod is None:
        return None
    pod = workload.containers[0].pod
    return next((node for key in ("serviceAccountName", "serviceAccount") if (node := pod.get(key))), None)


def is_client_on_kubernetes(workload: Workload) -> bool:
    """Does a pod run a driver in client mode that asks Kubernetes for executors as its own account, beyond doubt?"""
    roles = (Role.CONNECT_SERVER, Role.THRIFT_SERVER, Role.APPLICATION)
    if workload.pod is None or workload.pod.kind in OPERATED or workload.role not in roles:
        return False
    modes = [item.value for block in workload.blocks for item in block.all("spark.submit.deployMode")]
    modes += [value for key, value in workload.command_line if key == "spark.submit.deployMode"]
    words = [word.text for command in workload.commands for word in command.words]
    modes += [following for word, following in itertools.pairwise(words) if word == "--deploy-mode"]
    modes += [word.partition("=")[2] for word in words if word.startswith("--deploy-mode=")]
    masters = [item.value for block in workload.blocks for item in block.all("spark.master")]
    given = workload.given("spark.master")
    kinds = {master_kind(value) for value in ([given] if given is not None else masters)}
    if any(_CREDENTIALS.fullmatch(key) for key, _ in _settings(workload)) or _has_own_configuration(workload):
        return False
    return "kubernetes" in kinds and all(mode == "client" for mode in modes) and not workload.in_cluster_mode()


def _has_own_configuration(workload: Workload) -> bool:
    """Does a variable name a file with which the client of the API asks as somebody else, or asks another cluster?"""
    return workload.server is not None and "KUBECONFIG" in workload.server.environment()


def bindings_of(workload: Workload) -> tuple[Binding, ...] | None:
    """The bindings of a pod's service account beside it; None where more may be granted than they show."""
    node = account_node(workload)
    account = written(node.text()) if node is not None else ""
    if not account:
        return None
    found: list[Binding] = []
    for item in workload.objects:
        if item.kind not in ("RoleBinding", "ClusterRoleBinding"):
            continue
        subjects = item.node.get("subjects")
        named = _names(subjects, account, workload.namespace)
        if named is None or item.node.filled:
            return None
        if named:
            role = _role(item, workload.objects)
            if role is None:
                return None
            found.append(Binding(item, role))
    return tuple(found) or None


def _names(subjects: Node | None, account: str, namespace: str) -> bool | None:
    """Do a binding's subjects hold the account? None where groups or templates may."""
    if subjects is None or subjects.filled:
        return None
    answer: bool | None = False
    for subject in subjects.items():
        name = written(subject.text("name"))
        if subject.text("kind") == "Group" and name.startswith("system:"):
            return None
        if subject.text("kind") != "ServiceAccount":
            continue
        if name == account:
            answer = answer or may_be_one_namespace(subject.text("namespace"), namespace)
        elif not (literal(name) and literal(account)):
            return None
    return answer


def _role(binding: KubernetesObject, objects: Iterable[KubernetesObject]) -> KubernetesObject | None:
    """The role that a binding refers to, if it is here once and spelt out."""
    kind, name = binding.node.text("roleRef", "kind"), written(binding.node.text("roleRef", "name"))
    found = [item for item in objects if item.kind == kind and written(item.name) == name]
    if kind == "Role":
        found = [item for item in found if may_be_one_namespace(item.namespace, binding.namespace)]
    if len(found) != 1 or found[0].node.get("aggregationRule") is not None or found[0].node.filled:
        return None
    rules = found[0].node.get("rules")
    return None if rules is None or rules.filled or any("{{" in text for text in rules.texts()) else found[0]


def verbs_on(roles: Iterable[KubernetesObject], resource: str) -> frozenset[str]:
    """The verbs that roles grant on a resource of the core group; `*` is all of them."""
    verbs: set[str] = set()
    for role in roles:
        for rule in role.node.items("rules"):
            groups, resources = _texts(rule, "apiGroups"), _texts(rule, "resources")
            if {"", "*"} & groups and {resource, "*"} & resources and rule.get("resourceNames") is None:
                verbs |= _texts(rule, "verbs")
    return frozenset(verbs)


def _texts(rule: Node, key: str) -> set[str]:
    return {str(item.value or "") for item in rule.items(key)}


def asked_for(workload: Workload) -> Iterator[tuple[str, frozenset[str]]]:
    """What a client-mode driver asks for: resources with verbs, by its settings and version."""
    settings = dict(_settings(workload))
    named = {"get"} if "spark.kubernetes.driver.pod.name" in settings else set()
    yield "pods", frozenset({"create", "list", "watch", "delete", "deletecollection"} | named)
    if settings.get("spark.kubernetes.executor.disableConfigMap", "false").strip() == "false":
        yield "configmaps", frozenset({"create", "deletecollection"})
    if workload.version is not None and workload.version.release < (3, 2):
        return
    if settings.get("spark.kubernetes.driver.service.deleteOnTermination", "true").strip() == "true":
        yield "services", frozenset({"deletecollection"})
    on_demand = any(key.endswith(".options.claimName") and "ondemand" in text.lower() for key, text in settings.items())
    if on_demand or settings.get("spark.kubernetes.driver.ownPersistentVolumeClaim", "true").strip() == "true":
        wanted = {"create", "get", "list", "deletecollection"} if on_demand else {"deletecollection"}
        yield "persistentvolumeclaims", frozenset(wanted)


def _settings(workload: Workload) -> Iterator[tuple[str, str]]:
    for block in workload.blocks:
        yield from ((item.key, item.value) for item in block.properties)
    yield from workload.command_line


def missing(workload: Workload, roles: Sequence[KubernetesObject]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What roles lack: resources by the verbs that all of them miss."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for resource, verbs in asked_for(workload):
        granted = verbs_on(roles, resource)
        lacking = tuple(sorted(verbs - granted)) if "*" not in granted else ()
        if lacking:
            found[lacking] = (*found.get(lacking, ()), resource)
    return found


def breaks(resources: Iterable[str], verbs: Iterable[str]) -> bool:
    """Does the driver fail, or stay without executors, if it may not do this?"""
    return any(set(verbs) & _BREAKS.get(resource, set()) for resource in resources)
