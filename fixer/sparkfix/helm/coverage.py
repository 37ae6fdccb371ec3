"""Which places in templates no values set of the repository renders."""

from __future__ import annotations

from sparkfix.formats.helm.lexer import parse
from sparkfix.helm.arms import ArmPlace, Key
from sparkfix.helm.charts import Charts
from sparkfix.helm.renderer import CannotRender
from sparkfix.helm.values import top_chart
from sparkfix.model import Place
from sparkfix.workspace.workspace import Workspace

REMARK = "in an arm that no values file here reaches"


def unreached(charts: Charts, workspace: Workspace, place: Place) -> str:
    """A remark for a place in an arm of a template that no given values reach, else an empty text.

    Charts that render with none of their values sets are not judged.
    """
    missed = _missed(charts, workspace, place)
    return f"{REMARK}: {missed[-1][0].condition}" if missed else ""


def never_rendered(charts: Charts, workspace: Workspace, place: Place) -> str:
    """The condition of the arm around a place that neither given nor derived values reach; else an empty text."""
    return next((arm.condition for arm, derived in reversed(_missed(charts, workspace, place)) if not derived), "")


def _missed(charts: Charts, workspace: Workspace, place: Place) -> list[tuple[ArmPlace, bool]]:
    """The arms around a place that no given values reach, and whether derived ones do."""
    own = workspace.chart_of(place.path)
    if own is None:
        return []
    chart = top_chart(workspace, own)
    try:
        arms = charts.arms(workspace, chart)
    except CannotRender:
        return []
    if arms is None or len(arms.errors) == len(charts.given_sets(workspace, chart)):
        return []
    files = charts.files(workspace, chart)
    inside = next((path for path, at in files.places.items() if at == place.path), None)
    text = files.templates().get(inside) if inside is not None else None
    if inside is None or text is None:
        return []
    offset = len((workspace.data(place.path) or b"")[: place.span.start].decode("utf-8", "replace"))
    keys: set[Key] = {(inside, arm.branch, arm.index) for arm in parse(text).guard(offset)}
    derived = [(one, True) for one in arms.by_derived if one.key in keys]
    return [*derived, *((one, False) for one in arms.unreached if one.key in keys)]
