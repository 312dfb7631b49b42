"""Joined: several encoders' vectors side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.encoders.encoder import Encoder
from evercart.features.encoders.grams import LETTERS
from evercart.features.encoders.transformers import mixed

_AT_ONCE: Final = 256  # texts: what lies between is wide


@dataclass(frozen=True)
class Joined:
    """Encoders side by side, each times its share; of a text only the first 2,000 letters are read.

    encoders    in the order of their columns
    shares      what each one's unit vectors are multiplied with: how much it says in distances

    >>> from evercart.features.encoders.grams import Grams
    >>> Joined((Grams(16), Grams(8)), (1.0, 0.5)).name
    'terms-16*1+terms-8*0.5'
    """

    encoders: tuple[Encoder, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        require(len(self.encoders) > 0, "joined.encoders", "at least one", len(self.encoders))
        require(len(self.shares) == len(self.encoders), "joined.shares", "one an encoder", len(self.shares))
        require(min(self.shares) > 0, "joined.shares", "more than 0", min(self.shares))

    @property
    def name(self) -> str:
        """Return the names of all, with their shares."""
        return "+".join(f"{one.name}*{share:g}" for one, share in zip(self.encoders, self.shares, strict=True))

    @property
    def fingerprint(self) -> str:
        """Return the hash of all, with their shares."""
        return mixed("joined", *(one.fingerprint for one in self.encoders), *self.shares, LETTERS)

    @property
    def width(self) -> int:
        """Return the length of a vector."""
        return sum(one.width for one in self.encoders)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return vectors, (texts, width)."""
        out = np.empty((len(texts), self.width), np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            some, first = [text[:LETTERS] for text in texts[start : start + _AT_ONCE]], 0
            for one, share in zip(self.encoders, self.shares, strict=True):
                out[start : start + _AT_ONCE, first : first + one.width] = one(some) * np.float32(share)
                first += one.width
        return out
