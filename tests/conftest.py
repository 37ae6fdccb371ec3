"""Hypothesis: the same documents in every run, so that a green tree stays green; `SPARKFIX_EXPLORE=1` looks for new ones."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("explore" if os.environ.get("SPARKFIX_EXPLORE") else "same")
