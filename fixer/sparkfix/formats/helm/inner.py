"""The template of a text that stands inside a template."""

from __future__ import annotations

from dataclasses import replace

from sparkfix.formats.helm.lexer import Template
from sparkfix.text.source import SourceText


def inner_template(template: Template, inner: SourceText) -> Template:
    """The actions and arms of a template as they stand in a text inside it; arms keep their names.

    An arm that holds the whole inner text holds all of it there, too. A text whose placement is unknown has none.
    """
    placement = inner.placement
    if placement is None or not placement.starts:
        return Template((), ())
    first, last = placement.starts[0], placement.ends[-1]
    actions = tuple(
        replace(action, start=placement.offset(action.start), end=placement.offset(action.end))
        for action in template.within(first, last)
    )
    branches = tuple(
        replace(
            branch,
            start=placement.offset(max(branch.start, first)),
            end=placement.offset(min(branch.end, last)),
        )
        for branch in template.branches
        if branch.start < last and branch.end > first
    )
    return Template(actions, branches, _starts=[action.start for action in actions])
