"""The walk through a module: which expressions hold settings, and which only speak of them.

Docstrings, comments, assertions, comparisons and what a test is parametrized with are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from sparkfix.formats.code.places import Statement
from sparkfix.formats.code.runs import Run
from sparkfix.formats.code.slots import Form
from sparkfix.formats.detect import may_hold_settings
from sparkfix.formats.document import Nested
from sparkfix.formats.python.calls import chain_of, is_setting, settings_of
from sparkfix.formats.python.displays import read_dict, read_list
from sparkfix.formats.python.found import KEY, Module, Scope
from sparkfix.formats.python.literals import Quotes, StringLiteral, inner_text, string_literal
from sparkfix.model import Property

_OTHERS = re.compile(r"assert|parametrize\Z|print\Z|debug\Z|warn|\Aget\Z")
_ALONE = "it is the only statement of its block"


def read_module(module: Module) -> None:
    """Find all settings and texts of a module."""
    _body(module, module.tree.module.body, Scope(), module_level=True)


def _visit(module: Module, node: Any, scope: Scope) -> None:
    if not module.tree.matters(node):
        return
    handler = _HANDLERS.get(type(node).__name__)
    if handler is not None:
        handler(module, node, scope)
    else:
        _children(module, node, scope)


def _children(module: Module, node: Any, scope: Scope) -> None:
    for child in node.children:
        if child in module.tree.spans:
            _visit(module, child, scope)


def _body(module: Module, statements: Sequence[Any], scope: Scope, *, module_level: bool = False) -> None:
    """The statements of a block; those that set properties of one object, one behind the other, are one place."""
    alone = _ALONE if len(statements) == 1 and not module_level else ""
    run: Run | None = None
    for line in statements:
        own = _statement(module, line, scope, alone) if module.tree.matters(line) else None
        joined = run.followed_by(own) if run is not None else None
        if joined is not None:
            run = joined
            continue
        _end_run(module, run, scope)
        run = own
        if own is None:
            _visit(module, line, scope)
    _end_run(module, run, scope)


def _end_run(module: Module, run: Run | None, scope: Scope) -> None:
    if run is not None:
        module.add("Python calls", scope.where(run.receiver), list(run.properties), run.start, run.end)


def _statement(module: Module, line: Any, scope: Scope, alone: str) -> Run | None:
    """The settings of a line that is one call of one object, or one item that is assigned; what it holds besides is read."""
    if type(line).__name__ != "SimpleStatementLine" or len(line.body) != 1:
        return None
    (small,) = line.body
    bound = "something else stands on its line" if type(small.semicolon).__name__ == "Semicolon" else ""
    kind = type(small).__name__
    if kind == "Assign" and len(small.targets) == 1:
        return _assigned_item(module, line, small, alone, bound)
    if kind != "Expr" or type(small.value).__name__ != "Call":
        return None
    call = small.value
    chain = chain_of(module, call)
    if call.lpar or not is_setting(module, chain):
        return None
    start, end = module.tree.range(call)
    statement = Statement(start, end, "#", bound=bound, alone=alone)
    items = tuple(item for _, item in settings_of(module, chain, statement, closed=scope.brackets))
    module.omitted.entries.add(line)
    # Of settings that are made if they are missing the first one counts, and not the last.
    single = any(one.func.attr.value == "setIfMissing" for one in chain.calls)
    return Run(_words(module, chain.calls[0].func.value), items, start, end, single)


def _words(module: Module, node: Any) -> str:
    return " ".join(module.tree.code(node).split())


def _assigned_item(module: Module, line: Any, small: Any, alone: str, bound: str) -> Run | None:
    """`conf["spark.a"] = "1"`."""
    target = small.targets[0].target
    if type(target).__name__ != "Subscript" or len(target.slice) != 1:
        return None
    index = target.slice[0].slice
    if type(index).__name__ != "Index" or type(index.value).__name__ not in ("SimpleString", "Name"):
        return None
    key = module.values.key(index.value)
    scalar = type(small.value).__name__ not in ("Dict", "List", "Tuple", "Set")
    if not KEY.match(key.text) or not scalar:
        return None
    value = module.values.of(small.value, key.literal.quotes if key.literal else Quotes("", '"'))
    start, end = module.tree.range(small)
    place = Statement(start, end, "#", bound=bound, alone=alone)
    receiver = module.tree.code(target.value)
    form = Form(start, end, key.slot, value.slot)
    item = module.setting(key, value, place, form, receiver + "[{}] = {}")
    module.omitted.entries.add(line)
    return Run(_words(module, target.value), (item,), start, end)


def _call(module: Module, call: Any, scope: Scope) -> None:
    name = getattr(getattr(call.func, "attr", call.func), "value", "")
    if isinstance(name, str) and _OTHERS.search(name):
        if type(call.func).__name__ == "Attribute":
            _visit(module, call.func.value, scope)
        return
    chain = chain_of(module, call)
    run: list[Property] = []
    for one, item in settings_of(module, chain, None, closed=scope.brackets):
        module.omitted.links.add(one)
        if one.func.attr.value == "setIfMissing":
            module.add("Python calls", scope.where("setIfMissing"), [item], *module.tree.range(one))
        else:
            run.append(item)
    if run:
        words = {"builder": "SparkSession.builder", "conf": "SparkConf"}
        known = next((words[kind] for kind in chain.kinds if kind in words), "")
        what = known or _words(module, chain.calls[0].func.value)
        module.add("Python calls", scope.where(what), run, *module.tree.range(call))
    for one in chain.calls:
        _arguments(module, one, scope)
    if chain.calls:
        _visit(module, chain.root, scope)
    else:
        _visit(module, call.func, scope)
        _arguments(module, call, scope)


def _arguments(module: Module, call: Any, scope: Scope) -> None:
    """What stands in a call's arguments."""
    function = getattr(getattr(call.func, "attr", call.func), "value", "")
    for argument in call.args:
        name = argument.keyword.value if argument.keyword else f"{function}()"
        _visit(module, argument.value, Scope(scope.inside, name, True))


