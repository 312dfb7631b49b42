"""The listwise ranker."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, CORRECTION, FURTHER, SETTLED, Turns
from evercart.learners.ranker import Net, Ranker

COLUMNS = tuple(Column(name) for name in "abcd")


def lists(x: Any, y: Any, what: int = SETTLED, tick: int = 0, number: int = 0, was: Any = None) -> Turns:
    """Return lists (lists, rows, columns) as turns, a tick each."""
    count, rows, width = x.shape
    ticks = np.repeat(tick + np.arange(count), rows)
    every = count * rows
    return Turns(
        np.full(every, what, np.int8),
        ticks,
        ticks,
        ticks,
        number + ticks,
        np.asarray(y, float).reshape(-1),
        np.full(every, np.nan) if was is None else np.asarray(was, float).reshape(-1),
        np.ones(every),
        np.zeros(every, np.uint64),
        x.reshape(every, width).astype(np.float32),
    )


def loss(ranker: Ranker, net: Net, x: Any, y: Any) -> float:
    score = ranker.guess(net, x.reshape(-1, x.shape[2]).astype(np.float32)).reshape(y.shape)
    return float(-(y * (score - np.log(np.exp(score).sum(1, keepdims=True)))).sum(1).mean())


def drawn(count: int, rows: int, seed: int) -> tuple[Any, Any]:
    """Return lists whose taken row has, mostly, the largest |a| - b."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, rows, 4)).astype(np.float32)
    worth = 2 * np.abs(x[:, :, 0]) - x[:, :, 1] + rng.gumbel(size=(count, rows)) * 0.3
    y = (worth == worth.max(1, keepdims=True)).astype(float)
    return x, y


def test_a_step_goes_down_the_numerical_gradient() -> None:
    ranker = Ranker(COLUMNS, hidden=3, rate=1e-3, damping=1e6, spread=1.0)
    x, y = drawn(1, 3, 1)
    before, net = ranker.start(), ranker.start()
    net, _ = ranker.step(net, lists(x, y))
    for weights, moved in zip(before, net, strict=True):
        for place in np.ndindex(weights.shape[1:]):
            up, down = (Net(*(part.copy() for part in before)) for _ in range(2))
            field = [part is weights for part in before].index(True)
            up[field][0][place] += 1e-2
            down[field][0][place] -= 1e-2
            slope = (loss(ranker, up, x, y) - loss(ranker, down, x, y)) / 2e-2
            squares = moved[1][place]
            assert np.sqrt(squares) == pytest.approx(abs(slope), abs=5e-3)


def test_it_learns_what_no_straight_line_can_say() -> None:
    ranker = Ranker(COLUMNS, hidden=8)
    x, y = drawn(6000, 8, 2)
    net, _ = ranker.step(ranker.start(), lists(x, y))
    fresh, truth = drawn(500, 8, 3)
    assert loss(ranker, net, fresh, truth) < 0.6
    assert loss(ranker, ranker.start(), fresh, truth) > 1.9


def test_a_guess_is_made_before_its_tick_is_learned() -> None:
    ranker = Ranker(COLUMNS)
    x, y = drawn(1, 5, 4)
    settled, asked = lists(x, y), lists(x, y * np.nan, ASKED, number=7)
    net, guesses = ranker.step(ranker.start(), Turns.concat([settled, asked]))
    assert np.isnan(guesses[:5]).all()
    assert np.array_equal(guesses[5:], ranker.guess(ranker.start(), asked.x))
    assert not np.array_equal(guesses[5:], ranker.guess(net, asked.x))


def test_lists_of_one_tick_are_kept_apart() -> None:
    ranker = Ranker(COLUMNS)
    x, y = drawn(2, 4, 5)
    apart = lists(x, y)
    tied = Turns(apart.what, apart.tick * 0, *(getattr(apart, name) for name in list(vars(apart))[2:]))
    assert np.array_equal(ranker.step(ranker.start(), apart)[0].inward, ranker.step(ranker.start(), tied)[0].inward)


def test_a_list_in_which_nothing_was_taken_teaches_nothing() -> None:
    ranker = Ranker(COLUMNS)
    x, y = drawn(3, 4, 6)
    net, _ = ranker.step(ranker.start(), lists(x, y * 0))
    assert all(np.array_equal(a, b) for a, b in zip(net, ranker.start(), strict=True))


def test_what_came_of_a_list_later_teaches_nothing() -> None:
    ranker = Ranker(COLUMNS)
    net, _ = ranker.step(ranker.start(), lists(*drawn(3, 4, 6), FURTHER))
    assert all(np.array_equal(a, b) for a, b in zip(net, ranker.start(), strict=True))


def test_a_correction_to_the_same_moves_nothing_but_what_was() -> None:
    ranker = Ranker(COLUMNS)
    x, y = drawn(1, 4, 7)
    net, _ = ranker.step(ranker.start(), lists(x, y, CORRECTION, was=y))
    assert np.array_equal(net.inward[0], ranker.start().inward[0])


def test_ids_are_refused() -> None:
    with pytest.raises(UserError, match=r"^column item: expected a number column, got 'a slot column'$"):
        Ranker((Column("item", slots=10),))


def test_a_list_longer_than_said_is_refused() -> None:
    ranker = Ranker(COLUMNS, longest=3)
    with pytest.raises(UserError, match=r"^ranker\.longest: expected at least 4 rows, got 3$"):
        ranker.step(ranker.start(), lists(*drawn(1, 4, 8)))
