"""Names and namespaces as they are written, template actions included.

`{{ include "x.fullname" . }}-config` in a volume is the ConfigMap of the same text. Rendering makes this exact later;
nothing here guesses between two candidates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

_T = TypeVar("_T")


def written(text: str) -> str:
    """A name as written, with blanks in template actions folded and quotes dropped."""
    folded = " ".join(text.strip().strip("\"'").split())
    return re.sub(
        r"\{\{-?\s*(.*?)\s*-?\}\}", lambda match: "{{" + match[1].replace("| quote", "").strip() + "}}", folded
    )


def may_be_one_namespace(left: str, right: str) -> bool:
    """Can two objects stand in one namespace? One that names none goes wherever it is applied."""
    return not left or not right or written(left) == written(right)


def nearest_to(path: str, items: Iterable[_T], path_of: Callable[[_T], str]) -> list[_T]:
    """Those of the items that stand in the file `path`, if any do; else all of them.

    Files often hold one environment each, under the same names.
    """
    everything = list(items)
    return [item for item in everything if path_of(item) == path] or everything
