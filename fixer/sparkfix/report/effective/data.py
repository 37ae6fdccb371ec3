"""Effective configuration as JSON: `[{"workload", "where", "values", "spark_version", "properties": [{"key", "value",
"file", "line", "column", "overrides": [{"value", "file", "line", "column", "layer"}], "layer"}], …}]`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sparkfix.model import Role
from sparkfix.report.effective.words import Means, Workload, conditions, declared, is_secret, value_of
from sparkfix.spark.precedence import Resolved, Setting

NOT_SET = "not set"


def effective_json(items: Sequence[Workload], keys: Sequence[str], means: Means) -> str:
    """All workloads as one JSON list; a key that was asked for and is not set has a null value."""
    return json.dumps([_workload(item, keys, means) for item in items], indent=1) + "\n"


def _workload(item: Workload, keys: Sequence[str], means: Means) -> dict[str, object]:
    unset = [key for key in keys if item.effective.get(key) is None]
    return {
        **head(item, means),
        "properties": [
            *(_property(item, one, means) for one in item.effective.properties),
            *({"key": key, "value": None, **_nowhere(), "layer": NOT_SET, "overrides": []} for key in unset),
        ],
        "unread": [
            {"key": one.setting.key, **as_data(one.setting, means), "reason": one.reason}
            for one in item.effective.unread
        ],
    }


def head(item: Workload, means: Means) -> dict[str, object]:
    """Which workload this is."""
    at = means.at(item.where)
    return {
        "workload": item.name,
        "kind": item.kind or None,
        "container": item.container or None,
        "role": item.role.value if item.role is not Role.UNKNOWN else None,
        "where": f"{at[0]}:{at[1]}" if at is not None and at[1] else at[0] if at is not None else None,
        "values": item.values or None,
        "spark_version": item.version.number if item.version is not None else None,
    }


def _property(item: Workload, one: Resolved, means: Means) -> dict[str, object]:
    return {
        "key": one.setting.key,
        **as_data(one.setting, means),
        "overrides": [as_data(other, means) for other in one.overrides],
        "environment": declared(item.environment, one.setting),
        "note": one.note or None,
    }


def as_data(setting: Setting, means: Means) -> dict[str, object]:
    """A setting without its key."""
    at = means.at(setting.place)
    sources = [found for place in setting.sources if (found := means.at(place)) is not None and found != at]
    return {
        "value": value_of(setting),
        "secret": is_secret(setting),
        **(_nowhere() if at is None else {"file": at[0], "line": at[1] or None, "column": at[2] or None}),
        "layer": setting.layer.value,
        "name": setting.name or None,
        "condition": conditions(setting) or None,
        "sources": [{"file": path, "line": line or None, "column": column or None} for path, line, column in sources],
    }


def _nowhere() -> dict[str, object]:
    return {"file": None, "line": None, "column": None}
