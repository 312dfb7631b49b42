"""Delays say how long each label took."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.delays import COLUMNS, Delays
from evercart.evaluate.drift.two_sample import TwoSample
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns


def turns(*rows):
    """Rows are (what, number, seconds)."""
    what, number, seconds = (np.array(column) for column in zip(*rows, strict=True))
    at, ones = np.arange(len(rows)), np.ones(len(rows))
    us = (seconds * 1_000_000).astype(np.int64)
    key, x = at.astype(np.uint64), np.zeros((len(rows), 1), np.float32)
    return Turns(what.astype(np.int8), at, at + 100, us, number, ones, ones, ones, key, x)


def test_labels_and_corrections_say_seconds_since_asking():
    batch = turns(
        *((ASKED, 0, 1), (ASKED, 1, 2), (HINT, 0, 3), (SETTLED, 1, 2.5)),
        *((ABANDONED, 0, 4), (CORRECTION, 1, 12)),
    )
    fold = Delays()
    _, said = fold.step(fold.start(), batch)
    assert said.value.tolist() == [[0.5, 0.0], [10.0, 1.0]]
    assert said.place.tolist() == [103, 105]


def test_a_question_long_gone_says_nan():
    fold = Delays(remember=1)
    _, said = fold.step(fold.start(), turns((ASKED, 0, 1), (ASKED, 1, 2), (SETTLED, 0, 3), (SETTLED, 1, 4)))
    assert np.isnan(said.value[0, 0])
    assert said.value[1, 0] == 2.0


def test_labels_that_come_later_are_told():
    rng = np.random.default_rng(1)
    waits = np.append(rng.exponential(60, 3000), rng.exponential(180, 1000))
    rows = [row for i, wait in enumerate(waits) for row in ((ASKED, i, 1000.0 * i), (SETTLED, i, 1000.0 * i + wait))]
    fold, watch = Delays(), TwoSample(COLUMNS, reference=2000, window=500)
    _, said = fold.step(fold.start(), turns(*rows))
    _, found = watch.step(watch.start(), said)
    assert found.what.tolist() == [0]
    assert found.since[0] == said.place[3000]


def test_bad_settings_are_refused():
    with pytest.raises(UserError) as error:
        Delays(remember=0)
    assert str(error.value) == "delays.remember: expected at least 1, got 0"
