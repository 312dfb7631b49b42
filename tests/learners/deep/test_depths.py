"""How much of a transformer learns."""

import pytest

pytest.importorskip("torch", reason="needs the extra deep")
pytest.importorskip("transformers", reason="needs the extra deep")

from small_bert import Small

from evercart.errors import UserError
from evercart.learners.deep.depths import Full, Last, OnlyHead
from evercart.learners.deep.lora import Lora


def learned(depth):
    return {name: one.numel() for name, one in depth(Small().module()).named_parameters()}


def test_each_depth_learns_more():
    counts = [sum(learned(depth).values()) for depth in (OnlyHead(), Lora(2), Last(1), Last(2), Full(), Full(True))]
    assert counts == sorted(counts) and counts[0] == 0 < counts[1] and counts[3] == counts[4] < counts[5]
    assert all(name.startswith("encoder.layer.1.") for name in learned(Last(1)))


def test_what_learns_is_no_longer_shared():
    free, held = Full()(Small().module()), OnlyHead()(Small().module())
    name = "encoder.layer.0.output.dense"
    assert free.get_submodule(name).weight.data_ptr() != held.get_submodule(name).weight.data_ptr()
    words = free.embeddings.word_embeddings.weight
    assert words.data_ptr() == held.embeddings.word_embeddings.weight.data_ptr()


def test_more_layers_than_there_are():
    with pytest.raises(UserError, match=r"^last.layers: expected at most 2, got 3$"):
        Last(3)(Small().module())
    with pytest.raises(UserError, match=r"^last.layers: expected at least 1, got 0$"):
        Last(0)
