r"""Java properties text to settings with places.

Semantics are those of `java.util.Properties.load` (Java SE API, class Properties, method load(Reader)): separators
`=`, `:` and white space, `\` continuation, `\uXXXX`, comments `#` and `!` only at the start of a line; `\n`, `\r` and
`\r\n` end a line. Spark trims values, but for line breaks (Utils.getPropertiesFromFile, SOURCE Spark 3.5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)?")
_KEY = re.compile(r"(?:\\(?:(?:\r\n?|\n)[ \t\f]*|.|\Z)|[^\\ \t\f\r\n=:]+)+", re.DOTALL)
_GAP = r"(?:[ \t\f]|\\(?:\r\n?|\n)[ \t\f]*)*"
_SEPARATOR = re.compile(_GAP + "[=:]?" + _GAP)
_SPARK_LINE = re.compile(r"^spark\.[A-Za-z](?:[\w.\-/$]|\\.)*(?:[ \t]*[=:]|[ \t]+[^\s(=]|[ \t\r]*$)")
_KEY_LINE = re.compile(r"^[A-Za-z_][\w\-]*(?:\.(?:[\w\-$*/]|\\.)+)+(?:[ \t]*[=:]|[ \t]+[^\s(]|[ \t\r]*$)")
_COMPUTED_KEY = re.compile(r"[^\s=:]*Q[0-9a-z]+_+")
_DECIDING_NAMES = re.compile(r"(?:^|/)spark(?:-defaults)?\.conf(?:\.\w+)?\Z|(?:^|/)(?!log4j)[^/]*\.properties\Z")
_IN_A_ROW = re.compile(r"(?:^|(?<=[\s;,]))(?:--conf[ =]|-c[ ])?(?P<key>spark\.[A-Za-z][^\s=;,\"']*)=")
_BRACE_LINE = re.compile(r"(?m)^[ \t]*[}\]],?[ \t\r]*$")
_YAML_VALUE = re.compile(
    r"""(?m)^[ \t]*spark\.[^\s=:]+:[ \t]+(?:"[^"\n]*"|'[^'\n]*')[ \t\r]*(?:\#.*)?$"""
    r"""|^[ \t]*spark\.[^\s=:]+:[ \t]+\S.*[ \t]\#[ \t]|^[ \t]*---[ \t\r]*$"""
)
_YAML_PARENT = re.compile(r"[ \t]*(?:-[ \t]+)*[\w.\-/\"']+:[ \t]*(?:[|>][+\-0-9]*)?[ \t]*(?:#.*)?\Z")
_YAML_KEY = re.compile(r"spark\.[^\s=:]*:(?:[ \t]|\Z)")
_ESCAPED = re.compile(
    r"\\(?:(?P<units>u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*)|(?:\r\n?|\n)[ \t\f]*|(?P<char>.)|\Z)", re.DOTALL
)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: ranges of its lines, key, separator and value in the text that was parsed.

    `first` is the start of its first line's content, `start` of the line itself; `end` is after the last newline.
    The value's range excludes trailing blanks.
    """

    start: int
    first: int
    key_end: int
    value_start: int
    value_end: int
    end: int


def parse(text: str, start: int = 0, end: int | None = None) -> list[Setting]:
    """All settings in a range of `text`, in order; comments and blank lines are skipped."""
    stop = len(text) if end is None else end
    found: list[Setting] = []
    position = start
    while position < stop:
        line_start = position
        match = _LINE.match(text, position, stop)
        position = match.end() if match else stop
        first = line_start
        while first < position and text[first] in " \t\f":
            first += 1
        if first >= position or text[first] in "#!\r\n":
            continue
        if text[first] == "\\" and not text[first + 1 : position].strip("\r\n"):
            continue  # nothing yet, continued: the next line begins anew
        line = first
        while position < stop and _continues(text, line, position):
            line, more = position, _LINE.match(text, position, stop)
            position = more.end() if more else stop
        found.append(_setting(text, line_start, first, position))
    return found


def _continues(text: str, start: int, end: int) -> bool:
    """True if the natural line from `start` to `end` ends in an odd number of backslashes."""
    position = end - 1
    while position > start and text[position] in "\r\n":
        position -= 1
    count = 0
    while position >= start and text[position] == "\\":
        position, count = position - 1, count + 1
    return count % 2 == 1


def _setting(text: str, start: int, first: int, end: int) -> Setting:
    content_end = end
    if text[end - 1] in "\r\n":
        content_end -= 2 if text.endswith("\r\n", first, end) else 1
    key = _KEY.match(text, first, content_end)
    key_end = key.end() if key else first
    separator = _SEPARATOR.match(text, key_end, content_end)
    value_start = separator.end() if separator else key_end
    value_end = content_end
    while value_end > value_start and text[value_end - 1] in " \t\f":
        value_end -= 1
    return Setting(start, first, key_end, value_start, max(value_end, value_start), end)


def unescape(raw: str) -> str:
    """The text that Java makes of a raw key or value: escapes resolved, continued lines joined."""
    return _ESCAPED.sub(_resolve, raw) if "\\" in raw else raw


def _resolve(match: re.Match[str]) -> str:
    if match["units"]:
        units = bytes.fromhex(match["units"].replace("\\", "").replace("u", ""))
        return units.decode("utf-16-be", "surrogatepass")
    return _ESCAPES.get(match["char"], match["char"]) if match["char"] else ""


def spark_value(raw: str) -> str:
    """The text that Spark makes of a raw value: what Java reads, without blanks and control characters around it."""
    value = unescape(raw)
    start, end = 0, len(value)
    while start < end and value[start] <= " " and value[start] not in "\r\n":
        start += 1
    while end > start and value[end - 1] <= " " and value[end - 1] not in "\r\n":
        end -= 1
    return value[start:end]


def settings_in_a_row(text: str) -> list[tuple[str, str]]:
    """Key and value of each `spark.key=value` of a text that puts them behind one another (`spark.a=1,spark.b=2`)."""
    found = list(_IN_A_ROW.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return [(match["key"], text[match.end() : end].strip()) for match, end in zip(found, ends, strict=False)]


def decides(name: str) -> bool:
    """Does a file's name alone say that its text is Spark properties, whatever else stands in it?"""
    return bool(_DECIDING_NAMES.search(name))


