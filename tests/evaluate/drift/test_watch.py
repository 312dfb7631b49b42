"""Watch says what moved about an app, stays calm about what is ordinary."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from evercart import apps
from evercart.backtest import replay
from evercart.errors import UserError
from evercart.evaluate.drift.alarms import Alarms, records
from evercart.evaluate.drift.rows import alarm_rows
from evercart.evaluate.drift.watch import Watch
from evercart.evaluate.drift.watched import released
from evercart.evaluate.losses import log_loss, squared
from evercart.evaluate.race import Race
from evercart.events.batch import Events
from evercart.features.columns import Column
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.testing.shop import START_US, SimulatedShop
from evercart.units import DAY_US, MISSING

COLUMNS = (Column("number 0"), Column("number 1"), Column("slot", slots=100))
RACERS = ("a", "b")
WATCH = Watch("spend", RACERS, COLUMNS)
DAYS, A_DAY = 120, 300
MOVED = 80  # the day on which something changes
COUNT = DAYS * A_DAY


def questions(seed=1):
    """Return time, x, chance of a yes of each question; weekdays differ in how many are asked, in how hard they are."""
    rng = np.random.default_rng(seed)
    pace = np.array([0.6, 0.7, 0.8, 1.0, 1.4, 1.7, 0.8])
    day = rng.choice(DAYS, COUNT, p=np.tile(pace, DAYS // 7 + 1)[:DAYS] / np.tile(pace, DAYS // 7 + 1)[:DAYS].sum())
    us = np.sort(day * DAY_US + rng.integers(0, DAY_US, COUNT))
    weekend = us // DAY_US % 7 >= 5
    x = np.column_stack([np.exp(rng.normal(size=COUNT)), rng.normal(size=COUNT), rng.integers(0, 100, COUNT)])
    chance = 1 / (1 + np.exp(-(rng.normal(-1.5, 1.0, COUNT) + 0.3 * weekend)))
    return us, x.astype(np.float32), chance


def answered(us, x, y, delay_us=7 * DAY_US):
    """Return turns in which each label comes after a delay, in µs, one or (questions,)."""
    count = len(us)
    when = np.append(us, us + delay_us)
    what = np.repeat(np.array([ASKED, SETTLED], np.int8), count)
    number = np.tile(np.arange(count), 2)
    order = np.argsort(when, kind="stable")
    label = np.append(np.full(count, np.nan), y)
    rows = np.arange(2 * count)
    blank, key = np.full(2 * count, np.nan), np.ones(2 * count, np.uint64)
    return Turns(
        what[order],
        when[order] // 1_000_000,
        rows + 7,
        when[order],
        number[order],
        label[order],
        blank,
        np.ones(2 * count),
        key,
        np.tile(x, (2, 1))[order],
    )


def watched(turns, guesses, watch=WATCH, currents=((0, 0),), batch=20_000):
    """Return what is told, with the guesses of each racer, (questions,); `currents`: from which row on who is live."""
    race = Race(RACERS)
    by_name = {
        name: np.where(turns.what == ASKED, guess[turns.number], np.nan)
        for name, guess in zip(RACERS, guesses, strict=True)
    }
    _, scored = race.step(race.start(), (turns, by_name))
    row, state, found = released(turns, scored.number), watch.start(), []
    edges = sorted({*range(0, len(turns), batch), *(start for start, _ in currents), len(turns)})
    for start, stop in pairwise(edges):
        current = [who for begins, who in currents if begins <= start][-1]
        part = scored.rows((row >= start) & (row < stop))
        said = {name: guess[start:stop] for name, guess in by_name.items()}
        state, alarms = watch.step(state, (turns.rows(slice(start, stop)), said, part, current))
        found.append(alarms)
    return Alarms.concat(found)


def told(found, watch=WATCH):
    return [watch.names[what] for what in found.what]


def labels(chance, seed=9):
    return (np.random.default_rng(seed).random(len(chance)) < chance).astype(float)


def later(us):
    return us >= MOVED * DAY_US


def test_weekdays_and_a_new_shop_are_ordinary():
    us, x, chance = questions()
    x[:, 0] *= 1 - np.exp(-us / (15 * DAY_US))  # numbers that count what has been seen so far
    guess = np.where(us < 20 * DAY_US, 0.5, chance)
    assert told(watched(answered(us, x, labels(chance)), (guess, guess))) == []


def test_a_feature_that_moved_is_named():
    us, x, chance = questions()
    x[later(us), 0] *= 5
    turns = answered(us, x, labels(chance))
    found = watched(turns, (chance, chance))
    assert told(found) == ["feature number 0"]
    assert found.since_us[0] == us[later(us)][0]
    assert found.since[0] == np.flatnonzero(later(us))[0]
    assert found.us[0] == turns.us[found.place[0] - 7]  # the place is an offset of the log
    assert 0 < found.us[0] - MOVED * DAY_US < 4 * DAY_US
    assert found.now[0] > 2 * found.was[0]


def test_a_truth_that_changed_shows_once_labels_come():
    us, x, chance = questions()
    truth = np.where(later(us), 1 - chance, chance)
    found = watched(answered(us, x, labels(truth)), (chance, chance))
    at_once, after = "loss of spend", "expected loss of spend"  # once recalibrated, such guesses are known to cost more
    assert set(told(found)) == {at_once, f"{at_once} at an even mix of questions", after}
    assert (found.us > (MOVED + 7) * DAY_US).all()
    found = found.rows(np.array(told(found)) != after)
    assert (found.us < (MOVED + 10) * DAY_US).all()
    assert (np.abs(found.since_us - MOVED * DAY_US) < 2 * DAY_US).all()
    assert (found.now > 1.5 * found.was).all()


def test_harder_questions_show_before_any_label_while_the_truth_stands():
    us, x, chance = questions()
    chance = np.where(later(us), 0.3 + 0.4 * chance, chance)
    found = watched(answered(us, x, labels(chance)), (chance, chance))
    assert set(told(found)) == {"expected loss of spend", "loss of spend", "guesses of spend"}
    first = {name: found.us[told(found).index(name)] for name in told(found)}
    assert first["expected loss of spend"] < (MOVED + 3) * DAY_US
    assert first["guesses of spend"] < (MOVED + 3) * DAY_US
    assert first["loss of spend"] > (MOVED + 7) * DAY_US


def test_labels_that_come_later_are_named():
    us, x, chance = questions()
    delay = np.where(later(us), 9, 7) * DAY_US
    found = watched(answered(us, x, labels(chance), delay), (chance, chance))
    assert told(found) == ["delays of spend"]
    assert found.was[0] == pytest.approx(7 * 86400, rel=0.05)
    assert found.now[0] == pytest.approx(9 * 86400, rel=0.05)


def test_another_live_model_is_no_drift():
    us, x, chance = questions()
    worse = np.full(COUNT, 0.5)
    turns = answered(us, x, labels(chance))
    moved = int(np.flatnonzero(turns.us >= MOVED * DAY_US)[0])
    assert told(watched(turns, (chance, worse), currents=((0, 0), (moved, 1)))) == []


def test_in_the_first_weeks_nothing_is_told():
    us, x, chance = questions()
    x[later(us), 0] *= 5
    turns = answered(us, x, labels(chance))
    for quiet_s, count in ((MOVED * 86400, 1), ((MOVED + 10) * 86400, 0)):
        assert len(watched(turns, (chance, chance), replace(WATCH, quiet_s=quiet_s))) == count


def test_of_squared_losses_the_miss_is_watched():
    us, x, _ = questions()
    rng = np.random.default_rng(2)
    y = 30 + rng.standard_t(3, COUNT) * np.where(later(us), 15, 10)
    watch = replace(WATCH, loss=squared)
    found = watched(answered(us, x, y), (np.full(COUNT, 30.0),) * 2, watch)
    assert told(found, watch) == ["miss of spend"]
    assert found.now[0] == pytest.approx(1.5 * found.was[0], rel=0.15)
    assert found.was[0] == pytest.approx(np.abs(y - 30)[~later(us)].mean(), rel=0.02)


def test_alarms_become_rows_of_the_log_that_a_replay_writes_again_alike():
    us, x, chance = questions()
    x[later(us), 0] *= 5
    turns = answered(us, x, labels(chance))
    tables = [alarm_rows(watched(turns, (chance,) * 2, batch=size), "spend", WATCH.names) for size in (999, 50_000)]
    assert tables[0].num_rows == 1
    assert tables[0].equals(tables[1])
    assert tables[0]["what"].to_pylist() == ["feature number 0"]
    assert tables[0]["id"].to_pylist()[0].startswith("alarm/spend/feature number 0/two_sample/")


def shop(days, dear_from):
    """Return a simulated shop's events in which all prices are three times as high from a day on."""
    app = apps.app("spend")
    parts = []
    for events in SimulatedShop(seed=1, shoppers=250, items=200).stream(10**7, columns=app.reads):
        parts.append(events)
        if events.logged_us[-1] > START_US + days * DAY_US:
            break
    events = Events.concat(parts)
    events = events.rows(events.logged_us < START_US + days * DAY_US)
    amount = events["amount"].copy()
    amount[(events.logged_us >= START_US + dear_from * DAY_US) & (amount != MISSING)] *= 3
    return app, Events({**{name: events[name] for name in events.columns}, "amount": amount})


