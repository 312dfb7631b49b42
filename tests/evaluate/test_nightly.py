"""A net trained now and then knows what it was shown, nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.history import NEVER, History
from evercart.evaluate.losses import log_loss
from evercart.evaluate.nightly import WAYS, Mute, Nightly
from evercart.evaluate.refit import Refit
from evercart.features.columns import Column
from evercart.fold import fingerprint
from evercart.labels.turns import ASKED
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import AdamW
from evercart.learners.mean import Mean
from evercart.learners.prequential import prequential
from evercart.learners.scaled import Scaled
from evercart.units import DAY_US

torch = pytest.importorskip("torch")

COLUMNS = (Column("a"), Column("b"))
NET = Scaled(Deep(COLUMNS, Mlp((16,)), steps=AdamW(0.02), batch=16), COLUMNS)
ROWS = 1_200


def two_regimes():
    """Rows of a first season (b is 0), in which a positive `a` means yes, then of one (b is 1) in which it means no."""
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=ROWS), np.arange(ROWS) >= ROWS // 2
    return np.column_stack([a, b]).astype(np.float32), ((a > 0) != b).astype(float)


X, Y = two_regimes()
FIRST, ALL = np.arange(ROWS // 2), np.arange(ROWS)


def taught(way: str, passes: int = 3) -> tuple[float, float]:
    """Return the loss on the first season, on the second, after a night at the end of each."""
    fit = Nightly(NET, way, passes)
    net = fit.fit(X, ALL, Y, fit.fit(X, FIRST, Y[FIRST], None))
    each = log_loss.each(Y, fit.guess(net, X, ALL))
    return float(each[FIRST].mean()), float(each[ROWS // 2 :].mean())


def test_fine_tuning_forgets_what_replay_or_joint_training_keep() -> None:
    naive, replayed, joint = (taught(way) for way in WAYS)
    assert naive[0] > 2 * replayed[0]
    assert naive[0] > 2 * joint[0]
    assert max(naive[1], replayed[1], joint[1]) < 0.3


def test_old_labels_are_read_again_only_by_joint_training() -> None:
    for way in WAYS:
        fit = Nightly(NET, way)
        first = fit.fit(X, FIRST, Y[FIRST], None)
        before = fingerprint(first.state)
        turned = np.where(ALL < ROWS // 2, 1 - Y, Y)
        one, other = fit.fit(X, ALL, Y, first), fit.fit(X, ALL, turned, first)
        assert (fingerprint(one.state) == fingerprint(other.state)) == (way != "joint")
        assert fingerprint(first.state) == before
        assert fit.fit(X, FIRST, Y[FIRST], first).last == first.last == ROWS // 2 - 1


def test_labels_settled_after_a_night_do_not_change_what_is_guessed_in_the_day() -> None:
    us = np.arange(ROWS) * DAY_US // 40  # forty a day
    none = np.full(ROWS, NEVER)
    history = History(ALL, us, us + DAY_US, Y, none, np.full(ROWS, np.nan), X)
    cut = 20 * DAY_US
    scrambled = replace(history, y=np.where(history.settled_us >= cut, 1 - Y, Y))
    before = us < cut + DAY_US
    for way in WAYS:
        refit = Refit(Nightly(NET, way), 4 * DAY_US if way == "joint" else DAY_US)
        one, other = (refit.guesses(each, lambda: 0.0).guess for each in (history, scrambled))
        assert (one[before] == other[before]).all()
        assert (one[~before] != other[~before]).any()


def test_a_mute_learner_is_taught_as_any() -> None:
    mute, turns = Mute(NET.learner), prequential(X, Y)
    state, guesses = mute.step(mute.start(), turns)
    told, _ = NET.learner.step(NET.learner.start(), turns)
    assert np.isnan(guesses).all()
    assert fingerprint(state) == fingerprint(told)
    asked = turns.rows(turns.what == ASKED)
    assert fingerprint(mute.step(mute.start(), asked)[0]) == fingerprint(mute.start())


def test_settings_are_checked() -> None:
    text = r"^nightly.way: expected one of fine-tuned, replayed, joint, got 'cold'$"
    with pytest.raises(UserError, match=text):
        Nightly(NET, "cold")  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"^nightly.passes: expected at least 1, got 0$"):
        Nightly(NET, "joint", 0)
    with pytest.raises(UserError, match=r"^nightly.learner: expected one with a net inside, got Mean\(.*\)$"):
        Nightly(Mean(), "joint")
