"""What an expression is worth: a literal, a constant of the module, or something that is only known at run time.

Parts that are computed are written between `{{` and `}}`, as in a template, with the code that computes them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import Any

from sparkfix.formats.code.settings import Value
from sparkfix.formats.code.slots import Slot
from sparkfix.formats.python.literals import (
    Quotes,
    bare_value,
    bare_written,
    string_literal,
)
from sparkfix.formats.python.syntax import Tree

_BARE = ("Integer", "Float", "UnaryOperation")
_PLAIN = Quotes("", '"')


class Values:
    """The values of a module's expressions."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def of(self, node: Any, quotes: Quotes = _PLAIN) -> Value:
        """The value of an expression; `quotes` are for texts that come in the place of what is no string."""
        kind = type(node).__name__
        if kind == "SimpleString":
            return self._string(node)
        if kind in _BARE or (kind == "Name" and node.value in ("True", "False")):
            return self._bare(node, quotes)
        if kind == "Name" and node.value == "None":
            return self._computed(node, quotes, "it is `None`")
        if kind == "Name":
            return self._name(node, quotes)
        if kind in ("ConcatenatedString", "BinaryOperation", "FormattedString"):
            return self._parts(node, quotes)
        return self._computed(node, quotes, "it is computed")

    def _slot(self, node: Any, quotes: Quotes) -> Slot:
        return Slot(*self._tree.outer_range(node), quotes.written)

    def _computed(self, node: Any, quotes: Quotes, reason: str) -> Value:
        code = re.sub(r"\s+", " ", self._tree.code(node))
        return Value(f"{{{{ {code} }}}}", self._slot(node, quotes), True, reason)

    def _string(self, node: Any) -> Value:
        literal = string_literal(self._tree.source, *self._tree.range(node))
        if literal is None:
            return self._computed(node, _PLAIN, "it is bytes, or not a text that can be read")
        slot = Slot(literal.start, literal.end, literal.quotes.written)
        return Value(literal.text, slot, "{{" in literal.text, literal=literal)  # as Airflow's templates have it

    def _bare(self, node: Any, quotes: Quotes) -> Value:
        code = self._tree.code(node)
        text = bare_value(code)
        if text is None:
            return self._computed(node, quotes, "it is computed")
        return Value(text, Slot(*self._tree.range(node), bare_written(code, quotes)))

    def _name(self, node: Any, quotes: Quotes) -> Value:
        name = node.value
        literal = self.constant(name)
        if literal is None:
            return self._computed(node, quotes, f"it is the variable `{name}`")
        value = self.of(literal, quotes)
        slot = self._slot(node, quotes)
        if value.templated:
            return self._computed(node, quotes, f"it is the variable `{name}`")
        if self._mentions(name) != 2:
            shared = f"its value is the constant `{name}`, which is used elsewhere, too"
            return Value(value.text, slot, constant=literal, shared=shared)
        if value.locked:
            return Value(value.text, slot, locked=value.locked, constant=literal)
        return Value(value.text, slot, literal=None, elsewhere=value.slot, constant=literal)

    def _parts(self, node: Any, quotes: Quotes) -> Value:
        """A text that is put together from several parts, some of which may be known."""
        kind = type(node).__name__
        if kind == "FormattedString":
            texts = [self._part_of_format(part) for part in node.parts]
            templated = any(type(part).__name__ == "FormattedStringExpression" for part in node.parts)
            reason = "it is an f-string"
        elif kind == "BinaryOperation" and type(node.operator).__name__ != "Add":
            return self._computed(node, quotes, "it is computed")
        else:
            sides = (self.of(node.left), self.of(node.right))
            texts = [side.text for side in sides]
            templated = any(side.templated for side in sides)
            reason = "it is put together from several literals"
            if all(side.templated for side in sides):
                return self._computed(node, quotes, "it is computed")
        return Value("".join(texts), self._slot(node, quotes), templated, reason)

    def _part_of_format(self, part: Any) -> str:
        if type(part).__name__ == "FormattedStringText":
            return str(self._tree.code(part)).replace("{{", "{").replace("}}", "}")
        return f"{{{{{self._tree.code(part.expression)}}}}}"

    def key(self, node: Any) -> Value:
        """The value of an expression that is a key: a constant may be used by others, too."""
        value = self.of(node)
        if type(node).__name__ == "Name" and not value.templated:
            return replace(value, locked=f"its key is the constant `{node.value}`", elsewhere=None)
        return replace(value, locked="its key is computed") if value.locked else value

    def constant(self, name: str) -> Any:
        """The literal that a name of the module is bound to, once and for all; None if there is none."""
        found = self._assigned.get(name, [])
        binds = re.findall(rf"\b{re.escape(name)}\b[ \t]*(?:[-+*/|&%@^]?=(?!=)|:=|:[^=\n]*=)", self._tree.source.folded)
        if len(found) != 1 or len(binds) != 1 or not name.isascii():
            return None
        kind = type(found[0]).__name__
        known = kind in ("SimpleString", "ConcatenatedString", *_BARE)
        return found[0] if known or (kind == "Name" and found[0].value in ("True", "False")) else None

    def _mentions(self, name: str) -> int:
        return len(re.findall(rf"\b{re.escape(name)}\b", self._tree.source.folded))

    @cached_property
    def _assigned(self) -> dict[str, list[Any]]:
        """The values that are assigned to each name at the module's own level."""
        found: dict[str, list[Any]] = {}
        for line in self._tree.module.body:
            for statement in line.body if type(line).__name__ == "SimpleStatementLine" else ():
                kind = type(statement).__name__
                if kind == "Assign":
                    targets = [target.target for target in statement.targets]
                elif kind == "AnnAssign" and statement.value is not None:
                    targets = [statement.target]
                else:
                    continue
                for target in targets:
                    if type(target).__name__ == "Name":
                        found.setdefault(target.value, []).append(statement.value)
        return found
