"""What a cluster would see of some files: rendered manifests as a workspace of their own, and the way back to the files.

A chart with one values set is a view (`sparkfix.helm.views`), and so is a kustomize overlay
(`sparkfix.workspace.kustomize.views`). Rules run over views as they run over files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from sparkfix.model import Command, Node, Place, Property, Span, Workload
from sparkfix.workspace.expanders import folder_expander
from sparkfix.workspace.version import detect_version
from sparkfix.workspace.workspace import Workspace

if TYPE_CHECKING:
    from sparkfix.workspace.kustomize.charts import Chart


@dataclass(frozen=True, slots=True)
class ValuePart:
    """A scalar of a file that is printed into a rendered value, with the text that stands before and behind it there.

    `elsewhere` is another file and line that prints it, too, if there is one: a change would show there as well.
    `line` is the file of the view and the line (from 1) that it is printed into, `others` are those besides.
    """

    path: str
    field: Node
    before: str = ""
    after: str = ""
    elsewhere: str = ""
    line: tuple[str, int] = ("", 0)
    others: frozenset[tuple[str, int]] = frozenset()


class Sources(Protocol):
    """The way back from a view. Methods that look for what can be edited raise `Refused` with the reason if they fail."""

    def place(self, path: str, span: Span) -> tuple[Place, ...]:
        """Where the text of a place of the view comes from, the line that prints it first; empty if it is not known."""

    def line(self, path: str, number: int) -> tuple[str, int] | None:
        """The file and line (from 1) that a line of the view comes from."""

    def property(self, item: Property) -> Property:
        """The property of a file that the view's property comes from: what a new one is put beside, what is removed."""

    def value(self, item: Property) -> tuple[Property | ValuePart, ...]:
        """What may be set to give the view's property another value, the likeliest first."""

    def node(self, path: str, node: Node) -> tuple[str, Node]:
        """The map, list or scalar of a file that the view's node comes from, and the file."""

    def scalar(self, path: str, node: Node) -> tuple[ValuePart, ...]:
        """What may be set to give a scalar of the view another text."""

    def overridden(self, path: str, span: Span, value: str) -> tuple[tuple[Place, str], ...]:
        """What a property with this value would be without the file that decides it: places further down that set it,
        each with the value there, the strongest first; none where that is not known."""

    def command(self, command: Command) -> Command:
        """The command of a file with the same words in the same order."""


def completed(workspace: Workspace, workload: Workload, path: str) -> Workload:
    """A workload of a view with what the files around `path` say that are not rendered: the version, scripts that fill in
    variables."""
    unit = workspace.unit_of(path)
    version = workload.version or detect_version(
        workspace, unit, path, owner=None, server=None, blocks=(), commands=(), role=workload.role
    )
    expands = workload.expands_variables or folder_expander(workspace, unit)
    return replace(workload, version=version, expands_variables=expands)


def _as_it_is(workload: Workload) -> Workload:
    return workload


def _everywhere(place: Place) -> bool:
    del place
    return True


def _any_file(path: str) -> bool:
    del path
    return True


@dataclass(frozen=True)
class View:
    """Rendered manifests. `name` says to people what was rendered; files of `workspace` have names of their own.

    `complete` adds to a workload what only the files tell (versions, scripts beside them). `derived` is True where no
    file of the repository asks for this view (values derived from conditions); then it is of use for findings that
    `keeps` is True for a place of. `asked` is True where a user named what is rendered: what it shows is then told
    wherever the text stands. `reads` tells whether a file has a part in the view. `opaque` are files that a chart made
    for an overlay, and `values` the values files of such charts: changes there are proven where the chart is rendered.

    `chart` is the folder of the chart that is rendered, `release` the file that deploys it so; `bare` is True for its
    default values, of which nobody says that they are deployed. `within` are the names of renderings of charts that an
    overlay stands for.
    """

    name: str
    workspace: Workspace
    sources: Sources
    derived: bool = False
    asked: bool = False
    chart: str | None = None
    release: str = ""
    bare: bool = False
    within: tuple[str, ...] = ()
    opaque: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    complete: Callable[[Workload], Workload] = _as_it_is
    keeps: Callable[[Place], bool] = _everywhere
    reads: Callable[[str], bool] = _any_file


class ViewsOfCharts(Protocol):
    """Makes the views of charts (see `sparkfix.helm.views`). Charts are named by their folders."""

    def top(self, workspace: Workspace, chart: str) -> str:
        """The chart that carries this one, directly or not; itself if none does."""

    def packs_spark(self, workspace: Workspace, chart: str) -> bool:
        """May a packed chart in the `charts/` of a chart say something of Spark?"""

    def linked(self, workspace: Workspace, chart: str) -> frozenset[str]:
        """The files of a chart that stand in no chart: symbolic links lead to them."""

    def inflated(self, workspace: Workspace, path: str, chart: Chart) -> View | None:
        """The view of a chart as the kustomization file `path` has it rendered; None if it does not render so."""

    def of(self, workspace: Workspace, chart: str) -> tuple[View, ...]:
        """The views of a chart, the same objects as long as its content is the same; none where nothing renders."""

    def unreached(self, workspace: Workspace, place: Place) -> str:
        """A remark for a place in a template that no values of the repository render, else an empty text."""
