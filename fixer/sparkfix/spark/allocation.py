"""Dynamic allocation, and what it needs to be allowed (Spark 3.5, ExecutorAllocationManager.validateSettings)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sparkfix.model import Property, Workload
from sparkfix.spark import images, networking, settings
from sparkfix.spark.facts import master_kind

ENABLED = "spark.dynamicAllocation.enabled"
TRACKING = "spark.dynamicAllocation.shuffleTracking.enabled"
_SERVICE = "spark.shuffle.service.enabled"
_DECOMMISSION = ("spark.decommission.enabled", "spark.storage.decommission.shuffleBlocks.enabled")
_PLUGINS = ("spark.shuffle.sort.io.plugin.class", "spark.shuffle.manager")
_SPARKS_MANAGERS = ("sort", "tungsten-sort", "org.apache.spark.shuffle.sort.SortShuffleManager")
_KEYS = (ENABLED, TRACKING, _SERVICE, *_DECOMMISSION, *_PLUGINS, networking.MASTER)


def without_safety(workload: Workload) -> Iterator[tuple[Property, Property | None]]:
    """What turns dynamic allocation on without what it needs, with the property that turns tracking off, if one does."""
    for block in workload.blocks:
        for view in block.variants(*_KEYS):
            enabled = view.effective.get(ENABLED)
            values = {key: settings.value_in(workload, block, view, key) for key in _KEYS}
            if enabled is None or not settings.is_true(values[ENABLED]) or _is_allowed(values):
                continue
            tracking = values[TRACKING]
            if tracking is None and not block.all(TRACKING) and _defaults_to_off(workload):
                # Where another arm of the block sets it, what is rendered tells whether the two are meant together.
                yield enabled, None
            elif tracking is not None and tracking.strip().lower() == "false":
                others = (item for other in workload.blocks for item in other.all(TRACKING) if item.value == tracking)
                yield enabled, view.effective.get(TRACKING) or next(others, None)


def _is_allowed(values: Mapping[str, str | None]) -> bool:
    plugins = [value.strip() for key in _PLUGINS if (value := values[key]) is not None]
    return (
        master_kind(values[networking.MASTER]) == "local"
        or _may_be_on(values[_SERVICE])
        or all(_may_be_on(values[key]) for key in _DECOMMISSION)
        or any(plugin not in _SPARKS_MANAGERS for plugin in plugins)
    )


def _may_be_on(value: str | None) -> bool:
    """Is a switch on, or not spelt out?"""
    return value is not None and value.strip().lower() != "false"


def _defaults_to_off(workload: Workload) -> bool:
    """Is tracking off where nothing sets it? Spark 3.0 to 3.3; operators and EMR turn it on themselves."""
    version = workload.version.release if workload.version is not None else ()
    owners = [block.owner.node for block in workload.blocks if block.owner is not None]
    routes = (("spec", "dynamicAllocation"), ("spec", "template", "dynamicAllocation"))
    operated = any(owner.get(*route) is not None for owner in owners for route in routes)
    return (3, 0) <= version < (3, 4) and not operated and not images.is_emr(workload)
