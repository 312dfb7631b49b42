"""The app's parts fit; labels come by the payment's name, the later word holds."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.acting.actor import Explore, LetThrough
from evercart.acting.learning import Learning
from evercart.apps import app as named
from evercart.apps.fraud import CONTEXT, crosses, fraud, parties_of, slots_of
from evercart.errors import UserError
from evercart.events.batch import Events, dtype_of, missing
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, CORRECTION, HINT, SETTLED
from evercart.lane import lane_of
from evercart.units import DAY_S, DAY_US

PAYMENT, CHARGEBACK, RESOLVED, HEARTBEAT = 21, 22, 23, 11


def turns_of(rows: list[tuple[int, int, int, int, int]]) -> list[tuple[int, int, float, float]]:
    """Return (what, number, y, weight) of each turn that rows of (kind, day, id, ref, fraud) make."""
    app = fraud("user place", window_s=10 * DAY_S, known_s=4 * DAY_S)
    columns = {name: np.full(len(rows), missing(name), dtype_of(name)) for name in app.reads}
    kind, day, ids, ref, bad = (list(column) for column in zip(*rows, strict=True))
    columns |= {"id": ids, "ref": ref, "fraud": [missing("fraud") if one < 0 else one for one in bad]}
    columns |= {"user": [9] * len(rows), "place": [8] * len(rows), "amount": [500] * len(rows)}
    events = Events.of(**columns, kind=kind, logged_us=[one * DAY_US for one in day])
    lane = lane_of(app, Tick(), None, gated=False)
    for stage in (*lane.mend, lane.asks):
        events = stage.fold.step(stage.fold.start(), events)[1]
    x = np.hstack([stage.fold.step(stage.fold.start(), events)[1] for stage in lane.tables])
    turns = lane.pairs.fold.step(lane.pairs.fold.start(), (events, x))[1]
    columns_of_turns = (turns.what.tolist(), turns.number.tolist(), turns.y.tolist(), turns.weight.tolist())
    return [turn for turn in zip(*columns_of_turns, strict=True) if turn[0] != ASKED]


def test_silence_is_no_twice_half() -> None:
    assert turns_of([(PAYMENT, 0, 1, 0, -1), (HEARTBEAT, 5, 0, 0, -1), (HEARTBEAT, 11, 0, 0, -1)]) == [
        (HINT, 0, 0.0, 0.5),
        (SETTLED, 0, 0.0, 0.5),
    ]


def test_a_chargeback_names_one_payment_of_many() -> None:
    said = turns_of([(PAYMENT, 0, 1, 0, -1), (PAYMENT, 0, 2, 0, -1), (CHARGEBACK, 1, 5, 2, -1)])
    assert said == [(SETTLED, 1, 1.0, 1.0)]


def test_of_two_words_the_later_holds() -> None:
    rows = [(PAYMENT, 0, 1, 0, -1), (CHARGEBACK, 1, 5, 1, -1), (RESOLVED, 2, 6, 1, 0), (RESOLVED, 3, 7, 1, 0)]
    assert turns_of(rows) == [(SETTLED, 0, 1.0, 1.0), (CORRECTION, 0, 0.0, 1.0)]
    rows = [(PAYMENT, 0, 1, 0, -1), (RESOLVED, 1, 5, 1, 0), (CHARGEBACK, 2, 6, 1, -1), (HEARTBEAT, 11, 0, 0, -1)]
    assert turns_of(rows) == [(SETTLED, 0, 0.0, 1.0), (CORRECTION, 0, 1.0, 1.0)]


def test_labels_for_unknown_payments_after_a_year_say_nothing() -> None:
    assert turns_of([(PAYMENT, 0, 1, 0, -1), (CHARGEBACK, 1, 5, 99, -1)]) == []
    rows = [(PAYMENT, 0, 1, 0, -1), (CHARGEBACK, 365, 5, 1, -1)]
    assert [turn[0] for turn in turns_of(rows)] == [SETTLED]


def test_parties_that_are_asked_for_have_columns_and_crosses() -> None:
    app = fraud("user card device")
    names = [column.name for column in app.columns]
    assert "payments.device_plain_age_slot" in names
    assert "circles.frauds_slot" in names
    assert "circles.frauds_slot" not in [column.name for column in fraud("user place").columns]
    assert {name for pair in crosses(("user", "card", "device")) for name in pair} <= set(slots_of(app.columns))


def test_mistakes_are_told() -> None:
    with pytest.raises(UserError) as caught:
        parties_of("user shoe")
    assert str(caught.value) == "fraud.parties: expected some of user place card device address, got 'user shoe'"
    assert named("fraud", {"parties": "card"}).name == "fraud"


def test_a_payer_has_hours_a_last_place_a_speed_where_there_are_coordinates() -> None:
    names = [column.name for column in fraud("user card").columns]
    assert "hours.usual_slot" in names
    assert not any(name.startswith("travel") for name in names)
    assert not any(column.name.startswith(("hours", "travel")) for column in fraud("card device").columns)
    assert "latitude" not in fraud().reads
    app = fraud("user card", located=True)
    assert "travel.speed_slot" in [column.name for column in app.columns]
    assert {"latitude", "longitude"} <= set(app.asks.columns) & set(app.reads)


def test_a_policy_that_is_learned_draws() -> None:
    acts = fraud(costs={}, policy={"learn": True, "explore": 30}, known_s=9 * DAY_S).acts
    assert acts is not None and acts.through == Explore(30.0)
    assert acts.learning == Learning(CONTEXT, 9 * DAY_S) and set(CONTEXT) <= {one.name for one in fraud().columns}
    idle = fraud(costs={}, policy={"learn": False}, let_through=5).acts
    assert idle is not None and idle.learning is None and idle.through == LetThrough(5)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"policy": {"learn": True}}, "fraud.policy: expected a table fraud.costs beside, got 'none'"),
        ({"costs": {}, "policy": {"lern": True}}, "fraud.policy: expected learn, explore, got 'lern'"),
        ({"costs": {}, "policy": {"learn": 1}}, "fraud.policy.learn: expected true or false, got 1"),
        ({"costs": {}, "policy": {"explore": 0}}, "fraud.policy.explore: expected a number above 0, got 0"),
        (
            {"costs": {}, "policy": {"learn": True}, "let_through": 5},
            "fraud.let_through: expected 0 beside fraud.policy, which draws itself, got 5",
        ),
    ],
)
def test_policies_that_make_no_sense(given: dict, text: str) -> None:
    with pytest.raises(UserError) as caught:
        fraud(**given)
    assert str(caught.value) == text
