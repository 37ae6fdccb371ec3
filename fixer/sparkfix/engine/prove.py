"""The proof by rendering: with every values set, a chart renders to what it did before with just the change in it.

What must come out is computed from the rendering before the change, the change, and the source map; then the chart
is rendered with the change and the two are compared as settings and as YAML. Hashes of other files (`checksum/…`
annotations) may differ: that they do is what they are for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sparkfix.engine.expect import Setting, Settings, expected_settings, settings_of
from sparkfix.engine.translate import translated
from sparkfix.engine.trees import expected_trees, trees_of
from sparkfix.formats.document import Document
from sparkfix.formats.reading import open_document
from sparkfix.formats.yaml.tolerant import load_plain
from sparkfix.helm.sourcemap import Mapped, RenderedLine
from sparkfix.model import (
    Add,
    Change,
    CommentOut,
    Needless,
    Refused,
    Remove,
    RenameKey,
    SetValue,
    path_of,
    property_of,
)
from sparkfix.report.hidden import shown_pair
from sparkfix.text.similar import difference
from sparkfix.text.source import SourceText

# Also cut short (`trunc 8`); digits alone may be anything else.
_HASH = re.compile(r"(?=[0-9a-f]*[a-f])[0-9a-f]{8,128}")
_SHOWN = 20

ANYTHING = "zqanythingzq"
"""Stands in a rendered text for what every rendering makes anew (random texts, the time)."""
_WILDCARD = re.compile(r"\{\{.*?\}\}|" + ANYTHING, re.DOTALL)

Compared = tuple[str, str, str, tuple[tuple[int, str, int], ...]]
"""A file, its text before and after, and which of its lines come from the templates that change."""

Pairs = Callable[[Change], "list[tuple[str, str]]"]
Templates = Callable[[str], "Document | None"]
"""The document of a template before the change, by its path in the workspace; None for what is no template."""


def compare(
    before: Mapped, after: Mapping[str, str], changes: Sequence[Change], templates: Templates,
    varying: Mapping[str, str] | None = None, known: dict[Compared, frozenset[int]] | None = None,
) -> frozenset[int]:  # fmt: skip
    """Raise `Refused` with the rendered difference unless the changes account for all of it.

    `after` are the rendered files with the change; `varying` are texts of files before it in which `ANYTHING` stands
    for what every rendering makes anew. `known` keeps what was compared with success, for values sets that render a file
    alike. Returns which of the changes (by their numbers) show anywhere.
    """
    shown, places = set[int](), {path_of(change) for change in changes}
    kept: dict[Compared, frozenset[int]] = {} if known is None else known
    for file in sorted({*before.rendering.files, *after}):
        old, new = before.rendering.files.get(file, ""), after.get(file, "")
        if file.endswith((".yaml", ".yml", ".json", ".tpl")):
            text, lines = (varying or {}).get(file, old), before.files.get(file, ())
            key = (file, text, new, _made(lines, places))
            if key not in kept:
                kept[key] = _compare_file(file, lines, text, new, changes, templates)
            shown |= kept[key]
    return frozenset(shown)


def _made(lines: Sequence[RenderedLine], paths: Collection[str]) -> tuple[tuple[int, str, int], ...]:
    """Which rendered lines are made by which lines of some templates."""
    return tuple(
        (number, place.path, place.line)
        for number, line in enumerate(lines, start=1)
        if line.source is not None
        for place in (line.source, *line.callers)
        if place.path in paths
    )


def varying_parts(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """The files that two renderings of the same chart make differently, with `ANYTHING` where they differ.

    Files that do not keep their number of lines are left out.
    """
    found = {}
    for file, text in first.items():
        left, right = text.split("\n"), second.get(file, "").split("\n")
        if left != right and len(left) == len(right):
            found[file] = "\n".join(map(_varying_line, left, right))
    return found


def _varying_line(left: str, right: str) -> str:
    if left == right:
        return left
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    while start and (left[start - 1].isalnum() or left[start - 1] == "-"):
        start -= 1
    while end and (left[len(left) - end].isalnum() or left[len(left) - end] == "-"):
        end -= 1
    return left[:start] + ANYTHING + left[len(left) - end :]


def _common(left: str, right: str) -> int:
    """How many characters two texts begin with in common."""
    return next(
        (at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other),
        min(len(left), len(right)),
    )


def _compare_file(
    file: str, lines: Sequence[RenderedLine], old: str, new: str, changes: Sequence[Change], templates: Templates
) -> frozenset[int]:
    """Raise `Refused` unless the changes account for how a file changes; tells which of them show in it."""

    def made(number: int, path: str, line: int) -> bool:
        found = lines[number - 1] if number <= len(lines) else None
        places = (found.source, *found.callers) if found is not None else ()
        return any(place is not None and (place.path, place.line) == (path, line) for place in places)

    inside = {number: change for number, change in enumerate(changes) if _is_inside(change, templates)}
    outside = {number: change for number, change in enumerate(changes) if number not in inside}
    if old == new and not _made(lines, {path_of(change) for change in inside.values()}):
        return frozenset()
    document = _opened(file, old)
    wanted = {
        number: translated(change, template, document, made)
        for number, change in inside.items()
        if (template := templates(path_of(change))) is not None
    }
    every = [one for found in wanted.values() for one in found]
    if old == new and not every:
        return frozenset()
    if not _shows(document, _opened(file, new), every, [*outside.values()], file):
        return frozenset()
    return frozenset({number for number, found in wanted.items() if found} | _passed_on(outside, old, new))


def _is_inside(change: Change, templates: Templates) -> bool:
    """Is a change one of a template, and not of values or of a file that templates read?"""
    item = property_of(change)
    return item is None or templates(item.path) is not None


def _passed_on(outside: Mapping[int, Change], old: str, new: str) -> set[int]:
    """The changes of values whose key stands in a line that is another one now."""
    if not outside or old == new:
        return set()
    other = "\n".join({*old.splitlines()} ^ {*new.splitlines()})
    found = {
        number
        for number, change in outside.items()
        if any(key in other for key, _ in (*_vanishing(change), *_appearing(change)))
    }
    # A key may be printed in other words; where none is seen, nothing tells the changes apart.
    return found or set(outside)


def compare_texts(file: str, old: str, new: str, wanted: Sequence[Change], shown: str) -> bool:
    """Raise `Refused` unless a file becomes what some changes in it make of it; tells whether they show in it.

    `shown` is what people call the file.
    """
    if old == new and not wanted:
        return False
    return _shows(_opened(file, old), _opened(file, new), wanted, (), shown)


def _opened(file: str, text: str) -> Document:
    return open_document(SourceText(file, text.encode("utf-8", "surrogateescape")))


def _shows(
    document: Document, result: Document, wanted: Sequence[Change], outside: Sequence[Change], shown: str
) -> bool:
    """Raise `Refused` unless changes of a rendered file, and of values that are printed into it (`outside`), account for
    what becomes of it; tells whether they show in it."""
    _must_be_new(document, wanted)
    settings, found = expected_settings(document, wanted), settings_of(result, wanted)
    trees, other = expected_trees(document, wanted), trees_of(result, wanted)
    parses = len(result.problems) <= len(document.problems)
    if not (parses and _settings_fit(settings, found, outside) and _fits(trees, other, outside)):
        old, new = (item.source.decode(item.source.data) for item in (document, result))
        if old == new:
            raise Refused(f"the intended difference would not show in {shown}")
        raise Refused(rendered_difference(shown, old, new))
    return bool(wanted) or not (_settings_fit(settings, found, ()) and _fits(trees, other, ()))


def _must_be_new(document: Document, wanted: Sequence[Change]) -> None:
    """Raise `Refused` where a property is added beside one that sets the same already."""
    added = [change for change in wanted if isinstance(change, Add)]
    for block in document.blocks if added else ():
        spans = {one.key_span for one in block.properties}
        twice = [one for one in added if one.beside.key_span in spans and block.all(one.key)]
        if twice and all(item.value == one.value for one in twice for item in block.all(one.key)):
            raise Needless(f"`{twice[0].key}` would be set twice")
        if twice:
            raise Refused(f"`{twice[0].key}` would be set twice")


def _settings_fit(expected: Settings, found: Settings, outside: Sequence[Change]) -> bool:
    """Block by block the same settings, or, for changes of values, the same but for what the values pass on."""
    if not outside:
        return len(expected) == len(found) and all(
            left[:2] == right[:2] and len(left[2]) == len(right[2]) and all(map(_same, _ordered(left), _ordered(right)))
            for left, right in zip(expected, found, strict=True)
        )
    before = Counter((key, _bare(value)) for block in expected for key, value, _ in block[2])
    after = Counter((key, _bare(value)) for block in found for key, value, _ in block[2])
    gone, come = before - after, after - before
    for change in outside:
        for pool, pairs in ((gone, _vanishing(change)), (come, _appearing(change))):
            for key, value in pairs:
                for setting in [one for one in pool if one[0] == key and _text_fits(_bare(value), one[1])]:
                    del pool[setting]
    for key, value in [one for one in gone if ANYTHING in one[1]]:
        made_anew = next((one for one in come if one[0] == key and _text_fits(value, one[1])), None)
        if made_anew is not None:
            del gone[key, value], come[made_anew]
    return not gone and not come


def _ordered(block: tuple[str, str, list[Setting]]) -> list[Setting]:
    """The settings of a block; those of a map by their keys, as its order means nothing."""
    return sorted(block[2], key=lambda setting: setting[0]) if block[0] == "map" else block[2]


def _bare(value: str) -> str:
    """A value without quotes, which templates may put around what they pass on."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _vanishing(change: Change) -> list[tuple[str, str]]:
    if isinstance(change, (SetValue, Remove, CommentOut, RenameKey)):
        return [(change.property.key, change.property.value)]
    return []


