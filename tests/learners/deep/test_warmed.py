"""A learner begins with what another has learned."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra deep")
pytest.importorskip("transformers", reason="needs the extra deep")

from small_bert import Small

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.features.encoders.tokens import token_columns, token_rows
from evercart.learners.deep.adapted import Adapted
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.lora import Lora
from evercart.learners.deep.masked import Masked, Surprise
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.warmed import warmed
from evercart.learners.prequential import prequential

BASE = Small()
READER = Deep(token_columns(6), Masked(BASE, Lora(2)), Surprise(), batch=4)
SORTER = Deep(token_columns(6), Adapted(BASE, Lora(2)), Classes(3), batch=4)


def test_what_was_read_helps_to_sort():
    x = token_rows(BASE, ["red shoe", "blue pan"] * 8, 6)
    learned, _ = READER.step(READER.start(), prequential(x, np.zeros(16)))
    state, names = warmed(SORTER, READER, learned)
    assert len(names) == 8 and all(name.startswith("base.encoder.layer.") for name in names)
    ours, theirs = SORTER.layout.named(state.weights), READER.layout.named(learned.weights)
    assert all(np.array_equal(ours[name], theirs[name]) for name in names)
    assert np.array_equal(ours["head.weight"], SORTER.layout.named(SORTER.start().weights)["head.weight"])
    assert not state.moments.any() and state.counts.learned[0] == 0
    assert warmed(SORTER, READER, learned, "base.encoder.layer.1").names == names[4:]


def test_another_shop_with_more_classes_keeps_what_fits():
    small, large = (Deep((Column("a"),), Mlp((16,)), Classes(many), seed=many) for many in (3, 40))
    state, names = warmed(large, small, small.start())
    assert names == ("1.weight", "1.bias")
    assert np.array_equal(
        large.layout.named(state.weights)["1.weight"], small.layout.named(small.start().weights)["1.weight"]
    )


def test_nothing_in_common():
    other = Deep((Column("a"),), Mlp((16,)), Binary())
    with pytest.raises(UserError) as caught:
        warmed(replace(other, network=Mlp((32,)), columns=(Column("a"),) * 2), other, other.start(), "1.")
    assert str(caught.value) == "warm start: expected parameters in common that begin with '1.', got 'none'"
    base = Deep(token_columns(6), Adapted(Small(2), Lora(2)), Classes(3))
    with pytest.raises(UserError, match=r"^adapter: expected one of the base small-"):
        warmed(SORTER, base, base.start())
