"""What is known of Kubernetes' own kinds: their scope, the order in which they are applied, how their lists merge.

Scope and merge keys are those of the OpenAPI document of Kubernetes 1.21 that kustomize carries (kyaml
`openapi/openapi.go`, `openapi/kubernetesapi`): a kind that is not in it counts as namespaced and merges as a custom
resource does. The order is kustomize's "legacy" one, which is what its command line gives unless told otherwise
(`SortOrderTransformer.go`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CLUSTER = "_non_namespaceable_"


def _kinds(table: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((version, kind) for version, kinds in table.items() for kind in kinds.split())


_CLUSTER_SCOPED = _kinds(
    {
        "v1": "ComponentStatus Namespace Node NodeProxyOptions PersistentVolume",
        "admissionregistration.k8s.io/v1": "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
        " ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
        "admissionregistration.k8s.io/v1beta1": "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
        "apiextensions.k8s.io/v1": "CustomResourceDefinition",
        "apiextensions.k8s.io/v1beta1": "CustomResourceDefinition",
        "apiregistration.k8s.io/v1": "APIService",
        "apiregistration.k8s.io/v1beta1": "APIService",
        "certificates.k8s.io/v1": "CertificateSigningRequest",
        "certificates.k8s.io/v1beta1": "CertificateSigningRequest",
        "flowcontrol.apiserver.k8s.io/v1beta1": "FlowSchema PriorityLevelConfiguration",
        "networking.k8s.io/v1": "IngressClass",
        "networking.k8s.io/v1beta1": "IngressClass",
        "node.k8s.io/v1": "RuntimeClass",
        "node.k8s.io/v1beta1": "RuntimeClass",
        "policy/v1beta1": "PodSecurityPolicy",
        "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
        "rbac.authorization.k8s.io/v1beta1": "ClusterRole ClusterRoleBinding",
        "scheduling.k8s.io/v1": "PriorityClass",
        "scheduling.k8s.io/v1beta1": "PriorityClass",
        "storage.k8s.io/v1": "CSIDriver CSINode StorageClass VolumeAttachment",
        "storage.k8s.io/v1beta1": "CSIDriver CSINode StorageClass VolumeAttachment",
    }
)

_NAMESPACED = _kinds(
    {
        "v1": "Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate"
        " ReplicationController ResourceQuota Secret Service ServiceAccount",
        "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
        "autoscaling/v1": "HorizontalPodAutoscaler Scale",
        "autoscaling/v2beta1": "HorizontalPodAutoscaler",
        "autoscaling/v2beta2": "HorizontalPodAutoscaler",
        "batch/v1": "CronJob Job",
        "batch/v1beta1": "CronJob",
        "coordination.k8s.io/v1": "Lease",
        "coordination.k8s.io/v1beta1": "Lease",
        "discovery.k8s.io/v1": "EndpointSlice",
        "discovery.k8s.io/v1beta1": "EndpointSlice",
        "events.k8s.io/v1": "Event",
        "events.k8s.io/v1beta1": "Event",
        "extensions/v1beta1": "Ingress",
        "networking.k8s.io/v1": "Ingress NetworkPolicy",
        "networking.k8s.io/v1beta1": "Ingress",
        "policy/v1": "PodDisruptionBudget",
        "policy/v1beta1": "Eviction PodDisruptionBudget",
        "rbac.authorization.k8s.io/v1": "Role RoleBinding",
        "rbac.authorization.k8s.io/v1beta1": "Role RoleBinding",
        "storage.k8s.io/v1beta1": "CSIStorageCapacity",
    }
)

_NEWER = _kinds(
    {"admissionregistration.k8s.io/v1": "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"},
)
_KNOWN = (_CLUSTER_SCOPED | _NAMESPACED) - _NEWER


def effective_namespace(api_version: str, kind: str, namespace: str) -> str:
    """The namespace that an object counts to: `default` if it names none, a mark of its own if it can have none."""
    if (api_version, kind) in _CLUSTER_SCOPED:
        return CLUSTER
    return namespace or "default"


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Is a kind certainly outside of namespaces? Unknown kinds are not."""
    return (api_version, kind) in _CLUSTER_SCOPED


