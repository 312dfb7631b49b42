"""Nets that race beside the light models, where the settings say so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from shops import loss, turned, year

from evercart.apps import app
from evercart.apps.recommend import app_of
from evercart.backtest import replay
from evercart.errors import UserError
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.learners.mean import Mean
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.popular import Popular
from evercart.loop import Ring, Stopwatch, whole_ticks
from evercart.shortlist import Shortlist
from evercart.testing.behaving import BEHAVING
from evercart.testing.shop import SimulatedShop

torch = pytest.importorskip("torch")


def test_repurchase_has_a_net_that_learns():
    deep = app("repurchase", {"deep": True})
    assert [name for name, _ in deep.challengers] == ["restarted", "deep"]
    raced = replace(deep, challengers=(("base", Mean()), deep.challengers[1]))
    replayed = turned(raced, year())
    assert np.isfinite(replayed.scored.guesses).all()
    assert loss(raced, replayed, racer=2) < loss(raced, replayed, racer=1)


def test_behaviour_has_a_net_of_all_outcomes():
    deep = app("behaviour", {"deep": True})
    assert [name for name, _ in deep.challengers] == ["apart", "deep"]
    shop = SimulatedShop(seed=2, shoppers=30, items=30, days=30, emitters=BEHAVING)
    replayed = replay(deep, shop.stream(shop.table().num_rows, columns=deep.reads), Tick(), None, lambda: 0.0)
    assert len(replayed.scored) > 500
    assert np.isfinite(replayed.scored.guesses).all()
    assert loss(deep, replayed, racer=2) < 1.05 * loss(deep, replayed)


@dataclass(frozen=True)
class By:
    """A ranker that goes by one column alone."""

    place: int
    grain: ClassVar[str] = "tick"

    def start(self):
        return np.zeros(1)

    def step(self, state, turns):
        return state, np.where(turns.what == ASKED, turns.x[:, self.place], np.nan)


def test_recommend_has_a_net_that_ranks_better_than_what_is_popular():
    sources = (Browsing(most=4096, newest=8, offered=12, hops=4), Popular("view"))
    parts = Shortlist(sources, further=("cart", "order"))
    deep = app_of(parts, deep=True)
    assert [name for name, _ in deep.challengers] == ["deep"]
    by = By([column.name for column in parts.columns].index("popular.given_score"))
    raced = replace(deep, challengers=(("by popularity", by), *deep.challengers))
    shop = SimulatedShop(seed=2, shoppers=60, items=40, days=45, emitters=BEHAVING)
    ring = Ring((raced,), Tick(), gated=False)
    states, watch = ring.start(), Stopwatch(lambda: 0.0)
    ticks = whole_ticks(shop.stream(shop.table().num_rows, columns=ring.reads), ring.tick)
    gains = np.concatenate([ring.step(states, batch, watch)["recommend"].scored.guesses for batch in ticks])
    late = gains[len(gains) // 2 :]
    assert len(late) > 500
    light, popular, net = late.mean(axis=0)  # NDCG among the first 20
    assert net > 1.05 * popular
    assert net > 0.95 * light


def test_recommend_learns_carts_and_orders_beside_the_answer():
    (_, net), parts = app("recommend", {"deep": True}).challengers[-1], app("recommend", {"deep": True}).candidates
    assert (net.tasks, net.columns, net.longest) == (("view", "cart", "order"), parts.columns, parts.longest)
    (_, net) = app("recommend", {"deep": True, "task": "next basket"}).challengers[-1]
    assert net.tasks == ("order", "view", "cart")


def test_without_a_word_nothing_changes():
    assert app("recommend", {"deep": False}) == app("recommend")
    assert app("repurchase", {"deep": False}) == app("repurchase")
    assert [name for name, _ in app("behaviour").challengers] == ["apart"]


def test_a_gpu_that_is_not_there_is_refused():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    for name in ("repurchase", "behaviour"):
        with pytest.raises(UserError) as caught:
            app(name, {"deep": True, "device": "cuda"})
        assert str(caught.value) == "deep.device: expected cpu, as torch finds no GPU here, got 'cuda'"
