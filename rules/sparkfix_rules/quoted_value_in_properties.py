"""A value in a properties file stands in quotes, and Spark takes the quotes for a part of it.

`java.util.Properties` knows no quotes: `spark.eventLog.enabled="true"` ends with `should be boolean, but was "true"`, a host
in quotes with `Invalid Spark URL: spark://HeartbeatReceiver@"127.0.0.1":38195`, a path with
`No FileSystem for scheme ""s3a"`. Arguments of a command without a shell have the same trouble. A template that pipes a
value through `quote` in such a text does it for every value.

Left alone: quotes that YAML or a shell takes away, values with more than one quoted text or other characters around it,
lists as `["a"]`, Java options (read like a command line), names, patterns, labels and annotations.

Fix safety: safe for booleans, numbers, sizes, durations, addresses and URLs of Spark's own keys, where nothing else can be
meant. Unsafe for other texts: an application may take the quotes away itself.
Sources: java.util.Properties.load (Java SE API); texts verified on Spark 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import Applicability, Confidence, Finding, Fix, PropertyBlock, SetValue, Severity, rule, texts

CARRIERS = ("properties text", "base64 Secret", "arguments")


@rule(severity="warning")
def quoted_value_in_properties(block: PropertyBlock) -> Iterator[Finding]:
    for item in block.properties if block.carrier in CARRIERS else ():
        text = texts.unquoted(item)
        if not text or not item.key.startswith("spark."):
            continue
        certain = texts.is_sparks_own(item.key) and texts.is_exact(text)
        safety = Applicability.SAFE if certain else Applicability.UNSAFE
        yield Finding(
            f"the value of `{item.key}` is in quotes, which Spark takes for a part of it",
            (item.place("the quotes are kept here"),),
            (Fix("take the quotes away", (SetValue(item, text),), safety),),
            severity=Severity.ERROR if certain else None,
            confidence=Confidence.HIGH if texts.is_sparks_own(item.key) else Confidence.MEDIUM,
        )
