"""Codemods on request: set, unset or rename a property, as rules of the moment that go through the same engine."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sparkfix.formats.code.chains import TWINS
from sparkfix.formats.properties.write import encode_key
from sparkfix.model import (
    Add,
    Applicability,
    Change,
    Finding,
    Fix,
    Property,
    PropertyBlock,
    Remove,
    RenameKey,
    Rule,
    SetValue,
    Severity,
    SparkfixError,
    Workload,
    exclusive,
)
from sparkfix.report.text import printable
from sparkfix.spark.connect import kin

UNDER_CONDITIONS = "everything here stands under conditions of the template"
_VERSION = "spark-version"
# What other programs than a driver read.
_OTHER_PROGRAMS = (
    "spark.kubernetes.operator.", "spark.history.", "spark.deploy.", "spark.worker.", "spark.shuffle.service.",
)  # fmt: skip


class Holds(enum.Enum):
    """Whether a condition holds with the arms of a template under which a line is in effect."""

    NEVER = ""
    SOMETIMES = "the condition holds with some arms of the template only, and this line is in effect with others, too"
    ALWAYS = "always"

    @staticmethod
    def of(found: Sequence[bool]) -> Holds:
        """The answer for a condition's truth in each combination of arms."""
        return Holds.ALWAYS if found and all(found) else Holds.SOMETIMES if any(found) else Holds.NEVER

    @property
    def blocked(self) -> str:
        """Why a line must not be changed, if so."""
        return self.value if self is Holds.SOMETIMES else ""


@dataclass(frozen=True)
class Where:
    """A condition on the place: a property that must have a value there, or the Spark version (a prefix of it)."""

    key: str
    value: str

    def holds(self, workload: Workload, block: PropertyBlock, item: Property | None) -> Holds:
        """Does the condition hold where `item` is in effect (anywhere in the block if None)?"""
        if self.key == _VERSION:
            number = workload.version.number if workload.version else ""
            return Holds.of([number == self.value or number.startswith(self.value + ".")])
        keys = (self.key,) if item is None else (self.key, item.key)
        elsewhere = {
            entry.value for other in workload.blocks if other is not block for entry in other.all(self.key)
        }  # fmt: skip
        found = []
        for view in block.variants(*keys):
            if item is None or view.effective.get(item.key) == item:
                own = view.value(self.key)
                found.append(own == self.value or (own is None and self.value in elsewhere))
        return Holds.of(found)


@dataclass(frozen=True)
class AllOf:
    """Several conditions that must hold together; none holds everywhere."""

    conditions: tuple[Where, ...] = ()

    def holds(self, workload: Workload, block: PropertyBlock, item: Property | None) -> Holds:
        found = {condition.holds(workload, block, item) for condition in self.conditions}
        return next((answer for answer in (Holds.NEVER, Holds.SOMETIMES) if answer in found), Holds.ALWAYS)


def parse_where(texts: Sequence[str]) -> AllOf:
    """`KEY=VALUE` texts as conditions. Raises `SparkfixError` for one that is not written so."""
    return AllOf(tuple(map(_condition, texts)))


def _condition(text: str) -> Where:
    key, separator, value = text.partition("=")
    where = Where(key.strip(), value.strip())
    if not separator or not where.key or not where.value:
        raise SparkfixError(f"--where {text}: write it as KEY=VALUE or spark-version=3.5")
    if where.key == _VERSION and not re.fullmatch(r"\d+(\.\d+){0,2}", where.value):
        raise SparkfixError(f"--where {text}: write the version as 3, 3.5 or 3.5.7")
    return where


def checked_key(key: str) -> str:
    """A name that a property can have. Raises `SparkfixError` for one that it cannot."""
    if not key or re.search(r"[\s=#!{}\"']", checked_value(key)):
        raise SparkfixError(f"{printable(key) or 'an empty name'}: no property can be called that")
    return key


def not_a_path(key: str) -> str:
    """A key that is not meant as a path to a field. Raises `SparkfixError` for one that is."""
    if key.startswith(("spec.", "metadata.")):
        raise SparkfixError(
            f"{printable(key)}: a field of a resource is edited with --kind, as in --kind SparkApplication"
        )
    return key


def property_key(key: str) -> str:
    """The name of a Spark property. Raises `SparkfixError` for any other one."""
    if not not_a_path(checked_key(key)).startswith("spark."):
        raise SparkfixError(
            f"{printable(key)}: a property begins with `spark.`; a field of a resource is edited with --kind"
        )
    return key


def checked_value(value: str) -> str:
    """A text that can be written. Raises `SparkfixError` for bytes that are no UTF-8 and for actions without end."""
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise SparkfixError(f"{printable(value)}: this is not UTF-8 text")
    if value.count("{{") != value.count("}}"):
        raise SparkfixError(f"{printable(value)}: a template action is not closed")
    return value