def _dict(module: Module, node: Any, scope: Scope) -> None:
    read_dict(module, node, scope)
    for element in node.elements:
        if element in module.omitted.entries:
            continue
        below = scope.bracketed()
        if type(element).__name__ == "DictElement":
            literal = _literal(module, element.key)
            below = below.named(literal.text if literal else "")
        _visit(module, element.value, below)


def _list(module: Module, node: Any, scope: Scope) -> None:
    read_list(module, node, scope)
    for element in node.elements:
        if element not in module.omitted.entries:
            _visit(module, element.value, scope.bracketed())


def _literal(module: Module, node: Any) -> StringLiteral | None:
    if type(node).__name__ != "SimpleString":
        return None
    return string_literal(module.source, *module.tree.range(node))


def _string(module: Module, node: Any, scope: Scope) -> None:
    literal = _literal(module, node)
    if literal is not None:
        _open(module, [node], (literal,), scope)


def _joined(module: Module, node: Any, scope: Scope) -> None:
    """Literals one behind the other that Python joins; of different kinds they are not read as one text."""
    nodes: list[Any] = []
    stack = [node]
    while stack:
        one = stack.pop()
        if type(one).__name__ == "ConcatenatedString":
            stack.extend((one.right, one.left))
        else:
            nodes.append(one)
    literals = [_literal(module, one) for one in nodes]
    known = tuple(literal for literal in literals if literal is not None)
    if len(known) == len(nodes) and len({literal.quotes for literal in known}) == 1:
        _open(module, nodes, known, scope)


def _open(module: Module, nodes: Sequence[Any], literals: tuple[StringLiteral, ...], scope: Scope) -> None:
    """Read a string as a text of its own."""
    text = "".join(literal.text for literal in literals)
    if not may_hold_settings(text):
        return
    inner = module.context.open_inner(inner_text(literals), scope.name, None)
    if inner is not None:
        module.omitted.literals.update(nodes)
        module.nested.append(Nested(inner, scope.where(scope.name or "a string")))


def _function(module: Module, node: Any, scope: Scope) -> None:
    for decorator in node.decorators:
        _visit(module, decorator, scope)
    if type(node).__name__ == "FunctionDef":
        _visit(module, node.params, scope)
    _suite(module, node.body, scope.within(node.name.value))


def _suite(module: Module, node: Any, scope: Scope) -> None:
    if type(node).__name__ == "IndentedBlock":
        _body(module, node.body, scope)
    else:
        _children(module, node, scope)


def _assign(module: Module, node: Any, scope: Scope) -> None:
    target = node.targets[0].target if type(node).__name__ == "Assign" else node.target
    name = ""
    if type(target).__name__ in ("Name", "Attribute"):
        name = module.tree.code(target)
    elif type(target).__name__ == "Subscript" and type(target.slice[0].slice).__name__ == "Index":
        literal = _literal(module, target.slice[0].slice.value)
        name = literal.text if literal else ""
    if node.value is not None:
        _visit(module, node.value, scope.named(name))


def _parameter(module: Module, node: Any, scope: Scope) -> None:
    if node.default is not None:
        _visit(module, node.default, scope.named(node.name.value))


def _expression_statement(module: Module, node: Any, scope: Scope) -> None:
    if type(node.value).__name__ not in ("SimpleString", "ConcatenatedString"):  # a docstring
        _visit(module, node.value, scope)


def _nothing(module: Module, node: Any, scope: Scope) -> None:
    """What only speaks of settings."""


_HANDLERS: dict[str, Callable[[Module, Any, Scope], None]] = {
    "Call": _call,
    "Dict": _dict,
    "List": _list,
    "Tuple": _list,
    "SimpleString": _string,
    "ConcatenatedString": _joined,
    "FunctionDef": _function,
    "ClassDef": _function,
    "IndentedBlock": _suite,
    "Assign": _assign,
    "AnnAssign": _assign,
    "AugAssign": _assign,
    "Param": _parameter,
    "Expr": _expression_statement,
    "Assert": _nothing,
    "Comparison": _nothing,
    "Raise": _nothing,
    "Import": _nothing,
    "ImportFrom": _nothing,
}
