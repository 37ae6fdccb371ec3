"""Combinations of template arms against a small evaluator of the same template."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from sparkfix.formats.reading import open_document
from sparkfix.guards import block_variants, can_hold_together
from sparkfix.model import Guard, exclusive, implies
from sparkfix.text.source import SourceText

Tree = list["str | tuple[list[str], list[Tree]]"]
_NAMES = [".Values.a", ".Values.b"]
_CONDITIONS = [*_NAMES, "not .Values.a", 'eq .Values.m "x"', 'eq .Values.m "y"', 'eq "x" .Values.m']


@st.composite
def trees(draw: st.DrawFn, depth: int = 2) -> Tree:
    items: Tree = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.booleans()):
            conditions = draw(st.lists(st.sampled_from(_CONDITIONS), min_size=1, max_size=2))
            arms = len(conditions) + draw(st.integers(0, 1))
            items.append((conditions, [draw(trees(depth - 1)) for _ in range(arms)]))
        else:
            items.append(draw(st.sampled_from(["spark.a", "spark.b"])))
    return items


def written(tree: Tree, counter: itertools.count[int]) -> list[str]:
    lines = []
    for item in tree:
        if isinstance(item, str):
            lines.append(f"    {item}={next(counter)}")
            continue
        conditions, arms = item
        for index, arm in enumerate(arms):
            word = "if " if index == 0 else "else if "
            lines.append("    {{- " + (word + conditions[index] if index < len(conditions) else "else") + " }}")
            lines += written(arm, counter)
        lines.append("    {{- end }}")
    return lines


def holds(condition: str, values: dict[str, str]) -> bool:
    if condition.startswith("not "):
        return not values[condition[4:]]
    if condition.startswith("eq "):
        return values[".Values.m"] == condition.split('"')[1]
    return bool(values[condition])


def rendered(
    tree: Tree, values: dict[str, str], counter: itertools.count[int], shown: bool = True
) -> list[tuple[str, str]]:
    found = []
    for item in tree:
        if isinstance(item, str):
            number = next(counter)
            found += [(item, str(number))] if shown else []
            continue
        conditions, arms = item
        open_ = shown
        for index, arm in enumerate(arms):
            here = open_ and (index >= len(conditions) or holds(conditions[index], values))
            found += rendered(arm, values, counter, here)
            open_ = open_ and not here
    return found


def worlds() -> list[dict[str, str]]:
    return [
        {".Values.a": a, ".Values.b": b, ".Values.m": m} for a, b, m in itertools.product(("", "1"), ("", "1"), "xyz")
    ]


@given(trees())
def test_variants_are_what_helm_would_render(tree: Tree) -> None:
    text = "data:\n  spark-defaults.conf: |\n" + "\n".join(["    spark.z=0", *written(tree, itertools.count(1))]) + "\n"
    document = open_document(SourceText("templates/x.yaml", text.encode()), in_chart_templates=True)
    (block,) = document.blocks
    wanted = {
        frozenset(dict([("spark.z", "0"), *rendered(tree, values, itertools.count(1))]).items()) for values in worlds()
    }
    found = {frozenset((key, item.value) for key, item in view.effective.items()) for view in block_variants(block)}
    assert found == wanted
    together = [{value for _, value in rendered(tree, values, itertools.count(1))} for values in worlds()]
    for left, right in itertools.combinations(block.properties[1:], 2):
        possible = any({left.value, right.value} <= world for world in together)
        assert can_hold_together(left.guard, right.guard) is possible
        if exclusive(left.guard, right.guard):
            assert not possible
        if implies(left.guard, right.guard):
            assert all(right.value in world for world in together if left.value in world)


def guards_in(text: str) -> list[Guard]:
    document = open_document(SourceText("templates/x.conf", text.encode()))
    return [item.guard for block in document.blocks for item in block.properties]


def test_exclusive_and_implied_arms() -> None:
    outside, first, inner, second = guards_in(
        "spark.a=0\n{{ if .a }}\nspark.a=1\n{{ if .b }}\nspark.a=2\n{{ end }}\n{{ else }}\nspark.a=3\n{{ end }}\n"
    )
    assert exclusive(first, second)
    assert exclusive(inner, second)
    assert not exclusive(first, inner)
    assert not exclusive(outside, second)
    assert implies(inner, first)
    assert implies(first, outside)
    assert not implies(first, inner)
    assert not implies(outside, first)


def test_a_range_may_run_or_not() -> None:
    outside, inside = guards_in("spark.a=0\n{{ range .a }}\nspark.a=1\n{{ end }}\n")
    assert can_hold_together(outside, inside)
    assert not implies(outside, inside)


def test_same_text_in_two_branches_is_decided_alike() -> None:
    first, second = guards_in("{{ if .a }}\nspark.a=0\n{{ end }}\n{{ if not .a }}\nspark.a=1\n{{ end }}\n")
    assert not can_hold_together(first, second)
    assert not exclusive(first, second)


def test_many_switches_stay_bounded() -> None:
    text = "".join(f"{{{{ if .a{number} }}}}\nspark.a{number}=0\n{{{{ end }}}}\n" for number in range(30))
    document = open_document(SourceText("x.conf", text.encode()))
    assert 0 < len(block_variants(document.blocks[0])) <= 512
