"""Paths of files that properties and commands name, as the container sees them that reads them."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterable, Iterator

from sparkfix.model import Command, Container, Property, Role, Word, Workload
from sparkfix.spark import mounts
from sparkfix.spark.facts import Launch, launch_of, reads_properties_file
from sparkfix.spark.names import literal
from sparkfix.spark.rbac import OPERATED
from sparkfix.spark.settings import in_effect

# Keys whose value is a local file that the driver or the submitter itself opens (Spark 3.5, configuration.md,
# running-on-kubernetes.md).
_FILE_KEY = re.compile(
    r"spark\.kubernetes\.(?:driver|executor)\.podTemplateFile|spark\.metrics\.conf|spark\.ssl(?:\.\w+)?\.(?:keyStore|trustStore)|"
    r"spark\.kubernetes\.authenticate(?:\.submission)?\.(?:caCertFile|clientKeyFile|clientCertFile|oauthTokenFile)"
)
_OPTION = "--properties-file"
_LOGGING = re.compile(r"-Dlog4j2?\.configuration(?:File)?=[\"']?([^\s\"']+)")


def known_mounts(workload: Workload) -> tuple[mounts.Mount, ...] | None:
    """The mounts of the container that runs Spark; None if they, or the container, are not known."""
    if workload.server is None or workload.pod is None or workload.pod.kind in OPERATED or workload.expands_variables:
        return None
    if workload.role is Role.HISTORY_SERVER:
        return None
    return mounts.mounts_of(workload.server, workload.objects, workload.namespace)


def settings(workload: Workload) -> Iterator[tuple[Property, str]]:
    """The properties that name a file which Spark opens in the container, each with the name as it is written.

    Those that the command line overrides are left out.
    """
    for _, item in in_effect(workload):
        if _FILE_KEY.fullmatch(item.key):
            yield item, item.value.strip()
        elif item.key == "spark.driver.extraJavaOptions":
            yield from ((item, found) for found in _LOGGING.findall(item.value))


def options(workload: Workload) -> Iterator[tuple[Command, Word, str]]:
    """The words of the server's commands that name a properties file, each with the file, where it is spelt out."""
    return (found for found in properties_files(workload.commands, workload.server) if not found[1].dynamic)


def properties_files(commands: Iterable[Command], container: Container | None) -> Iterator[tuple[Command, Word, str]]:
    """The words of a container's commands that name a properties file, each with the file as it is written."""
    for command in commands:
        launch = launch_of(command) if command.container == container else None
        words = _options(launch) if launch else []
        for before, word in itertools.pairwise(words):
            if before.text == _OPTION:
                yield command, word, word.text
        for word in words:
            if word.text.startswith(_OPTION + "="):
                yield command, word, word.text[len(_OPTION) + 1 :]


def _options(launch: Launch) -> list[Word]:
    """The words that hold options of Spark: before the resource, for daemons behind their class."""
    words = launch.command.words
    main = words[launch.resource].text if launch.resource is not None else ""
    daemon = launch.launcher == "spark-class" and reads_properties_file(main)
    return [words[index] for index in (launch.application_arguments if daemon else launch.options)]


def literal_path(value: str) -> str:
    """An absolute local path that is spelt out, without `file:`; an empty string for anything else."""
    path = re.sub(r"^file:(?://(?=/))?", "", value.strip())
    return posixpath.normpath(path) if path.startswith("/") and literal(path) else ""


def moved(written: str, path: str) -> str:
    """A file's new path, with the `file:` that the old one was written with."""
    scheme = re.match(r"file:(?://(?=/))?", written.strip())
    return (scheme[0] if scheme else "") + path


def is_opened_by_executors(key: str) -> bool:
    """Do executors open the file of this key as well, in containers of their own?"""
    return key == "spark.metrics.conf" or key.startswith("spark.ssl")
