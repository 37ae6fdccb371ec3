"""What stands behind `--conf` is no `key=value`.

Spark wants one setting with an `=` in one word. Without it the submission ends with
`Error: Invalid argument to --conf: spark.executor.cores 4` and the usage text; so it does where a blank behind the `=`
makes two words of it, as the second one is taken for the application. A list item `--conf spark.x=1` is one word as well:
`Error: Unrecognized option: --conf spark.x`. Settings in a row, `spark.a=1,spark.b=2`, are taken for one value,
`1,spark.b=2`, without a word.

Left alone: words that a shell, a variable or a template makes, arguments of the application, lists whose words a script
may split, and values with commas that set no other key of Spark.

Fix safety: safe for a blank in the place of the `=`, and for an item that becomes two: nothing starts with them. Unsafe for
words that are put together and for settings in a row, which become active. Display-only where the value is not there, or
where a shell would read it in its own way.
Sources: Spark 3.5, SparkSubmitArguments.handle, SparkSubmitOptionParser; all texts verified on 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Command, Finding, Fix, Place, conf, rule

ADVICE = {
    conf.Fault.NO_EQUALS: "put `=` between key and value",
    conf.Fault.SPLIT: "put key and value into one word",
    conf.Fault.ROW: "give each setting a `--conf` of its own",
    conf.Fault.JOINED: "make two words of it",
}


@rule(severity="error", mentions=(b"--conf", b"-c"))
def conf_argument_malformed(command: Command) -> Iterator[Finding]:
    for found in conf.malformed(command):
        place = Place(command.path, found.word.span, "is not understood here")
        changes = (found.words,) if found.words is not None else ()
        safety = Applicability.SAFE if found.certain else Applicability.UNSAFE
        fix = Fix(ADVICE[found.fault], changes, safety if changes else Applicability.DISPLAY)
        yield Finding(f"`--conf` for `{found.key}` {found.fault.value}", (place,), (fix,))
