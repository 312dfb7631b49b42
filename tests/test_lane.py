"""The stages of one app."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evercart.errors import UserError
from evercart.evaluate.business import Business
from evercart.fold import pack
from evercart.gate.reign import Reign
from evercart.labels.pairs import Tick
from evercart.lane import BUSINESS, CHAMPION, FROZEN, Stage, lane_of
from evercart.learners.isolated import Isolated
from evercart.learners.mean import Mean
from evercart.loop import Ring, Stopwatch
from evercart.testing.contested import contested, seeing
from evercart.testing.redeems import orders, redeems

APP = contested(("seeing", seeing()))


def test_challengers_are_isolated_the_champion_is_not() -> None:
    lane = lane_of(APP, Tick(), 5, gated=True)
    assert list(lane.racers) == [CHAMPION, "seeing", FROZEN]
    assert isinstance(lane.racers["seeing"].fold, Isolated)
    assert lane.racers[CHAMPION].fold == APP.champion
    assert lane.reign.racers == (CHAMPION, "seeing")
    assert lane.reign.lines == tuple(model.id for model in lane.models.values())


def test_a_replay_that_proves_nothing_has_no_gate() -> None:
    lane = lane_of(APP, Tick(), None, gated=False)
    assert lane.gate is None
    assert lane.gates == ()
    assert lane.business is None
    assert lane.racers["seeing"].fold == dict(APP.challengers)["seeing"]
    with pytest.raises(TypeError, match="the lane of coupons has no gate"):
        _ = lane.reign


def test_provisional_labels_have_a_gate_of_their_own() -> None:
    lane = lane_of(replace(APP, provisional_s=30), Tick(), None, gated=True)
    assert [stage.name for stage in lane.gates] == ["coupons gate", "coupons early gate"]
    assert all(isinstance(stage.fold, Reign) for stage in lane.gates)
    assert lane.early is not None
    assert lane.early.race.fold.early
    names = [stage.name for stage in lane.stages]
    assert len(names) == len(set(names))


def test_lanes_share_what_came_of_live_decisions() -> None:
    ring = Ring((APP, redeems()), key=3)
    stages = [lane.business for lane in ring.lanes()]
    assert stages == [Stage(BUSINESS, Business.of(3))] * 2
    assert set(Business.reads) <= set(ring.reads)
    assert not {"model", "verdict"} & set(Ring((APP,), gated=False).reads)
    states = ring.start()
    ring.step(states, orders(100), Stopwatch(lambda: 0.0))
    assert sum(array.nbytes for array in pack(states[BUSINESS]).values()) < 100
    assert lane_of(APP, Tick(), None, gated=True).evidence(states, "seeing").business == ((), ())


def test_what_a_model_is_does_not_hang_on_its_place() -> None:
    other = contested(("was champion", Mean(prior=0.5)), champion=seeing())
    one, two = (lane_of(app, Tick(), None, gated=True).models for app in (APP, other))
    assert one["seeing"].id == two[CHAMPION].id
    assert one[CHAMPION].id == two["was champion"].id


def test_learners_that_are_the_same_are_refused() -> None:
    text = r"^app coupons\.challengers: expected names and learners that differ .*, got 'continual twin'$"
    with pytest.raises(UserError, match=text):
        contested(("twin", Mean(prior=0.5)))
