"""Steps agree with torch's own optimizers."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.deep.steps import AdamW, HeavyBall


@pytest.mark.parametrize("name", ["adam", "decayed", "ball"])
def test_against_torch(name):
    torch = pytest.importorskip("torch")
    rule = {"adam": AdamW(0.01), "decayed": AdamW(0.01, decay=0.1), "ball": HeavyBall(0.05, 0.8)}[name]
    weights = np.random.default_rng(1).normal(size=20)
    theirs = torch.tensor(weights, requires_grad=True)
    kind = torch.optim.SGD([theirs], 0.05, momentum=0.8)
    if name != "ball":
        kind = torch.optim.AdamW([theirs], 0.01, weight_decay=rule.decay)
    moments = np.zeros((rule.moments, 20))
    for step in range(1, 30):
        gradient = np.cos(weights * step)
        theirs.grad = torch.tensor(gradient)
        kind.step()
        rule.move(weights, moments, gradient, step)
        np.testing.assert_allclose(weights, theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: AdamW(0), "adamw.rate: expected more than 0 and finite, got 0"),
        (lambda: AdamW(mean=1.0), "adamw.mean: expected 0 or more and less than 1, got 1.0"),
        (lambda: AdamW(square=-1), "adamw.square: expected 0 or more and less than 1, got -1"),
        (lambda: AdamW(tiny=0), "adamw.tiny: expected more than 0, got 0"),
        (lambda: AdamW(0.1, decay=10), "adamw.decay: expected 0 or more and less than 1 / rate, got 10"),
        (lambda: HeavyBall(-1), "heavy_ball.rate: expected more than 0 and finite, got -1"),
        (lambda: HeavyBall(keep=2), "heavy_ball.keep: expected 0 or more and less than 1, got 2"),
    ],
)
def test_bad_settings(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text
