"""What rules say and want: changes, fixes, findings; rules themselves; and what became of it all."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from sparkfix.model.places import Edit, Place
from sparkfix.model.properties import Property, PropertyBlock
from sparkfix.model.workloads import Command, Container, CustomResource, Node, SparkVersion, Word, Workload


class Applicability(str, enum.Enum):
    """How freely a fix may be written: ruff's three levels."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display-only"


class Severity(str, enum.Enum):
    """How bad a finding is; `note` never fails a check."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(str, enum.Enum):
    """How sure the evidence makes us that the finding is a fault."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


# Changes: what a rule wants done, in the words of Spark and Kubernetes. Formats turn them into edits.


@dataclass(frozen=True, slots=True)
class SetValue:
    """Give a property another value. Not possible for aliased, folded or base64 values."""

    property: Property
    value: str


@dataclass(frozen=True, slots=True)
class Add:
    """Add a property beside another one, in the style of that neighbour. Not possible where one line holds the block."""

    beside: Property
    key: str
    value: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a property with its whole line."""

    property: Property


@dataclass(frozen=True, slots=True)
class CommentOut:
    """Turn a property's line into a comment. Not possible in flow maps and quoted scalars."""

    property: Property


@dataclass(frozen=True, slots=True)
class RenameKey:
    """Give a property another key, keeping its value."""

    property: Property
    key: str


@dataclass(frozen=True, slots=True)
class AddComment:
    """Put a comment line above a property. Only possible in properties text whose lines are lines of the file."""

    property: Property
    text: str


@dataclass(frozen=True, slots=True)
class AddEnv:
    """Add an environment variable: one that the Downward API fills from `field_path`, or with a fixed `value`."""

    container: Container
    name: str
    field_path: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class AddInitContainer:
    """Add an init container to the container's pod. `spec` is plain data; strings may hold template actions."""

    container: Container
    name: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AddProbe:
    """Add a probe (`kind` is `startupProbe`, …) to a container. `spec` is plain data; strings may hold actions."""

    container: Container
    kind: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AddField:
    """Add `key: value` to a map of a manifest. `value` is plain data. Not possible in flow style."""

    path: str
    owner: Node
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class AddItem:
    """Add an item to the list below `key` of a map of a manifest, as the first one; the list is made if missing.

    `more` are items that follow it. Not possible where a template fills the list.
    """

    path: str
    owner: Node
    key: str
    item: Mapping[str, Any]
    more: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class SetField:
    """Give a scalar of a manifest another text. Not possible for block scalars and texts over several lines."""

    path: str
    field: Node
    value: str


@dataclass(frozen=True, slots=True)
class SetWords:
    """Give a command other words: its own `Word`s where they stay, plain text where a word is new."""

    command: Command
    words: tuple[Word | str, ...]


PropertyChange: TypeAlias = SetValue | Add | Remove | CommentOut | RenameKey | AddComment
ManifestChange: TypeAlias = AddEnv | AddInitContainer | AddProbe | AddField | AddItem | SetField | SetWords
Change: TypeAlias = PropertyChange | ManifestChange
_ABOUT_A_PROPERTY = (SetValue, Remove, CommentOut, RenameKey, AddComment)


def property_of(change: Change) -> Property | None:
    """The property that a change is about or puts a new one beside; None for containers, fields and commands."""
    if isinstance(change, Add):
        return change.beside
    return change.property if isinstance(change, _ABOUT_A_PROPERTY) else None


def with_property(change: Change, item: Property) -> Change:
    """The same change of another property; what is about no property stays as it is."""
    if isinstance(change, Add):
        return replace(change, beside=item)
    return replace(change, property=item) if isinstance(change, _ABOUT_A_PROPERTY) else change


def with_command(change: SetWords, command: Command) -> SetWords:
    """The same reordering of another command with as many words."""
    order = {id(word): position for position, word in enumerate(change.command.words)}
    words = (word if isinstance(word, str) else command.words[order[id(word)]] for word in change.words)
    return SetWords(command, tuple(words))


