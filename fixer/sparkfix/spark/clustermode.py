"""What is submitted in cluster mode on Kubernetes for certain, as far as resources, commands and properties say."""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.model import KubernetesObject, Property, Workload
from sparkfix.spark import settings
from sparkfix.spark.arguments import spark_options
from sparkfix.spark.facts import master_kind
from sparkfix.spark.networking import DEPLOY_MODE, MASTER

_KINDS = ("SparkApplication", "ScheduledSparkApplication")
_MODES = (("mode",), ("template", "mode"), ("deploymentMode",))
_CLUSTER = ("cluster", "ClusterMode", "")


def settings_in_it(workload: Workload, key: str) -> Iterator[Property]:
    """The settings of a key that are in effect in cluster mode on Kubernetes."""
    for block in workload.blocks:
        if workload.overridden(block, key):
            continue
        if block.owner is not None and block.owner.kind in _KINDS:
            yield from block.all(key) if _submits_in_cluster_mode(block.owner) else ()
            continue
        found: dict[int, Property] = {}
        for view in block.variants(key, MASTER, DEPLOY_MODE):
            item = view.effective.get(key)
            mode = _mode_of_commands(workload) or settings.value_in(workload, block, view, DEPLOY_MODE) or ""
            master = settings.value_in(workload, block, view, MASTER)
            if item is not None and mode.strip() == "cluster" and master_kind(master) == "kubernetes":
                found[id(item)] = item
        yield from found.values()


def is_certain(workload: Workload) -> bool:
    """Do a workload's commands submit in cluster mode on Kubernetes?"""
    masters = settings.values_of(workload, MASTER)
    kinds = {master_kind(master) for master in masters}
    return _mode_of_commands(workload) == "cluster" and kinds == {"kubernetes"}


def _submits_in_cluster_mode(owner: KubernetesObject) -> bool:
    modes = [owner.node.text("spec", *route) for route in _MODES]
    return all(mode in _CLUSTER for mode in modes)


def _mode_of_commands(workload: Workload) -> str:
    """The deploy mode that all launches of a workload name; empty if none does, or if they differ."""
    modes = {
        option.value
        for command in workload.commands
        for option in spark_options(command)
        if option.name == "--deploy-mode"
    }
    return next(iter(modes)) if len(modes) == 1 else workload.given(DEPLOY_MODE) or ""
