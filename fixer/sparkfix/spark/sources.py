"""Where a server reads its properties from, and whether all of these files are here.

`--properties-file`, else `spark-defaults.conf` in SPARK_CONF_DIR, which is `conf` below SPARK_HOME unless it is set
(docs/configuration.md, docs/submitting-applications.md of Spark 3.5); Spark's own images have it at `/opt/spark`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from sparkfix.model import Workload
from sparkfix.spark import mounts, paths
from sparkfix.spark.names import literal
from sparkfix.spark.paths import literal_path
from sparkfix.spark.rbac import OPERATED

_HOME = re.compile(r"(?P<home>/\S*)/s?bin/(?:spark-(?:submit|class|daemon\.sh)|start-[a-z\-]+\.sh)")
_DEFAULT_HOME = "/opt/spark"


def reads_what_is_not_here(workload: Workload) -> bool | None:
    """May the server read properties that are not here: from an object of another place, or a volume of unknown content?

    None where a template, a variable or an operator decides what it reads. Files that images bring are not counted.
    """
    server = workload.server
    if server is None or workload.pod is None or workload.pod.kind in OPERATED:
        return None
    mounted = mounts.mounts_of(server, workload.objects, workload.namespace)
    files = tuple(properties_files(workload))
    if mounted is None or not all(files):
        return None
    unknown = [mount for path in files if (mount := mounts.covering(path, mounted)) is not None and mount.files is None]
    return None if unknown and all(mount.here for mount in unknown) else bool(unknown)


def properties_files(workload: Workload) -> Iterator[str]:
    """The paths of the server's properties files in its container; an empty text for one that is not spelt out."""
    written = paths.properties_files(workload.commands, workload.server)
    named = ["" if word.dynamic else literal_path(path) for _, word, path in written]
    if named:
        yield from named
        return
    environment = workload.server.environment() if workload.server is not None else {}
    if "SPARK_CONF_DIR" in environment:
        folder = environment["SPARK_CONF_DIR"].text("value")
        yield posixpath.normpath(f"{folder}/spark-defaults.conf") if literal(folder) else ""
        return
    words = (
        word.text for command in workload.commands for word in command.words if command.container == workload.server
    )
    home = next((found["home"] for word in words if (found := _HOME.fullmatch(word)) is not None), _DEFAULT_HOME)
    yield f"{home}/conf/spark-defaults.conf"