@pytest.mark.parametrize("dear_from", [90, 1000])
def test_a_simulated_shop_whose_prices_jump(dear_from):
    app, events = shop(110, dear_from)
    found = replay(app, iter([events]), Tick(), None, lambda: 0.0)
    watch = Watch(app.name, RACERS, app.columns, app.loss)
    _, guess = app.champion.step(app.champion.start(), found.turns)
    scored = replace(found.scored, guesses=np.repeat(found.scored.guesses, 2, axis=1))
    _, alarms = watch.step(watch.start(), (found.turns, dict.fromkeys(RACERS, guess), scored, 0))
    rows = records(alarms, watch.names)
    if dear_from > 110:
        assert len(rows) <= 1
    else:
        assert {"feature purse.order_amount_latest", "miss of spend"} & {row["what"] for row in rows}
        assert any(0 < row["us"] - START_US - 90 * DAY_US < 7 * DAY_US for row in rows)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"app": ""}, "watch.app: expected an app's name, got ''"),
        ({"racers": ()}, "watch.racers: expected at least one, got 'none'"),
        ({"quiet_s": -1}, "watch.quiet_s: expected at least 0, got -1"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        replace(WATCH, **bad)
    assert str(error.value) == text


def test_a_live_model_that_does_not_race_is_refused():
    us, x, chance = questions()
    with pytest.raises(UserError) as error:
        watched(answered(us, x, labels(chance)), (chance, chance), currents=((0, 2),))
    assert str(error.value) == "watch.current: expected 0 to 1, got 2"


def test_log_loss_is_what_is_watched_unless_said():
    assert WATCH.loss is log_loss
