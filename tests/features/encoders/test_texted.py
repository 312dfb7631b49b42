"""A text is a vector on its question, whatever it says."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.encoders.texted import Texted, full_name, joined

TABLE = Texted("ngrams-256")


def x(*texts):
    return TABLE.peek(TABLE.start(), Events.of(text=list(texts)))


def test_equal_texts_have_equal_bits_whatever_they_came_with():
    whole = x("where is my order", "", "我的订单 is late", "where is my order")
    assert whole[0].tobytes() == whole[3].tobytes() == x("where is my order").tobytes()
    assert not whole[1].any()
    assert whole.shape == (4, len(TABLE.columns))
    assert len({column.name for column in TABLE.columns}) == len(TABLE.columns)


@pytest.mark.parametrize("text", ["a" * 1_000_000, "Привет 你好 hello مرحبا 🛒", "\x00", "  ", "e\u0301" * 900])
def test_any_text_is_answered(text):
    assert np.isfinite(x(text)).all()


def test_only_questions_have_rows():
    woven = Events.of(kind=[20, 7], text=["one", "two"], number=[-1, 0])
    _, found = TABLE.step(TABLE.start(), woven)
    assert found.tobytes() == x("two").tobytes()


def test_a_name_that_is_none():
    assert full_name("ngrams") == "ngrams-256"
    with pytest.raises(UserError, match="encoder: expected one of auto sentences ngrams e5 minilm"):
        Texted("nothing")


def test_several_encoders_share_the_length_of_one():
    whole = Texted(full_name("ngrams+ngrams"))
    assert full_name("ngrams+ngrams") == "ngrams-256+ngrams-256"
    assert (
        whole.encoder.name == joined("ngrams+ngrams").name == "ngrams-256*0.707107+ngrams-256*0.707107+terms-1536*0.4"
    )
    found = whole.peek(whole.start(), Events.of(text=["where is my order"]))
    np.testing.assert_allclose(np.linalg.norm(found), np.hypot(1.0, 0.4), atol=1e-6)
    assert joined("ngrams+minilm").shares == pytest.approx((1 / 3.25**0.5, 1.5 / 3.25**0.5, 0.4))
