"""Small facts about Spark that rules and the workload graph share. Pure functions over text.

Sources are Spark 3.5's documentation (running-on-kubernetes.md, submitting-applications.md) unless said otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sparkfix.model import Command, Word
from sparkfix.spark.flags import SWITCHES
from sparkfix.spark.programs import is_resource_text

CONNECT_CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"
CONNECT_PORT = "15002"
# Spark's own default of spark.redaction.regex (Spark 3.5, internal/config/package.scala).
SECRET_KEY = re.compile(r"secret|password|token|access[.]?key", re.IGNORECASE)

_DAEMON = re.compile(
    r"\.deploy\.(?:history\.HistoryServer|master\.Master|worker\.Worker|ExternalShuffleService|mesos\.)"
)
# Scripts that hand their arguments to a class, the first two by way of spark-submit (sbin/, Spark 3.5; `--wait`: 4.0).
_SCRIPTS = ("start-connect-server.sh", "start-thriftserver.sh", "start-history-server.sh")
_WAIT = "--wait"


def master_kind(value: str | None) -> str:
    """`local`, `kubernetes`, `standalone`, `yarn` or `unknown` for a `spark.master` as far as its text tells."""
    text = (value or "").strip().strip("\"'")
    if text.startswith("local"):
        return "local"
    if text.startswith("k8s://"):
        return "kubernetes"
    if text.startswith("spark://"):
        return "standalone"
    return "yarn" if text.startswith("yarn") else "unknown"


@dataclass(frozen=True, slots=True)
class Launch:
    """A command read as a Spark launch: positions of its parts in `command.words`.

    `launcher` is `spark-submit`, `spark-class` or a script of a server; `options` are the positions between the launcher
    and the primary resource; `resource` is the position of the resource, `main_class` that of the class. `resource` is
    None where none is seen, also where a variable or a template action stands first that may hold options as well as the
    resource.
    """

    command: Command
    launcher: str
    at: int
    options: tuple[int, ...]
    resource: int | None
    main_class: int | None

    def option(self, *names: str) -> str:
        """The value of an option before the resource, the last one if there are several, or an empty string."""
        words, found = self.command.words, ""
        for position in self.options:
            for name in names:
                if words[position].text == name and position + 1 < len(words):
                    found = words[position + 1].text
                if words[position].text.startswith(name + "="):
                    found = words[position].text[len(name) + 1 :]
        return found

    @property
    def application_arguments(self) -> tuple[int, ...]:
        """Positions of the words behind the primary resource: Spark hands them to the application unread.

        Those behind a `--` are left out: there the author says that they are the application's own.
        """
        first = self.resource if self.resource is not None else len(self.command.words)
        texts = [word.text for word in self.command.words]
        last = texts.index("--", first) if "--" in texts[first:] else len(texts)
        return tuple(range(first + 1, last))


def launch_of(command: Command) -> Launch | None:
    """The launch that a command makes, also behind wrappers (`tini --`, `exec`, an entrypoint); None if it is none."""
    for position, word in enumerate(command.words):
        name = word.text.rsplit("/", 1)[-1]
        if name in ("spark-submit", "spark-class"):
            return _submit(command, position) if name == "spark-submit" else _class(command, position)
        if name in _SCRIPTS:
            return _script(command, position, name)
    return None


def _script(command: Command, at: int, name: str) -> Launch:
    """`start-connect-server.sh options`: the class and its resource are the script's own."""
    options = tuple(index for index in range(at + 1, len(command.words)) if command.words[index].text != _WAIT)
    return Launch(command, name, at, options, None, None)


def _submit(command: Command, at: int) -> Launch:
    words = command.words
    position, main_class = at + 1, None
    options: list[int] = []
    while position < len(words):
        text = words[position].text
        if not text.startswith("-"):
            seen = None if _may_be_options(words[position]) else position
            return Launch(command, "spark-submit", at, tuple(options), seen, main_class)
        options.append(position)
        if text == "--class":
            main_class = position + 1
        if "=" not in text and text not in SWITCHES:
            options.append(position + 1)
            position += 1
        position += 1
    return Launch(
        command, "spark-submit", at, tuple(option for option in options if option < len(words)), None, main_class
    )


def _class(command: Command, at: int) -> Launch:
    """`spark-class [java options] CLASS arguments`: the class is the first word."""
    words = command.words
    position = at + 1
    found = position if position < len(words) and not words[position].text.startswith("-") else None
    if found is not None and _may_be_options(words[found]):
        return Launch(command, "spark-class", at, (), None, None)
    if found is not None and words[found].text == "org.apache.spark.deploy.SparkSubmit":
        return _submit(command, found)
    options = () if found is not None else tuple(range(position, len(words)))
    return Launch(command, "spark-class", at, options, found, found)


def _may_be_options(word: Word) -> bool:
    """Can a word that is not spelt out turn out as options, as several words, or as none?"""
    return word.dynamic and not is_resource(word)


def takes_value(option: str) -> bool:
    """Is the word behind an option of spark-submit its value?"""
    return option.startswith("-") and option not in SWITCHES


def reads_properties_file(main_class: str) -> bool:
    """Is this one of Spark's daemons that take `--properties-file` themselves, behind the class?

    VERIFIED on 3.5.8 by the usage texts of HistoryServer, Master and Worker.
    """
    return bool(_DAEMON.search(main_class))


def is_own_program(launch: Launch) -> bool:
    """Does a launch start one of Spark's own programs, whose options are known?"""
    words = launch.command.words
    main = words[launch.main_class].text if launch.main_class is not None and launch.main_class < len(words) else ""
    resource = words[launch.resource].text if launch.resource is not None else ""
    return main.startswith("org.apache.spark.") or (not main and resource == "spark-internal")


def as_submit(launch: Launch, main: Word, options: Sequence[Word], rest: Sequence[Word]) -> tuple[Word | str, ...]:
    """A `spark-class` command as `spark-submit --class MAIN options spark-internal rest`."""
    words = launch.command.words
    program = words[launch.at].text.removesuffix("spark-class") + "spark-submit"
    return (*words[: launch.at], program, "--class", main, *options, "spark-internal", *rest)


def is_resource(word: Word) -> bool:
    """Does a word look like a primary resource (a jar, a Python file, `spark-internal`)?"""
    return is_resource_text(word.text)


def mentions_connect(texts: Sequence[str]) -> str:
    """The text that shows a Connect server among command words, or an empty string."""
    for text in texts:
        if CONNECT_CLASS in text:
            return "the class SparkConnectServer"
        if "start-connect-server.sh" in text:
            return "start-connect-server.sh"
    return ""
