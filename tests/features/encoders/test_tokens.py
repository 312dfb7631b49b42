"""Texts as columns of tokens."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.pretrained import Marks
from evercart.features.encoders.tokens import pair_rows, token_columns, token_rows


class Letters:
    """A base with a token a letter, 0 before, 1 behind."""

    marks = Marks(2, 3, (0, 1))

    def tokens(self, texts):
        return [np.array([0, *(ord(one) for one in text), 1] if text else [], np.int64) for text in texts]


def test_tokens_stand_at_the_left_each_plus_1():
    rows = token_rows(Letters(), ["ab", "", "abcdef"], 5)
    assert rows.dtype == np.float32
    assert rows.tolist() == [[1, 98, 99, 2, 0], [0] * 5, [1, 98, 99, 100, 2]]


def test_of_a_pair_the_first_has_half_the_room():
    rows = pair_rows(Letters(), ["abcdef", "a"], ["xy", "stuvwxyz"], 8)
    assert rows.tolist() == [[1, 98, 99, 2, 1, 121, 122, 2], [1, 98, 2, 1, 116, 117, 118, 2]]
    with pytest.raises(UserError, match=r"^pair_rows.seconds: expected 1 texts, got 2$"):
        pair_rows(Letters(), ["a"], ["b", "c"], 8)


def test_every_token_of_any_vocabulary_survives_32_bits():
    assert np.float32(250_037) == 250_037 and np.float32(16_777_216) == 16_777_216
    assert [column.name for column in token_columns(3)] == ["token0", "token1", "token2"]
