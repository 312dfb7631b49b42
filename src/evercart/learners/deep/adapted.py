"""Adapted: a pretrained transformer that goes on learning, as deep as one wants.

A learner over texts whose base stays frozen, but for what `depth` says::

    base = E5(most=64)
    learner = Deep(token_columns(64), Adapted(base, Lora(8)), Classes(77), AdamW(1e-3), batch=16)
    x = token_rows(base, texts, 64)

The base is named in the configuration by the sha256 of its weights, read when the module is built; a state holds only
what learns, with the mark of its base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.features.encoders.pretrained import Pretrained
from evercart.learners.deep.depths import Depth
from evercart.learners.deep.extra import torch
from evercart.learners.deep.lora import Lora


@dataclass(frozen=True)
class Adapted:
    """A network from tokens, as `token_rows` gives them, to margins: the mean state of the tokens under a linear map.

    base       `E5`, `MiniLm`, `Local`
    depth      what of it learns: `OnlyHead`, `Last`, `Lora`, `Full`
    dropout    the share of the mean state left out while training
    speed      how many times faster the linear map moves than the rest

    The mean state is brought to mean 0, variance 1 first. Weights are of 32 bits.
    """

    base: Pretrained
    depth: Depth = field(default_factory=Lora)
    dropout: float = 0.1
    speed: float = 1.0
    block: ClassVar[int] = 1

    def __post_init__(self) -> None:
        require(0 <= self.dropout < 1, "adapted.dropout", "0 or more and less than 1", self.dropout)
        require(self.speed > 0, "adapted.speed", "more than 0", self.speed)

    def module(self, inputs: int, outputs: int) -> Any:
        """Return the transformer with its head, (rows, inputs) to (rows, outputs)."""
        nn, adapted = torch().nn, self

        class Read(marked()):  # type: ignore[misc]
            """A transformer under a linear map."""

            def __init__(self) -> None:
                super().__init__(adapted.base, adapted.depth)
                self.dropout = nn.Dropout(adapted.dropout)
                self.head = nn.Linear(adapted.base.width, outputs)
                nn.init.zeros_(self.head.weight)
                nn.init.zeros_(self.head.bias)

            def forward(self, x: Any) -> Any:
                states, here = self.states(x)
                return adapted.speed * self.head(self.dropout(level(states, here)))

        return Read()

    def drawn(self, chance: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return rows as texts of any words make them, (rows, tokens); of every other one the later half is empty.

        chance    (rows, tokens) in [0, 1)
        """
        x = 1 + np.floor(chance * self.base.vocabulary).astype(np.float32)
        x[::2, -(-x.shape[1] // 2) :] = 0
        return x


def marked() -> Any:
    """Return the class of modules around a pretrained transformer, which know the mark of their base."""
    it = torch()

    class Marked(it.nn.Module):  # type: ignore[misc, name-defined]
        """A pretrained transformer with the mark of its content as a buffer, so that states carry it."""

        def __init__(self, base: Pretrained, depth: Depth) -> None:
            super().__init__()
            self.kind = base
            self.base = depth(base.module())
            self.register_buffer("mark", it.tensor(list(bytes.fromhex(base.fingerprint)), dtype=it.uint8))

        def refuse(self, buffers: Sequence[NDArray[Any]]) -> None:
            """Raise `UserError` where a state was learned on another base."""
            got = bytes(buffers[0].astype(np.uint8)).hex() if len(buffers) else "none"
            if got != self.kind.fingerprint:
                rule = f"one of the base {self.kind.name} with fingerprint {self.kind.fingerprint}"
                raise UserError(expected("adapter", rule, got))

        def states(self, x: Any) -> tuple[Any, Any]:
            """Return the tokens' states, (rows, tokens, width), where there are tokens, (rows, tokens)."""
            return read(self.base, self.kind, *tokens_of(x, self.kind))

    return Marked


def tokens_of(x: Any, base: Pretrained) -> tuple[Any, Any]:
    """Return tokens, (rows, tokens), no more columns than the longest row has, with where there are any.

    What is written for other runtimes reads all columns: there the longest row is not known.
    """
    ids = x.long() - 1
    here = (ids >= 0) & (ids < base.vocabulary)
    used = here.any(0).nonzero()
    longest = x.shape[1] if torch().jit.is_tracing() else int(used.max()) + 1 if len(used) else 1
    here = here[:, :longest]
    return ids[:, :longest].where(here, torch().full_like(here, base.marks.pad, dtype=torch().long)), here


def read(module: Any, base: Pretrained, ids: Any, here: Any) -> tuple[Any, Any]:
    """Return what a transformer makes of tokens, with where there are any."""
    return module(input_ids=ids, attention_mask=here.long()).last_hidden_state, here


def level(states: Any, here: Any) -> Any:
    """Return the mean state of each row's tokens, (rows, width), brought to mean 0, variance 1."""
    share = here.to(states.dtype)[:, :, None]
    mean = (states * share).sum(1) / share.sum(1).clamp(min=1)
    return torch().nn.functional.layer_norm(mean, [int(mean.shape[1])])
