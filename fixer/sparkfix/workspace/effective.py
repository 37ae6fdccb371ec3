"""A workload's blocks, commands and environment as settings in layers, and what Spark ends up with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sparkfix.model import Command, Container, Place, Property, PropertyBlock, Role, Span, Word, Workload
from sparkfix.spark.arguments import spark_options
from sparkfix.spark.facts import launch_of, reads_properties_file
from sparkfix.spark.flags import AS_CONF, FLAG_OF, FLAGS
from sparkfix.spark.precedence import (
    READ_BY_DAEMONS,
    VARIABLES,
    Effective,
    Launch,
    Layer,
    Program,
    Setting,
    Unread,
    effective,
    layer_of,
)
from sparkfix.spark.resources import field_of, resource_of
from sparkfix.workspace.claims import is_named_file

_DAEMONS = frozenset({Role.HISTORY_SERVER, Role.MASTER, Role.WORKER})
_DEFAULTS = re.compile(r"spark-defaults(?:\.conf)?(?:\..+)?")
_ALLOCATION = "spark.dynamicAllocation."
_VARIABLE = re.compile(r"`([A-Z][A-Z0-9_]*)`")
_IF_MISSING = re.compile(r"\bsetIfMissing\s*\([^()]*\Z")

Text = Callable[[str, Span], str]
"""The text of a span of a file; empty if it is not known."""


def _no_text(path: str, span: Span) -> str:
    del path, span
    return ""


def effective_of(workload: Workload, text: Text = _no_text) -> Effective:
    """What Spark ends up with in a workload; `text` tells how a program makes a setting."""
    launch, commands = launch_from(workload), launches_of(workload)
    told = [setting for command in commands for setting in command_settings(command)]
    written = [*(one.place for one in told if one.place is not None), *_handed_on(commands)]
    settings: list[Setting] = []
    for block in workload.blocks:
        settings += _settings_of(workload, block, written, text)
    settings += told
    settings += _environment(workload.server)
    held, kept = _not_passed_on(_in_order(settings))
    found = effective(kept, launch)
    return replace(found, unread=(*found.unread, *held))


def _handed_on(commands: Sequence[Command]) -> Iterator[Place]:
    """The words that Spark hands to the application unread."""
    for command in commands:
        launch = launch_of(command)
        if launch is not None and launch.resource is not None:
            yield from (Place(command.path, word.span) for word in command.words[launch.resource + 1 :])


def _in_order(settings: Sequence[Setting]) -> list[Setting]:
    """The settings; those of commands, which stand in several blocks, in the order in which they are written."""

    def position(item: Setting) -> tuple[str, int]:
        return (item.place.path, item.place.span.start) if item.place is not None else ("", 0)

    written = sorted((item for item in settings if item.layer is Layer.CONF), key=position)
    return [*(item for item in settings if item.layer is not Layer.CONF), *written]


def launches_of(workload: Workload) -> tuple[Command, ...]:
    """The commands that start Spark in the workload's container, or in any of its pod where that is not known."""
    own = (item for item in workload.commands if workload.server is None or item.container == workload.server)
    return tuple(command for command in own if launch_of(command) is not None)


def launch_from(workload: Workload) -> Launch:
    """How a workload's Spark is started, as far as its commands and its version tell."""
    options = [option for command in launches_of(workload) for option in spark_options(command)]
    files = [block for block in workload.blocks if is_named_file(workload, block)]
    unnamed = () if files else [block for block in workload.blocks if _is_other_file(block)]
    return Launch(
        _program(workload),
        names_file=bool(files) or any(option.name == "--properties-file" for option in options),
        loads_defaults=any(option.name == "--load-spark-defaults" for option in options),
        one_of_files=len({block.span for block in unnamed}) > 1,
        release=workload.version.release if workload.version is not None else (),
    )


def _program(workload: Workload) -> Program:
    if workload.role in _DAEMONS:
        return Program.DAEMON
    launches = [launch for command in launches_of(workload) if (launch := launch_of(command)) is not None]
    for launch in launches:
        words = launch.command.words
        main = words[launch.main_class].text if launch.main_class is not None else ""
        if launch.launcher == "spark-class" and main and not main.endswith(".SparkSubmit"):
            return Program.DAEMON if reads_properties_file(main) else Program.CLASS
    names = {_variable_of(block) for block in workload.blocks}
    return Program.DAEMON if names and names <= READ_BY_DAEMONS else Program.SUBMIT


def _variable_of(block: PropertyBlock) -> str:
    """The environment variable whose Java options a block is; empty for other blocks."""
    found = _VARIABLE.search(block.where) if layer_of(block.carrier) is Layer.JAVA else None
    return found[1] if found is not None else ""


