"""Rendered files as manifests, in the form and order in which `helm template` prints them.

Sources: Helm's `pkg/release/v1/util/manifest.go` (where a file is split), `manifest_sorter.go` (partials, hooks) and
`kind_sorter.go` (the order of kinds); `pkg/action/action.go` (notes), `pkg/cmd/template.go` (hooks come last).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sparkfix.formats.yaml.tolerant import load_all_plain

_SEPARATOR = re.compile(r"(?:\A|\s*\n)---\s*")
_ORDER = (
    "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy",
    "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass",
    "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList",
    "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList",
    "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment",
    "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService",
    "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
)  # fmt: skip
_HOOKS = (
    "pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade", "pre-rollback",
    "post-rollback", "test", "test-success",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manifest:
    """One document of a rendered file: its text, and the line (from 0) of the rendered file that it begins in."""

    file: str
    text: str
    first: int
    kind: str
    hook: str = ""
    is_yaml: bool = True


def manifests(files: Mapping[str, str]) -> list[Manifest]:
    """The manifests of a rendering in Helm's order: no partials, notes or blank documents; hooks last."""
    found = [item for file in sorted(files) if _holds_manifests(file) for item in _split(file, files[file])]
    known = [item for item in found if not item.hook or _is_known(item.hook)]
    return sorted(known, key=lambda item: (bool(item.hook), *_rank(item.kind)))


def printed(found: Sequence[Manifest]) -> str:
    """Manifests as `helm template` prints them: white space around all that are no hooks trimmed, one line break after."""
    plain = "".join(_with_source(item) for item in found if not item.hook).strip()
    return f"{plain}\n" + "".join(_with_source(item) for item in found if item.hook)


def _with_source(manifest: Manifest) -> str:
    return f"---\n# Source: {manifest.file}\n{manifest.text}\n"


def _holds_manifests(file: str) -> bool:
    name = file.rpartition("/")[2]
    return not name.startswith("_") and not file.endswith("NOTES.txt")


def _is_known(hooks: str) -> bool:
    return all(hook.strip().lower() in _HOOKS for hook in hooks.split(","))


def _rank(kind: str) -> tuple[int, str]:
    return (_ORDER.index(kind), "") if kind in _ORDER else (len(_ORDER), kind)


def _split(file: str, text: str) -> Iterator[Manifest]:
    start = len(text) - len(text.lstrip())
    ends = [*((found.start(), found.end()) for found in _SEPARATOR.finditer(text, start)), (len(text), len(text))]
    if text.startswith("---", start):
        ends[0:0] = [(start, start + 3)]
    for end, following in ends:
        body = text[start:end]
        if body.strip():
            skipped = len(body) - len(body.lstrip())
            yield _manifest(file, body.lstrip(), text.count("\n", 0, start + skipped))
        start = max(start, following)


def _manifest(file: str, text: str, first: int) -> Manifest:
    documents = load_all_plain(text.encode())
    head = next((item for item in documents if isinstance(item, dict)), {})
    metadata = head.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    hook = annotations.get("helm.sh/hook") if isinstance(annotations, dict) else None
    return Manifest(file, text, first, str(head.get("kind") or ""), str(hook or ""), bool(documents))
