"""Plain data as one flow-style YAML text."""

from __future__ import annotations

from typing import Any

from sparkfix.formats.yaml.scalars import encode


def flow_text(data: Any) -> str:
    """`{name: POD_IP, valueFrom: {…}}` for dicts, `[a, b]` for lists, scalars quoted where they must be."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{flow_text(key)}: {flow_text(value)}" for key, value in data.items()) + "}"
    if isinstance(data, (list, tuple)):
        return "[" + ", ".join(flow_text(item) for item in data) + "]"
    return encode(data, None, flow=True) if isinstance(data, str) else str(data)
