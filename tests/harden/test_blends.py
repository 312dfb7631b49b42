"""What a hardened learner makes small, by its formula."""

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from ringed import DEEP, clouds, taught

from evercart.errors import UserError
from evercart.harden.blends import Beside, Trades
from evercart.learners.deep.lesson import Lesson

X, Y = clouds(16, 2)
LESSON = Lesson(np.ones(16, np.int8), np.arange(16), Y, np.full(16, np.nan), np.ones(16), X)
CLEAN, STRUCK = torch.randn(16, 3, generator=torch.Generator().manual_seed(1)), torch.zeros(16, 3)


def cross_entropy(margins):
    chance = margins.softmax(1).numpy()
    return -np.log(chance[np.arange(16), Y.astype(int)]).mean()


def test_beside_is_the_weighted_mean():
    value = Beside(0.25).loss(DEEP, CLEAN, STRUCK, LESSON)
    assert float(value) == pytest.approx(0.75 * cross_entropy(CLEAN) + 0.25 * np.log(3), rel=1e-5)


def test_trades_adds_the_relative_entropy_of_attacked_to_clean():
    value = Trades(3.0).loss(DEEP, CLEAN, STRUCK, LESSON)
    p = CLEAN.softmax(1).numpy().astype(np.float64)
    assert float(value) == pytest.approx(cross_entropy(CLEAN) + 3 * (p * np.log(3 * p)).sum(1).mean(), rel=1e-5)


def test_what_the_attack_makes_large():
    state, rows = taught(rows=200), np.arange(16)
    said = DEEP.margins(state, X)
    margins = torch.from_numpy(said)
    assert Trades().harm(DEEP, LESSON, said)(margins, rows).abs().max() < 1e-6
    losses = Beside().harm(DEEP, LESSON, said)(margins, rows)
    assert float(losses.mean()) == pytest.approx(cross_entropy(margins), rel=1e-5)


def test_bad_settings():
    for make, text in (
        (lambda: Beside(-0.5), "beside.share: expected 0 to 1, got -0.5"),
        (lambda: Trades(-1), "trades.strength: expected 0 or more, got -1"),
    ):
        with pytest.raises(UserError) as caught:
            make()
        assert str(caught.value) == text
