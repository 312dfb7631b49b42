"""Races judge in the order of asking."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.race import CORRECTED, GIVEN_UP, UNSEEN, Race
from evercart.evaluate.scored import Scored
from evercart.evaluate.slices import Buckets
from evercart.fold import fingerprint, pack, unpack
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns

RACE = Race(("a", "b"))


def turns(*rows):
    """Rows are (what, number, y)."""
    what, number, y = zip(*rows, strict=True) if rows else ((), (), ())
    n = len(rows)
    at = np.arange(n)
    number = np.array(number, np.int64)
    return Turns(
        what=np.array(what, np.int8),
        tick=at,
        offset=at,
        us=number * 1_000,
        number=number,
        y=np.array(y, np.float64),
        was=np.full(n, np.nan),
        weight=np.ones(n),
        key=number.astype(np.uint64) + np.uint64(7),
        x=np.zeros((n, 1), np.float32) + number[:, None],
    )


def asked(number):
    return (ASKED, number, np.nan)


def guessed(batch, shift=0.0):
    due = batch.what == ASKED
    return {
        "a": np.where(due, batch.number / 1_000.0, np.nan),
        "b": np.where(due, batch.number / 1_000.0 + shift, np.nan),
    }


def run(race, batches):
    state, parts = race.start(), []
    for batch in batches:
        state, scored = race.step(state, (batch, guessed(batch, 0.5)))
        parts.append(scored)
    return state, Scored.concat(parts)


def test_questions_leave_in_the_order_of_asking():
    rows = [asked(5), asked(6), asked(7), (SETTLED, 7, 1.0), (SETTLED, 6, 0.0)]
    state, scored = run(RACE, [turns(*rows)])
    assert len(scored) == 0
    state, scored = RACE.step(state, (turns((SETTLED, 5, 1.0)), {"a": np.array([np.nan]), "b": np.array([np.nan])}))
    assert scored.number.tolist() == [5, 6, 7]
    assert scored.y.tolist() == [1.0, 0.0, 1.0]
    assert scored.us.tolist() == [5_000, 6_000, 7_000]
    assert scored.key.tolist() == [12, 13, 14]
    assert scored.guesses.tolist() == [[0.005, 0.505], [0.006, 0.506], [0.007, 0.507]]


def test_hints_and_corrections_are_not_judged_and_the_abandoned_are_dropped():
    rows = [
        asked(0),
        asked(1),
        asked(2),
        (HINT, 0, 0.0),
        (SETTLED, 0, 1.0),
        (CORRECTION, 0, 0.0),
        (ABANDONED, 1, np.nan),
        (SETTLED, 2, 0.0),
        (SETTLED, 2, 1.0),
        (SETTLED, 9, 1.0),
    ]
    state, scored = run(RACE, [turns(*rows)])
    assert scored.number.tolist() == [0, 2]
    assert scored.y.tolist() == [1.0, 0.0]
    assert [int(state.counts[i]) for i in (CORRECTED, GIVEN_UP, UNSEEN)] == [1, 1, 1]


def test_what_an_early_yes_left_behind_is_given_up_with_the_abandoned():
    """Of the questions still open when history ends only "yes" is known: judging those would flatter optimists."""
    rows = [
        *(asked(i) for i in range(6)),
        (SETTLED, 0, 0.0),
        (SETTLED, 2, 1.0),
        (SETTLED, 4, 1.0),
        (ABANDONED, 1, np.nan),
        (ABANDONED, 3, np.nan),
        (ABANDONED, 5, np.nan),
        asked(6),
        (SETTLED, 6, 1.0),
    ]
    for cut in range(len(rows)):
        state, scored = run(RACE, [turns(*rows[:cut]), turns(*rows[cut:])])
        assert scored.number.tolist() == [0, 6]
        assert state.counts[GIVEN_UP] == 5


def test_read_early_a_hint_is_a_judgement():
    rows = [asked(0), asked(1), (SETTLED, 1, 1.0), (HINT, 0, 0.0), (HINT, 0, 1.0), (SETTLED, 0, 1.0)]
    _, scored = run(Race(("a", "b"), early=True), [turns(*rows[:4]), turns(*rows[4:])])
    assert (scored.number.tolist(), scored.y.tolist()) == ([0, 1], [0.0, 1.0])
    _, scored = run(RACE, [turns(*rows[:4])])
    assert len(scored) == 0


def stream(rng, questions, first=3):
    """Ask questions and settle them after a random wait."""
    rows = []
    for number in range(first, first + questions):
        at = 2.0 * number
        rows.append((at, asked(number)))
        what = ABANDONED if rng.random() < 0.05 else SETTLED
        y = np.nan if what == ABANDONED else float(rng.random() < 0.5)
        rows.append((at + rng.exponential(40.0), (what, number, y)))
        if what == SETTLED and rng.random() < 0.2:
            rows.append((at + 500.0, (CORRECTION, number, 1.0 - y)))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


@pytest.mark.parametrize("seed", range(6))
def test_cuts_and_resuming_change_nothing(seed):
    rng = np.random.default_rng(seed)
    rows = stream(rng, 200)
    whole, scored = run(RACE, [turns(*rows)])
    state, parts = RACE.start(), []
    cuts = np.sort(rng.integers(0, len(rows), 17))
    for part in np.split(np.arange(len(rows)), cuts):
        batch = turns(*[rows[i] for i in part])
        state = unpack(RACE.start(), pack(state))
        state, out = RACE.step(state, (batch, guessed(batch, 0.5)))
        parts.append(out)
    cut = Scored.concat(parts)
    assert fingerprint(state) == fingerprint(whole)
    assert cut.number.tolist() == scored.number.tolist()
    assert np.array_equal(cut.guesses, scored.guesses)
    assert np.array_equal(cut.y, scored.y)


def test_an_optimist_of_equal_loss_gains_nothing():
    """A "yes" settles at once, a "no" late: read in that order the optimist would be ahead in the middle."""
    rng = np.random.default_rng(1)
    n = 4_000
    y = (np.arange(n) % 2).astype(float)
    rows, naive = [], []
    for i in range(n):
        rows.append((i, asked(i)))
        rows.append((i + 0.5 if y[i] else i + 1_000.5, (SETTLED, i, y[i])))
    rows = [row for _, row in sorted(rows, key=lambda row: row[0])]
    batch = turns(*rows)
    due = batch.what == ASKED
    tilt = rng.normal(0, 0.01, n)
    guesses = {"a": np.full(len(rows), np.nan), "b": np.full(len(rows), np.nan)}
    guesses["a"][due] = 0.4 + tilt  # the pessimist
    guesses["b"][due] = 0.6 + tilt  # the optimist
    half = np.arange(len(rows)) < len(rows) // 2
    _, scored = RACE.step(RACE.start(), (batch.rows(half), {k: v[half] for k, v in guesses.items()}))
    loss = (scored.guesses - scored.y[:, None]) ** 2
    naive = batch.rows(half & (batch.what == SETTLED))
    as_settled = ((0.6 - naive.y) ** 2 - (0.4 - naive.y) ** 2).mean()
    assert as_settled < -0.02  # the trap is there
    assert abs(loss[:, 1].mean() - loss[:, 0].mean()) < 0.002


def test_cost_and_memory_do_not_grow_with_the_window():
    """A question is found by number: waiting questions are never walked over."""
    state = RACE.start()
    wide = turns(*[asked(i) for i in range(20_000)])
    state, _ = RACE.step(state, (wide, guessed(wide)))
    capacity = len(state.waiting.us)
    for number in range(20_000, 20_400):
        batch = turns(asked(number), (SETTLED, number - 20_000, 1.0))
        state, scored = RACE.step(state, (batch, guessed(batch)))
        assert scored.number.tolist() == [number - 20_000]
    assert len(state.waiting.us) == capacity
    assert len(pack(state)["waiting.us"]) == 20_000


def test_slices():
    race = Race(("a",), Buckets(0, (1.0, 2.0), ("low", "one", "high")))
    batch = turns(asked(0), asked(1), asked(2), (SETTLED, 0, 1.0), (SETTLED, 1, 1.0), (SETTLED, 2, 1.0))
    _, scored = race.step(race.start(), (batch, {"a": guessed(batch)["a"]}))
    assert scored.slice.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Race(()), "race.names: expected at least one racer, got ()"),
        (lambda: Race(("a", "a")), "race.names: expected names that differ, got ('a', 'a')"),
        (
            lambda: RACE.step(RACE.start(), (turns(asked(0)), {"a": np.ones(1)})),
            "race.guesses: expected one array for each of a b, got ['a']",
        ),
        (
            lambda: RACE.step(RACE.start(), (turns(asked(0)), {"a": np.ones(1), "b": np.array([np.nan])})),
            "race.guesses.b: expected finite numbers where a guess is due, got [nan]",
        ),
        (
            lambda: run(RACE, [turns(asked(0), asked(2))]),
            "race.number: expected 1, the next question, got 2",
        ),
    ],
)
def test_texts(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text


def test_only_who_may_fall_may_say_nothing():
    race = Race(("a", "b"), may_fall=("b",))
    batch = turns(asked(5), (SETTLED, 5, 1.0))
    _, scored = race.step(race.start(), (batch, {"a": np.array([0.5, np.nan]), "b": np.full(2, np.nan)}))
    assert np.isnan(scored.guesses[0]).tolist() == [False, True]
    with pytest.raises(UserError, match=r"^race\.guesses\.a: expected finite numbers where a guess is due"):
        race.step(race.start(), (batch, {"a": np.full(2, np.nan), "b": np.full(2, np.nan)}))
    with pytest.raises(UserError, match=r"^race\.guesses\.b: expected finite numbers where a guess is due"):
        race.step(race.start(), (batch, {"a": np.array([0.5, np.nan]), "b": np.array([np.inf, np.nan])}))
