"""Pages that are made from tables in the code say what the tables say."""

from __future__ import annotations

import pages
import pytest


@pytest.mark.parametrize("page", pages.PARTS)
def test_page_is_up_to_date(page: str) -> None:
    written, made = pages.renewed(page)
    assert written == made, "run `make docs`"
