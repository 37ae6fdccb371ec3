"""Who wins where several places set one key: the one home of Spark's order of precedence.

Sources, read in Spark 3.5 and 4.0 and measured on 3.5.9 and 4.0.5 (`make test-spark`):

* `SparkSubmitArguments`: `handle` (`--conf`, of equal keys the last one), `mergeDefaultSparkProperties` (then the file,
  then `spark-defaults.conf` if no file is named or, from 4.0 on, with `--load-spark-defaults`), `ignoreNonSparkProperties`
  (keys without `spark.` are dropped), `loadEnvironmentArguments` (named options, then these properties, then variables);
* `SparkSubmit.prepareSubmitEnvironment`: its `OptionAssigner`s say which named option counts with which master, and win
  over `toSparkConf`, which begins with the JVM's system properties;
* `SparkSubmitCommandBuilder.OptionParser` of the launcher hands `--driver-memory` and its like on as `--conf`, so that of
  such an option and `--conf` with the same key the last one counts;
* `SparkConf.set` and `setIfMissing` in code come last;
* `Utils.loadDefaultSparkProperties` of the daemons (history server, Master, Worker) takes from files only what no system
  property sets.
"""

from __future__ import annotations

import enum
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sparkfix.guards import can_hold_together
from sparkfix.model import Guard, Place, implies
from sparkfix.spark.facts import master_kind

MASTER = "spark.master"
_PREFIX = "spark."


class Layer(str, enum.Enum):
    """Where a setting stands, as far as that decides who wins. The text is what people see.

    `BELOW` is none of Spark's: what a values file or a patch replaced before Spark saw anything.
    """

    CODE = "code"
    DATA = "map in a program or a data file"
    OPTION = "named option"
    CONF = "--conf"
    FIELD = "field of the resource"
    MAP = "map of properties"
    FIELD_IF_MISSING = "field of the resource, weaker than its map"
    FILE = "properties file"
    DEFAULTS = "spark-defaults.conf"
    ENVIRONMENT = "environment variable"
    JAVA = "Java system property"
    IF_MISSING = "code, if nothing else sets it"
    BELOW = "values or a manifest further down"


class Program(str, enum.Enum):
    """What starts Spark: `spark-submit` and whatever calls it, one of Spark's daemons, or a class by itself."""

    SUBMIT = "spark-submit"
    DAEMON = "a daemon"
    CLASS = "spark-class"


ORDER: MappingProxyType[Program, tuple[Layer, ...]] = MappingProxyType({
    Program.SUBMIT: tuple(layer for layer in Layer if layer is not Layer.BELOW),
    Program.DAEMON: (
        Layer.JAVA, Layer.FIELD, Layer.MAP, Layer.FIELD_IF_MISSING, Layer.DATA, Layer.FILE, Layer.DEFAULTS,
    ),
    Program.CLASS: (Layer.CODE, Layer.JAVA, Layer.IF_MISSING),
})  # fmt: skip
"""The layers that a program reads, the strongest first. Within a layer the last setting of a key wins."""

LAYERS: MappingProxyType[str, Layer] = MappingProxyType({
    "arguments": Layer.CONF,
    "flags": Layer.OPTION,
    "resource fields": Layer.FIELD,
    "map": Layer.MAP,
    "nested map": Layer.MAP,
    "list of pairs": Layer.MAP,
    "list": Layer.MAP,
    "properties text": Layer.DEFAULTS,
    "base64 Secret": Layer.DEFAULTS,
    "Java options": Layer.JAVA,
    "Python calls": Layer.CODE,
    "JVM calls": Layer.CODE,
    "Python dict": Layer.DATA,
    "Python pairs": Layer.DATA,
    "Scala map": Layer.DATA,
    "JSON map": Layer.DATA,
    "JSON pairs": Layer.DATA,
    "Terraform map": Layer.DATA,
    "TOML table": Layer.DATA,
})  # fmt: skip
"""The layer of each carrier (see `sparkfix.formats.carriers`). A properties text that a command names is `FILE`."""

_AT_LAUNCH = frozenset({
    Layer.OPTION, Layer.CONF, Layer.FIELD, Layer.FIELD_IF_MISSING, Layer.MAP, Layer.FILE, Layer.DEFAULTS,
})  # fmt: skip

_CLUSTERS = frozenset({"kubernetes", "standalone", "yarn"})
_MASTERS: MappingProxyType[str, frozenset[str]] = MappingProxyType({
    "--executor-cores": _CLUSTERS,
    "--executor-memory": _CLUSTERS,
    "--num-executors": frozenset({"kubernetes", "yarn"}),
    "--queue": frozenset({"yarn"}),
    "--total-executor-cores": frozenset({"standalone"}),
    "SPARK_EXECUTOR_CORES": _CLUSTERS,
    "SPARK_EXECUTOR_MEMORY": _CLUSTERS,
})  # fmt: skip
_IN_CLUSTER_MODE = frozenset({"--driver-cores"})
_DEPLOY_MODE = "spark.submit.deployMode"

