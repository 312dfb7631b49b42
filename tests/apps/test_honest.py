"""Nothing that is guessed depends on what came later; who knows the truth guesses better than any learner."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from shops import paid, turned

from evercart import apps, fold
from evercart.asks.each import Before
from evercart.asks.outcomes import Outcomes
from evercart.backtest import Replayed
from evercart.evaluate.batch_linear import BatchLinear
from evercart.evaluate.history import History
from evercart.evaluate.losses import log_loss
from evercart.evaluate.refit import Refit
from evercart.events.batch import Events
from evercart.hashing import hash_strings
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.loop import Ring, Stopwatch
from evercart.testing.shop import SimulatedShop

SHOP = SimulatedShop(seed=3, shoppers=300, items=60, days=120)
KEY = 1
NUMBERED = [name for name in apps.APPS if not apps.app(name).named]  # of labels see test_classify_ring.py
ONE_ANSWER = [name for name in NUMBERED if not apps.app(name).candidates]  # of lists see test_ranking_ring.py


@cache
def log(name: str = "") -> Events:
    """Return the shop's log, or what an app reads that shops of this kind do not have."""
    if name == "fraud":
        return paid()
    columns = ("user", "session", "item", "place", "quantity", "amount", "live", "category", "brand", "about")
    return Events.concat(list(SHOP.stream(SHOP.table().num_rows, key=KEY, columns=columns)))


def scrambled(events: Events, first: int) -> Events:
    """Return a log with everything from an offset on drawn anew, but for its clock."""
    rng = np.random.default_rng(7)
    columns = {name: column.copy() for name, column in events.columns.items()}
    for name, column in columns.items():
        if name not in ("offset", "logged_us"):
            column[first:] = rng.permutation(column[first:])
    return Events(columns)


def asked_until(replayed: Replayed, offset: int) -> NDArray[np.int64]:
    """Return the numbers of the questions that stand no later than a row."""
    turns = replayed.turns
    return turns.number[(turns.what == ASKED) & (turns.offset <= offset)]


@pytest.mark.parametrize("name", ONE_ANSWER)
def test_no_guess_depends_on_what_comes_after(name: str) -> None:
    app, events = apps.app(name), log(name)
    first = len(events) * 2 // 3
    frozen_us = int(events.logged_us[len(events) // 4])
    plain, other = turned(app, events, frozen_us), turned(app, scrambled(events, first), frozen_us)
    last = first - isinstance(app.asks, Before | Outcomes)  # what a question is about it may know
    before = asked_until(plain, last)
    assert len(before) > 2_000
    np.testing.assert_array_equal(before, asked_until(other, last))
    one, two = (each.scored.rows(slice(0, len(before))) for each in (plain, other))
    np.testing.assert_array_equal(one.number, before)
    np.testing.assert_array_equal(one.guesses, two.guesses)  # continual, frozen: bit by bit
    assert not np.array_equal(one.y, two.y)
    refit = Refit(BatchLinear(app.columns, app.loss, 10.0, "both"))
    late, again = (refit.guesses(History.of(each.turns), lambda: 0.0).guess for each in (plain, other))
    assert late[: len(before)] == pytest.approx(again[: len(before)], rel=1e-6)


@pytest.mark.parametrize("name", NUMBERED)
def test_the_frozen_control_stands_still_to_the_last_bit(name: str) -> None:
    events = log(name)
    quarter = len(events) // 4
    ring = Ring((apps.app(name),), Tick(), int(events.logged_us[quarter]))
    at = int(np.searchsorted(events.logged_us // Tick().us, events.logged_us[quarter] // Tick().us))
    states = ring.start()

    def marks(part: slice) -> dict[str, str]:
        ring.step(states, events.rows(part), Stopwatch(lambda: 0.0))
        return {racer: fold.fingerprint(states[f"{name} {racer}"]) for racer in ("continual", "frozen")}

    then, end = marks(slice(0, at)), marks(slice(at, None))
    assert then["frozen"] == then["continual"]
    assert end["frozen"] == then["frozen"]
    assert end["continual"] != then["continual"]


def test_nobody_guesses_better_than_who_knows_the_truth() -> None:
    scored = turned(apps.app("repurchase"), log(), int(log().logged_us[len(log()) // 4])).scored
    truth = pa.concat_tables(SHOP.truth())
    shown = np.searchsorted(log().logged_us, truth["event_us"].to_numpy(), side="right")  # the row that ends a basket
    there = shown < len(log())
    user = hash_strings(truth["user"].combine_chunks(), KEY)[there]
    chances = dict(
        zip(zip(user, log().logged_us[shown[there]], strict=True), truth["returns"].to_numpy()[there], strict=True)
    )
    known = np.array([chances[key] for key in zip(scored.key, scored.us, strict=True)])
    late = len(scored) // 4
    y = scored.y[late:]
    best, continual, frozen = (
        float(log_loss.each(y, guess[late:]).mean()) for guess in (known, *scored.guesses.T[[0, -1]])
    )
    base = float(log_loss.each(y, np.full(len(y), y.mean())).mean())
    assert best < continual < frozen
    assert continual - best < 0.7 * (base - best)  # from the base rate to the truth it comes a third of the way
