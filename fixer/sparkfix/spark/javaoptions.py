"""The largest heap among the JVM's options of a driver or an executor, which Spark does not allow there.

Spark 3.5, SparkSubmitCommandBuilder.checkJavaOptions (both keys of the driver) and SparkConf.validateSettings (the
executor's extra options; `spark.executor.defaultJavaOptions` passes). Verified on 3.5.8.
"""

from __future__ import annotations

import re

from sparkfix.model import PropertyBlock, Workload
from sparkfix.spark import arguments, networking

MEMORY_OF = {
    "spark.driver.extraJavaOptions": "spark.driver.memory",
    "spark.driver.defaultJavaOptions": "spark.driver.memory",
    "spark.executor.extraJavaOptions": "spark.executor.memory",
}
OPTION = "--driver-java-options"
FLAG = "-Xmx"
_HEAP = re.compile(r"(?<!\S)-Xmx(?P<size>[0-9]+[kmgt])(?!\S)[ \t]*", re.IGNORECASE)


def heap_of(options: str) -> str:
    """The size that the options give the heap, as a value of Spark's memory; empty if it is not spelt out once."""
    found = _HEAP.findall(options)
    return found[0].lower() if len(found) == options.count(FLAG) == 1 else ""


def without_heap(options: str) -> str:
    """The options without the size of the heap."""
    return _HEAP.sub("", options).strip()


def memory_is_set(workload: Workload, key: str) -> bool:
    """Does anything set the memory of a driver or an executor: properties, an option, a field of a resource?"""
    role = key.split(".")[1]
    layers = (layer for block in workload.blocks for layer in (block, *networking.layers_below(workload, block)))
    if workload.given(key) is not None or any(layer.all(key) for layer in layers):
        return True
    for command in workload.commands:
        if any(option.name == f"--{role}-memory" for option in arguments.spark_options(command)):
            return True
    owners = (block.owner.node for block in workload.blocks if block.owner is not None)
    return any(owner.text("spec", *route, role, "memory") for owner in owners for route in ((), ("template",)))


def memory_is_set_by_other_words(workload: Workload, block: PropertyBlock, key: str) -> bool:
    """Do other words of the block's file set the memory, which one command may have as well?

    In a script an array or a variable of options is a block of its own, whatever command it is handed to. The words of
    a manifest's container are all known.
    """
    if not block.on_command_line or block.owner is not None:
        return False
    others = (other for other in workload.neighbours if other.path == block.path and other.owner is None)
    return any(other.on_command_line and other.all(key) for other in others)
