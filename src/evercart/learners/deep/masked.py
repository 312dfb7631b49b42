"""Masked: a pretrained transformer that learns the shop's own language from its texts.

Masked-language pre-training as a fold: `Deep` over tokens, with this network, with the head `Surprise`::

    learner = Deep(token_columns(32), Masked(base, Lora(16), words=common(x, 8000, base)), Surprise())

Every label of 0 or 1 that settles is a text to learn from; which of both says nothing, unless pairs are learned, too.
What it has learned is taken over by `warmed`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.encoders.pretrained import Pretrained
from evercart.learners.deep.adapted import level, marked, read, tokens_of
from evercart.learners.deep.depths import Depth
from evercart.learners.deep.extra import torch
from evercart.learners.deep.lora import Lora

_EVERY: Final = 7  # when not training, each such token of a text is masked


@dataclass(frozen=True)
class Masked:
    """A network that guesses tokens it is not shown; margins (rows, 3): summed loss, tokens masked, pair's margin.

    base     `E5`, `MiniLm`, `Local`
    depth    what of it learns
    words    the tokens that are masked, guessed; none: all, which costs much where there are many
    share    of the tokens that are masked while training: 8 in 10 become the mask, 1 another token, 1 stays

    On the states stands a layer, then a vector for each word, born as the word's own: all of this learns. Not
    training, each seventh token is masked, from a place that the text itself decides.

    Source: Devlin et al., "BERT: pre-training of deep bidirectional transformers", NAACL 2019, section 3.1.
    """

    base: Pretrained
    depth: Depth = field(default_factory=Lora)
    words: tuple[int, ...] = ()
    share: float = 0.15
    block: ClassVar[int] = 1

    def __post_init__(self) -> None:
        require(0 < self.share < 1, "masked.share", "between 0 and 1", self.share)

    def module(self, inputs: int, outputs: int) -> Any:
        """Return the transformer with its two heads, (rows, inputs) to (rows, 3)."""
        return _module(self)


@dataclass(frozen=True)
class Surprise:
    """The label is what the network hides from itself; the guess is its mean loss for a masked token, in nats.

    pairs    what the log loss of "these two texts belong together", whose label is y, counts; 0: nothing

    Source: Devlin et al., "BERT: pre-training of deep bidirectional transformers", NAACL 2019, section 3.1.
    """

    pairs: float = 0.0
    outputs: ClassVar[int] = 3
    classes: ClassVar[int] = 1

    def __post_init__(self) -> None:
        require(0 <= self.pairs < np.inf, "surprise.pairs", "0 or more and finite", self.pairs)

    def knows(self, y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which labels are 0 or 1: whether a pair belongs together; without pairs, either says nothing."""
        return np.asarray((y == 0) | (y == 1))

    def guess(self, margins: NDArray[np.floating[Any]], seen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean loss of each text's masked tokens, (rows,); 0 where none was masked."""
        return margins[:, 0].astype(np.float64) / np.maximum(margins[:, 1].astype(np.float64), 1.0)

    def loss(self, margins: Any, y: Any) -> Any:
        """Return each row's part of the mean loss over all masked tokens, (rows,)."""
        masked = margins[:, 0] * len(margins) / margins[:, 1].sum().detach().clamp(min=1)
        if not self.pairs:
            return masked
        together = torch().nn.functional.binary_cross_entropy_with_logits
        return masked + self.pairs * together(margins[:, 2], y.to(margins.dtype), reduction="none")

    def apart(self, margins: Any, others: Any) -> Any:
        """Return the squared distance of the mean losses, (rows,)."""
        mean, other = (one[:, 0] / one[:, 1].clamp(min=1) for one in (margins, others))
        return (mean - other) ** 2

    def spread(self, margins: Any, slopes: Any) -> Any:
        """Return the squared slope of the loss, (rows, weights)."""
        return slopes[:, 0] ** 2


def common(x: NDArray[np.float32], most: int, base: Pretrained) -> tuple[int, ...]:
    """Return the most frequent tokens of rows as `token_rows` gives them, (rows, tokens), without marks, in order."""
    ids, counts = np.unique(x[x > 0].astype(np.int64) - 1, return_counts=True)
    plain = ~np.isin(ids, [base.marks.pad, base.marks.mask, *base.marks.others])
    ids, counts = ids[plain], counts[plain]
    return tuple(sorted(int(one) for one in ids[np.lexsort((ids, -counts))[:most]]))


def _module(masked: Masked) -> Any:
    it, base = torch(), masked.base
    nn, width = it.nn, base.width

    class Guess(marked()):  # type: ignore[misc]
        """A transformer that guesses its own tokens."""

        def __init__(self) -> None:
            super().__init__(base, masked.depth)
            ids = it.tensor(masked.words) if masked.words else it.arange(base.vocabulary)
            place = it.full((base.vocabulary,), -1)
            place[ids] = it.arange(len(ids))
            if not masked.words:
                place[list({base.marks.pad, base.marks.mask, *base.marks.others})] = -1
            self.__dict__.update(ids=ids, place=place)
            self.layer = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
            self.word = nn.Linear(width, len(ids))
            with it.no_grad():
                self.word.weight.copy_(self.base.get_input_embeddings().weight[ids])
                self.word.bias.zero_()
            self.pair = nn.Linear(width, 1)

        def forward(self, x: Any) -> Any:
            ids, here = tokens_of(x, base)
            target = self.place[ids].where(here, -1)
            hidden = self.hidden(ids, target)
            states, here = read(self.base, base, self.shown(ids, hidden), here)
            at = hidden.nonzero(as_tuple=True)
            scores = self.word(self.layer(states[at]))
            losses = nn.functional.cross_entropy(scores, target[at], reduction="none")
            summed = it.zeros(len(x), dtype=losses.dtype).index_add(0, at[0], losses)
            pair = self.pair(level(states, here))[:, 0]
            return it.stack([summed, hidden.sum(1).to(losses.dtype), pair], 1)

        def hidden(self, ids: Any, target: Any) -> Any:
            """Return which tokens are to be guessed, (rows, tokens): drawn while training, else by the text."""
            if self.training:
                return (target >= 0) & (it.rand(ids.shape) < masked.share)
            turn = (target.clamp(min=0).sum(1, keepdim=True)) % _EVERY
            return (target >= 0) & (it.arange(ids.shape[1])[None] % _EVERY == turn)

        def shown(self, ids: Any, hidden: Any) -> Any:
            """Return the tokens with those hidden that are to be guessed."""
            mask = it.full_like(ids, base.marks.mask)
            if not self.training:
                return mask.where(hidden, ids)
            drawn, others = it.rand(ids.shape), self.ids[it.randint(len(self.ids), ids.shape)]
            return others.where(drawn >= 0.8, mask).where(hidden & (drawn < 0.9), ids)

    return Guess()
