"""Words: an attack by other words of a text."""

from __future__ import annotations

from dataclasses import dataclass
from sys import maxunicode

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.harden.attack import Best, Struck, Target, X
from evercart.harden.edits import spelled


@dataclass(frozen=True)
class Words:
    """Whole words replaced, one after the other, each time the most harmful of some drawn at random.

    others      what may come in a word's place: groups of words that may stand for each other; a word of no group stays
    most        words replaced in a text
    tries       drawn for each; a word whose change does no harm stays

    Words are what blanks part. A row of x is a text: the code point of each character, then zeros (`spelled`).

    Source: Alzantot et al., "Generating natural language adversarial examples", EMNLP 2018, section 3, with a greedy
    search in the place of a genetic one.

    >>> Words((("only",),), 1)
    Traceback (most recent call last):
    evercart.errors.UserError: words.others: expected groups of at least two words, got ('only',)
    """

    others: tuple[tuple[str, ...], ...]
    most: int
    tries: int = 10

    def __post_init__(self) -> None:
        require(self.most >= 0, "words.most", "0 or more", self.most)
        require(self.tries >= 1, "words.tries", "at least 1", self.tries)
        for group in self.others:
            require(len(group) > 1, "words.others", "groups of at least two words", group)

    def __call__(self, target: Target, x: X, seed: int) -> Struck:
        """Return the worst texts found."""
        groups = {word: group for group in self.others for word in group}
        best = Best(x.copy(), target.harms(x, np.arange(len(x))))
        whole: NDArray[np.bool_] = (x.min(1) >= 0) & (x.max(1) <= maxunicode)  # other rows stay: they are no texts
        rows = np.repeat(np.arange(len(x)), self.tries)
        for turn in range(self.most):
            draws = uniform(seed, np.arange(2 * len(rows)).reshape(2, -1), f"words/{turn}")
            texts = [_told(row) if there else "" for row, there in zip(best.x, whole, strict=True)]
            tried = [
                _other(texts[row], groups, *pair) for row, pair in zip(rows.tolist(), draws.T.tolist(), strict=True)
            ]
            codes = np.where(whole[rows, None], spelled(tried, x.shape[1]), best.x[rows])
            harm = target.harms(codes, rows).reshape(len(x), self.tries)
            best.take(codes.reshape(len(x), self.tries, -1)[np.arange(len(x)), harm.argmax(1)], harm.max(1))
        return Struck(best.x)


def _told(row: X) -> str:
    return "".join(chr(int(code)) for code in row[row != 0])


def _other(text: str, groups: dict[str, tuple[str, ...]], where: float, which: float) -> str:
    """Return a text with one of its words replaced by another of that word's group."""
    words = text.split(" ")
    may = [at for at, word in enumerate(words) if word in groups]
    if not may:
        return text
    at = may[int(where * len(may))]
    others = [word for word in groups[words[at]] if word != words[at]]
    words[at] = others[int(which * len(others))]
    return " ".join(words)
