"""The settings of a workload that count, whatever sets them."""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.model import Property, PropertyBlock, Variant, Workload
from sparkfix.spark.flags import FLAG_OF
from sparkfix.spark.precedence import at_launch


def given_at_launch(block: PropertyBlock) -> bool:
    """Are a block's settings given to Spark when it is launched, and not by code that runs in it?

    A session that Python or Scala builds takes keys without `spark.` for Hadoop's file systems, and options of a JVM
    that runs already have no effect (verified on 3.5.8).
    """
    return at_launch(block.carrier)


def in_effect(workload: Workload) -> Iterator[tuple[PropertyBlock, Property]]:
    """The properties of a workload, each with its block, without those that its command line overrides."""
    for block in workload.blocks:
        for item in block.properties:
            if not workload.overridden(block, item.key):
                yield block, item


def written_name(block: PropertyBlock, item: Property) -> str:
    """What a property is called where it is set: its key, or the option of spark-submit that stands for it."""
    return FLAG_OF.get(item.key, item.key) if block.carrier == "flags" else item.key


def values_of(workload: Workload, key: str) -> list[str]:
    """Every value that a property of a workload may have, by its command line or else in its blocks."""
    given = workload.given(key)
    if given is not None:
        return [given]
    return [item.value for block in workload.blocks for item in block.all(key)]


def value_in(workload: Workload, block: PropertyBlock, view: Variant, key: str) -> str | None:
    """The value of a key with one combination of a block's arms: the command line's, the block's, or another block's."""
    own = view.value(key)
    if block.on_command_line and own is not None:
        return own
    given = workload.given(key)
    if given is not None or own is not None:
        return given if given is not None else own
    return next((item.value for other in workload.blocks if other is not block for item in other.all(key)), None)


def is_true(value: str | None) -> bool:
    """Does a value turn something on, as Spark reads booleans?"""
    return (value or "").strip().lower() == "true"
