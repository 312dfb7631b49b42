"""The words of all reasons."""

from __future__ import annotations

from string import Formatter

from evercart.learners.policies import diverse, explore, long_tail
from evercart.learners.reasons.english import ENGLISH
from evercart.learners.reasons.evidence import BROWSED


def test_every_kind_every_rule_has_words() -> None:
    for kind in (*BROWSED, "repeat", "other", explore.NAME, long_tail.NAME, diverse.NAME):
        assert ENGLISH[kind]


def test_blanks_are_those_that_are_filled() -> None:
    blanks = {name for text in ENGLISH.values() for _, name, _, _ in Formatter().parse(text) if name}
    assert blanks == {"n", "ago", "apart", "name"}
