"""Words, pairs, letters of any script."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.grams import Grams, hashed, terms


def test_texts_that_share_words_lie_near_each_other():
    one, alike, other = Grams()(["where is my parcel", "where is the parcel now", "cancel that order"])
    assert one @ alike > 2 * one @ other


def test_chinese_is_read_by_pairs_of_signs():
    one, alike, other = Grams()(["退款什么时候到", "退款多久到账", "怎么修改地址"])
    assert one @ alike > 2 * one @ other


@pytest.mark.parametrize("text", ["", "   ", "🙂", "a", "مرحبا hello 你好 привет", "x" * 1_000_000, "\x00\ud7ff"])
def test_any_text_has_a_vector_of_its_own(text):
    alone = Grams(64)([text])
    np.testing.assert_array_equal(alone[0], Grams(64)(["other", text])[1])
    assert np.isfinite(alone).all()
    assert np.linalg.norm(alone) == pytest.approx(1.0 if any(terms(text)) else 0.0, abs=1e-6)


def test_terms_say_whose_they_are():
    rows, hashes = hashed(["ab", "", "中"])
    assert rows.tolist() == [0, 0, 0, 0, 2]
    assert len(hashes) == len(set(hashes.tolist())) == 5


def test_bad_settings():
    with pytest.raises(UserError) as caught:
        Grams(4)
    assert str(caught.value) == "grams.width: expected 8 to 65536, got 4"
