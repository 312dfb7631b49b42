"""Layers of rectified units treat every row alike, to the last bit."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.deep.mlp import Mlp

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("hidden", [(16,), (64, 64), (304, 48), ()])
@pytest.mark.parametrize("inputs", [1, 5, 31, 257])
def test_a_row_says_the_same_in_any_place_beside_any_rows(hidden, inputs):
    from evercart.learners.deep.deep import Deep
    from evercart.learners.deep.heads import Classes

    learner = Deep(tuple(Column(f"x{at}") for at in range(inputs)), Mlp(hidden), Classes(10))
    state = learner.start()
    x = np.random.default_rng(1).normal(size=(70, inputs)).astype(np.float32)
    together = learner.margins(state, x)
    assert [learner.margins(state, x[row : row + 1]).tobytes() for row in range(70)] == [r.tobytes() for r in together]


def test_shapes():
    module = Mlp((32, 16), dropout=0.5).module(5, 3)
    assert module(torch.zeros(7, 5)).shape == (7, 3)
    assert sum(isinstance(part, torch.nn.Dropout) for part in module) == 2


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"hidden": (64, 20)}, "mlp.hidden: expected multiples of 16, got 20"),
        ({"hidden": (0,)}, "mlp.hidden: expected multiples of 16, got 0"),
        ({"dropout": 1.0}, "mlp.dropout: expected 0 or more and less than 1, got 1.0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Mlp(**bad)
    assert str(caught.value) == text
