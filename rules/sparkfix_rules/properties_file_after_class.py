"""`--properties-file` stands behind the class or the application, so that Spark never reads it.

Whatever follows the primary resource of `spark-submit`, or the class of `spark-class`, belongs to the application.
The file is not loaded, and nobody says so: a Connect server ends with
`org.apache.spark.SparkException: A master URL must be set in your configuration`, HiveThriftServer2 with
`Unrecognized option: --properties-file`, most applications simply run with defaults.

HistoryServer, Master and Worker read the option themselves and are left alone. So is a command in which a variable
stands before the option that may hold the application as well as more options.

Fix safety: for `spark-submit` the option moves in front of the resource, where it was meant to be. Safe for Spark's own
programs; unsafe for other applications, which may have an option of that name. Unsafe for
`spark-class`, which has no such option: the class is started with `spark-submit`, which also reads `spark-env.sh`.
Sources: verified on Spark 3.5.8 (`spark-submit app.py --conf k=v` sets nothing); org.apache.spark.launcher.Main.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Applicability,
    Command,
    Finding,
    Fix,
    Launch,
    Place,
    SetWords,
    Word,
    as_submit,
    is_own_program,
    launch_of,
    reads_properties_file,
    rule,
)

OPTION = "--properties-file"


@rule(severity="error", mentions=(b"properties-file",))
def properties_file_after_class(command: Command) -> Iterator[Finding]:
    launch = launch_of(command)
    if launch is None or launch.resource is None:
        return
    words = command.words
    if launch.launcher == "spark-class" and reads_properties_file(words[launch.resource].text):
        return
    for position in launch.application_arguments:
        if words[position].text == OPTION or words[position].text.startswith(OPTION + "="):
            yield _finding(launch, position)
            return


def _finding(launch: Launch, position: int) -> Finding:
    words, resource = launch.command.words, launch.resource or 0
    width = 1 if "=" in words[position].text else 2
    moved = words[position : position + width]
    if position + width > len(words):
        fix = Fix("name the file behind the option", (), Applicability.DISPLAY)
    elif launch.launcher == "spark-submit":
        order: tuple[Word | str, ...] = (
            *words[:resource], *moved, *words[resource:position], *words[position + width :],
        )  # fmt: skip
        title = f"move `{OPTION}` in front of `{words[resource].text}`"
        own = is_own_program(launch)
        notes = () if own else ("see to it that the application does not read an option of that name itself",)
        safety = Applicability.SAFE if own else Applicability.UNSAFE
        fix = Fix(title, (SetWords(launch.command, order),), safety, notes=notes)
    else:
        order = as_submit(launch, words[resource], moved, (*words[resource + 1 : position], *words[position + width :]))
        title = "start the class with `spark-submit --class`"
        fix = Fix(title, (SetWords(launch.command, order),), Applicability.UNSAFE)
    message = f"`{OPTION}` behind `{words[resource].text}` is an argument of the application, `{launch.launcher}` does not read it"
    places = (Place(launch.command.path, words[position].span, "is not read here"),)
    return Finding(
        message, (*places, Place(launch.command.path, words[resource].span, "the application begins here")), (fix,)
    )
