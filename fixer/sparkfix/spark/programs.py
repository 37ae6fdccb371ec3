"""Spark's own programs that take the options of spark-submit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sparkfix.spark.flags import SWITCHES

_LAUNCHERS = re.compile(
    r"(?:.*/)?(?:spark[23]?-(?:submit|shell|sql|class|connect-shell)|pyspark[23]?|sparkR|run-example|"
    r"start-(?:connect-server|thriftserver)\.sh)"
)
_RESOURCE = re.compile(
    r"(?:\.(?:jar|py|R|zip|egg)$|^spark-internal$|^local://|^pyspark-shell$|^sparkr-shell$)", re.IGNORECASE
)
_PACKAGE = re.compile(r"(?:pip3?|conda|apt|apt-get|uv)\Z")


def launcher_at(texts: Sequence[str]) -> int | None:
    """The position of the program among a command's words that takes spark-submit's options; None if there is none.

    `spark-class` and `run-example` name what they run first; with SparkSubmit that class is the program.
    """
    for position, text in enumerate(texts):
        if _LAUNCHERS.fullmatch(text):
            name = text.rsplit("/", 1)[-1]
            if name == "spark-class":
                following = texts[position + 1 : position + 2]
                return position + 1 if following == ["org.apache.spark.deploy.SparkSubmit"] else None
            if name.startswith("pyspark") and _is_a_package(texts, position):
                continue
            return position
    return None


def _is_a_package(texts: Sequence[str], position: int) -> bool:
    """Does a word name the Python package, as in `pip install pyspark`?"""
    return any(_PACKAGE.match(text.rsplit("/", 1)[-1]) for text in texts[:position])


def end_of_options(texts: Sequence[str], computed: Callable[[int], bool]) -> int:
    """The position behind the last word that Spark reads: that of the application, if it is seen.

    A word that is `computed` may hold options; where Spark's program is not seen, only what looks like an application
    is taken for one.
    """
    launcher = launcher_at(texts)
    position = launcher + 1 if launcher is not None else 0
    while position < len(texts):
        text = texts[position]
        if text.startswith("-"):
            position += 1 if "=" in text or text in SWITCHES or text.startswith("-D") else 2
            continue
        if is_resource_text(text) or (launcher is not None and not computed(position)):
            return position
        position += 1
    return len(texts)


def is_resource_text(text: str) -> bool:
    """Does a word look like a primary resource (a jar, a Python file, `spark-internal`)?"""
    return bool(_RESOURCE.search(text))
