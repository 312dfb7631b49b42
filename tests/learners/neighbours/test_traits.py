"""What is said of a candidate."""

from __future__ import annotations

import numpy as np
from worlds import log, random_log

from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.traits import COLUMNS, TRAITS


def test_every_trait_is_a_number_with_a_name_of_its_own() -> None:
    assert len(set(TRAITS)) == len(TRAITS)
    assert all(column.is_number for column in COLUMNS)


def test_traits_are_finite_and_small() -> None:
    fold = Browsing()
    _, out = fold.step(fold.start(), random_log(600, 1))
    assert len(out) > 1000
    assert np.isfinite(out.x).all()
    assert np.abs(out.x).max() < 20


def test_traits_do_not_tell_one_item_from_another() -> None:
    fold, rows = Browsing(), random_log(300, 2)
    other = log([(int(s), int(i) if n < 0 else -int(i), int(t) // 10**6) for s, i, n, t in _columns(rows)])
    renamed = type(other)({**other.columns, "item": other["item"] * np.uint64(7919)})
    _, was = fold.step(fold.start(), rows)
    _, now = fold.step(fold.start(), renamed)
    assert np.array_equal(was.x, now.x)
    assert np.array_equal(was.item * np.uint64(7919), now.item)


def _columns(rows):  # type: ignore[no-untyped-def]
    return zip(rows["session"], rows["item"], rows["number"], rows.logged_us, strict=True)
