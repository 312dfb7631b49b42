"""Ngrams: the mean of learned vectors of a text's short pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from evercart.errors import require
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs

_PRIME: Final = 1_000_003


@dataclass(frozen=True)
class Ngrams:
    """A network over texts whose characters are the inputs: a code point each, zeros after the end.

    sizes       characters of a piece, such as 3 to 5; a piece lies anywhere, blanks are characters, too
    slots       vectors there are; pieces that share one by their hash are not told apart
    width       of a vector
    hidden      units between the mean vector and the margins; 0: none
    dropout     the share of pieces left out while training

    Source: Bojanowski et al., "Enriching word vectors with subword information", TACL 5, 2017, section 3.2; the mean
    of such vectors under a classifier: Joulin et al., "Bag of tricks for efficient text classification", EACL 2017.

    >>> Ngrams(width=16).sizes
    (1, 2, 3, 4)
    """

    sizes: tuple[int, ...] = (1, 2, 3, 4)
    slots: int = 1 << 13
    width: int = 32
    hidden: int = 64
    dropout: float = 0.0
    block: ClassVar[int] = 1

    def __post_init__(self) -> None:
        require(len(self.sizes) > 0 and min(self.sizes) >= 1, "ngrams.sizes", "at least 1 in each", self.sizes)
        require(self.slots >= 2, "ngrams.slots", "at least 2", self.slots)
        require(self.width >= 1, "ngrams.width", "at least 1", self.width)
        require(self.hidden >= 0, "ngrams.hidden", "0 or more", self.hidden)
        require(0 <= self.dropout < 1, "ngrams.dropout", "0 or more and less than 1", self.dropout)

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs); too short an input raises `UserError`."""
        require(inputs >= max(self.sizes), "ngrams.sizes", f"at most {inputs} characters", self.sizes)
        nn = torch().nn
        width = self.width * len(self.sizes)
        if self.hidden:
            last = nn.Sequential(nn.Linear(width, self.hidden), nn.ReLU(), nn.Linear(self.hidden, outputs))
        else:
            last = nn.Linear(width, outputs)
        return _built(self, last)


def _built(config: Ngrams, last: Any) -> Any:
    it = torch()
    nn, summed = it.nn, it.nn.functional.embedding_bag

    class Pieces(nn.Module):  # type: ignore[misc, name-defined]
        """From code points to the mean vector of each size of piece, side by side."""

        def __init__(self) -> None:
            super().__init__()
            self.vectors = nn.Embedding(config.slots * len(config.sizes), config.width)
            self.left_out = nn.Dropout(config.dropout)
            self.means = nn.Identity()  # what the text becomes: a place for attacks on it
            self.last = last
            nn.init.normal_(self.vectors.weight, std=config.width**-0.5)

        def forward(self, x: Any) -> Any:
            codes, means = x.long(), []
            for number, size in enumerate(config.sizes):
                code = codes.unfold(1, size, 1)
                mixed = code[:, :, 0]
                for at in range(1, size):
                    mixed = mixed * _PRIME + code[:, :, at]
                mixed = (mixed ^ (mixed >> 17)) * _PRIME
                slots = mixed.remainder(config.slots) + number * config.slots
                whole = (code[:, :, size - 1] > 0).to(self.vectors.weight.dtype)
                shares = self.left_out(whole / whole.sum(1, keepdim=True).clamp_min(1.0))
                means.append(summed(slots, self.vectors.weight, per_sample_weights=shares, mode="sum"))
            return self.last(self.means(it.cat(means, 1)))

    return Pieces()
