"""Robust flags by key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.events.outliers import NORMAL, Outliers
from evercart.testing import Logged, check_fold
from evercart.units import MISSING, SECOND_US


@pytest.mark.parametrize("column", ["quantity", "value"])
def test_the_four_laws(column: str) -> None:
    check_fold(lambda _: Outliers(column, "user", k=5, least=2, threshold=1, spread=0, keep_s=60), Logged())


def _flags(fold: Outliers, rows: Events) -> list[int]:
    return fold.step(fold.start(), rows)[1]["outlier"].tolist()


def _slow(fold: Outliers, rows: Events) -> list[int]:
    """Return the flags by the definition, with NumPy's median."""
    held: dict[int, tuple[list[float], int]] = {}
    flags = []
    columns = (rows[name].tolist() for name in ("logged_us", "kind", fold.key, fold.column))
    for us, kind, key, value in zip(*columns, strict=True):
        held = {k: (v, t) for k, (v, t) in held.items() if us - t <= fold.keep_s * SECOND_US}
        flag = 0
        if key and value != MISSING:
            last = held.get(key, ([], 0))[0][-fold.k :]
            if len(last) >= fold.least:
                middle = np.median(last)
                usual = max(NORMAL * np.median(np.abs(np.array(last) - middle)), fold.spread)
                flag = int(abs(value - middle) > fold.threshold * usual)
            if kind != 7:
                held[key] = ([*last, value], us)
        flags.append(flag)
    return flags


@pytest.mark.parametrize(("k", "least"), [(1, 1), (4, 2), (5, 3), (31, 8)])
def test_a_slow_oracle_agrees(k: int, least: int) -> None:
    fold = Outliers("quantity", "user", k=k, least=least, threshold=1.0, spread=100, keep_s=600)
    rows = Logged(keys=2).draw(11, 1500, (60 * SECOND_US,))
    values = np.random.default_rng(5).lognormal(7, 1, len(rows)).astype(np.int64)
    rows = Events({**rows.columns, "quantity": np.where(rows["quantity"] == MISSING, MISSING, values)})
    want = _slow(fold, rows)
    assert 20 < sum(want) < 1300
    assert _flags(fold, rows) == want


def test_a_value_is_judged_by_what_was_before_it_only() -> None:
    rows: dict[str, Any] = {"kind": [2] * 4, "user": [7] * 4}
    fold = Outliers("quantity", "user", least=2)
    assert _flags(fold, Events.of(quantity=[1000, 1000, 90_000, 1000], **rows)) == [0, 0, 1, 0]
    assert _flags(fold, Events.of(quantity=[90_000, 1000, 1000, 1000], **rows)) == [0, 0, 0, 0]


def test_an_earlier_flag_stays() -> None:
    rows = Events.of(kind=[2, 2], user=[7, 7], quantity=[1000, 1000], outlier=[1, 0])
    assert _flags(Outliers("quantity", "user"), rows) == [1, 0]


def test_questions_do_not_write() -> None:
    rows = Events.of(kind=[2, 2, 7, 7, 2], user=[7] * 5, quantity=[1000, 1000, 90_000, 90_000, 1000])
    assert _flags(Outliers("quantity", "user", k=2, least=2), rows) == [0, 0, 1, 1, 0]


def test_bad_settings_are_told() -> None:
    with pytest.raises(UserError, match=r"^outliers\.least, k: expected 1 <= least <= k <= 1024, got \(9, 5\)$"):
        Outliers("quantity", "user", k=5, least=9)
    with pytest.raises(UserError, match=r"^outliers\.column: expected one of quantity amount .*, got 'user'$"):
        Outliers("user", "user")
    with pytest.raises(UserError, match=r"^outliers\.threshold: expected more than 0, got -1$"):
        Outliers("quantity", "user", threshold=-1)