def command_settings(command: Command) -> Iterator[Setting]:
    """The settings that the options of a command make, in their order."""
    for option in spark_options(command):
        key, separator, value = option.value.partition("=")
        if option.sets:
            if separator:
                yield _of_word(command, option.word, key, value, Layer.CONF, "")
        elif option.name in FLAGS and option.value:
            layer = Layer.CONF if option.name in AS_CONF else Layer.OPTION
            yield _of_word(command, option.word, FLAGS[option.name], option.value, layer, option.name)


def _of_word(command: Command, word: Word, key: str, value: str, layer: Layer, name: str) -> Setting:
    return Setting(key, value, layer, Place(command.path, word.span), name, word.guard, templated=word.dynamic)


def _settings_of(
    workload: Workload, block: PropertyBlock, written: Sequence[Place], text: Text
) -> Iterator[Setting]:  # fmt: skip
    """The settings of a block, but for those in words of commands that are `written`: told already, or not Spark's."""
    named = layer_of(block.carrier) is Layer.DEFAULTS and _is_properties_file(workload, block)
    for item in block.properties:
        if not any(word.path == item.path and word.span.covers(item.value_span) for word in written):
            setting = _setting(block, item, text)
            yield replace(setting, layer=Layer.FILE) if named else setting


def settings_of_block(block: PropertyBlock, text: Text = _no_text) -> Iterator[Setting]:
    """The settings of a block that stands by itself."""
    return (_setting(block, item, text) for item in block.properties)


def _setting(block: PropertyBlock, item: Property, text: Text) -> Setting:
    layer, name = layer_of(block.carrier), ""
    if block.carrier == "flags":
        name = FLAG_OF.get(item.key, "")
        layer = Layer.CONF if name in AS_CONF else layer
    elif layer is Layer.JAVA:
        name = _variable_of(block)
    elif layer is Layer.FIELD:
        layer, name = _of_field(block, item)
    elif layer is Layer.CODE and _is_weak(item, text):
        layer = Layer.IF_MISSING
    start = item.key_span.start
    place = Place(item.path, Span(start, max(start, item.value_span.end)))
    return Setting(item.key, item.value, layer, place, name, item.guard, block.confidential, item.templated)


def _is_weak(item: Property, text: Text) -> bool:
    """Does a program make a setting by `setIfMissing`? Other calls of its chain may stand before it and behind it."""
    if item.extent is None or item.extent.start > item.key_span.start:
        return False
    return bool(_IF_MISSING.search(text(item.path, Span(item.extent.start, item.key_span.start))))


def _is_properties_file(workload: Workload, block: PropertyBlock) -> bool:
    """Is a properties text another file than `spark-defaults.conf`, or named on the command line?"""
    return is_named_file(workload, block) or _is_other_file(block)


def _is_other_file(block: PropertyBlock) -> bool:
    """Is a block a properties file that is not called `spark-defaults.conf`?"""
    return layer_of(block.carrier) is Layer.DEFAULTS and not _DEFAULTS.fullmatch(block.name)


def _of_field(block: PropertyBlock, item: Property) -> tuple[Layer, str]:
    """The layer of a resource's field, which its operator decides, and the field's name."""
    owner = block.owner
    resource = resource_of(owner.kind, owner.api_version) if owner is not None else None
    field = field_of(resource, item.key) if resource is not None else None
    if resource is None or field is None:
        return Layer.FIELD, ""
    name = ".".join((*resource.root, field.named(item.key)))
    return Layer.FIELD if field.wins else Layer.FIELD_IF_MISSING, name


def _not_passed_on(settings: Sequence[Setting]) -> tuple[list[Unread], list[Setting]]:
    """Fields that an operator does not hand to Spark: those of `dynamicAllocation` where it is not enabled."""
    fields = [item for item in settings if item.layer is Layer.FIELD and item.key.startswith(_ALLOCATION)]
    enabled = [item.value for item in fields if item.key == _ALLOCATION + "enabled"]
    if not fields or any(value == "true" or "{{" in value for value in enabled):
        return [], list(settings)
    held = {id(item) for item in fields}
    reason = "the operator passes `dynamicAllocation` on only if it is enabled there"
    return [Unread(item, reason) for item in fields], [item for item in settings if id(item) not in held]


def _environment(container: Container | None) -> Iterator[Setting]:
    """What `spark-submit` takes from a container's environment."""
    for name, entry in (container.environment() if container is not None else {}).items():
        value = entry.get("value")
        if name in VARIABLES and value is not None and value.text():
            assert container is not None
            yield Setting(
                VARIABLES[name], value.text(), Layer.ENVIRONMENT, Place(container.path, value.span), name, value.guard
            )
