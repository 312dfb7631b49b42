"""A Hugging Face folder of one's own."""

import json

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.local import Local, local
from evercart.features.encoders.pooled import Pooled

torch = pytest.importorskip("torch", reason="needs the extra deep")
made = pytest.importorskip("transformers", reason="needs the extra deep")
tokenizers = pytest.importorskip("tokenizers", reason="needs the extra deep")


@pytest.fixture
def folder(tmp_path):
    words = {name: at for at, name in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "shoe", "pan"])}
    known = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="[UNK]"))
    known.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    marks = [("[CLS]", 2), ("[SEP]", 3)]
    known.post_processor = tokenizers.processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    known.save(str(tmp_path / "tokenizer.json"))
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    torch.manual_seed(1)
    made.BertModel(made.BertConfig(**sizes, vocab_size=8)).save_pretrained(tmp_path)
    return tmp_path


def test_a_folder_is_an_encoder(folder):
    base = local(folder, most=8)
    assert (base.width, base.vocabulary, base.marks) == (16, 8, (0, 4, (2, 3, 1)))
    assert base.tokens(["red shoe", ""])[0].tolist() == [2, 5, 6, 3]
    vectors = Pooled(base)(["red shoe", "red pan", "", "red shoe"])
    assert vectors[0].tobytes() == vectors[3].tobytes() != vectors[1].tobytes()
    assert not vectors[2].any() and np.isclose(np.linalg.norm(vectors[0]), 1.0)
    assert base.module().embeddings.word_embeddings.weight is base.module().embeddings.word_embeddings.weight


def test_it_is_named_by_what_its_files_hold(folder):
    before = local(folder)
    assert Local(before.sha256, before.width, "elsewhere").name == before.name
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "hidden_act": "relu"}))
    assert local(folder).name != before.name
    with pytest.raises(
        UserError, match=rf"^encoder file .*config.json: expected contents with sha256 {before.sha256[0]}"
    ):
        before.module()


def test_only_safetensors_are_read(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError) as caught:
        local(folder)
    assert str(caught.value) == f"encoder folder {folder}: expected a file model.safetensors, got 'no such file'"
