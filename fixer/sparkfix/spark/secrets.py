"""Which settings hold a secret in plain text. Nothing here gives a value away.

The words are those of Spark's own redaction (`spark.redaction.regex`, 3.5), with Hadoop's names for keys of storage
accounts; they must end the key, so that what is only said about a secret (its file, its length) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sparkfix.model import Place, Span, Workload
from sparkfix.spark import arguments

_KEY = re.compile(
    r"(?i).*(?:secret|passwords?|passwd|passphrase|token|(?:access|secret|private|api)[._-]?key(?:[._-]?id)?)\Z|"
    r".*\bfs\.azure\.(?:account\.(?:key|oauth2\.client\.secret)|sas(?:\.fixed\.token)?)(?:\.[\w\-$]+)+\Z"
)
# Families whose values name a Secret, a path or a label.
_NAMES = re.compile(
    r"spark\.kubernetes\.(?:(?:driver|executor)\.(?:secrets|secretKeyRef|label|annotation|node\.selector|volumes|"
    r"service\.\w+)\.|.*imagePullSecrets)|spark\.redaction\."
)
_PATH = re.compile(r"(?:(?:file|local|hdfs|s3a?|gs|https?|jceks)[:@][^\s]*/)|/[\w.\-]+(?:/[\w.\-]+)+\Z")
_CLASS = re.compile(r"[a-z]\w*(?:\.\w+)+\.[A-Z]\w*\Z")
_ELSEWHERE = re.compile(r"\$|<|%|@|__|\{\{|vault:|ref\+|op://|arn:|ENC[\[(]|(?i:true|false|none|null)\Z|[*xX.\-]+\Z")
_S3 = {"access.key": "AWS_ACCESS_KEY_ID", "secret.key": "AWS_SECRET_ACCESS_KEY", "session.token": "AWS_SESSION_TOKEN"}


@dataclass(frozen=True, slots=True)
class PlainSecret:
    """A key whose value is a secret, and the place of the key."""

    key: str
    place: Place


def plain_secrets(workload: Workload) -> Iterator[PlainSecret]:
    """The secrets that stand in a workload's settings as they are; those in Kubernetes Secrets are where they belong."""
    for block in workload.blocks:
        for item in block.properties if not block.confidential else ():
            if names_a_secret(item.key) and is_spelt_out(item.value):
                yield PlainSecret(item.key, Place(item.path, item.key_span, "stands in plain text here"))
    for option, key, value in arguments.settings_of(workload):
        if names_a_secret(key) and is_spelt_out(value):
            start = option.word.span.start
            yield PlainSecret(key, Place(option.command.path, Span(start, start), "stands in plain text here"))


def names_a_secret(key: str) -> bool:
    """Is the value of a key a secret by its name?"""
    return bool(_KEY.fullmatch(key)) and not _NAMES.match(key)


def is_spelt_out(value: str) -> bool:
    """Is a value the secret itself, and no variable, path, class, switch or reference to a vault?"""
    text = value.strip().strip("\"'")
    if not text or "${" in text or "$(" in text or "{{" in text:
        return False
    return not (_ELSEWHERE.match(text) or _PATH.match(text) or _CLASS.match(text))


def variable_of(key: str) -> str:
    """The variable from which S3A takes the same secret by default; empty for other keys."""
    found = re.search(r"\bfs\.s3a\.(access\.key|secret\.key|session\.token)\Z", key)
    return _S3[found[1]] if found else ""
