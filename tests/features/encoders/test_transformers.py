"""Modules around shared weights, texts cut into tokens."""

from types import SimpleNamespace

import numpy as np
import pytest

from evercart.features.encoders.transformers import another, bert, cut, mixed, tokenizer


class Letters:
    """A tokenizer with a token a letter."""

    def encode(self, text):
        return SimpleNamespace(ids=[1, *(ord(letter) for letter in text), 2])


def test_texts_are_cut_to_so_many_tokens_but_keep_their_end():
    short, long, empty, odd = cut(Letters(), ["ab", "abcdefghijk", "  ", "a\ud800"], "", 8)
    assert short.tolist() == [1, 97, 98, 2]
    assert long.tolist() == [1, 97, 98, 99, 100, 101, 102, 2]
    assert empty.tolist() == [] and odd.tolist() == [1, 97, 63, 2]
    assert cut(Letters(), ["a"], "q", 8)[0].tolist() == [1, 113, 97, 2]


def test_one_hash_for_several_things():
    assert mixed("a", 1) == mixed("a", "1") != mixed("a1") and len(mixed("a")) == 64


def test_modules_share_weights_but_not_buffers():
    torch = pytest.importorskip("torch", reason="needs the extra deep")
    made = pytest.importorskip("transformers", reason="needs the extra deep")
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    sizes |= {"max_position_embeddings": 8, "type_vocab_size": 2}
    weights = made.BertModel(made.BertConfig(**sizes, vocab_size=5), add_pooling_layer=False).state_dict()
    drawn = torch.get_rng_state()
    first = bert(sizes, weights)
    assert bool((torch.get_rng_state() == drawn).all())
    second = another(first)
    assert [one.data_ptr() for one in first.parameters()] == [one.data_ptr() for one in second.parameters()]
    assert second is not first and not first.training
    ids = torch.tensor([[1, 2, 3]])
    states = second(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
    assert states.shape == (1, 3, 16) and np.isfinite(states.detach().numpy()).all()


def test_a_tokenizer_neither_cuts_nor_pads(tmp_path):
    made = pytest.importorskip("tokenizers", reason="needs the extra deep")
    words = made.Tokenizer(made.models.WordLevel({"a": 0, "?": 1}, unk_token="?"))
    words.pre_tokenizer = made.pre_tokenizers.Whitespace()
    words.enable_truncation(2)
    words.enable_padding(length=9)
    words.save(str(tmp_path / "tokenizer.json"))
    read = tokenizer(tmp_path / "tokenizer.json", "x")
    assert read.encode("a a b a").ids == [0, 0, 1, 0]
    assert tokenizer(tmp_path / "tokenizer.json", "x") is read
