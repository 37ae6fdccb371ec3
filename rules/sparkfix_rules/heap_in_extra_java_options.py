"""Java options of a driver or an executor hold `-Xmx`, which Spark does not allow there.

The heap is `spark.driver.memory` or `spark.executor.memory`. A driver does not start: `Error: Not allowed to specify max
heap(Xmx) memory settings through java options (was -Xmx2g). Use the corresponding --driver-memory or spark.driver.memory
configuration instead.` With executors SparkContext stops: `java.lang.Exception: spark.executor.extraJavaOptions is not
allowed to specify max heap memory settings (was '-Xmx2g'). Use spark.executor.memory instead.` (4.1:
`[INVALID_SPARK_CONFIG.INVALID_EXECUTOR_MEMORY_OPTIONS]`).

Looked at are the extra options of both, the default options of drivers, and `--driver-java-options`. Left alone are
`-Xms`, `-Xss`, `spark.executor.defaultJavaOptions`, which Spark lets through, options of daemons (`SPARK_DAEMON_JAVA_OPTS`),
those that code gives a driver, whose JVM may run already, and those of an operator's resource that do not count since
its `sparkConf` or a field of it wins.

Fix safety: safe, as nothing starts with it. The memory is set to the size where nothing else sets it: unsafe where
other words of its file do, which one command may have as well. Display-only where the size is not spelt out with a unit.
Sources: Spark 3.5, SparkSubmitCommandBuilder.checkJavaOptions, SparkConf.validateSettings; verified on 3.5.8 and 4.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    Add,
    Applicability,
    Change,
    Finding,
    Fix,
    Place,
    Property,
    PropertyBlock,
    Remove,
    RenameKey,
    SetValue,
    Workload,
    arguments,
    contests,
    javaoptions,
    rule,
    settings,
)


@rule(severity="error", mentions=(b"-Xmx",))
def heap_in_extra_java_options(workload: Workload) -> Iterator[Finding]:
    for block, item in settings.in_effect(workload):
        late = item.key.startswith("spark.driver.") and not settings.given_at_launch(block)
        holds = item.key in javaoptions.MEMORY_OF and javaoptions.FLAG in item.value
        if holds and not late and not contests.outvoted(workload, item):
            yield _finding(
                settings.written_name(block, item), item.place("is refused here"), _fix(workload, block, item)
            )
    for option, key, value in arguments.settings_of(workload):
        if key in javaoptions.MEMORY_OF and javaoptions.FLAG in value:
            fix = Fix(f"give the size by `{javaoptions.MEMORY_OF[key]}`", (), Applicability.DISPLAY)
            yield _finding(key, option.place("is refused here"), fix)
    for option in arguments.options_of(workload, javaoptions.OPTION):
        if javaoptions.FLAG in option.value:
            fix = Fix("give the size by `--driver-memory`", (), Applicability.DISPLAY)
            yield _finding(option.name, option.place("is refused here"), fix)


def _finding(name: str, place: Place, fix: Fix) -> Finding:
    return Finding(f"`{name}` holds `{javaoptions.FLAG}`, which Spark does not allow there", (place,), (fix,))


def _fix(workload: Workload, block: PropertyBlock, item: Property) -> Fix:
    memory, size = javaoptions.MEMORY_OF[item.key], javaoptions.heap_of(item.value)
    rest = javaoptions.without_heap(item.value)
    if not size:
        return Fix(f"give the size by `{memory}`", (), Applicability.DISPLAY)
    changes: list[Change] = [SetValue(item, rest)] if rest else [Remove(item)]
    if javaoptions.memory_is_set(workload, memory):
        return Fix(f"take it away: `{memory}` is set", tuple(changes), Applicability.SAFE)
    changes = (
        [SetValue(item, rest), Add(item, memory, size)] if rest else [RenameKey(item, memory), SetValue(item, size)]
    )
    title = f"set `{memory}` to `{size}` instead"
    if javaoptions.memory_is_set_by_other_words(workload, block, memory):
        note = f"other words in this file set `{memory}`: if one command has both, the last one counts"
        return Fix(title, tuple(changes), Applicability.UNSAFE, notes=(note,))
    return Fix(title, tuple(changes), Applicability.SAFE)