def looks_like_properties(text: str, start: int = 0, end: int | None = None, *, name: str = "") -> bool:
    """True if a text (template actions masked) is Spark properties rather than a script, YAML or prose.

    At least one line sets a `spark.` key, and at least half of the lines that are not blank or comments are
    settings of dotted keys; lines whose key the template computes do not count. A `name` that decides (`spark.conf`,
    `*.properties`) leaves only the first condition.
    """
    region = text[start : len(text) if end is None else end]
    if "spark." not in region or region.lstrip().startswith("#!") or _BRACE_LINE.search(region):
        return False
    lines = _setting_lines(region)
    if not any(map(_SPARK_LINE.match, lines)):
        return False
    if decides(name):
        return True
    literal = [line for line in lines if not _COMPUTED_KEY.match(line)]
    return not _reads_as_yaml(region) and sum(map(bool, map(_KEY_LINE.match, literal))) * 2 >= len(literal)


def all_colons(text: str, start: int, end: int) -> bool:
    """Are all `spark.` settings of a text written `key: value`, so that YAML and properties read them alike?"""
    lines = [line for line in _setting_lines(text[start:end]) if _SPARK_LINE.match(line)]
    return bool(lines) and all(map(_YAML_KEY.match, lines))


def _setting_lines(region: str) -> list[str]:
    return [region[setting.first : setting.end].rstrip("\r\n") for setting in parse(region)]


def _reads_as_yaml(region: str) -> bool:
    """Does a text look like YAML: a key with deeper lines below it, quoted values or comments behind `key: value`?"""
    if _YAML_VALUE.search(region):
        return True
    parent = -1
    for line in region.splitlines():
        bare = line.lstrip(" ")
        if not bare or bare.startswith("#"):
            continue
        indent = len(line) - len(bare)
        if 0 <= parent < indent:
            return True
        parent = indent if _YAML_PARENT.match(line) else -1
    return False
