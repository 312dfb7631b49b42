"""Columns that say the same sort of thing stand together."""

from __future__ import annotations

from evercart.apps import app
from evercart.features.columns import Column
from evercart.serve.looking.topics import topics


def test_every_column_has_one_topic() -> None:
    for name in ("repurchase", "spend", "profile", "behaviour"):
        columns = app(name).columns
        places = [at for one in topics(columns) for at in one.columns]
        assert sorted(places) == list(range(len(columns))), name


def test_they_are_told_by_their_names() -> None:
    found = {(one.subject, one.kind): len(one.columns) for one in topics(app("repurchase").columns)}
    assert found == {
        ("visits", "order"): 19,
        ("recency", "order"): 3,
        ("basket", "order"): 1,
        ("money", "order"): 1,
        ("user", ""): 1,
        ("place", ""): 1,
        ("day_of_week", ""): 1,
    }


def test_a_name_that_says_nothing_is_its_own_topic() -> None:
    assert [one.subject for one in topics((Column("visits"), Column("mine.visits"), Column("mine.more")))] == [
        "visits",
        "mine",
    ]
