"""Spark's sizes, durations, booleans and versions: parse and format. Standard library only.

As Spark reads them: `JavaUtils.byteStringAs`, `JavaUtils.timeStringAs` and `ConfigHelpers.toBoolean` (Spark 3.5). A
number without a suffix takes the unit of its key, which the caller knows. `ValueError` says what Spark would refuse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal

_SIZES = {suffix: 1024**power for power, letter in enumerate("bkmgtp") for suffix in {letter, f"{letter}b"} - {"bb"}}
_TIMES = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
_QUANTITIES = (
    {f"{letter}i": Decimal(1024**power) for power, letter in enumerate("KMGTPE", 1)}
    | {letter: Decimal(1000**power) for power, letter in enumerate("kMGTPE", 1)}
    | {"m": Decimal("0.001")}
)
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[mkMGTPE]|[eE][+-]?[0-9]{1,3})?")
_NUMBER = re.compile(r"(-?[0-9]+)([a-z]+)?")
_FRACTION = re.compile(r"-?[0-9]+\.[0-9]+[a-z]*")
_VERSION = re.compile(r"([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:[-.+].*)?")
_LARGEST = 2**63 - 1
# What `String.trim` of Java takes away.
_BLANKS = "".join(map(chr, range(33)))


def parse_size(text: str, unit: str = "b") -> int:
    """A size in bytes; `unit` is that of a bare number."""
    return _parse(text, unit, _SIZES, "size")


def format_size(size: int) -> str:
    """A size in the largest unit that holds it exactly: `1536m`, `4g`."""
    return _format(size, {letter: _SIZES[letter] for letter in "bkmgtp"})


def parse_quantity(text: str) -> int:
    """A Kubernetes quantity of memory in bytes, rounded up: `512Mi`, `1.5G`, `1e9` (Kubernetes, resource.Quantity)."""
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a quantity: {text}")
    factor = _QUANTITIES[found[2]] if found[2] in _QUANTITIES else Decimal(f"1{found[2] or ''}")
    return int((Decimal(found[1]) * factor).to_integral_value(ROUND_CEILING))


def parse_duration(text: str, unit: str = "ms") -> int:
    """A duration in microseconds; `unit` is that of a bare number."""
    return _parse(text, unit, _TIMES, "duration")


def format_duration(duration: int) -> str:
    """A duration in the largest unit that holds it exactly: `90s`, `2min`."""
    return _format(duration, {suffix: factor for suffix, factor in _TIMES.items() if suffix != "m"})


def parse_boolean(text: str) -> bool:
    """`true` or `false` in any case; Spark knows no `yes`, `on` or `1`."""
    word = text.strip(_BLANKS).lower()
    if word not in ("true", "false"):
        raise ValueError(f"not a boolean: {text}")
    return word == "true"


def format_boolean(value: bool) -> str:
    return "true" if value else "false"


def parse_version(text: str) -> tuple[int, ...]:
    """The numbers of a release: (3, 5) or (3, 5, 7); what follows them (`-scala2.12`, `-SNAPSHOT`) is left out."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a version: {text}")
    return tuple(int(part) for part in found.groups() if part is not None)


def format_version(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _parse(text: str, unit: str, factors: Mapping[str, int], kind: str) -> int:
    word = text.strip(_BLANKS).lower()
    found = _NUMBER.fullmatch(word)
    if found is None:
        fraction = _FRACTION.fullmatch(word)
        raise ValueError(f"{'fractional' if fraction else 'not a'} {kind}: {text}")
    suffix = found[2] or unit
    if suffix not in factors:
        raise ValueError(f"unknown unit `{suffix}` of a {kind}: {text}")
    if abs(int(found[1])) > _LARGEST:
        raise ValueError(f"{kind} too large: {text}")
    return int(found[1]) * factors[suffix]


def _format(number: int, factors: Mapping[str, int]) -> str:
    fitting = [(factor, suffix) for suffix, factor in factors.items() if number % factor == 0]
    factor, suffix = max(fitting) if number else min(fitting)
    return f"{number // factor}{suffix}"
