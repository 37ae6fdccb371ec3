"""Which arms of a chart's templates no values set reaches, and values derived from their conditions that do.

Every derived set is rendered with marks: it counts for the arms whose text came out, and for nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sparkfix.helm.archive import ChartFiles
from sparkfix.helm.arms import ArmPlace, Arms, Key, conditions_of, enabling, find_arms
from sparkfix.helm.conditions import Needs, as_values, joined_needs, proposals
from sparkfix.helm.defaults import effective_values, value_at
from sparkfix.helm.expressions import Path
from sparkfix.helm.inline import Data
from sparkfix.helm.marks import Effort, mark_templates
from sparkfix.helm.protocol import merged
from sparkfix.helm.renderer import Job, Renderer
from sparkfix.helm.values import ValuesSet

MOST_SETS = 16
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Explored:
    """The arms of a chart that print something: reached by the given sets, by `derived` ones, or by none.

    `by` has the name of the first derived set that reaches an arm; `errors` are the messages of given sets that do not
    render, by name. `base` is the given set that the derived ones build on.
    """

    reached: tuple[ArmPlace, ...]
    by_derived: tuple[ArmPlace, ...]
    derived: tuple[ValuesSet, ...]
    by: Mapping[Key, str]
    unreached: tuple[ArmPlace, ...]
    errors: Mapping[str, str]
    base: str = ""


@dataclass(frozen=True, slots=True)
class _Trial:
    needs: Needs
    arms: tuple[ArmPlace, ...]


def explore(
    renderer: Renderer, chart: ChartFiles, sets: Sequence[ValuesSet], data: Data, most: int = MOST_SETS
) -> Explored:
    """Find the arms that no set reaches and derive at most `most` sets that reach them.

    Derived sets build on the first given set that renders; without one nothing can be derived.
    """
    arms = find_arms(chart)
    probe = _prober(renderer, chart, arms)
    results = probe([item.job(data) for item in sets])
    errors = {item.name: error for item, (_, error) in zip(sets, results, strict=True) if error}
    seen = frozenset().union(*(keys for keys, _ in results))
    reached = [place for key, place in arms.places.items() if key in seen]
    left = [place for key, place in arms.places.items() if key not in seen]
    base = next((item for item, (_, error) in zip(sets, results, strict=True) if not error), None)
    found: list[tuple[ValuesSet, frozenset[Key]]] = []
    if base is not None and left and most > 0:
        found = _derive(chart, arms, base, left, data, probe, most)
    chosen = _fewest(found, {place.key for place in left}, most)
    by = {key: item.name for item, keys in reversed(chosen) for key in keys}
    return Explored(
        tuple(reached),
        tuple(place for place in left if place.key in by),
        tuple(item for item, _ in chosen),
        {place.key: by[place.key] for place in left if place.key in by},
        tuple(place for place in left if place.key not in by),
        errors,
        base.name if base is not None else "",
    )


_Probe = Callable[[Sequence[Job]], "list[tuple[frozenset[Key], str]]"]


def _prober(renderer: Renderer, chart: ChartFiles, arms: Arms) -> _Probe:
    """A function that renders and tells the arms that came out, or Helm's message."""
    plain = chart.archive()
    marked = [mark_templates(chart.templates(), effort) for effort in (Effort.ALL, Effort.TEXT_ONLY)]
    archives = [chart.archive(item.texts) for item in marked]

    def probe(jobs: Sequence[Job]) -> list[tuple[frozenset[Key], str]]:
        truth = renderer.render(plain, jobs)
        found: list[set[Key]] = [set() for _ in jobs]
        for archive, marks in zip(archives, marked, strict=True):
            # With fewer marks only where more of them broke the rendering.
            todo = [index for index, keys in enumerate(found) if not keys and not truth[index].error]
            for index, result in zip(todo, renderer.render(archive, [jobs[i] for i in todo]), strict=True):
                numbers = {int(number) for text in result.files.values() for _, number in marks.found.findall(text)}
                found[index].update(key for number in numbers for key in arms.under(marks.marks[number]))
        return [(frozenset(keys), item.error) for keys, item in zip(found, truth, strict=True)]

    return probe


