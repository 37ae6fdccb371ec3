"""Names and namespaces as they are written, template actions included.

`{{ include "x.fullname" . }}-config` in a volume is the ConfigMap of the same text. Rendering makes this exact later;
nothing here guesses between two candidates.
"""

from __future__ import annotations

import re

_PROPERTY_KEY = re.compile(r"spark\.[A-Za-z][^\s=]*\Z")


def is_property_key(text: str) -> bool:
    """Is a whole text the key of a property of Spark?"""
    return bool(_PROPERTY_KEY.match(text))


def written(text: str) -> str:
    """A name as written, with blanks in template actions folded and quotes dropped."""
    folded = " ".join(text.strip().strip("\"'").split())
    return re.sub(
        r"\{\{-?\s*(.*?)\s*-?\}\}", lambda match: "{{" + match[1].replace("| quote", "").strip() + "}}", folded
    )


def literal(text: str) -> bool:
    """Is a name spelt out: no template action, no variable of a shell, of Kubernetes, of kustomize or of Spark in it?"""
    return bool(text.strip()) and "{{" not in text and "$" not in text and "<" not in text


def may_be_one_namespace(left: str, right: str) -> bool:
    """Can two objects stand in one namespace? One that names none goes wherever it is applied."""
    return not left or not right or written(left) == written(right)


def number_or_action(text: str) -> str:
    """A port as written, template actions folded; empty for what Spark, a shell or a person fills in."""
    folded = re.sub(r"\s*\|\s*(?:int|toString)(?=\}\})", "", written(text))
    return folded if re.fullmatch(r"\d+", folded) or "{{" in folded else ""
