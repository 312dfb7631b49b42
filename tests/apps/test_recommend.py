"""What recommends is a list of parts."""

from __future__ import annotations

import pytest

from evercart.apps.recommend import Recommend
from evercart.errors import UserError
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.neighbours.traits import TRAITS


def test_by_itself_it_reads_sessions_of_views() -> None:
    parts = Recommend()
    assert parts.offering == (Browsing("view", "session"),)
    assert (parts.reads, parts.kinds) == (("session", "item"), {1})
    assert tuple(column.name for column in parts.columns) == TRAITS
    assert list(parts.stages()) == ["asks", "source0", "lists", "ranker", "ranking"]


def test_several_sources_are_united() -> None:
    parts = Recommend(sources=(Browsing(offered=20), Repeats(offered=5)))
    assert (parts.reads, parts.kinds) == (("session", "item", "user"), {1, 2})
    assert len({column.name for column in parts.columns}) == len(parts.columns) == parts.lists.width
    assert parts.columns[1].name == "source0.nearness"
    assert parts.lists.longest == 25


def test_what_offers_nothing_is_no_source() -> None:
    with pytest.raises(UserError, match=r"^recommend.sources: expected sources of candidates, got 'int'$"):
        Recommend(sources=(3,))
