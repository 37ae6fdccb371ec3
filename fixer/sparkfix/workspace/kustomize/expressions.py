"""Regular expressions that others wrote, for Go."""

from __future__ import annotations

import re
import warnings

from sparkfix.workspace.kustomize.trees import Unresolved


def compiled(pattern: str) -> re.Pattern[str]:
    """The expression. Raises `Unresolved` if it is none."""
    with warnings.catch_warnings():
        # What Python warns of here (a bracket within brackets) Go has always read as Python does today.
        warnings.simplefilter("ignore")
        try:
            return re.compile(pattern)
        except re.error as error:
            raise Unresolved(f"{pattern} is no regular expression: {error}") from None
