"""What the methods of builders and of `SparkConf` set, in whatever language they are called.

Keys that do not begin with `spark.` are not read in code. They are not dropped there, as `spark-submit` does it: what a
`SparkConf` or a builder holds becomes the session's SQL configuration, and that is copied to Hadoop's (SOURCE 3.5,
BaseSessionStateBuilder.mergeSparkConf, SessionState.newHadoopConf).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

PAIRS = ("config", "set", "setIfMissing")
OF_BUILDERS = ("master", "appName", "remote")
TWINS = {
    "master": "spark.master",
    "appName": "spark.app.name",
    "remote": "spark.remote",
    "setMaster": "spark.master",
    "setAppName": "spark.app.name",
}
ENV = "spark.executorEnv."
LONE = "of calls of `setIfMissing` the first one counts, so each stands for itself"
_KINDS = {"builder": "builder", "SparkConf": "conf", "conf": "runtime", "_conf": "runtime"}


def kinds_of(names: Sequence[tuple[int, str]], count: int, root: str) -> list[str]:
    """What each of `count` calls in a chain is made on, from the last call to the first: a `builder`, a `conf`, `runtime`
    settings, or nothing that is known.

    `names` are the methods and attributes from the chain's end to its beginning, each with the number of calls from the
    end up to it; `root` is the kind of what the first one is called on.
    """
    return [_kind(index, names, root) for index in range(count)]


def _kind(index: int, names: Sequence[tuple[int, str]], root: str) -> str:
    for count, name in names:
        if count > index + 1 or (count == index + 1 and name not in (*PAIRS, *TWINS)):
            if name in _KINDS:
                return _KINDS[name]
            if name == "getOrCreate":
                return ""
    return root


def kind_of_name(name: str, text: str) -> str:
    """What a variable is bound to somewhere in a text: a `conf`, a `builder`, or nothing that is known."""
    if not name or not name.isascii():
        return ""
    bound = re.search(
        rf"\b{re.escape(name)}\b[ \t]*(?::[^=\n]+)?=[ \t]*\(?\s*(?:new\s+)?(?:[\w.]+\.)?"
        r"(?:(?P<conf>SparkConf\()|\w*Session\.builder\b)",
        text,
    )
    return "" if not bound else "conf" if bound["conf"] else "builder"


def sets_twin(method: str, kind: str) -> str:
    """The property that a method with one argument sets; empty if it sets none."""
    return "" if method in OF_BUILDERS and kind != "builder" else TWINS.get(method, "")
