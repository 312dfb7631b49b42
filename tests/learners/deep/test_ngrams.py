"""A text is the mean of its pieces, wherever they lie."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.ngrams import Ngrams

torch = pytest.importorskip("torch")

SMALL = Ngrams((1, 3), 64, 8, 16)


def said(texts, network=SMALL, longest=12):
    codes = [[ord(one) for one in text] + [0] * (longest - len(text)) for text in texts]
    torch.manual_seed(1)
    with torch.no_grad():
        return network.module(longest, 2).eval()(torch.tensor(codes, dtype=torch.float32))


def test_the_order_of_pieces_does_not_matter():
    one, other = said(["aaa bbb aaa", "aaa bbb aaa"], Ngrams((1,), 64, 8, 0)), said(["aaaaaa bbb"])
    assert torch.equal(one[0], one[1]) and other.shape == (1, 2)
    turned = said(["abc", "cba"], Ngrams((1,), 64, 8, 0))
    assert torch.allclose(turned[0], turned[1], atol=1e-6)
    turned = said(["abc", "cba"], Ngrams((2,), 64, 8, 0))
    assert not torch.allclose(turned[0], turned[1], atol=1e-3)


def test_what_follows_the_end_does_not_matter():
    assert torch.allclose(said(["abcd"], longest=12), said(["abcd"], longest=20), atol=1e-6)


def test_an_empty_text_is_no_fault():
    assert torch.isfinite(said(["", "a"])).all()


def test_slots_in_range_for_any_code_points():
    assert torch.isfinite(said(["价格🛒é", chr(0x10FFFF) * 3])).all()


def test_rows_alone_as_together():
    learner = Deep(tuple(Column(f"c{at}") for at in range(12)), SMALL, Classes(2))
    x = np.random.default_rng(1).integers(97, 120, (9, 12)).astype(np.float32)
    state = learner.start()
    together = learner.margins(state, x)
    assert [learner.margins(state, x[row : row + 1]).tobytes() for row in range(9)] == [
        one.tobytes() for one in together
    ]


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"sizes": ()}, "ngrams.sizes: expected at least 1 in each, got ()"),
        ({"slots": 1}, "ngrams.slots: expected at least 2, got 1"),
        ({"width": 0}, "ngrams.width: expected at least 1, got 0"),
        ({"hidden": -1}, "ngrams.hidden: expected 0 or more, got -1"),
        ({"dropout": 1}, "ngrams.dropout: expected 0 or more and less than 1, got 1"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Ngrams(**bad)
    assert str(caught.value) == text


def test_a_piece_longer_than_any_text_is_refused():
    with pytest.raises(UserError) as caught:
        Ngrams((5,)).module(4, 2)
    assert str(caught.value) == "ngrams.sizes: expected at most 4 characters, got (5,)"
