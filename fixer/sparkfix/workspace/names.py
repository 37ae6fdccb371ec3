"""Which of several files' objects belong together; the names themselves are compared in `sparkfix.spark.names`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sparkfix.spark.names import may_be_one_namespace, written

__all__ = ["may_be_one_namespace", "nearest_to", "written"]

_T = TypeVar("_T")


def nearest_to(path: str, items: Iterable[_T], path_of: Callable[[_T], str]) -> list[_T]:
    """Those of the items that stand in the file `path`, if any do; else all of them.

    Files often hold one environment each, under the same names.
    """
    everything = list(items)
    return [item for item in everything if path_of(item) == path] or everything