# How lists merge


@dataclass(frozen=True, slots=True)
class Shape:
    """What a strategic merge must know of a value: of a mapping, the shapes of its fields; of a list that is merged
    item by item, the `keys` that tell items apart (`("",)` if the items are scalars) and the shape of an item."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    item: Shape | None = None


def _by(*keys: str, item: Shape | None = None) -> Shape:
    return Shape(keys=keys, item=item)


def _of(**fields: Shape) -> Shape:
    return Shape(fields)


_SCALARS = _by("")
_METADATA = _of(finalizers=_SCALARS, ownerReferences=_by("uid"))
_EPHEMERAL = _of(env=_by("name"), volumeMounts=_by("mountPath"), volumeDevices=_by("devicePath"))
_CONTAINER = Shape({**_EPHEMERAL.fields, "ports": _by("containerPort", "protocol")})
_POD_SPEC = _of(
    containers=_by("name", item=_CONTAINER),
    initContainers=_by("name", item=_CONTAINER),
    ephemeralContainers=_by("name", item=_EPHEMERAL),
    volumes=_by("name", item=_of(ephemeral=_of(volumeClaimTemplate=_of(metadata=_METADATA)))),
    imagePullSecrets=_by("name"),
    hostAliases=_by("ip"),
    topologySpreadConstraints=_by("topologyKey", "whenUnsatisfiable"),
)
_TEMPLATE = _of(metadata=_METADATA, spec=_POD_SPEC)
_WITH_TEMPLATE = _of(spec=_of(template=_TEMPLATE), status=_of(conditions=_by("type")))
_WITH_CONDITIONS = _of(status=_of(conditions=_by("type")))
_WITH_WEBHOOKS = _of(webhooks=_by("name"))
_SHAPES = {
    "APIService": _WITH_CONDITIONS,
    "CSINode": _of(spec=_of(drivers=_by("name"))),
    "ComponentStatus": _of(conditions=_by("type")),
    "CronJob": _of(spec=_of(jobTemplate=_of(metadata=_METADATA, spec=_of(template=_TEMPLATE)))),
    "DaemonSet": _WITH_TEMPLATE,
    "Deployment": _WITH_TEMPLATE,
    "Job": _WITH_TEMPLATE,
    "MutatingWebhookConfiguration": _WITH_WEBHOOKS,
    "Namespace": _WITH_CONDITIONS,
    "Node": _of(spec=_of(podCIDRs=_SCALARS), status=_of(conditions=_by("type"), addresses=_by("type"))),
    "PersistentVolumeClaim": _WITH_CONDITIONS,
    "Pod": _of(spec=_POD_SPEC, status=_of(conditions=_by("type"), podIPs=_by("ip"))),
    "PodDisruptionBudget": _WITH_CONDITIONS,
    "PodTemplate": _of(template=_TEMPLATE),
    "ReplicaSet": _WITH_TEMPLATE,
    "ReplicationController": _WITH_TEMPLATE,
    "Service": _of(spec=_of(ports=_by("port", "protocol")), status=_of(conditions=_by("type"))),
    "ServiceAccount": _of(secrets=_by("name")),
    "StatefulSet": _WITH_TEMPLATE,
    "ValidatingWebhookConfiguration": _WITH_WEBHOOKS,
}


def shape_of(api_version: str, kind: str) -> Shape | None:
    """How an object merges; None for custom resources, whose lists are replaced."""
    if (api_version, kind) not in _KNOWN:
        return None
    own = _SHAPES.get(kind, Shape())
    return Shape({"metadata": _METADATA, **own.fields})


# The order in which kinds are given out

ORDER_FIRST = (
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
)
ORDER_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
