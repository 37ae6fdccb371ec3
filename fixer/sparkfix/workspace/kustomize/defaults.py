"""kustomize's own tables of fields.

Source: `api/internal/konfig/builtinpluginconsts/*.go`. They are uneven there, and so they are here: a name is updated
only where kustomize would update it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from sparkfix.workspace.kustomize.config import Config, Specs, Target
from sparkfix.workspace.kustomize.fields import FieldSpec

_PODS = {
    "Pod": "spec",
    "PodTemplate": "template/spec",
    "Deployment": "spec/template/spec",
    "ReplicaSet": "spec/template/spec",
    "DaemonSet": "spec/template/spec",
    "StatefulSet": "spec/template/spec",
    "Job": "spec/template/spec",
    "CronJob": "spec/jobTemplate/spec/template/spec",
    "ReplicationController": "spec/template/spec",
}
_WITH_CONFIG = ("Pod", "PodTemplate", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "CronJob")
_WITH_CLAIMS = ("Pod", "StatefulSet", "Deployment", "ReplicationController", "CronJob", "Job", "DaemonSet")
_WITH_VARIABLES = ("CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet")
_SCALED = ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_APPS, _BATCH = "apps", "batch"
_AFFINITIES = (
    "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
    "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution",
    "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
    "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
    "topologySpreadConstraints",
)


def _in_pods(kinds: Iterable[str], *paths: str) -> Specs:
    return tuple(
        FieldSpec(f"{_PODS[kind]}/{path}", kind, version="v1" if kind == "Pod" else "")
        for kind in kinds
        for path in paths
    )


def _in(kind: str, *paths: str, group: str = "") -> Specs:
    return tuple(FieldSpec(path, kind, group) for path in paths)


def _from_containers(kind: str) -> tuple[str, ...]:
    return tuple(
        f"{containers}/{path}/name"
        for containers in ("containers", "initContainers")
        for path in (f"env/valueFrom/{kind}KeyRef", f"envFrom/{kind}Ref")
    )


def _template_metadata(field: str) -> Specs:
    """Labels or annotations of pod templates, and of the jobs of a CronJob."""
    template = f"spec/template/metadata/{field}"
    return (
        FieldSpec(template, "ReplicationController", version="v1", create=True),
        FieldSpec(template, "Deployment", create=True),
        FieldSpec(template, "ReplicaSet", create=True),
        FieldSpec(template, "DaemonSet", create=True),
        FieldSpec(template, "StatefulSet", _APPS if field == "labels" else "", create=True),
        FieldSpec(template, "Job", _BATCH, create=True),
        FieldSpec(f"spec/jobTemplate/metadata/{field}", "CronJob", _BATCH, create=True),
        FieldSpec(f"spec/jobTemplate/spec/template/metadata/{field}", "CronJob", _BATCH, create=True),
    )


_CLAIM_LABELS = (FieldSpec("spec/volumeClaimTemplates[]/metadata/labels", "StatefulSet", _APPS, create=True),)
_LABELS = (FieldSpec("metadata/labels", create=True), *_template_metadata("labels"))
_ANNOTATIONS = (FieldSpec("metadata/annotations", create=True), *_template_metadata("annotations"))
_SELECTORS = (
    FieldSpec("spec/selector", "Service", version="v1", create=True),
    FieldSpec("spec/selector", "ReplicationController", version="v1", create=True),
    FieldSpec("spec/selector/matchLabels", "Deployment", create=True),
    FieldSpec("spec/selector/matchLabels", "ReplicaSet", create=True),
    FieldSpec("spec/selector/matchLabels", "DaemonSet", create=True),
    FieldSpec("spec/selector/matchLabels", "StatefulSet", _APPS, create=True),
    *(
        FieldSpec(f"spec/template/spec/{path}/labelSelector/matchLabels", kind, _APPS)
        for kind in ("Deployment", "StatefulSet")
        for path in _AFFINITIES
    ),
    FieldSpec("spec/selector/matchLabels", "Job", _BATCH),
    FieldSpec("spec/jobTemplate/spec/selector/matchLabels", "CronJob", _BATCH),
    FieldSpec("spec/selector/matchLabels", "PodDisruptionBudget", "policy"),
    *_in(
        "NetworkPolicy",
        "spec/podSelector/matchLabels",
        "spec/ingress/from/podSelector/matchLabels",
        "spec/egress/to/podSelector/matchLabels",
        group="networking.k8s.io",
    ),
)
_NAMESPACES = (
    FieldSpec("metadata/name", "Namespace", create=True),
    FieldSpec("spec/service/namespace", "APIService", "apiregistration.k8s.io", create=True),
    FieldSpec(
        "spec/conversion/webhook/clientConfig/service/namespace", "CustomResourceDefinition", "apiextensions.k8s.io"
    ),
)
_IMAGES = tuple(
    FieldSpec(path, create=True)
    for path in (
        *(
            f"{pod}/{containers}[]/image"
            for pod in ("spec", "spec/template/spec")
            for containers in ("containers", "initContainers")
        ),
        "spec/volumes[]/image/reference",
        "spec/template/spec/volumes[]/image/reference",
        "spec/jobTemplate/spec/template/spec/volumes[]/image/reference",
    )
)
_REPLICAS = tuple(FieldSpec("spec/replicas", kind, create=True) for kind in _SCALED)
_RESOURCE_NAMES = (*_in("Role", "rules/resourceNames"), *_in("ClusterRole", "rules/resourceNames"))
_TARGETS = (
    Target(
        "StorageClass",
        "storage.k8s.io",
        "v1",
        (
            *_in("PersistentVolume", "spec/storageClassName"),
            *_in("PersistentVolumeClaim", "spec/storageClassName"),
            *_in("StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
        ),
    ),
    Target(
        "ServiceAccount",
        version="v1",
        referrers=(
            *_in("RoleBinding", "subjects", group=_RBAC),
            *_in("ClusterRoleBinding", "subjects", group=_RBAC),
            *(replace(spec, version="") for spec in _in_pods(_WITH_CLAIMS, "serviceAccountName")),
        ),
    ),
    Target("Role", _RBAC, referrers=_in("RoleBinding", "roleRef/name", group=_RBAC)),
    Target(
        "ClusterRole",
        _RBAC,
        referrers=(
            *_in("RoleBinding", "roleRef/name", group=_RBAC),
            *_in("ClusterRoleBinding", "roleRef/name", group=_RBAC),
        ),
    ),
    Target(
        "ConfigMap",
        version="v1",
        referrers=(
            *_in_pods(
                _WITH_CONFIG,
                "volumes/configMap/name",
                "volumes/projected/sources/configMap/name",
                *_from_containers("configMap"),
            ),
            *_in("Node", "spec/configSource/configMap"),
            *_RESOURCE_NAMES,
            *_in("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"),
        ),
    ),
    Target(
        "Secret",
        version="v1",
        referrers=(
            *_in_pods(
                _WITH_CONFIG,
                "volumes/secret/secretName",
                "volumes/projected/sources/secret/name",
                "imagePullSecrets/name",
                *_from_containers("secret"),
            ),
            *_in(
                "Ingress",
                "spec/tls/secretName",
                "metadata/annotations/ingress.kubernetes.io\\/auth-secret",
                "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret",
                "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret",
            ),
            *_in("ServiceAccount", "imagePullSecrets/name"),
            *_in(
                "StorageClass",
                "parameters/secretName",
                "parameters/adminSecretName",
                "parameters/userSecretName",
                "parameters/secretRef",
            ),
            *_RESOURCE_NAMES,
            FieldSpec(
                "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", "Service", "serving.knative.dev", "v1"
            ),
            *_in("PersistentVolume", "spec/azureFile/secretName"),
        ),
    ),
    Target(
        "Service",
        version="v1",
        referrers=(
            *_in("StatefulSet", "spec/serviceName", group=_APPS),
            *_in(
                "Ingress",
                "spec/rules/http/paths/backend/serviceName",
                "spec/backend/serviceName",
                "spec/rules/http/paths/backend/service/name",
                "spec/defaultBackend/service/name",
            ),
            *_in("APIService", "spec/service/name", group="apiregistration.k8s.io"),
            *_in("ValidatingWebhookConfiguration", "webhooks/clientConfig/service", group=_ADMISSION),
            *_in("MutatingWebhookConfiguration", "webhooks/clientConfig/service", group=_ADMISSION),
        ),
    ),
    Target(
        "PriorityClass",
        "scheduling.k8s.io",
        "v1",
        tuple(replace(spec, version="") for spec in _in_pods(_WITH_CLAIMS, "priorityClassName")),
    ),
    Target(
        "PersistentVolume",
        version="v1",
        referrers=(
            *_in("PersistentVolumeClaim", "spec/volumeName"),
            *_in("ClusterRole", "rules/resourceNames"),
        ),
    ),
    Target(
        "PersistentVolumeClaim",
        version="v1",
        referrers=tuple(
            replace(spec, version="") for spec in _in_pods(_WITH_CLAIMS, "volumes/persistentVolumeClaim/claimName")
        ),
    ),
    *(Target(kind, referrers=_in("HorizontalPodAutoscaler", "spec/scaleTargetRef/name")) for kind in _SCALED),
    # The group of the next one holds a version in kustomize's table, too: it never matches.
    Target("IngressClass", "networking.k8s.io/v1", "v1", _in("Ingress", "spec/ingressClassName")),
    Target(
        "ValidatingAdmissionPolicy",
        _ADMISSION,
        referrers=_in("ValidatingAdmissionPolicyBinding", "spec/policyName", group=_ADMISSION),
    ),
)
_VARIABLES = (
    *(
        FieldSpec(f"{_PODS[kind]}/{containers}/{path}", kind)
        for kind in _WITH_VARIABLES
        for containers in ("containers", "initContainers")
        for path in ("args", "command", "env/value", "volumeMounts/mountPath")
    ),
    FieldSpec("spec/jobTemplate/spec/template/volumes/nfs/server", "CronJob"),
    *(
        FieldSpec("spec/template/spec/volumes/nfs/server", kind)
        for kind in ("DaemonSet", "Deployment", "Job", "ReplicaSet")
    ),
    *_in("Pod", "spec/volumes/nfs/server"),
    *_in("Deployment", "spec/template/metadata/annotations"),
    *_in("Ingress", "spec/rules/host", "spec/tls/hosts", "spec/tls/secretName"),
    *_in("Service", "spec/ports/port", "spec/ports/targetPort"),
    *_in("StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server"),
    *_in("PersistentVolume", "spec/nfs/server"),
    FieldSpec("metadata/labels"),
    FieldSpec("metadata/annotations"),
)


@cache
def default_config() -> Config:
    """kustomize's own tables."""
    name = (FieldSpec("metadata/name"),)
    return Config(
        name_prefix=name,
        name_suffix=name,
        namespace=_NAMESPACES,
        common_labels=(*_SELECTORS, *_LABELS, *_CLAIM_LABELS),
        template_labels=_LABELS,
        volume_claim_template_labels=_CLAIM_LABELS,
        common_annotations=_ANNOTATIONS,
        name_reference=_TARGETS,
        var_reference=_VARIABLES,
        images=_IMAGES,
        replicas=_REPLICAS,
    )
