"""Calls in Scala and Java, and the chains that they make: what is called on what, with which arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sparkfix.formats.code.chains import kind_of_name, kinds_of
from sparkfix.formats.code.quoted import Dialect, quoted_literal
from sparkfix.formats.code.settings import Value
from sparkfix.formats.code.slots import Slot
from sparkfix.formats.code.tree import Tree, range_of
from sparkfix.model import Refused

DIALECT = Dialect()
_STRINGS = ("string", "string_literal")
_NUMBERS = frozenset((
    "integer_literal", "floating_point_literal", "boolean_literal", "decimal_integer_literal",
    "decimal_floating_point_literal", "true", "false",
))  # fmt: skip
_NUMBER = re.compile(r"(?P<value>\d+(?:\.\d+)?|true|false)(?P<suffix>[lLdDfF]?)")


@dataclass(frozen=True)
class Call:
    """A call of a method: its node, what it is called on, the method's name, and its arguments."""

    node: Any
    receiver: Any
    name: str
    name_node: Any
    arguments: tuple[Any, ...]

    def dot(self, tree: Tree) -> int:
        """The position of the dot before the method's name."""
        return tree.source.folded.rindex(".", self.receiver.end_byte, self.name_node.start_byte)


def call_of(tree: Tree, node: Any) -> Call | None:
    """The call that a node is; None if it is none of a method of something."""
    if node.type == "method_invocation":
        receiver, name = node.child_by_field_name("object"), node.child_by_field_name("name")
    else:
        function = node.child_by_field_name("function") if node.type == "call_expression" else None
        if function is None or function.type != "field_expression":
            return None
        receiver, name = function.child_by_field_name("value"), function.child_by_field_name("field")
    given = node.child_by_field_name("arguments")
    if receiver is None or name is None or given is None or given.type not in ("arguments", "argument_list"):
        return None
    arguments = tuple(child for child in given.named_children if "comment" not in child.type)
    return Call(node, receiver, tree.folded(name), name, arguments)


@dataclass(frozen=True)
class Chain:
    """Calls one behind the other, first to last, with what each is made on (see `kinds_of`), and their root."""

    calls: tuple[Call, ...]
    kinds: tuple[str, ...]
    root: Any


def chain_of(tree: Tree, last: Call) -> Chain:
    """The chain whose last call is given."""
    calls: list[Call] = []
    names: list[tuple[int, str]] = []
    call: Call | None = last
    node = last.node
    while call is not None or node.type in ("field_expression", "field_access"):
        if call is not None:
            calls.append(call)
            names.append((len(calls), call.name))
            node = call.receiver
        else:
            field = node.child_by_field_name("field")
            names.append((len(calls), tree.folded(field) if field is not None else ""))
            node = node.child_by_field_name("value") or node.child_by_field_name("object")
        call = call_of(tree, node)
    kinds = kinds_of(names, len(calls), _kind_of_root(tree, node))
    return Chain(tuple(reversed(calls)), tuple(reversed(kinds)), node)


def _kind_of_root(tree: Tree, node: Any) -> str:
    text = tree.folded(node)
    if node.type == "identifier":
        return kind_of_name(text, tree.source.folded)
    return "conf" if re.match(r"\(?\s*new\s+(?:[\w.]+\.)?SparkConf\b", text) else ""


def value_of(tree: Tree, node: Any) -> Value:
    """The value of an expression: a literal, or something that is only known at run time."""
    start, end = range_of(node)
    code = tree.code(node)
    if node.type in _STRINGS:
        literal = quoted_literal(tree.source, start, end, DIALECT)
        if literal is not None:
            return Value(literal.text, Slot(start, end, DIALECT.written), literal=literal)
        if node.type == "string" and code.startswith('"""') and "\\u" not in code and "\r" not in code:
            return Value(code[3:-3], Slot(start, end, _raw))
    number = _NUMBER.fullmatch(code) if node.type in _NUMBERS else None
    if number is not None:
        return Value(number["value"], Slot(start, end, _number(number["value"], number["suffix"])))
    return Value(f"{{{{ {' '.join(code.split())} }}}}", Slot(start, end, DIALECT.written), True, "it is computed")


def _number(old: str, suffix: str) -> Callable[[str], str]:
    def write(text: str) -> str:
        written = DIALECT.bare(old, text)
        return written if written.startswith('"') else written + suffix

    return write


def _raw(text: str) -> str:
    if '"""' in text or text.endswith('"') or "\\u" in text or re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", text):
        raise Refused("a string in three quotes cannot hold this")
    return f'"""{text}"""'
