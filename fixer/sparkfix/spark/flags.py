"""Options of spark-submit that are named after what they set, and the properties that they set.

Source: `SparkSubmitOptionParser` (the options), `SparkSubmitArguments.loadEnvironmentArguments` and the
`OptionAssigner`s of `SparkSubmit.prepareSubmitEnvironment` (the properties), Spark 3.5. An option wins over `--conf`
with the same property (the latter is looked at only where the option is not given), but for those that the launcher hands on
as `--conf` (`SparkSubmitCommandBuilder.OptionParser`): of these and `--conf` the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

FLAGS: MappingProxyType[str, str] = MappingProxyType({
    "--archives": "spark.archives",
    "--deploy-mode": "spark.submit.deployMode",
    "--driver-class-path": "spark.driver.extraClassPath",
    "--driver-cores": "spark.driver.cores",
    "--driver-java-options": "spark.driver.extraJavaOptions",
    "--driver-library-path": "spark.driver.extraLibraryPath",
    "--driver-memory": "spark.driver.memory",
    "--exclude-packages": "spark.jars.excludes",
    "--executor-cores": "spark.executor.cores",
    "--executor-memory": "spark.executor.memory",
    "--files": "spark.files",
    "--jars": "spark.jars",
    "--keytab": "spark.kerberos.keytab",
    "--master": "spark.master",
    "--name": "spark.app.name",
    "--num-executors": "spark.executor.instances",
    "--packages": "spark.jars.packages",
    "--principal": "spark.kerberos.principal",
    "--py-files": "spark.submit.pyFiles",
    "--queue": "spark.yarn.queue",
    "--remote": "spark.remote",
    "--repositories": "spark.jars.repositories",
    "--total-executor-cores": "spark.cores.max",
})  # fmt: skip
AS_CONF = frozenset({"--driver-class-path", "--driver-java-options", "--driver-library-path", "--driver-memory"})
"""Options that the launcher hands on as `--conf`."""
FLAG_OF: MappingProxyType[str, str] = MappingProxyType({key: flag for flag, key in FLAGS.items()})
OWN = frozenset({
    "--deploy-mode", "--driver-class-path", "--driver-cores", "--driver-java-options", "--driver-library-path",
    "--driver-memory", "--exclude-packages", "--executor-cores", "--executor-memory", "--num-executors", "--packages",
    "--py-files", "--total-executor-cores",
})  # fmt: skip
"""Options that no other well-known program has, so that they show Spark where its program is not named."""

SWITCHES = frozenset(
    {"--help", "-h", "--supervise", "--usage-error", "--verbose", "-v", "--version", "--load-spark-defaults"}
)
"""Options of spark-submit without a value (SparkSubmitOptionParser, Spark 3.5 and, for the last one, 4.0)."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A named option among some words: the positions of its name and its value (one of `--name=value`), its property."""

    at: int
    value_at: int
    name: str
    key: str


def flags_among(texts: Sequence[str], first: int) -> Iterator[Flag]:
    """The named options with a value among the words of a command, from the position `first` on."""
    position = first
    while position < len(texts):
        name, separator, _ = texts[position].partition("=")
        if name in FLAGS and separator:
            yield Flag(position, position, name, FLAGS[name])
        elif name in FLAGS and position + 1 < len(texts):
            yield Flag(position, position + 1, name, FLAGS[name])
            position += 1
        position += 1