def path_of(change: Change) -> str:
    """The file that a change is about."""
    if isinstance(change, Add):
        return change.beside.path
    if isinstance(change, _ABOUT_A_PROPERTY):
        return change.property.path
    if isinstance(change, (AddEnv, AddInitContainer, AddProbe)):
        return change.container.path
    return change.command.path if isinstance(change, SetWords) else change.path


def start_of(change: Change) -> int:
    """The byte in that file at which what a change is about begins."""
    item = property_of(change)
    if item is not None:
        return item.key_span.start
    if isinstance(change, (AddEnv, AddInitContainer, AddProbe)):
        return change.container.start
    if isinstance(change, (AddField, AddItem)):
        return change.owner.span.start
    if isinstance(change, SetField):
        return change.field.span.start
    return change.command.words[0].span.start if isinstance(change, SetWords) else 0


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to cure a finding: all of `changes`, or none.

    `solution` is its number where a finding offers alternatives. `notes` are the honest lines printed when it is
    applied: what it does on this Spark version, and what would help more.
    """

    title: str
    changes: tuple[Change, ...]
    applicability: Applicability = Applicability.UNSAFE
    solution: int | None = None
    notes: tuple[str, ...] = ()
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, where it is, and how it could be cured.

    The first place is the primary one. `preferred` is the solution that plain `apply` takes, if it is safe;
    None means the only fix. `listed` is False for a finding that is kept quiet unless a solution is asked for.
    `rule` and `severity` are filled in by the engine where the rule leaves them open, and so are `remarks`: lines on
    where the finding holds, and `views`: what has to be rendered to see it, nothing for what files show as written.
    """

    message: str
    places: tuple[Place, ...]
    fixes: tuple[Fix, ...] = ()
    rule: str = ""
    severity: Severity | None = None
    confidence: Confidence = Confidence.HIGH
    version: SparkVersion | None = None
    preferred: int | None = None
    listed: bool = True
    confidential: bool = False
    remarks: tuple[str, ...] = ()
    views: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.places:
            raise ValueError("a finding needs a primary place")

    @property
    def primary(self) -> Place:
        return self.places[0]

    def solution(self, number: int) -> Fix | None:
        return next((fix for fix in self.fixes if fix.solution == number), None)


Subject: TypeAlias = PropertyBlock | Workload | Command | CustomResource
Options: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its identity and page.

    `subject` is the type that `check` takes. `mentions` are byte strings of which a file must hold at least one
    before the rule is tried on its unit (a chart or a folder), and `requires` words that must all stand there.
    `since`/`before` bound the Spark versions it speaks of.
    `solutions` is the highest number that its fixes bear. `rendered` says that it also looks at what files are
    rendered to, `derived` that it does so with values that nobody gives, for arms that no values file reaches.
    """

    id: str
    severity: Severity
    subject: type
    check: Callable[..., Iterable[Finding]]
    page: str
    mentions: tuple[bytes, ...] = (b"spark.",)
    requires: tuple[bytes, ...] = ()
    since: str = ""
    before: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    solutions: int = 1
    rendered: bool = True
    derived: bool = True

    @property
    def summary(self) -> str:
        return self.page.strip().splitlines()[0]


@dataclass(frozen=True, slots=True)
class AppliedFix:
    """A fix that was made; `at` is its place (`path:line:column`) in the text as it was before the run.

    `proof` is what rendering showed of it, in words.
    """

    finding: Finding
    fix: Fix
    edits: tuple[Edit, ...]
    at: str = ""
    proof: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedFix:
    """A fix that was wanted but not made, and why; `at` is its place (`path:line:column`)."""

    finding: Finding
    fix: Fix
    reason: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file's bytes before and after."""

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was not understood, with the reason; `line` is 1-based, 0 if unknown."""

    path: str
    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """A place (1-based line) where a key stands unread; `command` says that it is an option of a command there."""

    path: str
    line: int
    key: str
    command: bool


def with_rule(finding: Finding, rule: Rule) -> Finding:
    """The finding with the rule's id, and the rule's severity unless it brought its own."""
    return replace(finding, rule=rule.id, severity=finding.severity or rule.severity)
