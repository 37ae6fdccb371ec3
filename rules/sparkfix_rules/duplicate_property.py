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

from sparkfix.api import Applicability, Finding, Fix, Property, PropertyBlock, Remove, Severity, exclusive, rule


@rule(severity="warning", rendered=False)
def duplicate_property(block: PropertyBlock) -> Iterator[Finding]:
    for key, settings in block.by_key().items():
        if len(settings) < 2 or not key.startswith("spark."):
            continue
        # By identity: settings in base64 have no places of their own.
        counting = {id(view.effective[key]) for view in block.variants(key) if key in view.effective}
        live = [item for item in settings if id(item) in counting]
        for position, item in enumerate(settings):
            if id(item) not in counting and live:
                together = [other for other in settings if not exclusive(item.guard, other.guard)]
                later = [other for other in settings[position:] if id(other) in counting] or live
                yield _finding(item, later, len(together))


def _finding(dead: Property, later: list[Property], count: int) -> Finding:
    same = all(item.value == dead.value for item in later)
    places = (dead.place("has no effect here"), *(item.place("counts here") for item in later))
    message = f"`{dead.key}` is set {count} times; this setting has no effect"
    fix = Fix(
        "remove the setting without effect", (Remove(dead),), Applicability.SAFE if same else Applicability.UNSAFE
    )
    return Finding(message, places, (fix,), severity=Severity.NOTE if same else None)
