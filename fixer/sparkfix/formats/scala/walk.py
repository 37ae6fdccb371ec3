"""The walk through Scala and Java: which calls and maps hold settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sparkfix.formats.code.chains import ENV, LONE, OF_BUILDERS, PAIRS, TWINS, sets_twin
from sparkfix.formats.code.places import Link, Statement, gap_before
from sparkfix.formats.code.runs import Run
from sparkfix.formats.code.settings import Pattern, Value, item_of, setting
from sparkfix.formats.code.slots import Form, Slot
from sparkfix.formats.code.tree import Tree, is_broken, range_of
from sparkfix.formats.scala.calls import DIALECT, Call, Chain, call_of, chain_of, value_of
from sparkfix.model import Property, PropertyBlock, Refused

_BLOCKS = frozenset(("block", "template_body", "indented_block", "compilation_unit", "constructor_body"))
_MAPS = frozenset(("Map", "Seq", "List", "HashMap", "LinkedHashMap", "Array"))
_COMMENT = "//"
_NAMED = frozenset(
    ("function_definition", "method_declaration", "object_definition", "class_definition", "class_declaration")
)
_UNKNOWN = "the code around it is not understood"


@dataclass
class Reader:
    """A text that is read, and its blocks so far."""

    tree: Tree
    blocks: list[PropertyBlock] = field(default_factory=list)

    def read(self) -> tuple[PropertyBlock, ...]:
        self._visit(self.tree.root, "")
        return tuple(sorted(self.blocks, key=lambda block: block.span))

    def _add(self, carrier: str, where: str, what: str, properties: Sequence[Property], start: int, end: int) -> None:
        if properties:
            path, span = self.tree.source.path, self.tree.source.span(start, end)
            words = ": ".join(part for part in (where, what) if part)
            self.blocks.append(PropertyBlock(path, carrier, words, tuple(properties), span))

    def _visit(self, node: Any, where: str) -> None:
        if not self.tree.matters(node):
            return
        if node.type in _NAMED:
            name = node.child_by_field_name("name")
            own = self.tree.folded(name) if name is not None else ""
            where = ".".join(part for part in (where, own) if part)
        call = call_of(self.tree, node)
        if call is not None:
            self._chain(chain_of(self.tree, call), where)
        elif node.type in _BLOCKS or node.type == "program":
            self._body(node, where)
        else:
            if node.type == "call_expression":
                self._map(node, where)
            for child in node.named_children:
                self._visit(child, where)

    def _body(self, node: Any, where: str) -> None:
        """The statements of a block; those that set properties of one object, one behind the other, are one place."""
        run: Run | None = None
        statements = [child for child in node.named_children if "comment" not in child.type]
        for index, line in enumerate(statements):
            last = node.type in ("block", "indented_block") and line.type == "call_expression"
            alone = "it may be the value of its block" if last and index + 1 == len(statements) else ""
            own = self._statement(line, alone) if self.tree.matters(line) else None
            joined = run.followed_by(own) if run is not None else None
            if joined is not None:
                run = joined
                continue
            self._end(run, where)
            run = own
            if own is None:
                self._visit(line, where)
        self._end(run, where)

    def _end(self, run: Run | None, where: str) -> None:
        if run is not None:
            self._add("JVM calls", where, run.receiver, run.properties, run.start, run.end)

    def _statement(self, line: Any, alone: str) -> Run | None:
        """The settings of a statement that does nothing but make them."""
        node = line.named_children[0] if line.type == "expression_statement" and line.named_children else line
        call = call_of(self.tree, node)
        if call is None:
            return None
        chain = chain_of(self.tree, call)
        found = self._settings(
            chain, Statement(*range_of(node), _COMMENT, ";" if line is not node else "", alone=alone)
        )
        if not found or len(found) != len(_own(chain)):
            return None
        self.tree.omitted.whole.add(range_of(line))
        single = any(one.name == "setIfMissing" for one in chain.calls)
        receiver = " ".join(self.tree.code(found[0][0].receiver).split())
        return Run(receiver, tuple(item for _, item in found), *range_of(node), single)

    def _chain(self, chain: Chain, where: str) -> None:
        run = []
        found = self._settings(chain, None)
        for call, item in found:
            self.tree.omitted.links.add(range_of(call.node))
            if call.name == "setIfMissing":
                self._add("JVM calls", where, call.name, [item], *range_of(call.node))
            else:
                run.append(item)
        words = {"builder": "SparkSession.builder", "conf": "SparkConf"}
        what = next((words[kind] for kind in chain.kinds if kind in words), "")
        if run:
            what = what or " ".join(self.tree.code(found[0][0].receiver).split())
            self._add("JVM calls", where, what, run, *range_of(chain.calls[-1].node))
        for call in chain.calls:
            for argument in call.arguments:
                self._visit(argument, where)
        self._visit(chain.root, where)

    def _settings(self, chain: Chain, statement: Statement | None) -> list[tuple[Call, Property]]:
        """The calls of a chain that set a property, each with it; `statement` is the place of a chain that is one."""
        calls = zip(chain.calls, chain.kinds, strict=True)
        known = [(call, kind, pair) for call, kind in calls if (pair := self._pair(call, kind)) is not None]
        single = len(_own(chain)) == 1
        bare = single and chain.root.type == "identifier"
        found = []
        for call, kind, (key, value, made) in known:
            start, end = range_of(call.node)
            if not bare and (statement is None or not single) and (kind in ("builder", "conf") or len(known) > 1):
                place: Link | Statement = self._link(chain, call)
                start = call.dot(self.tree)
            else:
                place = statement or Statement(start, end, _COMMENT, bound="it is no statement of its own")
                made = self.tree.source.text(start, call.dot(self.tree)) + made
            twin = key.slot.start == call.name_node.start_byte
            form = None if twin else Form(start, end, key.slot, value.slot)
            pattern = Pattern(form, made, _COMMENT, LONE if call.name == "setIfMissing" else "")
            item = setting(self.tree.source, key, value, place, pattern)
            found.append((call, replace(item, locked=_UNKNOWN) if is_broken(call.node) else item))
        return found

    def _link(self, chain: Chain, call: Call) -> Link:
        index = chain.calls.index(call)
        gap = self._gap(call)
        if "\n" not in gap and index + 1 < len(chain.calls):
            gap = self._gap(chain.calls[index + 1])
        return Link(call.receiver.end_byte, call.dot(self.tree), call.node.end_byte, _COMMENT, gap, True)

    def _gap(self, call: Call) -> str:
        return gap_before(self.tree.source.text(call.receiver.end_byte, call.dot(self.tree)), _COMMENT)

    def _pair(self, call: Call, kind: str) -> tuple[Value, Value, str] | None:
        """Key and value that a call sets, and the form of a call that sets another one."""
        values = [value_of(self.tree, argument) for argument in call.arguments[:2]]
        if sets_twin(call.name, kind) and len(call.arguments) == 1:
            slot = Slot(*range_of(call.name_node), DIALECT.written)
            made = ".config({}, {})" if call.name in OF_BUILDERS else ".set({}, {})"
            return Value(TWINS[call.name], slot, locked=f"`.{call.name}` sets no other property"), values[0], made
        if len(call.arguments) != 2 or values[0].literal is None:
            return None
        key, value = values
        if call.name == "setExecutorEnv":
            slot = replace(key.slot, write=_environment)
            return replace(key, text=ENV + key.text, slot=slot), value, ".setExecutorEnv({}, {})"
        if call.name in PAIRS and key.text.startswith("spark."):
            return key, value, f".{call.name}({{}}, {{}})"
        return None

    def _map(self, node: Any, where: str) -> None:
        """`Map("spark.a" -> "1")`."""
        function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or given is None or self.tree.folded(function).rpartition(".")[2] not in _MAPS:
            return
        entries = [child for child in given.named_children if "comment" not in child.type]
        ranges = [range_of(entry) for entry in entries]
        properties = []
        for index, entry in enumerate(entries):
            sides = [entry.child_by_field_name(name) for name in ("left", "operator", "right")]
            if entry.type != "infix_expression" or None in sides or self.tree.folded(sides[1]) != "->":
                continue
            key, value = value_of(self.tree, sides[0]), value_of(self.tree, sides[2])
            if key.literal is not None and key.text.startswith("spark.") and sides[2].type != "call_expression":
                item = item_of(ranges, index, _COMMENT)
                item = replace(item, last_comma=False)
                pattern = Pattern(Form(item.start, item.end, key.slot, value.slot), "{} -> {}", _COMMENT)
                one = setting(self.tree.source, key, value, item, pattern)
                properties.append(replace(one, locked=_UNKNOWN) if is_broken(entry) else one)
                self.tree.omitted.whole.add(range_of(entry))
        self._add("Scala map", where, self.tree.folded(function), properties, *range_of(node))


def _own(chain: Chain) -> list[Call]:
    """The calls of a chain but for those that only lead to settings: `spark.conf()`."""
    return [call for call in chain.calls if call.name != "conf"]


def _environment(text: str) -> str:
    if not text.startswith(ENV):
        raise Refused(f"`.setExecutorEnv` sets properties that begin with `{ENV}`")
    return DIALECT.written(text.removeprefix(ENV))
