"""Days add up."""

import numpy as np
import pytest
from sklearn import metrics as reference

from evercart.errors import UserError
from evercart.evaluate.days import Days
from evercart.evaluate.losses import log_loss, pinball, squared
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.evaluate.scores import scores
from evercart.fold import fingerprint, pack, unpack
from evercart.units import DAY_US

RNG = np.random.default_rng(8)
SLICES = ("small", "large")


def scored(n, binary=True, days=9):
    z = RNG.normal(size=n)
    p = 1 / (1 + np.exp(-z))
    y = (RNG.random(n) < p).astype(float) if binary else np.exp(5 + z + RNG.normal(size=n))
    guesses = np.column_stack([p, np.full(n, 0.5)] if binary else [np.exp(5 + z), np.full(n, 150.0)])
    return Scored(
        number=np.arange(n),
        us=np.sort(RNG.integers(0, days * DAY_US, n)),
        y=y,
        key=RNG.integers(1, 400, n).astype(np.uint64),
        slice=RNG.integers(0, 2, n).astype(np.int16),
        guesses=guesses,
    )


REPORT = Report(("a", "b"), log_loss, slices=SLICES)


def test_the_sum_of_days_is_the_whole():
    batch = scored(5_000)
    days = REPORT.days(batch)
    assert len(days) == 9
    assert days.n.sum() == 5_000
    found = scores(REPORT, days)["a"]
    assert found["loss"] == pytest.approx(reference.log_loss(batch.y, batch.guesses[:, 0]), rel=1e-12)
    assert found["brier"] == pytest.approx(reference.brier_score_loss(batch.y, batch.guesses[:, 0]), rel=1e-12)
    assert found["roc_auc"] == pytest.approx(reference.roc_auc_score(batch.y, batch.guesses[:, 0]), abs=1e-3)
    assert found["f1"] == pytest.approx(reference.f1_score(batch.y, batch.guesses[:, 0] >= 0.5))
    by_slices, by_buckets = days.slice_sums.sum(axis=1), days.bucket_loss.sum(axis=1)
    assert np.allclose(by_slices, days.sums)
    assert np.allclose(by_buckets, days.sums[:, :, 0])
    assert np.array_equal(days.slice_n.sum(axis=1), days.n)
    assert np.array_equal(days.bucket_n.sum(axis=1), days.n)


def test_one_day_is_scored_by_itself():
    batch = scored(3_000)
    second = batch.us // DAY_US == 1
    days = REPORT.days(batch)
    found = scores(REPORT, days.rows(days.day == 1))["a"]
    assert found["loss"] == pytest.approx(log_loss.each(batch.y, batch.guesses[:, 0])[second].mean())


def test_numbers():
    report = Report(("a", "b"), pinball(0.9), slices=SLICES)
    batch = scored(4_000, binary=False)
    y, guess = batch.y, batch.guesses[:, 0]
    found = scores(report, report.days(batch))["a"]
    assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(y, guess))
    assert found["mae"] == pytest.approx(reference.mean_absolute_error(y, guess))
    assert found["loss"] == found["pinball_0.9"] == pytest.approx(reference.mean_pinball_loss(y, guess, alpha=0.9))
    assert found["coverage"] == pytest.approx((y <= guess).mean())


@pytest.mark.parametrize("seed", range(4))
def test_cuts_and_resuming_change_nothing(seed):
    batch = scored(700)
    whole, closed = REPORT.step(REPORT.start(), batch)
    state, parts = REPORT.start(), []
    for part in np.split(np.arange(700), np.sort(np.random.default_rng(seed).integers(0, 700, 40))):
        state, out = REPORT.step(unpack(REPORT.start(), pack(state)), batch.rows(part))
        parts.append(out)
    assert fingerprint(state) == fingerprint(whole)
    cut = Days.concat(parts)
    assert cut.sums.tobytes() == closed.sums.tobytes()
    assert cut.hist.tobytes() == closed.hist.tobytes()
    assert cut.day.tolist() == closed.day.tolist() == list(range(8))


def test_a_day_is_handed_out_once_the_next_begins():
    batch = scored(400, days=2)
    first = batch.rows(batch.us < DAY_US)
    state, closed = REPORT.step(REPORT.start(), first)
    assert len(closed) == 0
    assert REPORT.peek(state).n.tolist() == [len(first)]
    state, closed = REPORT.step(state, batch.rows(batch.us >= DAY_US))
    assert closed.n.tolist() == [len(first)]


def test_days_follow_the_zone_and_come_once():
    hours = np.arange(0, 72) * 3_600_000_000
    batch = scored(72).rows(slice(0, 72))
    batch = Scored(batch.number, hours, batch.y, batch.key, batch.slice, batch.guesses)
    days = Report(("a", "b"), log_loss, slices=SLICES, time_zone="Asia/Shanghai").days(batch)
    assert days.n.tolist() == [16, 24, 24, 8]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Report((), log_loss), "report.racers: expected at least one racer, got ()"),
        (lambda: Report(("a",), log_loss, threshold=1), "report.threshold: expected a number between 0 and 1, got 1"),
        (lambda: Report(("a",), log_loss, levels=(2,)), "report.levels: expected numbers between 0 and 1, got (2,)"),
        (lambda: Report(("a",), log_loss, slices=()), "report.slices: expected at least one slice, got ()"),
    ],
)
def test_texts(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text


def test_a_slice_that_has_no_name_is_refused() -> None:
    one = np.zeros(1)
    scored = Scored(np.array([0]), np.array([0]), one, np.uint64([1]), np.int16([4]), one[:, None])
    with pytest.raises(UserError, match=r"^scored\.slice: expected numbers of the 2 slices, got 4$"):
        Report(("a",), squared, slices=("new", "old")).days(scored)
