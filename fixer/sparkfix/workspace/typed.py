"""A launch that somebody typed, with the files that it names, as settings in layers."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from sparkfix.formats.reading import open_document
from sparkfix.formats.shell.typed import read_typed
from sparkfix.model import Command, Place, SparkfixError
from sparkfix.spark.arguments import Option, spark_options
from sparkfix.spark.facts import launch_of
from sparkfix.spark.precedence import VARIABLES, Effective, Launch, Layer, Setting, effective, java_properties
from sparkfix.text.source import SourceText
from sparkfix.workspace.effective import command_settings, settings_of_block

PATH = "--command"
_JAVA = ("JAVA_TOOL_OPTIONS", "SPARK_SUBMIT_OPTS")
_DEFAULTS = "spark-defaults.conf"

Read = Callable[[str], bytes | None]
"""The bytes of a file as the command names it; None if there is none."""


@dataclass(frozen=True)
class TypedLaunch:
    """What Spark ends up with, how it is started, and the texts that places lead to."""

    effective: Effective
    launch: Launch
    command: Command
    sources: Mapping[str, SourceText]

    @property
    def program(self) -> str:
        """The program that is started, as it is written."""
        found = launch_of(self.command)
        return self.command.words[found.at if found is not None else 0].text

    @property
    def where(self) -> Place:
        """Where the command begins."""
        return Place(PATH, self.command.words[0].span)


def typed_launch(text: str, read: Read, environment: Mapping[str, str], release: tuple[int, ...] = ()) -> TypedLaunch:
    """What Spark makes of a command. `environment` is the caller's; the command may set variables itself.

    Raises `SparkfixError` where the command does not launch Spark, or in such a way that Spark refuses it.
    """
    source = SourceText(PATH, text.encode("utf-8", "surrogateescape"))
    typed = read_typed(source)
    command = next((item for item in typed.commands if launch_of(item) is not None), None)
    if command is None:
        raise SparkfixError(f"--command: no spark-submit in `{text.strip()}`")
    options = list(spark_options(command))
    for option in options:
        _check(option)
    variables = {**environment, **typed.variables}
    sources = {PATH: source}
    named = next((option.value for option in reversed(options) if option.name == "--properties-file"), "")
    launch = Launch(
        names_file=bool(named),
        loads_defaults=any(option.name == "--load-spark-defaults" for option in options),
        default_master="local[*]",
        release=release,
    )
    if launch.loads_defaults and not launch.knows_option:
        raise SparkfixError("--command: Spark before 4.0 does not know --load-spark-defaults, and ends with an error")
    settings = [
        *_variables(variables),
        *_file(_defaults(variables), Layer.DEFAULTS, read, sources),
        *command_settings(command),
        *_code(command, read, sources),
    ]
    if named:
        settings += _file(named, Layer.FILE, read, sources)
        if named not in sources:
            raise SparkfixError(f"--command: the properties file {named} cannot be read, and Spark would end")
    return TypedLaunch(effective(settings, launch), launch, command, sources)


def _check(option: Option) -> None:
    """Raises `SparkfixError` for an option with which Spark ends at once."""
    if option.sets and "=" not in option.value:
        raise SparkfixError(f"--command: `{option.name} {option.value}` has no `=`, and Spark would end")


def _variables(variables: Mapping[str, str]) -> Iterator[Setting]:
    for name in _JAVA:
        for key, value in java_properties(variables.get(name, "")):
            yield Setting(key, value, Layer.JAVA, name=name)
    for name, key in VARIABLES.items():
        if variables.get(name):
            yield Setting(key, variables[name], Layer.ENVIRONMENT, name=name)


def _defaults(variables: Mapping[str, str]) -> str:
    """The path of `spark-defaults.conf`, as far as the environment tells (`Utils.getDefaultPropertiesFile`)."""
    folder, home = variables.get("SPARK_CONF_DIR", ""), variables.get("SPARK_HOME", "")
    folder = folder or (os.path.join(home, "conf") if home else "")
    return os.path.join(folder, _DEFAULTS) if folder else ""


def _file(path: str, layer: Layer, read: Read, sources: dict[str, SourceText]) -> Iterator[Setting]:
    """The settings of a properties file, whatever its name."""
    data = read(path) if path else None
    if data is None:
        return
    sources[path] = SourceText(path, data)
    # The name decides the language, and this one is read as properties in any case.
    document = open_document(SourceText(_DEFAULTS, data))
    for block in document.blocks:
        for item in settings_of_block(block):
            place = replace(item.place, path=path) if item.place is not None else None
            yield replace(item, layer=layer, place=place)


def _code(command: Command, read: Read, sources: dict[str, SourceText]) -> Iterator[Setting]:
    """What the application sets, if it is a Python file that is here."""
    launch = launch_of(command)
    path = command.words[launch.resource].text if launch is not None and launch.resource is not None else ""
    data = read(path) if path.endswith(".py") else None
    if data is None:
        return
    source = sources[path] = SourceText(path, data)
    for block in open_document(source).blocks:
        yield from settings_of_block(block, lambda _, span: source.span_text(span))
