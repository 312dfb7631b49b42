"""Transformers: modules built around weights that they share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.features.encoders.extra import alone, needed

LETTERS_A_TOKEN: Final = 32  # of a text no more are read than this many for each token that may be kept


def bert(config: Mapping[str, Any], weights: Mapping[str, Any]) -> Any:
    """Return a BERT, not training, over weights by their Hugging Face names."""
    made = needed("transformers")
    with alone() as torch:
        small = made.BertConfig(**{**config, "vocab_size": 1}, attn_implementation="eager")
        module = made.BertModel(small, add_pooling_layer=False)
        words = weights["embeddings.word_embeddings.weight"]
        module.set_input_embeddings(torch.nn.Embedding(*words.shape, padding_idx=0, _weight=words))
        module.load_state_dict(dict(weights), assign=True)
        module.config.vocab_size = len(words)
    return module.eval()


def another(module: Any) -> Any:
    """Return a module of the same parts, with buffers of its own, whose parameters are those of the first."""
    return deepcopy(module, {id(one): one for one in module.parameters()})


@lru_cache(8)
def tokenizer(path: Path, fingerprint: str) -> Any:
    """Return the tokenizer in a file, which neither cuts nor pads."""
    made = needed("tokenizers").Tokenizer.from_file(str(path))
    made.no_truncation()
    made.no_padding()
    return made


def cut(made: Any, texts: Sequence[str], prefix: str, most: int) -> list[NDArray[np.int64]]:
    """Return each text's tokens, (tokens,): the first `most`, the last of them the mark of the end."""
    out = []
    for text in texts:
        plain = text[: most * LETTERS_A_TOKEN].encode("utf-8", "replace").decode()
        found = made.encode(prefix + plain).ids if plain.strip() else []
        out.append(np.array(found if len(found) <= most else [*found[: most - 1], found[-1]], np.int64))
    return out


def mixed(*parts: object) -> str:
    """Return one hash, in hex, for several things that decide a vector."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()
