"""Rendered manifests before and after a change, as they can be shown: without secrets."""

from __future__ import annotations

from sparkfix.formats.kubernetes.secrets import without_secrets
from sparkfix.report.text import safe_text


def shown_pair(path: str, before: str, after: str) -> tuple[str, str] | None:
    """Both texts with their secrets hidden: values of Secrets, and of keys that look like secrets; equal if nothing else
    differs. None where a Secret cannot be told apart from the rest."""
    old, new = without_secrets(path, before), without_secrets(path, after)
    return None if old is None or new is None else (safe_text(old), safe_text(new))
