"""Each row is learned by the head of its task, by no other."""

from dataclasses import replace

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.deep.heads import Binary, Classes, Squared
from evercart.learners.deep.tasks import Tasks

torch = pytest.importorskip("torch")

HEAD = Tasks((Binary(), Squared()))
MARGINS = torch.tensor([[0.3, 0, 0.5], [1.5, 1, -0.2], [2.0, 2, 0.0], [1.0, 0, 0.5]], dtype=torch.float64)
Y = torch.tensor([1.0, 9.0, 1.0, 7.0])
NATS = float(np.log1p(np.exp(-0.3)))


def test_guesses():
    guesses = HEAD.guess(MARGINS.numpy(), np.array([5]))
    assert guesses[0] == pytest.approx(1 / (1 + np.exp(-0.3))) and guesses[1] == 1.5 and np.isnan(guesses[2])


def test_losses():
    """The third row's task is unknown, the fourth's label unknown to its task."""
    np.testing.assert_allclose(HEAD.loss(MARGINS, Y), [NATS, 7.5**2, 0, 0])
    weighed = replace(HEAD, weights=(2.0, 0.5))
    np.testing.assert_allclose(weighed.loss(MARGINS, Y), [2 * NATS, 7.5**2 / 2, 0, 0])
    unsure = replace(HEAD, uncertain=True)
    expected = [np.exp(-0.5) * NATS + 0.25, np.exp(0.2) * 7.5**2 - 0.1, 0, 0]
    np.testing.assert_allclose(unsure.loss(MARGINS, Y), expected)


def test_an_adversary_guesses_the_task():
    head = replace(HEAD, adversary=True)
    wide = torch.cat([MARGINS, torch.zeros(4, 2, dtype=torch.float64)], 1)
    assert head.outputs == 5
    np.testing.assert_allclose(head.loss(wide, Y), [NATS + np.log(2), 7.5**2 + np.log(2), 0, 0])


def test_apart_is_that_of_the_task_alone():
    others = MARGINS + torch.tensor([1.0, 0, 5])
    np.testing.assert_allclose(HEAD.apart(MARGINS, others)[1:3], [1, 0])
    slopes = torch.ones(4, 3, 2, dtype=torch.float64)
    assert HEAD.spread(MARGINS, slopes)[1].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"heads": ()}, "tasks.heads: expected at least one, got ()"),
        ({"heads": (Classes(3),)}, "tasks.heads: expected heads of one output, got Classes(outputs=3)"),
        ({"weights": (1.0,)}, "tasks.weights: expected nothing, or a finite weight of 0 or more a task, got (1.0,)"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        replace(HEAD, **bad)
    assert str(caught.value) == text
