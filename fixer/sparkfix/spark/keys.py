"""Keys that Spark is given and does not read, since they do not begin with `spark.`.

Spark 3.5, SparkSubmitArguments.ignoreNonSparkProperties: such keys are dropped with a line on the standard error, from
files and from `--conf` alike (verified on 3.5.8 and 4.1.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import (
    Applicability,
    Change,
    Fix,
    Place,
    Property,
    PropertyBlock,
    Remove,
    RenameKey,
    Workload,
)
from sparkfix.spark import arguments
from sparkfix.spark.settings import given_at_launch

PREFIX, HADOOP = "spark.", "spark.hadoop."
_FILES = re.compile(
    r"spark-defaults?(?:\.conf)?(?:\.(?:template|tmpl|tpl|gotmpl|j2))?|spark(?:-properties|-config)?\.(?:conf|properties)"
)
_FILE_SYSTEM = re.compile(r"(?:fs|dfs)\.[a-zA-Z]")
_OF_HADOOP = re.compile(r"(?:hive|mapreduce|mapred|parquet|yarn|ipc|hadoop)\.[a-z]")
_BELOW_HADOOP = re.compile(r"hadoop\.(?:fs|dfs|hive|mapreduce|parquet)\.")
_OF_SPARK = re.compile(r"(?:driver|executor|sql|kubernetes|dynamicAllocation|eventLog|shuffle)\.[a-z]")
_MISSPELT = re.compile(r"(?!spark\.)(?i:spark)\.(?=[a-z])")
# Programs around Spark that may read their own keys from its file.
_OTHERS = re.compile(r"(?:kyuubi|livy|zeppelin|log4j2?|rootLogger|appender|logger)\b|\*\.")
_KEY = re.compile(r"[A-Za-z][\w.\-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A setting that Spark is given and drops: its key, where it stands, and the way out."""

    key: str
    place: Place
    fix: Fix


def dropped(workload: Workload) -> Iterator[Dropped]:
    """The settings that Spark drops, in files that it reads, in `sparkConf` of resources, and behind `--conf`."""
    for block, item in _foreign_properties(workload):
        yield Dropped(item.key, item.place("is dropped here"), _fix_in_block(block, item))
    for option, key, value in arguments.settings_of(workload):
        if _is_foreign(key):
            new = name_meant(key)
            words = arguments.rewritten(workload, option, f"{new}={value}") if new else None
            yield Dropped(key, option.place("is dropped here"), _renaming(new, words))


def _foreign_properties(workload: Workload) -> Iterator[tuple[PropertyBlock, Property]]:
    named = {
        option.value.rpartition("/")[2]
        for command in workload.commands
        for option in arguments.spark_options(command)
        if option.name == "--properties-file"
    }
    for block in workload.blocks:
        if not given_at_launch(block):
            continue
        text = block.carrier in ("properties text", "base64 Secret")
        if text and not _FILES.fullmatch(block.name) and block.name not in named:
            continue
        for item in block.properties:
            if _is_foreign(item.key):
                yield block, item


def _fix_in_block(block: PropertyBlock, item: Property) -> Fix:
    new = name_meant(item.key)
    present = block.all(new) if new else ()
    if not present:
        return _renaming(new, RenameKey(item, new) if new else None)
    same = all(other.value == item.value for other in present)
    safety = Applicability.SAFE if same else Applicability.UNSAFE
    return Fix(f"remove it, `{new}` is set beside it", (Remove(item),), safety)


def _renaming(new: str, change: Change | None) -> Fix:
    if change is not None:
        return Fix(f"call it `{new}`", (change,), Applicability.UNSAFE)
    return Fix(f"call it `{new}`" if new else "remove it, or put it where it is read", (), Applicability.DISPLAY)


def _is_foreign(key: str) -> bool:
    return bool(_KEY.fullmatch(key)) and not key.startswith(PREFIX) and not _OTHERS.match(key)


def is_of_a_file_system(key: str) -> bool:
    """Is this a key of Hadoop's file systems (`fs.s3a.endpoint`)?"""
    return bool(_FILE_SYSTEM.match(key))


def name_meant(key: str) -> str:
    """The name under which Spark would read what a key without `spark.` is meant for; empty where nothing tells."""
    if _BELOW_HADOOP.match(key) or _OF_SPARK.match(key):
        return PREFIX + key
    if is_of_a_file_system(key) or _OF_HADOOP.match(key):
        return HADOOP + key
    return _MISSPELT.sub(PREFIX, key, count=1) if _MISSPELT.match(key) else ""
