"""Hashed n-grams of any script."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.ngrams import HashedNgrams

TITLES = [
    "Trail running shoes, size 42",
    "running shoe for trails",
    "cast iron frying pan",
    "煎锅 铸铁",
    "铸铁煎锅 大号",
]


def test_texts_that_share_letters_are_alike_in_any_script() -> None:
    like = HashedNgrams()(TITLES) @ HashedNgrams()(TITLES).T
    assert np.allclose(np.diag(like), 1.0)
    assert like[0, 1] > 0.3 > 0.2 > like[0, 2]
    assert like[3, 4] > 0.5 > 0.2 > abs(like[2, 3])


def test_vectors_depend_on_the_text_alone() -> None:
    together, each = HashedNgrams(64)(TITLES), [HashedNgrams(64)([title]) for title in TITLES]
    assert together.dtype == np.float32
    assert together.tobytes() == np.concatenate(each).tobytes()
    assert HashedNgrams(64)(["CAST iron  frying pan"]).tobytes() == together[2].tobytes()


def test_nothing_said_is_zeros_very_long_texts_are_cut() -> None:
    assert not HashedNgrams()(["", " \n", "!?"]).any()
    assert HashedNgrams()([]).shape == (0, 256)
    long = "abc " * 1000
    assert HashedNgrams()([long]).tobytes() == HashedNgrams()([long + "quite another ending"]).tobytes()


def test_a_width_that_makes_no_sense() -> None:
    with pytest.raises(UserError, match=r"^ngrams.width: expected 8 to 65536, got 4$"):
        HashedNgrams(4)
