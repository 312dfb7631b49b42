"""Heads agree with closed forms."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.deep.heads import Binary, Classes, Squared

torch = pytest.importorskip("torch")
MARGINS = torch.tensor([[0.3, -1.0, 2.0], [1.5, 0.0, -0.5]], dtype=torch.float64)
HEADS = [(Binary(), MARGINS[:, :1]), (Squared(), MARGINS[:, :1]), (Classes(3), MARGINS)]
SEEN = np.array([1, 1, 1])


def test_guesses():
    m = MARGINS.numpy()
    np.testing.assert_allclose(Binary().guess(m, SEEN), 1 / (1 + np.exp(-m[:, 0])), rtol=1e-15)
    assert Squared().guess(m, SEEN).tolist() == [0.3, 1.5]
    assert Classes(3).guess(m, SEEN).tolist() == [2, 0]
    assert Classes(3).guess(m, np.array([0, 4, 0])).tolist() == [1, 1]
    assert Classes(3).guess(m, np.zeros(3, int)).tolist() == [2, 0]


def test_losses():
    p = 1 / (1 + np.exp(-MARGINS.numpy()[:, 0]))
    np.testing.assert_allclose(Binary().loss(MARGINS, torch.tensor([1.0, 0.0])), [-np.log(p[0]), -np.log(1 - p[1])])
    np.testing.assert_allclose(Squared().loss(MARGINS, torch.tensor([1.0, 0.0])), [0.49, 2.25])
    q = np.exp(MARGINS.numpy()) / np.exp(MARGINS.numpy()).sum(1, keepdims=True)
    np.testing.assert_allclose(Classes(3).loss(MARGINS, torch.tensor([2.0, 0.0])), -np.log([q[0, 2], q[1, 0]]))


@pytest.mark.parametrize(("head", "margins"), HEADS)
def test_apart_is_zero_only_where_margins_agree(head, margins):
    assert head.apart(margins, margins).abs().max() < 1e-12
    assert (head.apart(margins + torch.tensor([0.5, 0.0, 0.0])[: margins.shape[1]], margins) > 1e-3).all()


@pytest.mark.parametrize(("head", "margins"), HEADS)
def test_spread_is_the_mean_square_of_slopes_over_own_labels(head, margins):
    """Drawn labels: the mean of the squared slope of the loss converges to it."""
    slopes = torch.eye(margins.shape[1], dtype=torch.float64).expand(2, -1, -1)
    rng, m = np.random.default_rng(1), margins.numpy()
    squares = np.zeros(m.shape)
    for row in range(2):
        p = 1 / (1 + np.exp(-m[row, 0])) if head == Binary() else np.exp(m[row]) / np.exp(m[row]).sum()
        drawn = {
            Binary: lambda p=p: rng.random(40_000) < p,
            Squared: lambda row=row: rng.normal(m[row, 0], np.sqrt(0.5), 40_000),
            Classes: lambda p=p: rng.choice(3, 40_000, p=p),
        }[type(head)]()
        many = margins[row].expand(40_000, -1).clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(head.loss(many, torch.tensor(drawn.astype(float))).sum(), many)
        squares[row] = (slope**2).mean(0).numpy()
    np.testing.assert_allclose(head.spread(margins, slopes).numpy(), squares, rtol=0.05)


def test_labels_known():
    y = np.array([0.0, 1.0, 0.5, 2.0, -1.0, np.inf, np.nan])
    assert Binary().knows(y).tolist() == [True, True, True, False, False, False, False]
    assert Squared().knows(y).tolist() == [True] * 5 + [False] * 2
    assert Classes(2).knows(y).tolist() == [True, True] + [False] * 5


def test_one_class_is_none():
    with pytest.raises(UserError, match=r"^classes\.outputs: expected at least 2, got 1$"):
        Classes(1)