def _appearing(change: Change) -> list[tuple[str, str]]:
    if isinstance(change, Add):
        return [(change.key, change.value)]
    if isinstance(change, SetValue):
        return [(change.property.key, change.value)]
    return [(change.key, change.property.value)] if isinstance(change, RenameKey) else []


def _same(expected: Setting, found: Setting) -> bool:
    return expected[0] == found[0] and _text_fits(expected[1], found[1])


def _text_fits(expected: str, found: str) -> bool:
    """The same text, where a template action or `ANYTHING` stands for any text; or two hashes."""
    if expected == found:
        return True
    if "{{" in expected or ANYTHING in expected:
        pattern = "".join(re.escape(part) if index % 2 == 0 else ".*" for index, part in enumerate(_split(expected)))
        return bool(re.fullmatch(pattern, found, re.DOTALL))
    return bool(_HASH.fullmatch(expected) and _HASH.fullmatch(found) and len(expected) == len(found))


def _split(text: str) -> list[str]:
    """Literal text and wildcards in turn, literal text first."""
    parts, position = [], 0
    for action in _WILDCARD.finditer(text):
        parts += [text[position : action.start()], action[0]]
        position = action.end()
    return [*parts, text[position:]]


def _fits(expected: Any, found: Any, outside: Sequence[Change]) -> bool:
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(_fits(expected[key], found[key], outside) for key in expected)
    if isinstance(expected, (list, tuple)) and isinstance(found, (list, tuple)):
        return len(expected) == len(found) and all(
            _fits(left, right, outside) for left, right in zip(expected, found, strict=True)
        )
    if isinstance(expected, str) and isinstance(found, str):
        return _text_fits(expected, found) or _text_data_fits(expected, found, outside)
    return bool(expected == found)


