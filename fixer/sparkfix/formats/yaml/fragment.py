"""New YAML built with ruamel.yaml in the indent and dash style of its neighbours, as lines without line breaks."""

from __future__ import annotations

import io
import re
from typing import Any

from sparkfix.formats.yaml.scalars import is_string

_ACTION = re.compile(r"\{\{.*?\}\}")


def fragment_lines(data: Any, *, dash_offset: int) -> list[str]:
    """`data` (dicts, lists, strings, numbers) as YAML lines without indent.

    `dash_offset` is the number of blanks before the dash of a list below a key (0 or 2, mostly). Template actions
    in strings come out as they are.
    """
    from ruamel.yaml import YAML

    actions: list[str] = []
    writer = YAML()
    writer.default_flow_style = False
    writer.width = 1_000_000
    writer.indent(mapping=2, sequence=dash_offset + 2, offset=dash_offset)
    stream = io.StringIO()
    writer.dump(_hide(data, actions), stream)
    text = re.sub(r"SPARKFIXACTION(\d+)X", lambda match: actions[int(match[1])], stream.getvalue())
    return text.rstrip("\n").split("\n")


def _hide(data: Any, actions: list[str]) -> Any:
    """The data with each template action replaced by a word that YAML leaves alone."""
    if isinstance(data, dict):
        return {_hide(key, actions): _hide(value, actions) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_hide(item, actions) for item in data]
    if not isinstance(data, str):
        return data
    if not is_string(data):
        from ruamel.yaml.scalarstring import DoubleQuotedScalarString

        return DoubleQuotedScalarString(data)

    def hide(match: re.Match[str]) -> str:
        actions.append(match[0])
        return f"SPARKFIXACTION{len(actions) - 1}X"

    return _ACTION.sub(hide, data)
