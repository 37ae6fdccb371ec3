"""How drawn nodes look: their colours by kind, and how much of long texts is shown."""

from __future__ import annotations

from sparkfix.model import GraphNode

WIDEST = 44
_MOST_DETAILS = 6
_MISSING = "#fdecea"
_OTHER = "#dbeafe"
_COLOURS = {
    "container": "#e0f2f1", "init container": "#e0f2f1", "driver": "#e0f2f1", "executor": "#e0f2f1",
    "server": "#e0f2f1", "driver container": "#e0f2f1", "executor container": "#e0f2f1",
    "command": "#f5f5f5", "script": "#f5f5f5", "environment": "#f5f5f5", "volume": "#f5f5f5",
    "port": "#ede7f6", "livenessProbe": "#ede7f6", "readinessProbe": "#ede7f6", "startupProbe": "#ede7f6",
    "Service": "#ede7f6",
    "ConfigMap": "#fff8e1", "Secret": "#fff8e1", "file": "#fff8e1", "properties": "#e8f5e9",
    "ServiceAccount": "#fce4ec", "RoleBinding": "#fce4ec", "ClusterRoleBinding": "#fce4ec", "Role": "#fce4ec",
    "ClusterRole": "#fce4ec", "permission": "#fce4ec",
}  # fmt: skip


def colour_of(node: GraphNode) -> str:
    """The colour that fills a node: workloads have one, and so has whatever else is not listed."""
    return _MISSING if node.missing else _COLOURS.get(node.kind, _OTHER)


def shortened(text: str, width: int = WIDEST) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def shown_details(node: GraphNode) -> tuple[str, ...]:
    """The first details of a node, and how many more there are."""
    if len(node.details) <= _MOST_DETAILS:
        return node.details
    left = len(node.details) - _MOST_DETAILS + 1
    return (*node.details[: _MOST_DETAILS - 1], f"… {left} more")
