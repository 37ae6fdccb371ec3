"""Values in properties files that people write as in other files: in quotes, or with a comment behind them.

`java.util.Properties` knows neither; both become a part of the value.
"""

from __future__ import annotations

import re

from sparkfix.model import Property

_OWN = re.compile(
    r"spark\.(?:acls|app|authenticate|blockManager|broadcast|checkpoint|cleaner|connect|decommission|default|deploy|driver|"
    r"dynamicAllocation|eventLog|excludeOnFailure|executor|files|hadoop\.(?:fs|dfs)|history|io|jars|kryo|kryoserializer|"
    r"kubernetes|local|locality|log|logConf|master|memory|metrics|modify|network|port|pyspark|python|rdd|reducer|"
    r"repl|resources|rpc|scheduler|serializer|shuffle|speculation|sql|ssl|stage|storage|streaming|submit|task|ui|unsafe)"
    r"(?:\.|\Z)"
)
# Texts for people, regular expressions, and what is read like a command line.
_FREE = re.compile(
    r".*(?:JavaOptions|[rR]egex|[pP]attern|[dD]escription|[tT]emplate|\.(?:annotation|label)\..*|[dD]elimiter|[sS]eparator)\Z|"
    r"spark\.app\.name\Z|spark\.(?:executorEnv|kubernetes\.driverEnv)\..*|spark\.ui\.(?:custom|.*css).*"
)
_EXACT = re.compile(
    r"(?i:true|false)|-?[0-9]+(?:\.[0-9]+)?(?:[kmgtp]?b?|us|ms|s|min|h|d)|[a-z][a-z0-9]*://[^\s\"']+|"
    r"k8s://[^\s\"']+|[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
)
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<text>(?:(?!(?P=quote)).)+)(?P=quote)", re.DOTALL)
_COMMENTED = re.compile(r"(?P<value>\S+)(?:[ \t]+(?P<mark>\#|//)[ \t]*(?P<comment>\S.*))", re.DOTALL)
_SENTENCE = re.compile(r"(?:[^\W\d_]|[(\"'])")


def is_sparks_own(key: str) -> bool:
    """Is this a key of Spark itself, as far as the family tells, and not one of an application?"""
    return bool(_OWN.match(key))


def is_exact(value: str) -> bool:
    """Is a value a boolean, a number, a size, a duration, an address or a URL, in which nothing else can be meant?"""
    return bool(_EXACT.fullmatch(value))


def unquoted(item: Property) -> str:
    """The text between the quotes that a whole value stands in; empty if there are none, or they may be meant."""
    found = _QUOTED.fullmatch(item.value)
    text = found["text"] if found is not None else ""
    return "" if _FREE.match(item.key) or text != text.strip() else text


def comment_of(item: Property) -> tuple[str, str]:
    """A value of one word and the comment behind it; both empty where the text may be meant as it is."""
    found = _COMMENTED.fullmatch(item.value)
    if found is None or _FREE.match(item.key) or item.templated:
        return "", ""
    value, comment = found["value"], found["comment"].strip()
    certain = is_exact(value) and bool(re.search(r"[^\W\d_]", comment))
    prose = is_sparks_own(item.key) and bool(_SENTENCE.match(comment)) and item.value.find(found["mark"] + " ") > 0
    return (value, comment) if certain or prose else ("", "")
