"""A convolutional network finds a pattern wherever it lies."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.deep.cnn import Cnn
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.steps import AdamW
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

torch = pytest.importorskip("torch")

PIXELS = tuple(Column(f"p{at}") for at in range(36))


def bars(rows, seed):
    """Return pictures of 6 x 6 with a bar of three pixels, (rows, 36), lying down (0) or standing (1)."""
    rng = np.random.default_rng(seed)
    x, y = 0.2 * rng.random((rows, 6, 6)), rng.integers(2, size=rows)
    for row, (top, left) in enumerate(rng.integers(4, size=(rows, 2))):
        tall, wide = (3, 1) if y[row] else (1, 3)
        x[row, top : top + tall, left : left + wide] += 1
    return x.reshape(rows, 36).astype(np.float32), y.astype(np.float64)


def turns(x, y, what):
    place, never, ones = np.arange(len(x)), np.full(len(x), np.nan), np.ones(len(x))
    tick = place // 16 if what == SETTLED else place * 0
    kind, key = np.full(len(x), what, np.int8), np.zeros(len(x), np.uint64)
    return Turns(kind, tick, place, place, place, y, never, ones, key, x)


def test_it_learns_bars_anywhere():
    learner = Deep(PIXELS, Cnn((1, 6, 6), (8, 8), 16), Binary(), AdamW(1e-2), batch=16)
    state, _ = learner.step(learner.start(), turns(*bars(1200, 1), SETTLED))
    x, y = bars(200, 2)
    assert ((learner.peek(state, turns(x, y, ASKED)) > 0.5) == y).mean() > 0.97


def test_the_laws():
    learner = Deep(COLUMNS, Cnn((1, 1, len(COLUMNS)), (4,), 8, 0.3), batch=5)
    wide = sum(column.is_number for column in COLUMNS)
    learner = Deep(COLUMNS, Cnn((1, 1, wide), (4,), 8, 0.3), batch=5)
    check_fold(lambda _: learner, Turned(), laws=("resume", "batching", "honesty"), examples=4)


def test_shapes():
    module = Cnn((3, 8, 6), (4, 4, 4), 16, 0.5).module(144, 5)
    assert module(torch.zeros(7, 144)).shape == (7, 5)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"shape": (1, 0, 8)}, "cnn.shape: expected channels, rows, columns of at least 1, got (1, 0, 8)"),
        ({"filters": ()}, "cnn.filters: expected at least 1 in each, got ()"),
        ({"filters": (8,) * 8}, "cnn.shape: expected rows, columns of at least 16, got (1, 8, 8)"),
        ({"hidden": 0}, "cnn.hidden: expected at least 1, got 0"),
        ({"dropout": 1}, "cnn.dropout: expected 0 or more and less than 1, got 1"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Cnn(**{"shape": (1, 8, 8), **bad})
    assert str(caught.value) == text


def test_another_number_of_pixels_is_refused():
    with pytest.raises(UserError) as caught:
        Deep(PIXELS, Cnn((1, 8, 8)), Classes(3)).start()
    assert str(caught.value) == "cnn.shape: expected 36 pixels in all, got (1, 8, 8)"
