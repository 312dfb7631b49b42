"""Encoder: the protocol of what turns texts into vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require

Vectors = NDArray[np.float32]


class Content(Protocol):
    """What is named by all that decides what it says."""

    @property
    def name(self) -> str:
        """Return the name of its content: equal names, equal vectors. It is part of a fold's configuration."""
        ...

    @property
    def fingerprint(self) -> str:
        """Return the sha256 of all that decides a vector: weights, tokens, settings; vectors are kept by it."""
        ...

    @property
    def width(self) -> int:
        """Return the length of a vector."""
        ...


class Encoder(Content, Protocol):
    """What turns texts into vectors: texts alike in meaning, or in letters, lie near each other."""

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, (texts, width); zeros for a text that says nothing.

        A text's bits depend on that text alone, not on which others it came with.
        """
        ...


@dataclass(frozen=True)
class Around:
    """What answers as another encoder would, in another way."""

    of: Encoder

    @property
    def name(self) -> str:
        """Return the name of the encoder within."""
        return self.of.name

    @property
    def fingerprint(self) -> str:
        """Return the hash of the encoder within."""
        return self.of.fingerprint

    @property
    def width(self) -> int:
        """Return the length of a vector."""
        return self.of.width


@dataclass(frozen=True)
class Cached(Around):
    """An encoder that remembers the last texts it was given.

    most    texts remembered; the one that came first goes
    """

    most: int = 1 << 14
    _known: dict[str, Vectors] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require(self.most >= 1, "cached.most", "at least 1", self.most)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, (texts, width); only texts not remembered are encoded."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        found = dict(zip(new, self.of(new), strict=True)) if new else {}
        out = np.zeros((len(texts), self.width), np.float32)
        for row, text in enumerate(texts):
            out[row] = found[text] if text in found else self._known[text]
        self._known.update(found)
        while len(self._known) > self.most:
            del self._known[next(iter(self._known))]
        return out
