"""The refitted opponent is honest."""

from dataclasses import replace

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.batch_linear import BatchLinear, grid
from evercart.evaluate.history import NEVER, History
from evercart.evaluate.losses import log_loss
from evercart.evaluate.refit import Refit, choose, first_quarter
from evercart.features.columns import Column
from evercart.units import DAY_US, MISSING

COLUMNS = (Column("a"), Column("b"), Column("c", slots=50))
FIT = BatchLinear(COLUMNS, log_loss, l2=1.0)
WEEK_US = 7 * DAY_US


def clock():
    return 0.0


def shop(seed=0, n=4_000, weeks=20):
    """A "yes" settles within days, a "no" after a week; one in thirty labels is corrected."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=(n, 2)), rng.integers(0, 50, n)]).astype(np.float32)
    y = (rng.random(n) < 1 / (1 + np.exp(-1.5 * x[:, 0]))).astype(float)
    us = np.sort(rng.integers(0, weeks * WEEK_US, n))
    settled = us + np.where(y == 1, rng.integers(1, WEEK_US, n), WEEK_US + 1)
    late = rng.random(n) < 1 / 30
    late_us = np.where(late, settled + DAY_US, NEVER)
    return History(np.arange(n), us, settled, y, late_us, np.where(late, 1 - y, np.nan), x)


@pytest.mark.parametrize("closed", [True, False])
def test_labels_settled_after_a_fit_do_not_change_what_it_guessed(closed):
    history = shop()
    refit = Refit(FIT, WEEK_US, closed)
    cut = 11 * WEEK_US
    rng = np.random.default_rng(1)
    after, later = history.settled_us >= cut, history.late_us >= cut
    scrambled = replace(
        history,
        y=np.where(after, rng.integers(0, 2, len(history)), history.y),
        settled_us=np.where(after, cut + rng.integers(0, WEEK_US, len(history)), history.settled_us),
        late_us=np.where(later, NEVER, history.late_us),
        x=np.where((history.us >= cut + WEEK_US)[:, None], 0, history.x).astype(np.float32),
    )
    before = history.us < cut + WEEK_US
    one, other = (refit.guesses(h, clock).guess for h in (history, scrambled))
    assert one[before] == pytest.approx(other[before], abs=1e-6)
    assert np.abs(one[~before] - other[~before]).max() > 1e-3


def test_a_label_settled_before_a_fit_does():
    history = shop()
    cut = 11 * WEEK_US
    flipped = replace(history, y=np.where(history.settled_us < cut, 1 - history.y, history.y))
    asked = (history.us >= cut) & (history.us < cut + WEEK_US)
    one, other = (Refit(FIT).guesses(h, clock).guess[asked] for h in (history, flipped))
    assert np.abs(one - other).mean() > 0.1


def test_the_newest_yes_alone_would_flatter_the_optimist():
    history = shop(weeks=6)
    history = replace(history, settled_us=history.us + np.where(history.y == 1, 1, WEEK_US + 1))
    third_week = (history.us >= 2 * WEEK_US) & (history.us < 3 * WEEK_US)
    closed, settled = (Refit(FIT, WEEK_US, c).guesses(history, clock).guess[third_week].mean() for c in (True, False))
    assert settled > 0.6  # of the second week it knows every "yes", no "no"
    assert closed == pytest.approx(0.5, abs=0.05)


def test_it_learns_and_counts_its_fits():
    history = shop()
    found = Refit(FIT).guesses(history, clock)
    late = history.us > first_quarter(history.us)
    assert found.fits == 19
    assert log_loss.each(history.y[late], found.guess[late]).mean() < 0.6


def test_cpu_seconds_are_those_of_the_clock_it_was_given():
    ticks = iter([5.0, 7.5])
    assert Refit(FIT, 100 * WEEK_US).guesses(shop(n=50), lambda: next(ticks)).cpu_s == 2.5


def test_progress_is_told():
    told = []
    Refit(FIT, 5 * WEEK_US).guesses(shop(n=200), clock, told=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == 4


def test_the_choice_reads_the_first_quarter_only():
    history = shop(n=3_000)
    until = first_quarter(history.us)
    candidates = [Refit(one) for one in grid(FIT, (1.0, 1e4), ("slots", "numbers"))]
    chosen = choose(candidates, history, log_loss, until, clock)
    after, asked = history.settled_us >= until, history.us >= until
    other = replace(
        history,
        y=np.where(after, 1 - history.y, history.y),
        late_us=np.where(history.late_us >= until, NEVER, history.late_us),
        x=np.where(asked[:, None], 0, history.x).astype(np.float32),
    )
    again = choose(candidates, other, log_loss, until, clock)
    assert again.losses == chosen.losses
    assert chosen.refit == candidates[2]
    assert chosen.losses[2] == min(chosen.losses)


def test_nothing_to_choose_by():
    candidates = [Refit(FIT)]
    assert choose(candidates, shop(n=3), log_loss, 0, clock).refit == candidates[0]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Refit(FIT, 0), "refit.every_us: expected more than 0, got 0"),
        (lambda: choose([], shop(n=3), log_loss, 0, clock), "choose.candidates: expected at least one, got []"),
    ],
)
def test_texts(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text


def test_the_newest_label_of_each_fit():
    history = shop(n=300)
    newest = Refit(FIT).newest(history)
    for row in (0, 150, 299):
        moment = int(history.us[row]) // WEEK_US * WEEK_US
        known = history.known(moment, closed=True)
        late = history.late_us[known]
        seen = [*history.settled_us[known], *late[late < moment]]
        assert newest[row] == max(seen, default=MISSING)
    assert newest[0] == MISSING
    assert newest[-1] != MISSING
