"""Settings of a shop become a race beside the other challengers."""

from __future__ import annotations

from typing import Any

import pytest

from evercart.apps import app
from evercart.backtest import backtest, linear_opponents
from evercart.errors import UserError
from evercart.labels.pairs import Tick
from evercart.lane import lane_of
from evercart.learners.tuned import Tuned
from evercart.show import as_json, raced
from evercart.testing.redeems import orders, redeems
from evercart.tuning import Tuning, told, tuned
from evercart.units import DAY_S

RATES = {"optimizer.rate": [0.05, 0.5, 5.0]}


def race_of(said: dict[str, Any], to: Any = None) -> Tuned:
    found = dict(tuned(to or redeems(), Tuning.read("tune", said)).challengers)["tuned"]
    assert isinstance(found, Tuned)
    return found


def test_every_combination_races_beside_the_racer_as_it_is() -> None:
    race = race_of({**RATES, "cpu": 3, "first": 50})
    assert race.names == ("continual", "optimizer.rate 0.05", "optimizer.rate 5.0")  # 0.5 is what it is
    assert (race.budget, race.first, race.loss) == (3, 50, "logistic")
    assert race.candidates[0] == redeems().champion


def test_the_gate_sees_one_challenger() -> None:
    lane = lane_of(tuned(redeems(), Tuning.read("tune", RATES)), Tick(), None, True)
    assert list(lane.models) == ["continual", "tuned"]


def test_a_backtest_tells_how_the_race_went() -> None:
    racing = tuned(redeems(), Tuning.read("tune", {**RATES, "first": 40}))
    events = orders(600, alike_s=3 * DAY_S)
    quarter_us = int(events.logged_us[len(events) // 4])
    opponents = linear_opponents(racing)[:1]
    done = backtest(racing, iter([events]), Tick(), quarter_us, lambda: 0.0, opponents=opponents)
    race = done.summary()["races"]["tuned"]
    assert 0 < race["work"] <= 1.1 * race["allowed"]
    assert {row["name"] for row in race["candidates"]} == {"continual", "optimizer.rate 0.05", "optimizer.rate 5.0"}
    assert [row["leads"] for row in race["candidates"]] == [True, False, False]
    assert race["candidates"][-1]["left_us"] > 0
    assert len(raced([done])) == 1
    assert '"left_us"' in as_json(done.summary())
    again = backtest(racing, iter([events]), Tick(), quarter_us, lambda: 0.0, opponents=opponents)
    assert again.races == done.races


def test_a_net_has_settings_of_its_own() -> None:
    pytest.importorskip("torch")
    from evercart.remember.remembering import Remembering

    race = race_of({"rate": [1e-3, 1e-2], "memory": [0, 65536]}, app("repurchase", {"deep": True}))
    assert race.names == ("deep", "rate 0.001, memory 65536", "rate 0.01, memory 0", "rate 0.01, memory 65536")
    assert race.costs == (1.0, 1.5, 1.0, 1.5)
    inner: Any = race.candidates[3]
    assert isinstance(inner.learner, Remembering)
    assert inner.learner.deep.steps.rate == 0.01
    assert inner.learner.cure.exemplars.budget_bytes == 65536


def test_the_depth_of_a_pretrained_net_is_a_setting() -> None:
    pytest.importorskip("torch")
    with pytest.raises(UserError, match=r"^tune repurchase: depth: expected a net with a pretrained network inside, "):
        race_of({"depth": ["lora"]}, app("repurchase", {"deep": True}))
    with pytest.raises(UserError, match=r"^tune repurchase: depth: expected one of head last lora full, got 'all'$"):
        race_of({"depth": ["all"]}, app("repurchase", {"deep": True}))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({}, "tune: expected at least one list of values, such as rate = [0.001, 0.01], got 'none'"),
        ({"optimizer.rate": 3}, "tune.optimizer.rate: expected a list of values, got 3"),
        ({"optimizer.rate": []}, "tune.optimizer.rate: expected a list of values, got []"),
        ({**RATES, "cpu": "much"}, "tune.cpu: expected a number, got 'much'"),
        ({**RATES, "cpu": 0.5}, "tuned.budget: expected at least 1, got 0.5"),
        ({**RATES, "of": "deep"}, "tune redeems: of: expected one of the racers continual, got 'deep'"),
        ({"optimizer.rate": list(range(1, 99))}, "tune redeems: expected at most 64 combinations, got 98"),
        ({"rate": [0.1]}, "tune redeems: rate: expected a racer with a net inside, got Linear("),
    ],
)
def test_mistakes_are_named(said: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as error:
        race_of(said)
    assert str(error.value).startswith(text)


def test_what_cannot_be_raced() -> None:
    with pytest.raises(UserError, match=r"^tune redeems: expected values that differ from those of continual, got "):
        race_of({"optimizer.rate": [0.5]})
    assert told({}) == ""