def _derive(
    chart: ChartFiles, arms: Arms, base: ValuesSet, left: Sequence[ArmPlace], data: Data, probe: _Probe, most: int
) -> list[tuple[ValuesSet, frozenset[Key]]]:
    """Sets that reach something new. Each round tries the next proposal of the arms that are still not reached."""
    defaults = effective_values(chart, base.job(data))
    options = {place.key: list(_options(chart, arms, place, defaults)) for place in left}
    open_arms = {place.key: place for place in left}
    found: list[tuple[ValuesSet, frozenset[Key]]] = []
    for number in range(_MOST_ROUNDS):
        trials = _trials(
            [(place, options[key][number]) for key, place in open_arms.items() if len(options[key]) > number], most
        )
        while trials:
            sets = [_derived(base, trial.needs) for trial in trials]
            again: list[_Trial] = []
            for trial, item, (keys, error) in zip(trials, sets, probe([item.job(data) for item in sets]), strict=True):
                new = keys & open_arms.keys()
                if new:
                    found.append((item, keys))
                    open_arms = {key: place for key, place in open_arms.items() if key not in new}
                elif error and len(trial.arms) > 1:
                    again += _halves(trial, options, number)
            trials = again
    return found


def _trials(wanted: Sequence[tuple[ArmPlace, Needs]], most: int) -> list[_Trial]:
    """One trial for each different need; if these are more than may be derived, needs that go together share one."""
    by_needs: dict[str, _Trial] = {}
    for place, needs in wanted:
        name = json.dumps(sorted((".".join(path), value) for path, value in needs.items()), default=str)
        known = by_needs.get(name)
        by_needs[name] = _Trial(needs, (*known.arms, place) if known else (place,))
    trials = list(by_needs.values())
    if len(trials) <= most:
        return trials
    packed: list[_Trial] = []
    for trial in trials:
        for index, other in enumerate(packed):
            joined = joined_needs(other.needs, trial.needs)
            if joined is not None:
                packed[index] = _Trial(joined, other.arms + trial.arms)
                break
        else:
            packed.append(trial)
    return packed


def _halves(trial: _Trial, options: Mapping[Key, Sequence[Needs]], number: int) -> Iterator[_Trial]:
    """A trial that does not render, cut in two: some of its needs may be at fault."""
    middle = len(trial.arms) // 2
    for part in (trial.arms[:middle], trial.arms[middle:]):
        needs: Needs = {}
        for place in part:
            needs = joined_needs(needs, options[place.key][number]) or needs
        yield _Trial(needs, part)


def _options(chart: ChartFiles, arms: Arms, place: ArmPlace, defaults: Mapping[str, Any]) -> Iterator[Needs]:
    """Proposals for an arm, in terms of the top chart's values."""
    for prefix, wanted in conditions_of(arms, place):
        path, switches = enabling(chart, prefix)
        own = {switch: value for switch, value in switches if value_at(defaults, switch) is not value}

        def current(inner: Path, path: Path = path) -> Any:
            return value_at(defaults, (*path, *inner))

        for needs in proposals(wanted, current):
            joined = joined_needs(own, {_global(path, inner): value for inner, value in needs.items()})
            if joined:
                yield joined


def _global(prefix: Path, path: Path) -> Path:
    """A subchart's value as the top chart's: `global` is shared by all."""
    return path if path[:1] == ("global",) else (*prefix, *path)


def _derived(base: ValuesSet, needs: Needs) -> ValuesSet:
    values = as_values(needs)
    told = ", ".join(f"{'.'.join(path)}={json.dumps(value, default=str)}" for path, value in needs.items())
    return replace(base, name=f"derived: {told}", values=merged(base.values, values), derived=True)


def _fewest(
    found: Sequence[tuple[ValuesSet, frozenset[Key]]], wanted: set[Key], most: int
) -> list[tuple[ValuesSet, frozenset[Key]]]:
    """The sets that reach most, until all that can be is reached or there are enough."""
    chosen: list[tuple[ValuesSet, frozenset[Key]]] = []
    left = set(wanted)
    while len(chosen) < most and found:
        best = max(found, key=lambda item: len(item[1] & left))
        if not best[1] & left:
            break
        chosen.append(best)
        left -= best[1]
    return chosen
