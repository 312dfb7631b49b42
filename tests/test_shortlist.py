"""What an app that ranks is made of fits together."""

from __future__ import annotations

from typing import Any

import pytest

from evercart.errors import UserError
from evercart.labels.further import Further
from evercart.labels.outcomes import Gains
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.neighbours.traits import TRAITS
from evercart.shortlist import Shortlist


def test_one_source_says_what_it_says() -> None:
    parts = Shortlist()
    assert parts.sources == (Browsing("view", "session"),)
    assert (parts.reads, parts.kinds) == (("session", "item"), {1})
    assert tuple(column.name for column in parts.columns) == TRAITS
    assert list(parts.stages()) == ["asks", "source0", "lists", "ranker", "ranking"]


def test_several_sources_are_united() -> None:
    parts = Shortlist((Browsing(offered=20), Repeats(offered=5)))
    assert (parts.reads, parts.kinds) == (("session", "item", "user"), {1, 2})
    assert len({column.name for column in parts.columns}) == len(parts.columns) == parts.lists(parts.tick).width
    assert parts.columns[1].name == "browsing.given_place"
    assert parts.longest == 25


def test_sources_of_one_kind_are_told_apart() -> None:
    parts = Shortlist((Browsing(), Browsing("order", "user")))
    assert parts.source_names == ("browsing0", "browsing1")


def test_what_answers_are_worth_comes_with_its_kinds() -> None:
    gains = Gains((("view", 0.1), ("order", 1.0)), value="amount")
    parts = Shortlist(gains=gains)
    assert (parts.reads, parts.kinds) == (("session", "item", "amount"), {1, 2})
    lists = parts.lists(parts.tick)
    assert (lists.gains, lists.several, lists.reads) == (gains, True, ("session", "item", "amount"))
    assert not Shortlist().lists(parts.tick).several
    by_user = Shortlist(gains=gains, answers_by="user")
    assert (by_user.lists(parts.tick).by, by_user.by) == ("user", "session")
    assert by_user.reads == (*by_user.asks.columns, "amount") == ("session", "item", "user", "amount")  # type: ignore[union-attr]


def test_what_comes_later_is_followed_by_shopper() -> None:
    parts = Shortlist(further=("cart", "order"))
    assert (parts.reads, parts.kinds) == (("session", "item", "user"), {1, 2, 17})
    lists = parts.lists(parts.tick)
    assert isinstance(lists, Further)
    with pytest.raises(UserError) as caught:
        Shortlist(further=("view", "cart"))
    text = "shortlist.further: expected kinds other than view, which answers, got ('view', 'cart')"
    assert str(caught.value) == text
    assert (lists.kinds, lists.lists) == (("cart", "order"), Shortlist().lists(parts.tick))


@pytest.mark.parametrize(("gains", "by"), [(None, "user"), (Gains((("order", 1.0),)), "item")])
def test_answers_are_found_by_a_session_or_a_shopper(gains: Any, by: str) -> None:
    text = f"^shortlist.answers_by: expected one of session, user beside gains, got '{by}'$"
    with pytest.raises(UserError, match=text):
        Shortlist(gains=gains, answers_by=by)


@pytest.mark.parametrize(
    ("sources", "task", "text"),
    [
        ((3,), "next click", r"^shortlist\.sources: expected sources of candidates, got 'int'$"),
        ((), "next click", r"^shortlist\.sources: expected at least one, got 'none'$"),
        ((Browsing(),), "next", r"^shortlist\.task: expected one of next click, next basket, got 'next'$"),
    ],
)
def test_what_does_not_fit_is_refused(sources: Any, task: Any, text: str) -> None:
    with pytest.raises(UserError, match=text):
        Shortlist(sources, task=task)
