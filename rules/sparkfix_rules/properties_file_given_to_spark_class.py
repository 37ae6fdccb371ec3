"""`spark-class` is given `--properties-file` before the class, but it takes options of the JVM there.

`spark-class` knows no options of spark-submit: what precedes the class goes to `java`, which ends with
`Unrecognized option: --properties-file` and `Error: Could not create the Java Virtual Machine.`, in other
combinations with `Error: Could not find or load main class .tmp.spark-conf.spark-properties.conf`.

`spark-submit --class CLASS --properties-file FILE spark-internal` starts Spark's own classes with that file; for a
class of yours name its jar instead of `spark-internal`.

HistoryServer, Master and Worker take the option themselves: there it only has to stand behind the class.

Fix safety: safe for these daemons, which cannot start as it is. Unsafe for other classes: `spark-submit` is another
way to launch, which also reads `spark-env.sh` and sets the class path anew.
Sources: verified on Spark 3.5.8 with Java 17; `spark-internal` verified for the Connect server on 4.0.2 and 4.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Applicability,
    Command,
    Finding,
    Fix,
    Place,
    SetWords,
    Word,
    as_submit,
    launch_of,
    reads_properties_file,
    rule,
)

OPTION = "--properties-file"


@rule(severity="error", mentions=(b"properties-file",))
def properties_file_given_to_spark_class(command: Command) -> Iterator[Finding]:
    launch = launch_of(command)
    if launch is None or launch.launcher != "spark-class" or launch.resource is not None:
        return
    words = command.words
    position = next((index for index in launch.options if words[index].text.startswith(OPTION)), None)
    if position is None:
        return
    width = 1 if "=" in words[position].text else 2
    rest = [index for index in launch.options if not position <= index < position + width]
    main = next((index for index in rest if not words[index].text.startswith("-")), None)
    places = (Place(command.path, words[position].span, "is given to the JVM here"),)
    message = f"`spark-class` has no `{OPTION}`: the JVM gets it and refuses to start"
    if main is None:
        yield Finding(message, places)
        return
    option, arguments = words[position : position + width], [words[index] for index in rest if index > main]
    if reads_properties_file(words[main].text):
        order: tuple[Word | str, ...] = (*words[: launch.at + 1], words[main], *option, *arguments)
        fix = Fix(f"move `{OPTION}` behind the class", (SetWords(command, order),), Applicability.SAFE)
    else:
        order = as_submit(launch, words[main], option, arguments)
        fix = Fix("start the class with `spark-submit --class`", (SetWords(command, order),), Applicability.UNSAFE)
    lost = [index for index in rest if index < main]
    yield Finding(message, places, () if lost else (fix,))
