"""Logs that hurt: few keys, ties, late, double, erased rows; scrambling keeps the clock."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from evercart.events.batch import DTYPES
from evercart.testing import Logged

MINUTE = 60_000_000
LOG = Logged(("order", "view"), own=("kind", "user"))
BATCH = LOG.draw(1, 500, [MINUTE])


def test_three_keys_and_a_missing_one() -> None:
    for name in ("user", "session", "item", "place"):
        assert len(np.unique(BATCH[name])) == 4
        assert (BATCH[name] == 0).any()


def test_every_column_has_its_type() -> None:
    assert all(column.dtype == DTYPES[name] for name, column in BATCH.columns.items())


def test_there_are_late_double_and_erased_rows() -> None:
    assert (BATCH.event_us <= BATCH.logged_us).all()
    assert 0.1 < (BATCH.event_us < BATCH.logged_us).mean() < 0.5
    assert 0.02 < (np.diff(BATCH["id"].astype(np.int64)) == 0).mean() < 0.2
    erased = BATCH.kind == 0
    assert 0.02 < erased.mean() < 0.15
    assert not BATCH["user"][erased].any()
    assert not BATCH["id"][erased].any()


def test_offsets_rise_with_gaps() -> None:
    assert set(np.diff(BATCH.offset).tolist()) == {1, 5}


def test_scrambling_keeps_what_was_before_the_clock_and_the_questions_own_columns() -> None:
    mixed = LOG.scramble(BATCH, 200, 99)
    for name, column in BATCH.columns.items():
        assert np.array_equal(mixed[name][:200], column[:200], equal_nan=column.dtype.kind == "f")
    for name in ("offset", "logged_us", "live"):
        assert mixed[name].tolist() == BATCH[name].tolist()
    assert mixed.kind[200] == BATCH.kind[200]
    assert mixed["user"][200] == BATCH["user"][200]
    for name in ("event_us", "kind", "user", "amount"):
        assert (mixed[name][201:] != BATCH[name][201:]).any()


def test_what_is_said_depends_on_the_rows_handed_on_before() -> None:
    class Out:
        columns: ClassVar[dict[str, None]] = {"number": None}
        asked = np.array([False, True, False, True])

    assert LOG.said(BATCH, Out()).tolist() == [1, 1, 2, 2]  # type: ignore[arg-type]
    assert LOG.said(BATCH, BATCH).tolist() == list(range(1, 501))


def test_a_steady_log_has_new_keys_all_the_time_and_ends_in_silence() -> None:
    batch = LOG.steady(1, 400, 50, MINUTE)
    assert len(np.unique(batch["user"])) == 100
    assert batch.kind[-2:].tolist() == [2, 1]
    assert batch.logged_us[-2] - batch.logged_us[-3] == MINUTE + 1
    assert not (batch["live"] == 1).any()
