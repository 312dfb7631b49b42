"""Nothing goes live unproven; what turns out worse goes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from evercart.app import App
from evercart.earned import earned
from evercart.events.kinds import number
from evercart.gate.no_measure_worse import NoMeasureWorse
from evercart.labels.turns import ASKED
from evercart.learners.mean import Mean
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, sales, seeing

Opened = Callable[..., Shop]
SEEING = ("seeing", seeing())


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    shops: list[Shop] = []

    def open_shop(app: App) -> Shop:
        for one in shops:
            one.close()
        shops.append(Shop.open(tmp_path / "shop", create=True, given=(app,)))
        return shops[-1]

    yield open_shop
    shops[-1].close()


def bring(shop: Shop, rows: int, first: int = 0, **more: Any) -> Any:
    table = coupons(rows, first, **more)
    shop.log.import_history(f"from {first}", lambda skip: iter([table.slice(skip)]))
    return shop.run()


def told(shop: Shop, kind: str) -> list[dict[str, Any]]:
    return shop.log.names(0, shop.log.next_offset, {number(kind)}).to_pylist()


def live(shop: Shop) -> str:
    current = shop.current("coupons")
    assert current is not None
    return shop.shelf.model(current.model).name


@dataclass(frozen=True)
class Worse:
    """A learner that is right at first, from some tick on the opposite, or no number at all."""

    after: int
    says: float | None = None
    grain: ClassVar[str] = "tick"

    def start(self) -> Any:
        return (seeing().start(), np.zeros(1, np.int64))

    def step(self, state: Any, turns: Any) -> Any:
        learner, guesses = seeing().step(state[0], turns)
        asked = np.cumsum(turns.what == ASKED) + state[1][0]
        late = (asked > self.after) & (turns.what == ASKED)
        guesses[late] = 1 - guesses[late] if self.says is None else self.says
        return (learner, asked[-1:].astype(np.int64)), guesses


def test_a_better_challenger_goes_live_by_itself(opened: Opened) -> None:
    shop = opened(contested(SEEING))
    turned = bring(shop, 1500)
    (verdict,) = [verdict for _, verdict in turned.ruling.verdicts]
    assert verdict.promote
    assert live(shop) == "seeing"
    first, gate = told(shop, "promotion")
    assert (first["why"], gate["why"], gate["current"]) == ("first", "gate", first["model"])
    assert "nats that it loses less: 0.5" in gate["text"]
    assert [row["why"] for row in told(shop, "enrolment")] == ["beginning"]


def test_an_equal_one_does_not(opened: Opened) -> None:
    shop = opened(contested(("twin", Mean(prior=0.5 + 1e-9))))
    for part in range(3):
        turned = bring(shop, 900, part * 900)
    ((app, verdict),) = turned.ruling.verdicts
    assert app == "coupons"
    assert verdict.objections == ("evidence: expected at least 5.10 nats that it loses less, got '0.00 nats'",)
    assert live(shop) == "continual"
    assert turned.ruling.lines() == [
        "coupons: the gate refuses twin: evidence: expected at least 5.10 nats that it loses less, got '0.00 nats'"
    ]


def test_a_verdict_is_logged_once_a_day_of_the_log(opened: Opened) -> None:
    shop = opened(contested(("twin", Mean(prior=0.5 + 1e-9))))
    bring(shop, 500)
    before = shop.log.next_offset
    assert shop.run().ruling[:2] == ((), ())
    assert shop.log.next_offset == before
    bring(shop, 1700, 500)
    assert len(told(shop, "verdict")) == 2
    assert told(shop, "verdict")[0]["text"].startswith("labels: expected at least 300")


def test_one_that_turns_out_worse_goes_back_by_itself(opened: Opened) -> None:
    shop = opened(contested(("worse", Worse(after=1600))))
    bring(shop, 1500)
    assert live(shop) == "worse"
    turned = bring(shop, 1000, 1500)
    assert live(shop) == "continual"
    (move,) = turned.ruling.moves
    assert move.why == "turned"
    assert move.reason.startswith("settled evidence: expected less than 3.69 nats that continual loses less, got")


@pytest.mark.parametrize("says", [np.nan, np.inf])
def test_one_that_says_no_number_goes_back_at_once(opened: Opened, says: float) -> None:
    shop = opened(contested(("worse", Worse(after=1600, says=says))))
    bring(shop, 1500)
    assert live(shop) == "worse"
    turned = bring(shop, 150, 1500)
    assert live(shop) == "continual"
    (move,) = turned.ruling.moves
    assert move.reason == f"guesses of worse: expected a number for each question, got 'a guess of {says}'"
    bring(shop, 100, 1650)
    assert f"it fell: a guess of {says}" in told(shop, "verdict")[-1]["text"]


def test_a_challenger_that_fell_is_refused_with_its_reason(opened: Opened) -> None:
    shop = opened(contested(("worse", Worse(after=300, says=np.nan)), SEEING))
    turned = bring(shop, 1500)
    fallen = next(one for _, one in turned.ruling.verdicts if not one.promote)
    assert fallen.objections[0].startswith("guesses: expected a number for each question, got 'none for ")
    assert fallen.objections[-1] == "it fell: a guess of nan"
    assert live(shop) == "seeing"


def test_who_is_added_later_starts_with_nothing(opened: Opened) -> None:
    shop = opened(contested(("twin", Mean(prior=0.5 + 1e-9))))
    bring(shop, 1000)
    shop = opened(contested(("twin", Mean(prior=0.5 + 1e-9)), SEEING))
    turned = shop.run(replay=True)
    assert [row["why"] for row in told(shop, "enrolment")] == ["beginning", "now"]
    assert not turned.ruling.moves
    turned = bring(shop, 2400, 1000)
    assert live(shop) == "seeing"
    assert next(one for _, one in turned.ruling.verdicts if one.promote).evidence.enrolled == 2


def test_the_settings_may_take_the_live_model_away(opened: Opened) -> None:
    shop = opened(contested(SEEING))
    bring(shop, 1500)
    gone = told(shop, "promotion")[-1]["model"]
    shop = opened(contested(("twin", Mean(prior=0.5 + 1e-9))))
    shop.run(replay=True)
    move = told(shop, "promotion")[-1]
    assert (move["why"], move["text"]) == ("settings", f"{gone} races no more")
    assert live(shop) == "continual"


def sold(shop: Shop, **earned: int) -> Any:
    lines = {name: model.id for name, model in shop.ring().lanes()[0].models.items()}
    table = sales({lines[name]: amount for name, amount in earned.items()})
    shop.log.import_history("sales", lambda skip: iter([table.slice(skip)]))
    return bring(shop, 2000)


def test_one_that_sells_less_is_refused_though_it_loses_less(opened: Opened) -> None:
    app = contested(SEEING)
    shop = opened(replace(app, gate=(*app.gate, NoMeasureWorse())))
    ((_, verdict),) = sold(shop, continual=500, seeing=400).ruling.verdicts
    assert verdict.evidence.whole.challenger < verdict.evidence.whole.champion
    champion, challenger = ({one.name: one for one in each}["revenue"] for each in verdict.evidence.business)
    rule = f"about {champion.mean:.6g} a decision as the champion's"
    assert 500 < champion.mean < 520 > challenger.mean + 90
    assert verdict.objections == (f"revenue: expected {rule}, got '{challenger.mean:.6g} over 300 decisions'",)
    assert live(shop) == "continual"
    assert told(shop, "verdict")[-1]["text"] == verdict.objections[0]


def test_one_that_sells_as_much_goes_live(opened: Opened) -> None:
    app = contested(SEEING)
    shop = opened(replace(app, gate=(*app.gate, NoMeasureWorse())))
    ((_, verdict),) = sold(shop, continual=500, seeing=500).ruling.verdicts
    assert [one.decisions for one in verdict.evidence.business[1][:2]] == [300, 300]
    assert live(shop) == "seeing"


def test_what_was_earned_is_the_same_after_a_replay(opened: Opened) -> None:
    shop = opened(contested(SEEING))
    sold(shop, continual=500, seeing=400)
    bring(shop, 100, 2000)
    lane, (states, _) = shop.ring().lanes()[0], shop.checkpoints.last(shop.ring())
    lines = [model.id for model in lane.models.values()]
    assert [lane.earned(states, line) for line in lines] == list(earned(shop.log, lines).values())
    before = shop.fingerprint()
    shop.run(replay=True)
    assert shop.fingerprint()["folds"]["business"] == before["folds"]["business"]


def test_without_rules_nobody_is_judged(opened: Opened) -> None:
    shop = opened(replace(contested(), gate=()))
    assert bring(shop, 500).ruling[:2] == ((), ())
    assert live(shop) == "continual"
