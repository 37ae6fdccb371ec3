"""The lexer on text that is made to hurt: found by fuzzing, where one file took minutes."""

from __future__ import annotations

import pytest

from sparkfix.formats.helm.lexer import lex

REPEATED = ["{{", '{{ "', "{{ '", "{{/*", "{{ `", "{{ a }", "{{ 'a'", "}}", "{{ {"]


@pytest.mark.parametrize("piece", REPEATED)
def test_what_never_ends_is_no_action_and_costs_no_time(piece: str) -> None:
    # Quadratic matching of half a million characters would not come back within the life of a test run.
    assert lex(piece * 100_000) == ()
