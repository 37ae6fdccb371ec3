"""A comment stands behind a value in a properties file, and Spark takes it for a part of the value.

In such files a `#` begins a comment at the start of a line only. `spark.executor.cores=4 # cores` sets the text
`4 # cores`: the submission ends with `SparkException: Executor cores must be a positive number`, other keys with
`should be int, but was 4 # cores`, and a path or a class name is not found.

Reported where a number, a boolean, a size, a duration or a URL is followed by a blank and `#` or `//` with words behind it,
and for one word of any other kind in Spark's own keys. Left alone: `archive.tar.gz#env` and other fragments without a
blank, `#1`, names, patterns, descriptions, labels and annotations, Java options, values that a template makes.

Fix safety: safe for a key of Spark's own with a value of a kind in which nothing else can be meant: the comment goes to a
line of its own above. Unsafe elsewhere: the text may be meant as it is.
Sources: java.util.Properties.load (Java SE API); texts verified on Spark 3.5.8.
"""

from __future__ import annotations

from collections.abc import Iterator

from sparkfix.api import (
    AddComment,
    Applicability,
    Confidence,
    Finding,
    Fix,
    PropertyBlock,
    SetValue,
    Severity,
    rule,
    texts,
)


@rule(severity="warning", mentions=(b" #", b"\t#", b" //", b"\t//"))
def inline_comment_in_properties(block: PropertyBlock) -> Iterator[Finding]:
    for item in block.properties if block.carrier in ("properties text", "base64 Secret") else ():
        value, comment = texts.comment_of(item)
        if not comment or not item.key.startswith("spark."):
            continue
        certain = texts.is_sparks_own(item.key) and texts.is_exact(value)
        changes = (AddComment(item, comment), SetValue(item, value))
        yield Finding(
            f"the comment behind the value of `{item.key}` is a part of the value",
            (item.place("the comment is kept here"),),
            (
                Fix(
                    "put the comment on a line of its own",
                    changes,
                    Applicability.SAFE if certain else Applicability.UNSAFE,
                ),
            ),
            severity=Severity.ERROR if certain else None,
            confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
        )
