"""What hurts the fraud app: odd amounts, missing parties, labels for nobody, a million payments of one card."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.apps.fraud import fraud, tables_of
from evercart.events.batch import Events, dtype_of, missing
from evercart.fold import pack
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.lane import lane_of
from evercart.units import DAY_S, DAY_US, HOUR_S, MISSING, SECOND_US

PAYMENT, CHARGEBACK, RESOLVED = 21, 22, 23
PARTIES = "user place card device address"
APP = fraud(PARTIES, window_s=30 * DAY_S, known_s=7 * DAY_S, located=True)
EACH = {type(table): table for table in reversed(APP.tables)}  # one of a kind, the first
HOUR_US = HOUR_S * SECOND_US


def log(kind: list[int], day: list[float], **columns: Any) -> Events:
    """Return rows with what the app reads; what is not said is missing."""
    read = {name: np.full(len(kind), missing(name), dtype_of(name)) for name in APP.reads}
    return Events.of(**(read | columns), kind=kind, logged_us=[round(one * DAY_US) for one in day])


def guessed(events: Events) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return X, what each racer guessed of it."""
    lane = lane_of(APP, Tick(), None, gated=False)
    for stage in (*lane.mend, lane.asks):
        events = stage.fold.step(stage.fold.start(), events)[1]
    x = np.hstack([stage.fold.step(stage.fold.start(), events)[1] for stage in lane.tables])
    turns = lane.pairs.fold.step(lane.pairs.fold.start(), (events, x))[1]
    said = [stage.fold.step(stage.fold.start(), turns)[1] for stage in lane.racers.values()]
    return x, np.column_stack(said)[turns.what == ASKED]


@pytest.mark.parametrize("amount", [0, -500, -(10**15), 10**15, MISSING])
def test_an_odd_amount_leaves_numbers(amount: int) -> None:
    rows = 12
    odd = np.array([1_000] * 6 + [amount] * 6)
    one: dict[str, Any] = dict.fromkeys(PARTIES.split(), np.ones(rows, np.uint64))
    events = log([PAYMENT] * rows, [at / 2 for at in range(rows)], id=np.arange(1, rows + 1), amount=odd, **one)
    x, guesses = guessed(events)
    assert np.isfinite(x).all()
    assert ((guesses > 0) & (guesses < 1)).all()


def test_a_payment_of_which_all_is_missing_gets_a_guess() -> None:
    x, guesses = guessed(log([PAYMENT] * 3, [0, 1, 2], id=[1, 2, 3], amount=[MISSING] * 3))
    assert np.isfinite(x).all()
    assert ((guesses > 0) & (guesses < 1)).all()


@pytest.mark.parametrize("kind", [CHARGEBACK, RESOLVED])
def test_labels_for_nobody_move_nothing(kind: int) -> None:
    table = tables_of(("user", "place"), 30 * DAY_S, 7 * DAY_S, "UTC", "", located=False)[0]
    paid = {
        "user": [5, 0, 0],
        "place": [8, 0, 0],
        "amount": [900, MISSING, MISSING],
        "id": [1, 2, 3],
        "ref": [0, 99, 0],
    }
    whole = log([PAYMENT, kind, kind], [0, 1, 1], fraud=[MISSING, 1, 1], **paid)
    events = Events({**whole.columns, "number": np.full(3, -1)})
    state, _ = table.step(table.start(), events)
    before, _ = table.step(table.start(), events.rows(slice(0, 1)))
    assert pack(state).keys() == pack(before).keys()
    assert all((pack(state)[name] == pack(before)[name]).all() for name in pack(state))


@pytest.mark.parametrize("table", EACH.values(), ids=lambda table: table.name)
def test_a_million_payments_of_one_card_in_an_hour_cost_the_same_each(table: Any) -> None:
    rows, parts = 100_000, 10
    state, spent_s, sizes = table.start(), [], []
    for part in range(parts):
        at = part * rows + np.arange(rows)
        columns = {name: np.full(rows, missing(name), dtype_of(name)) for name in table.reads}
        columns |= {name: np.ones(rows, np.uint64) for name in columns if name in PARTIES.split()}
        if "amount" in columns:
            columns["amount"] = 100 + at % 50
        if "id" in columns:
            columns["id"] = (at + 1).astype(np.uint64)
        number = np.where(at % 100 == 0, at, -1)  # a question now and then
        us = DAY_US + at * (HOUR_US // (rows * parts))
        events = Events.of(**columns, kind=[PAYMENT] * rows, logged_us=us, number=number)
        began_s = time.process_time()
        state, x = table.step(state, events)
        spent_s.append(time.process_time() - began_s)
        sizes.append(sum(array.nbytes for array in pack(state).values()))
        assert np.isfinite(x).all()
    assert min(spent_s[5:]) < 5 * min(spent_s[:5])
    assert sizes[-1] < 2_000 + 130 * rows * parts  # what is held of a payment until its windows close
    if table.name in ("circles", "haunts", "hours", "travel"):  # nothing is held of a payment
        assert sizes[-1] <= sizes[0] + 64