VARIABLES: MappingProxyType[str, str] = MappingProxyType({
    "DEPLOY_MODE": "spark.submit.deployMode",
    "MASTER": MASTER,
    "SPARK_DRIVER_MEMORY": "spark.driver.memory",
    "SPARK_EXECUTOR_CORES": "spark.executor.cores",
    "SPARK_EXECUTOR_MEMORY": "spark.executor.memory",
})  # fmt: skip
"""Environment variables that `spark-submit` reads where nothing else sets their property."""

_READERS: MappingProxyType[str, Program] = MappingProxyType({
    "SPARK_DAEMON_JAVA_OPTS": Program.DAEMON,
    "SPARK_HISTORY_OPTS": Program.DAEMON,
    "SPARK_MASTER_OPTS": Program.DAEMON,
    "SPARK_SUBMIT_OPTS": Program.SUBMIT,
    "SPARK_WORKER_OPTS": Program.DAEMON,
})  # fmt: skip
"""Variables with Java options that only some programs read; any JVM reads `JAVA_TOOL_OPTIONS`."""
READ_BY_DAEMONS = frozenset(name for name, program in _READERS.items() if program is Program.DAEMON)

_OF_THE_JVM = frozenset({
    "spark.driver.defaultJavaOptions", "spark.driver.extraClassPath", "spark.driver.extraJavaOptions",
    "spark.driver.extraLibraryPath", "spark.driver.memory",
})  # fmt: skip
_JAVA_OPTIONS = ("spark.driver.defaultJavaOptions", "spark.driver.extraJavaOptions")
_SYSTEM = re.compile(r"-D(?P<key>spark\.[^=\s]+)=(?P<value>.*)", re.DOTALL)
_TOO_LATE = frozenset({Layer.CODE, Layer.IF_MISSING})
_ONE_OF_FILES = "it is not known which of several properties files is read"
_RUNS_ALREADY = "no effect on the driver, whose JVM runs already when code sets this"


def layer_of(carrier: str) -> Layer:
    """The layer of a carrier's settings; data of some program where the carrier is not known."""
    return LAYERS.get(carrier, Layer.DATA)


