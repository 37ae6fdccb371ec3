"""The arms of a chart's templates that print something: where they stand, and which values would turn each on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sparkfix.formats.helm.lexer import Branch, Template, parse
from sparkfix.helm.archive import ChartFiles, chart_prefix, dependencies, metadata
from sparkfix.helm.expressions import Literal, Node, Path, Scope, Unknown, Value, read_expression
from sparkfix.helm.marks import Effort, Kind, Mark, body_name, calls, find_marks, reached_from
from sparkfix.helm.sourcemap import Source
from sparkfix.model import Arm, Guard

_DEEPEST = 6
_MOST_WAYS = 4
_ASSIGNED = re.compile(r"(\$\w+) ?:?= ?(.*)")
_HEAD = re.compile(r"(?:else )?(if|with|range)\s+(?:\$\w+(?:\s*,\s*\$\w+)?\s*:=\s*)?(.*)", re.DOTALL)

Site = tuple[str, int]
Key = tuple[str, int, int]
"""An arm of a chart: file, offset of its branch, index in it. A subchart as a whole is `(prefix, -1, 0)`."""


@dataclass(frozen=True, slots=True)
class ArmPlace:
    """An arm: its key, where it opens, its own condition, and the arms that it is in, outermost first, with itself."""

    key: Key
    source: Source
    condition: str
    guard: Guard = ()


@dataclass(frozen=True, slots=True)
class Arms:
    """All arms of a chart that print text into manifests, and may ever do so.

    `sites` are the places that include each body: file and offset.
    """

    places: Mapping[Key, ArmPlace]
    sites: Mapping[str, tuple[Site, ...]]
    parsed: Mapping[str, Template]

    def under(self, mark: Mark) -> Iterator[Key]:
        """The arms that have printed something if this mark was seen."""
        for arm in self.parsed[mark.file].guard(mark.inside):
            yield _key(mark.file, arm)
        prefix = chart_prefix(mark.file)
        while prefix:
            yield (prefix, -1, 0)
            prefix = prefix.removesuffix("/").rpartition("/")[0].rpartition("/")[0]
            prefix = f"{prefix}/" if prefix else ""


def find_arms(chart: ChartFiles) -> Arms:
    """The arms of templates, of the bodies that they include, and subcharts that have a condition."""
    texts = chart.templates()
    parsed = {path: parse(text) for path, text in texts.items()}
    sites = _sites(parsed)
    used = _used(parsed, sites)
    places: dict[Key, ArmPlace] = {}
    for prefix, condition in _conditions(chart).items():
        source = Source(chart.places[f"{_outer(prefix)}Chart.yaml"], 1)
        places[prefix, -1, 0] = ArmPlace((prefix, -1, 0), source, f"condition {condition}")
    for mark in find_marks(texts, Effort.ALL):
        template = parsed[mark.file]
        body = _body_at(template, mark.inside)
        if mark.kind is Kind.BLANK or mark.file.endswith("/NOTES.txt"):
            continue
        if body is not None and body_name(body) not in used:
            continue
        guard = template.guard(mark.inside)
        for depth, arm in enumerate(guard):
            key = _key(mark.file, arm)
            if key not in places:
                place = Source(chart.places[mark.file], _line_of(texts[mark.file], template, arm))
                places[key] = ArmPlace(key, place, _shown(arm), guard[: depth + 1])
    return Arms(places, sites, parsed)


def conditions_of(arms: Arms, arm: ArmPlace) -> Iterator[tuple[str, list[tuple[Node, bool]]]]:
    """What must hold for an arm, once for each way to it: the prefix of the chart whose values it reads, and conditions.

    A body has the ways of the templates that include it. Whether the chart is enabled is not told, see `enabling`.
    """
    file, branch, _ = arm.key
    if branch < 0:
        yield file, []
        return
    own = list(_wanted(arms.parsed[file], arm.guard))
    for top, guards in itertools.islice(_ways(arms, file, branch, 0), _MOST_WAYS):
        yield chart_prefix(top), [*guards, *own]


def _ways(arms: Arms, file: str, offset: int, depth: int) -> Iterator[tuple[str, list[tuple[Node, bool]]]]:
    """Templates that lead to a place, with the conditions of what they include on the way."""
    body = _body_at(arms.parsed[file], offset)
    if body is None:
        yield file, []
    elif depth < _DEEPEST:
        for caller, at in arms.sites.get(body_name(body), ()):
            template = arms.parsed[caller]
            own = list(_wanted(template, template.guard(at)))
            for top, outer in _ways(arms, caller, at, depth + 1):
                yield top, [*outer, *own]


def enabling(chart: ChartFiles, prefix: str) -> tuple[Path, list[tuple[Path, bool]]]:
    """The path of a subchart's values in the top chart's, and the switches in those that turn it and its parents on."""
    path: list[str] = []
    switches: list[tuple[Path, bool]] = []
    inner = ""
    for folder in prefix.split("/")[1::2]:
        outer, inner = inner, f"{inner}charts/{folder}/"
        name = str(metadata(chart.contents, inner).get("name") or folder)
        item = next((item for item in dependencies(chart.contents, outer) if item["name"] == name), {})
        for switch in str(item.get("condition") or "").split(",")[:1]:
            if switch.strip():
                switches.append(((*path, *switch.strip().split(".")), True))
        if not item.get("condition"):
            switches += [((*path, "tags", str(tag)), True) for tag in item.get("tags") or ()]
        path.append(str(item.get("alias") or name))
    return tuple(path), switches


def _conditions(chart: ChartFiles) -> dict[str, str]:
    """Subcharts that may be off: prefix to the condition or tags that decide."""
    found = {}
    for path in chart.contents:
        prefix = chart_prefix(path)
        if prefix and path == f"{prefix}Chart.yaml":
            switches = enabling(chart, prefix)[1]
            if switches:
                found[prefix] = " and ".join(".".join(switch) for switch, _ in switches)
    return found


def _outer(prefix: str) -> str:
    return "".join(part + "/" for part in prefix.split("/")[:-3])


def _key(file: str, arm: Arm) -> Key:
    return (file, arm.branch, arm.index)


def _shown(arm: Arm) -> str:
    return f"else of {arm.conditions[0]}" if arm.condition == "else" else arm.condition


def _line_of(text: str, template: Template, arm: Arm) -> int:
    start = next((branch.start for branch in template.branches if branch.arm == arm), arm.branch)
    return text.count("\n", 0, start) + 1


def _body_at(template: Template, offset: int) -> Branch | None:
    return next(template.bodies(offset), None)


def _sites(parsed: Mapping[str, Template]) -> dict[str, tuple[Site, ...]]:
    """Where each body is included; places under few conditions first."""
    found: dict[str, list[Site]] = {}
    for file, template in parsed.items():
        for action, names in calls(template):
            for name in names:
                found.setdefault(name, []).append((file, action.start))
    return {
        name: tuple(sorted(sites, key=lambda site: len(parsed[site[0]].guard(site[1]))))
        for name, sites in found.items()
    }


def _used(parsed: Mapping[str, Template], sites: Mapping[str, Sequence[Site]]) -> frozenset[str]:
    """The bodies that templates include, directly or not."""
    called: dict[str, set[str]] = {}
    roots: set[str] = set()
    for name, places in sites.items():
        for file, offset in places:
            body = _body_at(parsed[file], offset)
            if body is None:
                roots.add(name)
            else:
                called.setdefault(body_name(body), set()).add(name)
    return reached_from(roots, called)


def _wanted(template: Template, guard: Guard) -> Iterator[tuple[Node, bool]]:
    """The conditions that an arm needs true, and those of earlier arms that it needs false."""
    dot: Path | None = ()
    for arm in guard:
        scope = _scope(template, dot)
        *earlier, own = arm.conditions or (arm.condition,)
        for condition in earlier:
            yield _condition(condition, scope)[1], False
        if own != "else":
            word, node = _condition(own, scope)
            yield node, True
            if word in ("with", "range"):
                dot = ("Values", *node.path) if word == "with" and isinstance(node, Value) else None


def scope_at(template: Template, offset: int) -> Scope:
    """What names mean at an offset: `with` gives the dot a meaning that is known, `range` one that is not."""
    dot: Path | None = ()
    for arm in template.guard(offset):
        word, node = _condition(arm.condition, _scope(template, dot))
        if word in ("with", "range"):
            dot = ("Values", *node.path) if word == "with" and isinstance(node, Value) else None
    return _scope(template, dot)


def _scope(template: Template, dot: Path | None) -> Scope:
    return Scope(dot, lambda name: _variable(template, name, dot, 0))


def _condition(text: str, scope: Scope) -> tuple[str, Node]:
    found = _HEAD.fullmatch(" ".join(text.split()))
    return (found[1], read_expression(found[2], scope)) if found else ("", Unknown())


def _variable(template: Template, name: str, dot: Path | None, depth: int) -> Node:
    """What a variable was first set to in this file; what changes later is found out by rendering."""
    if depth > 5:
        return Unknown()
    scope = Scope(dot, lambda inner: _variable(template, inner, dot, depth + 1))
    for action in template.actions:
        found = _ASSIGNED.fullmatch(action.inner) if action.kind == "assign" else None
        if found and found[1] == name:
            node = read_expression(found[2], scope)
            # A flag that starts as false is set where it matters, which is not understood.
            return Unknown() if isinstance(node, Literal) else node
    return Unknown()


def shown_conditions(arm: ArmPlace) -> str:
    """An arm's condition with those around it."""
    return " > ".join(_shown(item) for item in arm.guard) or arm.condition
