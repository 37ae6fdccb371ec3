"""A property is set more than once in one block, and only the last setting counts.

Spark reads properties text from top to bottom and keeps the last value of a key, without a word about the others:
whoever edits the first line wonders why nothing happens. On a command line the last `--conf` wins in the same way,
and in a YAML map with two equal keys the last one.

Two settings in two arms of one `if` are no fault, and neither is a default that a conditional line overrides: the
first one counts whenever the condition is off. Only settings that no combination of arms lets through are reported.

Fix safety: safe where the dead setting has the value of the one that counts, so that nobody can have meant another
one; unsafe where the values differ, since the author may have wanted the first.
Sources: java.util.Properties.load (Java SE API); verified on Spark 3.5.8, where the last setting wins in files and on
the command line, and no message is printed.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Finding, Fix, Property, PropertyBlock, Remove, Severity, rule


@rule(severity="warning")
def duplicate_property(block: PropertyBlock) -> Iterator[Finding]:
    for key, settings in block.by_key().items():
        if len(settings) < 2 or not key.startswith("spark."):
            continue
        counting = {view.effective[key].key_span for view in block.variants(key) if key in view.effective}
        live = [item for item in settings if item.key_span in counting]
        for item in settings:
            if item.key_span not in counting and live:
                yield _finding(item, live, len(settings))


def _finding(dead: Property, live: list[Property], count: int) -> Finding:
    later = [item for item in live if item.key_span > dead.key_span] or live
    same = all(item.value == dead.value for item in later)
    places = (dead.place("has no effect here"), *(item.place("counts here") for item in later))
    message = f"`{dead.key}` is set {count} times; this setting has no effect"
    fix = Fix(
        "remove the setting without effect", (Remove(dead),), Applicability.SAFE if same else Applicability.UNSAFE
    )
    return Finding(message, places, (fix,), severity=Severity.NOTE if same else None)
