"""Layers of a Transformer are torch's, each step seeing itself with those before it that are there."""

import numpy as np
import pytest
from sequences import ASKING, COLUMNS, learner, walks

from evercart.errors import UserError
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.transformer import Transformer, looking
from evercart.testing import Turned, check_fold

torch = pytest.importorskip("torch")


def test_a_layer_against_torch():
    ours = looking(32, 2, 0.0)
    theirs = torch.nn.TransformerEncoderLayer(32, 2, 32, 0.0, batch_first=True, norm_first=True)
    pairs = (
        (theirs.self_attn.in_proj_weight, ours.ask.weight),
        (theirs.self_attn.in_proj_bias, ours.ask.bias),
        (theirs.self_attn.out_proj.weight, ours.gather.weight),
        (theirs.self_attn.out_proj.bias, ours.gather.bias),
        (theirs.linear1.weight, ours.think[0].weight),
        (theirs.linear1.bias, ours.think[0].bias),
        (theirs.linear2.weight, ours.think[3].weight),
        (theirs.linear2.bias, ours.think[3].bias),
    )
    with torch.no_grad():
        for to, from_ in pairs:
            to.copy_(from_)
    states, earlier = torch.randn(3, 5, 32), torch.ones(5, 5, dtype=torch.bool).tril()
    said = theirs(states, src_mask=~earlier)
    np.testing.assert_allclose(ours(states, earlier.expand(3, 5, 5)).detach(), said.detach(), atol=1e-5)


def test_a_missing_step_is_looked_at_by_nobody():
    module = Transformer(32).module(Inputs(0, 4, 3), 2).eval()
    x = torch.randn(2, 12)
    x[:, :3] = 0
    with torch.no_grad():
        before = module(x)
        module.place[-4] += torch.randn(32)  # where the missing step is
        assert torch.equal(module(x), before)
        module.place[-3] += torch.randn(32)
        assert not torch.allclose(module(x), before, atol=1e-4)
        assert torch.isfinite(module(0 * x)).all()


@pytest.mark.parametrize("network", [Transformer(16, 1), Transformer(32, 2, 2, 0.1)])
def test_rows_alike(network, rows_alike):
    rows_alike(learner(network))
    rows_alike(learner(network, head=Classes(7)))


def test_rows_alike_with_a_target(rows_alike):
    rows_alike(learner(Transformer(16, target=True), ASKING))


def test_the_laws():
    one = learner(Transformer(16, 1, dropout=0.2, target=True), ASKING)
    check_fold(lambda _: one, Turned(ASKING), laws=("resume", "batching", "honesty"), examples=3)


@pytest.mark.parametrize("target", [False, True])
def test_the_order_is_learned(target):
    given, y = walks(2400, target)
    one = learner(Transformer(16, 1, target=target), ASKING if target else COLUMNS, 0.003)
    _, guesses = one.step(one.start(), given)
    right = (guesses[::2] > 0.5) == y
    assert right[:50].mean() < 0.85 and right[-300:].mean() > 0.95


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"layers": 0}, "transformer.layers: expected at least 1, got 0"),
        ({"heads": 0}, "transformer.heads: expected at least 1, got 0"),
        ({"units": 20}, "transformer.units: expected multiples of 16, got 20"),
        ({"units": 48, "heads": 2}, "transformer.units: expected a multiple of 16 times heads, got 48"),
        ({"dropout": 1.0}, "transformer.dropout: expected 0 or more and less than 1, got 1.0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Transformer(**bad)
    assert str(caught.value) == text