def at_launch(carrier: str) -> bool:
    """Are a carrier's settings given to Spark when it is launched, and not by code or a program around it?"""
    return layer_of(carrier) in _AT_LAUNCH


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a key: its value as written, its layer, and where it stands.

    `name` is what it is called there if that is not the key: an option, a variable, a field. `confidential` values are
    never shown. `sources` are the places that a rendered text comes from besides `place`: values that it prints.
    `templated` says that a template or a shell makes a part of the value.
    """

    key: str
    value: str
    layer: Layer
    place: Place | None = None
    name: str = ""
    guard: Guard = ()
    confidential: bool = False
    templated: bool = False
    sources: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Launch:
    """How Spark is started: the program, and whether a properties file is named and `spark-defaults.conf` read besides.

    `one_of_files` says that there are several properties files of which a command names one that is not spelt out.
    `default_master` is the master where nothing names one, empty where it may be named elsewhere. `release` is the Spark
    version as numbers, empty if it is not known.
    """

    program: Program = Program.SUBMIT
    names_file: bool = False
    loads_defaults: bool = False
    one_of_files: bool = False
    default_master: str = ""
    release: tuple[int, ...] = ()

    @property
    def reads_defaults(self) -> bool:
        """Is `spark-defaults.conf` read? An unknown version is taken for one that knows the option."""
        return not self.names_file or (self.loads_defaults and self.knows_option)

    @property
    def knows_option(self) -> bool:
        """Does this Spark know `--load-spark-defaults`? It came with 4.0; older ones end with `Unrecognized option`."""
        return not self.release or self.release >= (4,)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What counts for a key, what it overrode (the strongest first), and what must be said of it.

    A key has several of these where arms of a template decide which of them counts.
    """

    setting: Setting
    overrides: tuple[Setting, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A setting that Spark does not read, and why."""

    setting: Setting
    reason: str


@dataclass(frozen=True, slots=True)
class Effective:
    """What Spark ends up with: settings that count in the order of their keys, and those that it does not read."""

    properties: tuple[Resolved, ...]
    unread: tuple[Unread, ...] = ()

    def get(self, key: str) -> Resolved | None:
        """What counts for a key, the likeliest if arms of a template decide; None if nothing sets it."""
        return next((item for item in self.properties if item.setting.key == key), None)


def effective(settings: Iterable[Setting], launch: Launch) -> Effective:
    """What counts of some settings, given in the order in which Spark meets those of one layer."""
    given = list(settings)
    if launch.program is Program.SUBMIT:
        given = [*_inside_java_options(given, launch), *given]
    read, unread = _read(given, launch)
    by_key: dict[str, list[Setting]] = {}
    for item in _strongest_first(read, launch):
        by_key.setdefault(item.key, []).append(item)
    properties = [one for key in sorted(by_key) for one in _resolved(by_key[key], launch)]
    return Effective(tuple(properties), tuple(unread))


def java_properties(options: str) -> list[tuple[str, str]]:
    """The properties of Spark that options of a JVM set (`-Dspark.x=y`), in their order."""
    try:
        words = shlex.split(options)
    except ValueError:
        words = options.split()
    return [(match["key"], match["value"]) for word in words if (match := _SYSTEM.fullmatch(word))]


def _inside_java_options(settings: Sequence[Setting], launch: Launch) -> Iterator[Setting]:
    """What the driver's own Java options set: they are those of the JVM that reads all this."""
    read, _ = _read(settings, launch)
    strongest = _strongest_first([item for item in read if item.layer not in _TOO_LATE], launch)
    for key in _JAVA_OPTIONS:
        item = next((item for item in strongest if item.key == key), None)
        for own, value in java_properties(item.value) if item is not None else ():
            assert item is not None
            yield replace(item, key=own, value=value, layer=Layer.JAVA, name=item.name or key)


def _strongest_first(settings: Sequence[Setting], launch: Launch) -> list[Setting]:
    rank = {layer: number for number, layer in enumerate(ORDER[launch.program])}
    last_first = list(reversed(settings))
    # `setIfMissing` is the other way round: the first one counts.
    last_first = [item for item in last_first if item.layer is not Layer.IF_MISSING]
    weak = [item for item in settings if item.layer is Layer.IF_MISSING]
    return sorted([*last_first, *weak], key=lambda item: rank[item.layer])


def _read(settings: Sequence[Setting], launch: Launch) -> tuple[list[Setting], list[Unread]]:
    """The settings that Spark reads, and the others."""
    reasons = [(item, _why_unread(item, launch)) for item in settings]
    read = [item for item, reason in reasons if not reason]
    unread = {id(item): Unread(item, reason) for item, reason in reasons if reason}
    values = {item.key: item.value for item in reversed(_strongest_first(read, launch)) if item.layer not in _TOO_LATE}
    master = values.get(MASTER, launch.default_master)
    kind, mode = master_kind(master), values.get(_DEPLOY_MODE, "client")
    for item in read:
        if reason := _why_not_with(item, kind, mode, master):
            unread[id(item)] = Unread(item, reason)
    return [item for item in read if id(item) not in unread], [
        unread[id(item)] for item in settings if id(item) in unread
    ]


def _why_unread(item: Setting, launch: Launch) -> str:
    """Why a program does not read a setting; empty if it does."""
    if item.layer not in ORDER[launch.program]:
        program = "one of Spark's daemons" if launch.program is Program.DAEMON else "a class that spark-class starts"
        return f"{program} does not read this"
    if launch.program is not _READERS.get(item.name, launch.program):
        return f"{launch.program.value} does not read {item.name}"
    if item.layer is Layer.DEFAULTS and not launch.reads_defaults:
        if launch.loads_defaults:
            return "Spark before 4.0 does not know --load-spark-defaults"
        return "--properties-file is read instead of spark-defaults.conf"
    in_code = item.layer in (Layer.CODE, Layer.IF_MISSING, Layer.DATA)
    if not item.key.startswith(_PREFIX) and not in_code and "{{" not in item.key:
        return "Spark drops keys without `spark.`"
    return ""


def _why_not_with(item: Setting, kind: str, mode: str, master: str) -> str:
    """Why a named option or a variable counts for nothing with a master or deploy mode; empty if it counts."""
    if item.layer not in (Layer.OPTION, Layer.ENVIRONMENT):
        return ""
    if kind != "unknown" and kind not in _MASTERS.get(item.name, frozenset({kind})):
        return f"it counts for nothing with the master {master}"
    if item.name in _IN_CLUSTER_MODE and mode == "client":
        return "it counts for nothing in client mode"
    return ""


def _resolved(settings: Sequence[Setting], launch: Launch) -> list[Resolved]:
    """What counts for one key of settings that begin with the strongest: one for each that some rendering leaves."""
    found = []
    for position, item in enumerate(settings):
        if any(_always_with(item, stronger) for stronger in settings[:position]):
            continue
        weaker = tuple(other for other in settings[position + 1 :] if _can_meet(item, other))
        found.append(Resolved(item, weaker, _note(item, launch)))
    return found


def _note(item: Setting, launch: Launch) -> str:
    """What must be said of a setting that counts."""
    if item.layer is Layer.CODE and item.key in _OF_THE_JVM and launch.program is Program.SUBMIT:
        return _RUNS_ALREADY
    return _ONE_OF_FILES if item.layer is Layer.FILE and launch.one_of_files else ""


def _always_with(item: Setting, stronger: Setting) -> bool:
    """Is a stronger setting there whenever this one is?"""
    return not stronger.guard or (_same_file(item, stronger) and implies(item.guard, stronger.guard))


def _can_meet(item: Setting, other: Setting) -> bool:
    return not _same_file(item, other) or can_hold_together(item.guard, other.guard)


def _same_file(left: Setting, right: Setting) -> bool:
    """Can the guards of two settings be compared? They are those of one file."""
    return left.place is not None and right.place is not None and left.place.path == right.place.path
