"""Where JSON patches, and the fields of kustomization files, hold what stands at a route of an object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sparkfix.formats.document import Document
from sparkfix.model import Node, Span

Route = tuple[str | int, ...]
"""Keys and positions that lead to a node; list items that have a name go by it."""


def at(node: Node, route: Route) -> Node | None:
    """The node at a route; a step into a list is the name of an item, or its position where it has none."""
    for step in route:
        if isinstance(node.value, dict):
            found = node.value.get(str(step))
        elif isinstance(node.value, list) and isinstance(step, int):
            found = node.value[step] if step < len(node.value) else None
        else:
            found = next((item for item in node.items() if item.text("name") == step), None)
        if found is None:
            return None
        node = found
    return node


def added_by(patch: Sequence[Node], effective: Node, route: Route) -> Iterator[Node]:
    """What a JSON patch adds or sets at a route of an object, if it is still there; the last operation first.

    Positions in the last list of an operation's path are not compared, as other operations move them.
    """
    wanted = at(effective, route)
    for operation in reversed([one for root in patch for one in root.items()]):
        value, steps = operation.get("value"), steps_of(operation.text("path"))
        if wanted is None or value is None or operation.text("op") not in ("add", "replace"):
            continue
        if steps and _leads(steps, effective, route[: len(steps)]):
            found = at(value, route[len(steps) :])
            if found is not None and type(found.value) is type(wanted.value) and found.text() == wanted.text():
                yield found


def leading_to(patch: Sequence[Node], effective: Node, route: Route) -> Iterator[Node]:
    """The paths of operations that lead to a route of an object or above it, the last one first."""
    names = [_names(effective, route[:length]) for length in range(1, len(route) + 1)]
    for operation in reversed([one for root in patch for one in root.items()]):
        path = operation.get("path")
        steps = steps_of(path.text()) if path is not None else []
        leads = all(step in wanted for step, wanted in zip(steps, names, strict=False))
        if path is not None and steps and len(steps) <= len(names) and leads:
            yield path


def _names(root: Node, route: Route) -> tuple[str, ...]:
    """What JSON pointers may call the last step of a route: its key or position, of the last item of a list also `-`."""
    above = at(root, route[:-1])
    if above is None or not isinstance(above.value, list):
        return (str(route[-1]),)
    child = at(above, route[-1:])
    position = next((number for number, one in enumerate(above.value) if one is child), None)
    if position is None:
        return (str(route[-1]),)
    return (str(position), "-") if position + 1 == len(above.value) else (str(position),)


def fields_giving(kustomization: Document, field: str, text: str) -> Iterator[Span]:
    """The fields of a kustomization file that give an object this namespace, or a container this image."""
    for root in kustomization.nodes:
        found = [(root.get(field), text)] if field == "namespace" else []
        for entry in root.items("images") if field == "images" else ():
            name = entry.text("newName") or entry.text("name")
            if re.match(rf"{re.escape(name)}(?![\w./-])", text):
                ends = re.split(r"[:@]", text.removeprefix(name))
                found += [
                    (entry.get("newTag"), ends[1] if len(ends) > 1 else ""),
                    (entry.get("digest"), text.partition("@")[2]),
                ]
                found.append((entry.get("newName"), name))
        for node, wanted in found:
            if node is not None and node.key_span is not None and node.text() == wanted:
                yield Span(node.key_span.start, node.span.end)


def steps_of(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _leads(steps: Sequence[str], node: Node, route: Route) -> bool:
    """Does the path of an operation lead along a route?"""
    if len(steps) != len(route):
        return False
    for number, (step, wanted) in enumerate(zip(steps, route, strict=True), start=1):
        child = at(node, (wanted,))
        if child is None:
            return False
        if isinstance(node.value, list):
            here = [one.span for one in node.items()].index(child.span)
            if number < len(steps) and step != str(here):
                return False
        elif step != wanted:
            return False
        node = child
    return True
