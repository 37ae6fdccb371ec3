"""The kinds of places that hold Spark properties, and which changes each of them can take.

A change that a carrier can never take is shown with its reason, and not tried (`cannot_take`). A carrier that can take
a change may still refuse it in one place, as a flow map does with comments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

from sparkfix.model import Add, Change, CommentOut, PropertyBlock, Remove, RenameKey, SetValue, property_of

KINDS: MappingProxyType[str, type] = MappingProxyType(
    {"set": SetValue, "add": Add, "remove": Remove, "comment out": CommentOut, "rename": RenameKey}
)


@dataclass(frozen=True)
class Carrier:
    """One kind of place. `example` is a place of that kind in a few words; `cannot` has the kinds of changes that it
    can never take, each with the reason."""

    name: str
    example: str
    cannot: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))


_SECRET = "it is base64 in a Secret"
NO_COMMENT = "in a command nothing can be commented out"
CARRIERS = (
    Carrier("properties text", "`spark.x=1` in a `.conf` file or a ConfigMap"),
    Carrier("map", '`spark.x: "1"` in a manifest or values file'),
    Carrier("resource fields", "`driver: {memory: 1g}` of a `SparkApplication`"),
    Carrier("nested map", "`driver: {host: …}` below `spark:` in a `sparkConf:` map"),
    Carrier("list of pairs", "`- {name: spark.x, value: …}`"),
    Carrier("list", "`- spark.x=1`"),
    Carrier("arguments", "`--conf spark.x=1` of a command"),
    Carrier("flags", "`--driver-memory 4g` of a command, which sets `spark.driver.memory`"),
    Carrier(
        "Java options",
        "`-Dspark.x=1` in `SPARK_HISTORY_OPTS` and the like",
        MappingProxyType({"comment out": NO_COMMENT}),
    ),
    Carrier("base64 Secret", "properties text in a Secret's `data`", MappingProxyType(dict.fromkeys(KINDS, _SECRET))),
    Carrier("JSON map", '`"spark.x": "1"`', MappingProxyType({"comment out": "JSON has no comments"})),
    Carrier("Python calls", '`.config("spark.x", "1")`, `conf.set("spark.x", "1")`'),
    Carrier("Python dict", '`{"spark.x": "1"}`'),
    Carrier("JVM calls", '`.config("spark.x", "1")`, `conf.set("spark.x", "1")` in Scala or Java'),
    Carrier("Scala map", '`Map("spark.x" -> "1")`'),
    Carrier("Terraform map", '`"spark.x" = "1"` in an object'),
    Carrier("TOML table", '`"spark.x" = "1"`'),
    Carrier("Python pairs", '`[("spark.x", "1")]`'),
    Carrier(
        "JSON pairs", '`{"name": "spark.x", "value": "1"}`', MappingProxyType({"comment out": "JSON has no comments"})
    ),
)


def carrier(name: str) -> Carrier | None:
    """The carrier of a name (see `PropertyBlock.carrier`); None if it is not known."""
    return next((item for item in CARRIERS if item.name == name), None)


def cannot_take(change: Change, blocks: tuple[PropertyBlock, ...]) -> str:
    """Why the carrier of a change's property can never take the change; empty if it can, or is not among `blocks`."""
    item = property_of(change)
    kind = next((name for name, kind in KINDS.items() if isinstance(change, kind)), "")
    for block in blocks if item is not None and kind else ():
        if any(one is item or one == item for one in block.properties):
            own = carrier(block.carrier)
            return own.cannot.get(kind, "") if own is not None else ""
    return ""
