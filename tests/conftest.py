"""Hypothesis: the same documents in every run, so that a green tree stays green; `SPARKFIX_EXPLORE=1` looks for new ones.

And one rendering child for all tests that do not attack it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from sparkfix.helm.renderer import CannotRender, Job, Renderer

settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("explore" if os.environ.get("SPARKFIX_EXPLORE") else "same")


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    with Renderer(engines=("library",)) as found:
        try:
            found.render(b"", [Job()])
        except CannotRender:
            pytest.skip("helm-python-sdk has no wheel for this platform")
        yield found
