"""Pooled: a pretrained transformer as an encoder of whole texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.features.encoders.e5 import E5
from evercart.features.encoders.extra import alone
from evercart.features.encoders.pretrained import Pretrained


@dataclass(frozen=True)
class Pooled:
    """The mean state of a text's tokens, of length 1: the extra `deep`.

    base    `E5`, `MiniLm`, `Local`

    Texts are encoded one by one, on one thread: a vector's bits depend on its text alone.
    """

    base: Pretrained = field(default_factory=E5)

    @property
    def name(self) -> str:
        """Return the name of its content."""
        return self.base.name

    @property
    def fingerprint(self) -> str:
        """Return the hash of its content."""
        return self.base.fingerprint

    @property
    def width(self) -> int:
        """Return the length of a vector."""
        return self.base.width

    @cached_property
    def _module(self) -> Any:
        return self.base.module()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, (texts, width)."""
        out = np.zeros((len(texts), self.width), np.float32)
        tokens = self.base.tokens(texts)
        if not any(len(each) for each in tokens):
            return out
        with alone() as torch, torch.inference_mode():
            for row, each in enumerate(tokens):
                if len(each):
                    ids = torch.from_numpy(each)[None]
                    states = self._module(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
                    mean = states[0].mean(0)
                    out[row] = (mean / mean.norm().clamp(min=1e-12)).numpy()
        return out
