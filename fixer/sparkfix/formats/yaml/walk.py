"""What the finders of property blocks share: the walk through one document, a block in the making, and locks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sparkfix.formats.helm.extent import GOES_ON, PARTLY, goes_on, may_print_at, whole
from sparkfix.formats.yaml.compose import Composed, MappingNode, Node, ScalarNode, SequenceNode, style_of
from sparkfix.formats.yaml.entries import Piece
from sparkfix.formats.yaml.text import YamlText
from sparkfix.model import Property
from sparkfix.spark.resources import KINDS

# Keys that people mean for Hadoop, or misspell; what Spark is given below `sparkConf` it is given whatever its name.
_FOREIGN_KEY = re.compile(r"[A-Za-z][\w\-]*(?:\.[\w\-]+)+\Z", re.ASCII)
SECRET = "it is base64 in a Secret"
ALIASED = "it is shared through a YAML alias"
COMPUTED = "its key is computed"
MADE_BELOW = "the template makes its value in the lines below"
IN_A_ROW = "several settings stand on its line"
BETWEEN = "template actions stand between its key and its value"
DOUBTFUL = "template actions behind its text may print more of it"
_METADATA = re.compile(
    r"(?:.*(?:labels|annotations|selectors?|tolerations|affinity)|nodeSelectorTerms|match(?:Expressions|Fields)|description)\Z",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")


@dataclass(frozen=True)
class Found:
    """A block in the making: carrier, route of keys that leads to it, properties, range."""

    carrier: str
    route: tuple[str, ...]
    properties: tuple[Property, ...]
    start: int
    end: int
    name: str = ""
    confidential: bool = False


@dataclass
class Walk:
    """One document on the way, with the nodes that aliases share, those that were seen, and lists of words that start
    Spark."""

    text: YamlText
    document: Composed
    shared: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    launching: set[int] = field(default_factory=set)

    def piece(self, node: ScalarNode) -> Piece:
        return Piece(self.text.start(self.document, node), self.text.end(self.document, node), style_of(node))


def hands_on_all(kind: str, route: tuple[str, ...]) -> bool:
    """Is this the map of an operator's resource whose entries are all given to Spark?"""
    return route[-1:] == ("sparkConf",) and kind in KINDS


def is_foreign(key: str) -> bool:
    """Does a key look like a property of something, though not of Spark?"""
    return bool(_FOREIGN_KEY.match(key))


def is_metadata(name: str) -> bool:
    """Does a key hold Kubernetes metadata or scheduling terms, whose keys may look like properties?"""
    return bool(_METADATA.match(name))


def shared_nodes(text: YamlText, document: Composed) -> set[int]:
    """Identities of nodes that an alias names, and of all nodes below them."""
    if "*" not in text.masked[document.base : document.end]:
        return set()
    visits: dict[int, int] = {}
    shared: set[int] = set()

    def visit(node: Node, below: bool) -> None:
        identity = id(node)
        visits[identity] = visits.get(identity, 0) + 1
        if visits[identity] > 1 or below:
            below = True
            if identity in shared:
                return
            shared.add(identity)
        if isinstance(node, MappingNode):
            for key, value in node.value:
                visit(key, below)
                visit(value, below)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                visit(item, below)

    visit(document.root, False)
    return shared


def value_lock(walk: Walk, key: Piece, value: Piece, node: ScalarNode) -> str:
    """Why the template does not let an entry be edited: its value is not one piece, or not whole. Empty if it does."""
    text = walk.text
    if not text.template.actions:
        return ""
    if text.has_actions(key.start, key.end):
        return COMPUTED
    if text.has_actions(key.end, value.start):
        return BETWEEN
    if value.style in ("|", ">"):
        return DOUBTFUL if text.block_scalar_end(walk.document, node)[1] else ""
    if value.start == value.end and _made_below(text, key, value.end):
        return MADE_BELOW
    if not whole(text.template, value.start, value.end):
        return PARTLY
    return GOES_ON if goes_on(text.template, text.source.folded, value.end) else ""


def _made_below(text: YamlText, key: Piece, end: int) -> bool:
    """Does an action below a key without a value print lines deeper than the key, or in its own line?"""
    column = key.start - text.source.line_start(key.start)
    line_end, folded = text.source.line_end(key.end), text.source.folded
    return any(
        action.kind == "output" and (action.start < line_end or may_print_at(folded, action, column + 1))
        for action in text.template.within(end, next_text(text, end))
    )


def next_text(text: YamlText, position: int) -> int:
    """Where the next text stands that is neither blank, nor a comment, nor a template action."""
    found = _BLANKS.match(text.masked, position)
    return found.end() if found else position


def objects_of(root: Node) -> Iterator[tuple[Node, str, tuple[str, ...]]]:
    """The objects of a document with their kinds and the routes to them: the items of a `List`, else the document."""
    kind = kind_of(root)
    items = value_of(root, "items") if kind.endswith("List") else None
    if not isinstance(items, SequenceNode):
        yield root, kind, ()
        return
    for index, item in enumerate(items.value):
        yield item, kind_of(item) or kind.removesuffix("List"), ("items", str(index))


def kind_of(root: Node) -> str:
    """What a map says under `kind`."""
    value = value_of(root, "kind")
    return str(value.value) if isinstance(value, ScalarNode) else ""


def value_of(node: Node, name: str) -> Node | None:
    """The value of a key of a map."""
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((value for key, value in pairs if isinstance(key, ScalarNode) and key.value == name), None)


def is_confidential(kind: str) -> bool:
    """Is this a Secret, or may a template or an operator make one of it?"""
    return "Secret" in kind


def where_of(route: tuple[str, ...], kind: str) -> str:
    """The words for a place: the kind of its object and the route of keys in it."""
    shown = ".".join(step for step in route if step) or "the document"
    return f"{kind} {shown}" if kind else shown
