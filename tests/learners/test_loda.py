"""What lies where nothing lay is strange, told from the first rows on, without a label."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.metrics import roc_auc
from evercart.features.columns import Column
from evercart.fold import fingerprint, pack, unpack
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.loda import Loda

COLUMNS = (Column("a"), Column("b", "EUR"), Column("c", slots=40))
SMALL = Loda(COLUMNS, window=512)


def questions(x: Any, what: int = ASKED, first: int = 0) -> Turns:
    """Return rows as questions, a tick each."""
    rows = len(x)
    at, never, x = first + np.arange(rows), np.full(rows, np.nan), np.asarray(x, np.float32)
    return Turns(np.full(rows, what, np.int8), at, at, at, at, never, never, np.ones(rows), at.astype(np.uint64), x)


def drawn(rows: int, seed: int) -> tuple[Any, Any]:
    """Return rows of which two in a hundred lie far out: in `b`, or where `a` goes with another `c`."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=rows)
    x = np.column_stack([a, rng.normal(100, 5, rows), np.clip(20 + 8 * a + rng.normal(size=rows), 0, 39)])
    strange = rng.random(rows) < 0.02
    x[strange, 1] += rng.choice([-60, 60], strange.sum())
    return x, strange.astype(float)


def test_what_lies_far_out_is_strange() -> None:
    x, strange = drawn(4_000, 1)
    _, said = SMALL.step(SMALL.start(), questions(x))
    late = slice(256, None)
    assert roc_auc(strange[late], said[late]) > 0.98
    assert said[late][strange[late] == 1].mean() > 8 * said[late][strange[late] == 0].mean()
    assert set(said[:256].tolist()) == {0.01}


def test_what_goes_together_is_seen_together() -> None:
    x, _ = drawn(4_000, 2)
    state, _ = SMALL.step(SMALL.start(), questions(x))
    usual, other = SMALL.peek(state, questions([[1.5, 100, 32], [1.5, 100, 8]]))
    assert other > 1.2 * usual


def test_what_was_strange_is_usual_once_it_is_common() -> None:
    x, _ = drawn(2_000, 3)
    state, _ = SMALL.step(SMALL.start(), questions(x))
    far = [[0.0, 300.0, 20.0]]
    before = SMALL.peek(state, questions(far))[0]
    state, _ = SMALL.step(state, questions(x + np.array([0, 200, 0]), first=2_000))
    assert before > 0.3 > 10 * SMALL.peek(state, questions(far))[0]


def test_labels_teach_nothing() -> None:
    x, _ = drawn(600, 4)
    state, _ = SMALL.step(SMALL.start(), questions(x))
    before = fingerprint(state)
    labels = replace(questions(x, SETTLED, first=600), y=np.ones(600))
    state, said = SMALL.step(state, labels)
    assert np.isnan(said).all()
    assert fingerprint(state) == before


def test_it_is_packed_mid_way_without_a_trace() -> None:
    x, _ = drawn(1_500, 5)
    whole, _ = SMALL.step(SMALL.start(), questions(x))
    half, _ = SMALL.step(SMALL.start(), questions(x[:700]))
    half = unpack(SMALL.start(), pack(half))
    half, _ = SMALL.step(half, questions(x[700:], first=700))
    assert fingerprint(half) == fingerprint(whole)


def test_what_is_not_finite_does_not_vary_is_far_beyond_gets_a_chance() -> None:
    same = np.ones((600, 3))
    state, _ = SMALL.step(SMALL.start(), questions(same))
    wild = [[np.nan, np.inf, -np.inf], [1, 1, 1], [3e38, -3e38, 0]]
    said = SMALL.peek(state, questions(wild))
    assert ((said > 0) & (said < 1)).all()
    state, said = SMALL.step(state, questions(wild * 300, first=600))
    assert ((said > 0) & (said < 1)).all()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"use": ()}, "loda.use: expected at least one, got 0"),
        ({"projections": 0}, "loda.projections: expected at least 1, got 0"),
        ({"window": 100}, "loda.window: expected at least 256, got 100"),
        ({"prior": 1}, "loda.prior: expected more than 0 and less than 1, got 1"),
    ],
)
def test_texts(change: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        replace(SMALL, **change)
    assert str(caught.value) == text
