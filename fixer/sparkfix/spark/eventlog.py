"""Where drivers write their event logs, and where a history server looks for them.

Spark 3.5, internal/config/package.scala and History.scala: both directories are `file:///tmp/spark-events` by default, and
nothing makes them (EventLogFileWriter.requireLogBaseDirAsDirectory).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from sparkfix.model import Property, PropertyBlock, Workload
from sparkfix.spark import images, mounts, networking, settings
from sparkfix.spark.names import literal, may_be_one_namespace
from sparkfix.spark.paths import literal_path

ENABLED, DIRECTORY = "spark.eventLog.enabled", "spark.eventLog.dir"
HISTORY = "spark.history.fs.logDirectory"
DEFAULT = "/tmp/spark-events"
_S3 = re.compile(r"\s*s3n?://")
_IMPLEMENTED = re.compile(r"(?:spark\.hadoop\.)?fs\.(?:AbstractFileSystem\.)?s3n?\.impl")
_S3A = re.compile(r"(?:spark\.hadoop\.)?fs\.s3a\.")
_AS_OPTION = re.compile(rf"-D{re.escape(HISTORY)}=([^\s\"']+)")
_MOUNT = re.compile(r"spark\.kubernetes\.driver\.volumes\.\w+\.[\w\-]+\.mount\.path")
# Folders of Spark's own images.
_PRESENT = frozenset({"/", "/tmp", "/opt", "/opt/spark", "/opt/spark/work-dir", "/var", "/var/tmp", "/home", "/root"})


def is_off(block: PropertyBlock) -> bool:
    """Does a block turn the event log off?"""
    return any(item.value.strip().lower() == "false" for item in block.all(ENABLED))


def is_s3(value: str) -> bool:
    """Does a directory have a scheme that Hadoop's own libraries do not serve any more?"""
    return bool(_S3.match(value))


def as_s3a(value: str) -> str:
    """The same directory with the scheme that they serve."""
    return _S3.sub("s3a://", value, count=1)


def serves_s3(workload: Workload) -> bool:
    """Does anything here make `s3://` work: a class for it in settings or files, or an image of EMR?"""
    keys = [item.key for block in workload.neighbours for item in block.properties]
    texts = [text for item in workload.objects for text in item.node.texts()]
    given = [key for key, _ in workload.command_line]
    return images.is_emr(workload) or any(_IMPLEMENTED.search(text) for text in (*keys, *given, *texts))


def uses_s3a(workload: Workload) -> bool:
    """Is S3A set up among a workload's settings?"""
    keys = [item.key for block in workload.blocks for item in block.properties]
    owners = [block.owner.node for block in workload.blocks if block.owner is not None]
    return any(_S3A.match(key) for key in (*keys, *(key for owner in owners for key in owner.texts())))


def unmade(workload: Workload) -> Iterator[tuple[Property, str, bool]]:
    """What turns the event log on while its local directory is not there: the property, the directory, and whether
    that is certain."""
    told: set[int] = set()
    blocks = () if networking.runs_no_driver(workload) else filter(settings.given_at_launch, workload.blocks)
    for block in blocks:
        for view in block.variants(ENABLED, DIRECTORY):
            item = view.effective.get(ENABLED)
            on = settings.is_true(settings.value_in(workload, block, view, ENABLED))
            written = settings.value_in(workload, block, view, DIRECTORY)
            if item is None or not on or id(item) in told or (written is None and _set_elsewhere(workload, block)):
                continue
            path = DEFAULT if written is None else literal_path(written)
            missing = _is_missing(workload, path) if path else False
            if missing or (missing is None and written is None):
                told.add(id(item))
                yield item, path, missing is True


def _set_elsewhere(workload: Workload, block: PropertyBlock) -> bool:
    """May another layer of the same settings name the directory: a values file, another block of the same object?"""
    layers = (
        other
        for other in workload.neighbours
        if other.where == block.where or (block.owner is not None and other.owner == block.owner)
    )
    return any(other.all(DIRECTORY) for other in (*layers, *networking.layers_below(workload, block)))


def _is_missing(workload: Workload, path: str) -> bool | None:
    """Is a directory missing in the driver's container? None where its image may have it."""
    if path in _PRESENT or any(_is_below(path, folder) for folder in _mounted_by_settings(workload)):
        return False
    if workload.server is not None:
        found = mounts.mounts_of(workload.server, workload.objects, workload.namespace)
        if found is None or mounts.covering(path, found) or mounts.is_made_by_a_script(workload, path):
            return False
    if any(item.key.endswith("podTemplateFile") for block in workload.blocks for item in block.properties):
        return False
    if images.is_stock(workload):
        return True
    return None


def _mounted_by_settings(workload: Workload) -> Iterator[str]:
    """Where an operator's resource, or properties in cluster mode, mount something."""
    for block in workload.blocks:
        yield from (item.value for item in block.properties if _MOUNT.fullmatch(item.key))
        if block.owner is not None and workload.server is None:
            yield from (node.text("mountPath") for node in block.owner.node.walk())


def _is_below(path: str, folder: str) -> bool:
    """Is a path below a folder, or may it be?"""
    if not folder:
        return False
    return not literal(folder) or path == folder or path.startswith(folder.rstrip("/") + "/")


def comparable(directory: str) -> str:
    """A directory in the form in which two ways to write it are equal; empty if it is not spelt out."""
    if not literal(directory):
        return ""
    text = as_s3a(directory.strip())
    scheme, separator, rest = text.partition("://")
    return literal_path(text) or (f"{scheme}://{posixpath.normpath(rest)}" if separator and rest else "")


def read_instead(workload: Workload, block: PropertyBlock, item: Property) -> tuple[Property, ...]:
    """Where the history servers that belong to an event log's directory read; nothing where one reads that directory,
    or where a directory is not known."""
    own = block.all(HISTORY)
    others = own or tuple(
        found for other in workload.neighbours if _belongs(workload, block, other) for found in other.all(HISTORY)
    )
    written = comparable(item.value)
    if not others or not written:
        return ()
    texts = [text for one in workload.objects for text in one.node.texts()] if not own else []
    options = [value for text in texts for value in _AS_OPTION.findall(text)]
    read = [comparable(value) for value in (*(found.value for found in others), *options)]
    return others if all(read) and written not in read else ()


def _belongs(workload: Workload, block: PropertyBlock, other: PropertyBlock) -> bool:
    """Are two blocks applied together: parts of one chart, or objects of one folder and namespace?"""
    if workload.templates:
        return True
    if block.owner is None or other.owner is None:
        return False
    return may_be_one_namespace(block.owner.namespace, other.owner.namespace)
