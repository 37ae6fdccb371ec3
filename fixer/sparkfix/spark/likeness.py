"""Which Service a driver host means that names none: the one of nearly the same name. Nothing here guesses."""

from __future__ import annotations

import re

from sparkfix.model import Service, Workload
from sparkfix.spark.names import literal, may_be_one_namespace, written
from sparkfix.spark.networking import is_name, is_own, label_of
from sparkfix.spark.ports import is_for_watching

_ACTION = re.compile(r"\{\{.*?\}\}")
_SHORTEST = 6


def service_meant(workload: Workload, host: str) -> Service | None:
    """The one Service that selects a workload whose name a driver host has but for a beginning, an end or a slip.

    None where the host names a Service or the pod, where it leads out of the cluster, and where a template may make
    it, or a Service's name, what the other is.
    """
    if not is_name(host) or is_own(workload, host) or not _in_cluster(workload, host):
        return None
    label, names = label_of(host), [written(item.name) for item in workload.objects if item.kind == "Service"]
    if any(_ACTION.findall(name) != _ACTION.findall(label) for name in names):
        return None
    rest = written(host)[len(label) :].strip(".").split(".")
    if label in names or rest[0] in names:
        return None
    near = [item for item in workload.services if _near(label, written(item.name)) and not is_for_watching(item)]
    return near[0] if len(near) == 1 else None


def with_label(host: str, name: str) -> str:
    """A host with another first label: a Service's name as it is written."""
    return name.strip().strip("\"'") + written(host)[len(label_of(host)) :]


def _in_cluster(workload: Workload, host: str) -> bool:
    """Is a host a bare name, or one with its namespace or `svc` behind it?"""
    rest = written(host)[len(label_of(host)) :]
    outside = _ACTION.sub("x", rest).strip(".").split(".")
    if rest and not may_be_one_namespace(_spelt_out(outside[0], rest), _spelt_out(workload.namespace)):
        return False
    return not rest or "svc" in outside[1:2] or rest.strip(".") == written(workload.namespace)


def _spelt_out(namespace: str, text: str = "") -> str:
    """A namespace that is known; an empty text for one that a template or a variable makes."""
    return namespace if literal(namespace) and "{{" not in text else ""


def _near(left: str, right: str) -> bool:
    shorter, longer = sorted((left, right), key=len)
    if longer.startswith(shorter + "-") or longer.endswith("-" + shorter):
        return True
    return len(shorter) >= _SHORTEST and "{{" not in left + right and _slips(left, right) <= 2


def _slips(left: str, right: str) -> int:
    """Letters to put in, take out or replace to make one word of the other (Levenshtein)."""
    row = list(range(len(right) + 1))
    for index, letter in enumerate(left, 1):
        last, row[0] = row[0], index
        for place, other in enumerate(right, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (letter != other))
    return row[-1]
