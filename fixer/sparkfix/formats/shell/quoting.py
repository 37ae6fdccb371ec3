"""Writing text in a shell's quotes (POSIX shell, section 2.2; `$'…'` as in bash)."""

from __future__ import annotations

import re
from collections.abc import Callable

from sparkfix.model import Refused

_SAFE = re.compile(r"(?:[\w@%+=:,./\-]|\{\{.*?\}\})+", re.ASCII)
_ACTION = re.compile(r"(\{\{.*?\}\})", re.DOTALL)
_IN_DOUBLE = re.compile(r'([\\"$`])')
NOT_QUOTED = "who splits this text at its blanks is not known, so that nothing can be quoted in it"


def is_safe(text: str) -> bool:
    """Does a text mean itself where it stands without quotes?"""
    return bool(_SAFE.fullmatch(text))


def escaped(text: str, style: str, *, quotable: bool = True) -> str:
    """`text` as it is written inside quotes of a style (`'`, `"`, `$'`, or nothing: then with quotes if it needs them).

    Template actions stay as they are. Raises `Refused` where the text cannot be written, or needs quotes and is not
    `quotable`.
    """
    if "\0" in text or "\r" in text:
        raise Refused("a word of a command cannot hold this character")
    if not style:
        return _bare(text, quotable=quotable)
    if not quotable and not _SAFE.fullmatch(text.replace(" ", "_")):
        raise Refused(NOT_QUOTED)
    return _but_actions(text, _INSIDE[style])


def _bare(text: str, *, quotable: bool) -> str:
    if _SAFE.fullmatch(text):
        return text
    if not quotable:
        if not text:
            return text
        raise Refused(NOT_QUOTED)
    style = '"' if "'" in text or not re.search(r'[\\"$`!]', text) else "'"
    return style + _but_actions(text, _INSIDE[style]) + style


def _but_actions(text: str, escape: Callable[[str], str]) -> str:
    return "".join(part if index % 2 else escape(part) for index, part in enumerate(_ACTION.split(text)))


_INSIDE: dict[str, Callable[[str], str]] = {
    "'": lambda text: text.replace("'", "'\\''"),
    '"': lambda text: _IN_DOUBLE.sub(r"\\\1", text),
    "$'": lambda text: text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n"),
}
CLOSING = {"": "", "'": "'", '"': '"', "$'": "'"}
