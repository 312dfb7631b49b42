"""What recommends is a list of parts, in two tasks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from evercart.apps import app
from evercart.apps.recommend import app_of, found_in, next_basket, next_click, recommend, shortlist
from evercart.errors import UserError
from evercart.labels.outcomes import Gains
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop


def test_clicks_are_asked_about_after_each_of_a_session() -> None:
    parts = next_click()
    assert (parts.by, parts.asks.kind, parts.kinds) == ("session", "view", {1})


def test_baskets_are_asked_about_as_a_shopper_arrives() -> None:
    parts = next_basket(gap_s=60)
    assert (parts.by, parts.asks.kind, parts.lists(parts.tick).several) == ("user", "order", True)


def test_it_is_an_app_by_its_name() -> None:
    made = app("recommend", {"task": "next basket", "k": 10})
    assert (made.unit, made.candidates.task) == ("NDCG@10", "next basket")  # type: ignore[union-attr]


def test_answers_may_be_worth_something_of_their_own() -> None:
    gains = Gains((("view", 0.1), ("order", 1.0)), value="amount")
    for task in ("next click", "next basket"):
        parts = shortlist(task, gains=gains)
        assert (parts.lists(parts.tick).gains, parts.kinds) == (gains, {1, 2})
        assert "amount" in app_of(parts).reads


def test_a_challenger_races_where_one_is_named() -> None:
    assert app("recommend").challengers == ()
    for content in ("no", "yes"):
        made = app("recommend", {"challenger": "lambda-rank", "content": content})
        ((name, learner),) = made.challengers
        parts = made.candidates
        assert parts
        assert (name, learner.columns, learner.longest) == ("lambda-rank", parts.columns, parts.longest)
        assert learner.start().x.nbytes < 1 << 26


def test_a_challenger_is_one_of_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r'^recommend\.challenger: expected "" or lambda-rank, got \'forest\'$'):
        recommend(challenger="forest")
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(UserError, match=r"^lambda_rank: expected the extra trees .*, got 'no lightgbm'$"):
        recommend(challenger="lambda-rank")


def test_there_are_two_tasks() -> None:
    with pytest.raises(UserError, match=r"^recommend\.task: expected next click, next basket, got 'next song'$"):
        recommend("next song")


def test_a_shop_is_asked_for_what_its_log_holds(tmp_path: Path) -> None:
    rows = SimulatedShop(seed=1, shoppers=20, items=30, days=5).table()
    orders = rows.filter([kind == 2 for kind in rows["kind"].to_pylist()])
    for name, table, task in (("all", rows, "next click"), ("orders", orders, "next basket")):
        with Shop.open(tmp_path / name, create=True) as shop:
            assert found_in(shop.log) == {"task": "next click", "content": "no"}
            assert "recommend" in [one.name for one in shop.apps]
            shop.log.append(table, shop.clock.now_us())
            assert found_in(shop.log) == {"task": task, "content": "yes" if name == "all" else "no"}
            ranks = shop.app("recommend").candidates
            assert ranks
            assert ranks == next(one.candidates for one in shop.apps if one.candidates)  # asked before there was a row
            assert (ranks.task, len(ranks.sources)) == (task, 4 if name == "all" else 1)


def test_titles_are_read_by_an_encoder_that_is_named() -> None:
    made = app("recommend", {"content": "yes", "texts": "ngrams"})
    assert made.candidates
    assert len(set(made.candidates.texts) - {""}) == 1
    assert "sketch0" in made.reads


def test_titles_are_not_read_where_none_are_wanted() -> None:
    assert app("recommend", {"content": "yes", "texts": "none"}) == app("recommend", {"content": "yes"})


def test_content_is_there_or_not() -> None:
    with pytest.raises(UserError, match=r"^recommend\.content: expected yes or no, got 'some'$"):
        recommend(content="some")
