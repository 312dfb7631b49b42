"""Edits: an attack by a few characters of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.harden.attack import Best, Struck, Target, X

KINDS: Final = ("flip", "swap", "drop", "add")
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Edits:
    """Edits of single characters, one after the other, each the most harmful of some drawn at random.

    most        edits of a text
    tries       drawn for each edit; an edit that does no harm is not made
    restarts    how often all begins anew; of each text the worst is kept
    kinds       "flip": another character in its place; "swap": it changes places with the next; "drop": it goes;
                "add": one comes before it
    letters     what comes in the place of a character

    A row of x is a text: the code point of each character, then zeros (`spelled`).

    Source: Ebrahimi et al., "HotFlip: white-box adversarial examples for text classification", ACL 2018, sections 3
    to 5, with edits tried in the place of edits estimated; the kinds: Pruthi, Dhingra and Lipton, "Combating
    adversarial misspellings with robust word recognition", ACL 2019, section 3.
    """

    most: int
    tries: int = 10
    restarts: int = 1
    kinds: tuple[str, ...] = ("flip",)
    letters: str = LETTERS

    def __post_init__(self) -> None:
        require(self.most >= 0, "edits.most", "0 or more", self.most)
        require(self.tries >= 1, "edits.tries", "at least 1", self.tries)
        require(self.restarts >= 1, "edits.restarts", "at least 1", self.restarts)
        require(len(self.kinds) > 0, "edits.kinds", "one or more of " + " ".join(KINDS), self.kinds)
        for kind in self.kinds:
            require(kind in KINDS, "edits.kinds", "one or more of " + " ".join(KINDS), kind)
        require(len(self.letters) > 0, "edits.letters", "at least one", self.letters)

    def __call__(self, target: Target, x: X, seed: int) -> Struck:
        """Return the worst texts found."""
        rows = np.arange(len(x))
        clean = target.harms(x, rows)
        best = Best(x.copy(), clean.copy())
        for restart in range(self.restarts):
            at = Best(x.copy(), clean.copy())
            for edit in range(self.most):
                draws = uniform(seed, np.arange(3 * self.tries * len(x)), f"edits/{restart}/{edit}")
                self._edit(target, at, draws.reshape(3, -1))
            best.take(*at)
        return Struck(best.x)

    def _edit(self, target: Target, at: Best, draws: NDArray[np.float64]) -> None:
        """Make the most harmful of the drawn edits; draws (3, tries * rows): kind, place, letter."""
        count = len(at.x)
        rows = np.repeat(np.arange(count), self.tries)
        tried = self._edited(at.x[rows], draws)
        harm = target.harms(tried, rows).reshape(count, self.tries)
        worst = harm.argmax(1)
        at.take(tried.reshape(count, self.tries, -1)[np.arange(count), worst], harm.max(1))

    def _edited(self, x: X, draws: NDArray[np.float64]) -> X:
        """Return texts with one edit each."""
        length = (x != 0).sum(1)
        kind = np.floor(draws[0] * len(self.kinds)).astype(np.int64)
        place = np.floor(draws[1] * np.maximum(length, 1)).astype(np.int64)
        codes = np.array([ord(one) for one in self.letters], np.float32)
        letter = codes[np.floor(draws[2] * len(codes)).astype(np.int64)]
        out = x.copy()
        for number, name in enumerate(self.kinds):
            mine = (kind == number) & (length > 0)
            out[mine] = _BY_KIND[name](x[mine], place[mine], letter[mine])
        return out


def spelled(texts: list[str], longest: int) -> X:
    """Return the code points of texts, (texts, longest), zeros after the end; what is longer is cut.

    >>> spelled(["ab"], 3).tolist()
    [[97.0, 98.0, 0.0]]
    """
    out = np.zeros((len(texts), longest), np.float32)
    for row, text in enumerate(texts):
        cut = text[:longest]
        out[row, : len(cut)] = [ord(one) for one in cut]
    return out


def _flip(x: X, place: NDArray[np.int64], letter: X) -> X:
    out = x.copy()
    out[np.arange(len(x)), place] = letter
    return out


def _swap(x: X, place: NDArray[np.int64], letter: X) -> X:
    rows, following = np.arange(len(x)), np.minimum(place + 1, x.shape[1] - 1)
    following = np.where(x[rows, following] == 0, place, following)  # the last character has no next
    out = x.copy()
    out[rows, place], out[rows, following] = x[rows, following], x[rows, place]
    return out


def _drop(x: X, place: NDArray[np.int64], letter: X) -> X:
    at = np.arange(x.shape[1])
    out: X = np.take_along_axis(np.pad(x, ((0, 0), (0, 1))), at + (at >= place[:, None]), axis=1)
    return out


def _add(x: X, place: NDArray[np.int64], letter: X) -> X:
    at = np.arange(x.shape[1])
    out = np.take_along_axis(x, np.maximum(at - (at > place[:, None]), 0), axis=1)
    out[np.arange(len(x)), place] = letter
    return out


_BY_KIND: Final = {"flip": _flip, "swap": _swap, "drop": _drop, "add": _add}
