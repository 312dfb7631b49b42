"""Pretrained: the protocol of a transformer whose weights somebody else has learned.

Three stand behind it: `E5` (multilingual), `MiniLm` (English), `Local` (any Hugging Face folder). As an encoder of
whole texts, one of them goes into `Pooled`; to be adapted, into `evercart.learners.deep.adapted`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.features.encoders.encoder import Content


class Marks(NamedTuple):
    """The tokens that stand for no piece of a text."""

    pad: int
    mask: int
    others: tuple[int, ...]  # begin, end, unknown


class Pretrained(Content, Protocol):
    """A frozen dataclass that names weights by their sha256, for a module of torch; `width` is of a token's state."""

    @property
    def most(self) -> int:
        """Return how many tokens of a text are read."""
        ...

    @property
    def vocabulary(self) -> int:
        """Return how many tokens there are."""
        ...

    @property
    def marks(self) -> Marks:
        """Return the tokens that stand for no piece of a text."""
        ...

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Return each text's tokens, (tokens,), `most` at the most, none for a text that says nothing."""
        ...

    def module(self) -> Any:
        """Return a new module, not training, that shares its weights with all others of the same content.

        Called with `input_ids`, `attention_mask`, it answers with `last_hidden_state`, (rows, tokens, width).
        """
        ...
