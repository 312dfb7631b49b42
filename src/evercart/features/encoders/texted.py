"""Texted: what a message says, as columns of X."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.events.batch import TEXT, Events
from evercart.features.columns import Column
from evercart.features.encoders.choose import encoder
from evercart.features.encoders.encoder import Cached, Encoder
from evercart.features.encoders.grams import Grams
from evercart.features.encoders.joined import Joined
from evercart.features.encoders.stored import Stored
from evercart.fold import Grain

_GRAMS = 0.4  # the share of words, pairs, letters beside a sentence encoder
_SHARES = {"minilm": 1.5}  # against other encoders; chosen on training rows of BANKING77


class Nothing(NamedTuple):
    """What is remembered."""


@dataclass(frozen=True)
class Texted:
    """The vector of a question's text, by an encoder that never learns; a question without a text has zeros.

    texts    an encoder by its full name, joined with words, pairs, letters; see `full_name`

    Nothing is remembered but in a cache by content: vectors of a sentence encoder are kept on disk for every process.

    >>> texted = Texted("ngrams-256")
    >>> texted.peek(texted.start(), Events.of(text=["Where is my order?", ""])).any(axis=1).tolist()
    [True, False]
    """

    texts: str
    name: str = "text"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        _ = self.encoder.name  # a name that is none is told at once

    @cached_property
    def encoder(self) -> Joined:
        """Return what makes the vectors."""
        return joined(self.texts)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns of the vector."""
        return _columns(self.name, self.encoder.width)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the text."""
        return (TEXT,)

    def start(self) -> Nothing:
        """Return what is remembered of no row."""
        return Nothing()

    def step(self, state: Nothing, woven: Events) -> tuple[Nothing, NDArray[np.float32]]:
        """Return X of the questions."""
        return state, self.peek(state, woven.rows(woven.asked))

    def peek(self, state: Nothing, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, width)."""
        texts = asked[TEXT]
        x = np.zeros((len(texts), self.encoder.width), np.float32)
        some = np.flatnonzero(texts != "")
        if len(some):
            x[some] = self.encoder(texts[some].tolist())
        return x


def full_name(texts: str) -> str:
    """Return the full name of the encoder that a name stands for here: part of a model's configuration.

    >>> full_name("ngrams")
    'ngrams-256'
    """
    return "+".join(one.name for one in _every(texts))


def joined(texts: str) -> Joined:
    """Return an encoder by its name, beside words, pairs, letters; n-grams have these alone.

    Several encoders share the length of one, so that distances, what is near, do not depend on how many there are;
    MiniLM says half as much again as another. Each one's vectors are kept on disk for itself.
    """
    every = _every(texts)
    if [one.name.split("-")[0] for one in every] == ["ngrams"]:
        return Joined((Grams(),), (1.0,))
    kept: tuple[Encoder, ...] = tuple(Cached(Stored(one)) for one in every)
    shares = [_SHARES.get(one.name.split("-")[0], 1.0) for one in every]
    length = sum(share * share for share in shares) ** 0.5
    return Joined((*kept, Grams()), (*(share / length for share in shares), _GRAMS))


def _every(texts: str) -> tuple[Encoder, ...]:
    """Return the encoders that a name says, one or several."""
    whole = encoder(texts).of
    return whole.encoders if isinstance(whole, Joined) else (whole,)


@cache
def _columns(name: str, width: int) -> tuple[Column, ...]:
    return tuple(Column(f"{name}.{place}") for place in range(width))
