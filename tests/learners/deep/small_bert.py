"""A pretrained transformer small enough for tests, drawn rather than learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evercart.features.encoders.pretrained import Marks
from evercart.features.encoders.tokens import token_rows
from evercart.features.encoders.transformers import another, bert, mixed

WORDS = ("red", "blue", "shoe", "boot", "pan", "pot", "iron", "steel")


@dataclass(frozen=True)
class Small:
    """Two layers of 16 columns; a token a word."""

    seed: int = 1
    layers: int = 2
    most: ClassVar[int] = 16
    width: ClassVar[int] = 16
    vocabulary: ClassVar[int] = 4 + len(WORDS)
    marks: ClassVar[Marks] = Marks(pad=0, mask=1, others=(2, 3))

    @property
    def name(self) -> str:
        return f"small-{self.fingerprint[:8]}"

    @property
    def fingerprint(self) -> str:
        return mixed("small", self.seed, self.layers)

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        return [np.array([2, *(4 + WORDS.index(word) for word in text.split()), 3], np.int64) for text in texts]

    def module(self) -> Any:
        return another(_shared(self))


@lru_cache(4)
def _shared(small: Small) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    sizes = {"hidden_size": 16, "num_hidden_layers": small.layers, "num_attention_heads": 2, "intermediate_size": 32}
    sizes |= {"max_position_embeddings": 16, "type_vocab_size": 2}
    with torch.random.fork_rng():
        torch.manual_seed(small.seed)
        weights = BertModel(BertConfig(**sizes, vocab_size=small.vocabulary), add_pooling_layer=False).state_dict()
    return bert(sizes, weights)


def titles(rows: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the tokens of titles whose class is what stands first: red, blue, anything else."""
    drawn = np.random.default_rng(seed).choice(len(WORDS), (rows, 3))
    texts = [" ".join(WORDS[word] for word in row) for row in drawn]
    return token_rows(Small(), texts, 6), np.minimum(drawn[:, 0], 2).astype(float)