def set_rule(
    key: str, value: str, where: AllOf | None = None, *, add: bool = False, judged: bool = False
) -> Rule:  # fmt: skip
    """Set `key` to `value` where it stands; with `add` also in workloads that have no setting of it.

    With `judged` places where the condition does not hold are told, too, as not listed: for one who judges by what they
    are rendered to (see `codemod_views`).
    """
    conditions = where or AllOf()

    def check(workload: Workload) -> Iterator[Finding]:
        standing = [(block, item) for block in workload.blocks for item in block.all(key)]
        for block, item in standing:
            answer = conditions.holds(workload, block, item)
            if item.value != value and (judged or answer is not Holds.NEVER):
                yield finding_for(f"set `{key}` to the value given", item, SetValue(item, value), answer=answer)
        if add and not standing:
            answers = [(block, conditions.holds(workload, block, None)) for block in drivers(workload)]
            found = next((pair for pair in answers if pair[1] is not Holds.NEVER), None)
            found = found or (answers[0] if judged and answers else None)
            if found is not None:
                beside = beside_for(found[0], key)
                blocked = UNDER_CONDITIONS if beside.guard else ""
                yield addition(key, value, beside, found[1], blocked)

    needles = (b"spark.",) if add else _needles(key)
    return _rule("set", check, f"Set `{key}` where it stands.", needles)


def drivers(workload: Workload) -> Iterator[PropertyBlock]:
    """The blocks of a workload that configure a driver, and not the operator or another program."""
    for block in workload.blocks:
        if any(not item.key.startswith(_OTHER_PROGRAMS) for item in block.properties):
            yield block


def addition(key: str, value: str, beside: Property, answer: Holds = Holds.ALWAYS, blocked: str = "") -> Finding:
    """What asks for a property beside another one."""
    return finding_for(f"add `{key}`", beside, Add(beside, key, value), blocked, answer)


def beside_for(block: PropertyBlock, key: str) -> Property:
    """The property of a block that a new one is put beside: one of the same kin, if there is one."""
    return kin(block.properties, *_prefixes(key))


def unset_rule(key: str, where: AllOf | None = None, *, judged: bool = False) -> Rule:
    """Remove `key` where it stands. `judged` as in `set_rule`."""

    def change(block: PropertyBlock, item: Property) -> tuple[Change, str]:
        return Remove(item), ""

    return _rule("unset", _each(key, where, f"remove `{key}`", change, judged), f"Remove `{key}`.", _needles(key))


def rename_rule(old: str, new: str, where: AllOf | None = None, *, judged: bool = False) -> Rule:
    """Give `old` the name `new`, except where `new` is set in the same arms already. `judged` as in `set_rule`."""

    def change(block: PropertyBlock, item: Property) -> tuple[Change, str]:
        clash = any(not exclusive(item.guard, other.guard) for other in block.all(new))
        return RenameKey(item, new), f"`{new}` is set in the same block already" if clash else ""

    message = f"rename `{old}` to `{new}`"
    return _rule("rename", _each(old, where, message, change, judged), f"Rename `{old}`.", _needles(old))


def _each(
    key: str, where: AllOf | None, message: str, change: Callable[[PropertyBlock, Property], tuple[Change, str]],
    judged: bool,
) -> Callable[[Workload], Iterator[Finding]]:  # fmt: skip
    conditions = where or AllOf()

    def check(workload: Workload) -> Iterator[Finding]:
        for block in workload.blocks:
            for item in block.all(key):
                answer = conditions.holds(workload, block, item)
                if judged or answer is not Holds.NEVER:
                    wanted, blocked = change(block, item)
                    yield finding_for(message, item, wanted, blocked, answer)

    return check


def finding_for(
    message: str, item: Property, change: Change, blocked: str = "", answer: Holds = Holds.ALWAYS
) -> Finding:
    """What a codemod finds at a property, with its only fix; `answer` says whether its condition holds there."""
    fix = Fix(message, (change,), Applicability.SAFE, blocked=blocked or answer.blocked)
    return Finding(message, (item.place("stands here"),), (fix,), listed=answer is not Holds.NEVER)


def _needles(key: str) -> tuple[bytes, ...]:
    """The key itself, also as properties text escapes it, its last word where nested maps spell it, or the methods that set
    it."""
    methods = (name for name, own in TWINS.items() if own == key)
    return tuple(dict.fromkeys(text.encode() for text in (key, encode_key(key), key.rpartition(".")[2], *methods)))


def _prefixes(key: str) -> list[str]:
    """`spark.a.b.` and `spark.a.` for `spark.a.b.c`, longest first."""
    parts = key.split(".")
    return [".".join(parts[:length]) + "." for length in range(len(parts) - 1, 1, -1)]


def _rule(name: str, check: Callable[[Workload], Iterator[Finding]], page: str, needles: tuple[bytes, ...]) -> Rule:
    return Rule(name, Severity.NOTE, Workload, check, page, needles)
