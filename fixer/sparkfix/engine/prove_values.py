"""The proof of a change of one value that templates print: a word in its place says where, and all else stays.

A chart is rendered with the old value, with a word that stands nowhere else, and with the new value. Wherever the word
comes out, the old one must have stood and the new one must stand; nothing else may differ, but for hashes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sparkfix.engine.prove import rendered_difference
from sparkfix.helm.sourcemap import rendered_lines
from sparkfix.helm.trace import passed_on
from sparkfix.model import Refused, SetField

Varying = Callable[[], "Mapping[str, str]"]
"""Finds the rendered files with wildcards for what is made anew each time (see `prove.varying_parts`)."""

_NUMBER = 47_311
_WORD = "zqprovenzq"
_HASH = re.compile(r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{8,128}\b")


def probe_of(change: SetField) -> SetField:
    """The change with a word of its own in place of the new value. Raises `Refused` for switches."""
    old = change.field.text()
    if old in ("true", "false"):
        raise Refused("the value is a switch, so that no rendering can show what it is for")
    return SetField(change.path, change.field, str(_NUMBER) if old.isdigit() else _WORD)


def compare_values(
    old: Mapping[str, str], probe: Mapping[str, str], new: Mapping[str, str], change: SetField, varying: Varying
) -> bool:
    """Tell whether the change shows. Raises `Refused` with the rendered difference unless it accounts for all of it.

    `old`, `probe` and `new` are the rendered files with the old value, with that of `probe_of`, and with the new one.
    `varying` finds what each rendering makes anew; it is asked only where something else differs.
    """
    try:
        return _compared(old, probe, new, change)
    except Refused:
        parts = varying()
        if not parts:
            raise
    first, word, last = (_without(parts, old, files) for files in (old, probe, new))
    return _compared(first, word, last, change)


def _without(varying: Mapping[str, str], old: Mapping[str, str], files: Mapping[str, str]) -> dict[str, str]:
    """Rendered files without the lines that are made anew each time."""
    found = dict(files)
    for file, text in varying.items():
        lines = list(zip(rendered_lines(old[file]), rendered_lines(text), strict=True))
        own = rendered_lines(files.get(file, ""))
        if len(own) == len(lines):
            kept = ["" if left != right else line for line, (left, right) in zip(own, lines, strict=True)]
            found[file] = "\n".join(kept)
    return found


def _compared(old: Mapping[str, str], probe: Mapping[str, str], new: Mapping[str, str], change: SetField) -> bool:
    word = probe_of(change).value
    if probe == old:
        _must_be(old, new, old)
        return False
    # A value that decides more than a text (a condition, a name cut short) does not only show where it is printed.
    value: object = int(change.field.text()) if word.isdigit() else change.field.text()
    if not passed_on(old, probe, value, int(word) if word.isdigit() else word):
        raise Refused("the value decides more than the texts that show it, so that nothing could be proven")
    _must_be({file: text.replace(word, change.value) for file, text in probe.items()}, new, old)
    return True


def _must_be(expected: Mapping[str, str], new: Mapping[str, str], old: Mapping[str, str]) -> None:
    if expected.keys() != new.keys():
        raise Refused("other manifests would be rendered")
    for file, text in expected.items():
        left, right = rendered_lines(text), rendered_lines(new[file])
        same = len(left) == len(right) and all(
            one == other or _HASH.sub("", one) == _HASH.sub("", other) for one, other in zip(left, right, strict=True)
        )
        if not same:
            raise Refused(rendered_difference(file, old[file], new[file]))