def _text_data_fits(expected: str, found: str, outside: Sequence[Change]) -> bool:
    """Two texts that are maps in JSON or YAML and differ in just what changes of values do to the properties in them."""
    if not outside:
        return False
    before, after = load_plain(expected.encode()), load_plain(found.encode())
    return isinstance(before, dict) and isinstance(after, dict) and _data_fits(before, after, outside)


def _data_fits(before: Any, after: Any, outside: Sequence[Change]) -> bool:
    if isinstance(before, dict) and isinstance(after, dict):
        gone = {(key, before[key]) for key in before.keys() - after.keys() if _is_scalar(before[key])}
        come = {(key, after[key]) for key in after.keys() - before.keys() if _is_scalar(after[key])}
        changed = [key for key in before.keys() & after.keys() if before[key] != after[key]]
        scalars = {key for key in changed if _is_scalar(before[key]) and _is_scalar(after[key])}
        return (
            len(gone) + len(come) == len(before.keys() ^ after.keys())
            and all(_is_meant(key, value, _vanishing, outside) for key, value in gone)
            and all(_is_meant(key, value, _appearing, outside) for key, value in come)
            and all(
                _is_meant(key, before[key], _vanishing, outside) and _is_meant(key, after[key], _appearing, outside)
                for key in scalars
            )
            and all(_data_fits(before[key], after[key], outside) for key in changed if key not in scalars)
        )
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return all(_data_fits(left, right, outside) for left, right in zip(before, after, strict=True))
    return bool(before == after)


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _is_meant(key: str, value: Any, pairs: Pairs, outside: Sequence[Change]) -> bool:
    """Is a key with a value among those that some change takes away, or brings?"""
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return any(key == name and _text_fits(_bare(wanted), text) for change in outside for name, wanted in pairs(change))


def rendered_difference(file: str, old: str, new: str) -> str:
    """Why a fix is refused, with the rendered difference, in which secrets are hidden."""
    text = f"{file} would render to more than the intended difference"
    shown = shown_pair(file, old, new)
    if shown is None:
        return f"{text} (there is a Secret in it, so it is not shown)"
    before, after = shown
    if before == after:
        return f"{text} (in values of secrets, which are not shown)"
    lines = difference(before, after).replace(ANYTHING, "…").splitlines()[2:]
    more = [f"… {len(lines) - _SHOWN} more lines"] if len(lines) > _SHOWN else []
    return "\n    ".join([text, *lines[:_SHOWN], *more])
