"""Hashed n-grams: a text as counts of its words, of the letters in a row, folded into a few columns."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.errors import require
from evercart.hashing import U64, hash_strings

_GRAMS: Final = (3, 4, 5)
_WORD: Final = 3  # what a whole word counts, where letters in a row count 1
_LETTERS: Final = 2_000  # of a text that are read
_SIGNS: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")  # a word each
_WORDS: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class HashedNgrams:
    """Words with character n-grams, each hashed to a column with a sign; any script, nothing to install.

    Texts that share letters lie near each other; those that share only their meaning do not. Counts are integers,
    so the bits are the same everywhere.

    Source: Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009; Bojanowski et al.,
    "Enriching word vectors with subword information", TACL 5, 2017 (n-grams within bounded words).

    >>> shoe, shoes, knife = HashedNgrams()(["red shoe", "Red shoes", "bread knife"])
    >>> bool(shoe @ shoes > 0.5 > 0.2 > shoe @ knife)
    True
    """

    width: int = 256

    def __post_init__(self) -> None:
        require(8 <= self.width <= 1 << 16, "ngrams.width", "8 to 65536", self.width)

    @property
    def name(self) -> str:
        """Return the name of its content."""
        return f"ngrams-{self.width}"

    @property
    def fingerprint(self) -> str:
        """Return the hash of its content."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, (texts, width)."""
        terms = [list(_terms(text)) for text in texts]
        rows = np.repeat(np.arange(len(texts)), [len(each) for each in terms])
        flat = [term for each in terms for term in each]
        hashes = hash_strings(pa.array([word for word, _ in flat], pa.string()), key=1)
        weights = np.array([weight for _, weight in flat], np.int64)
        signed = np.where(hashes >> U64(63) == U64(1), weights, -weights)
        counts = np.zeros((len(texts), self.width), np.int64)
        np.add.at(counts, (rows, (hashes % U64(self.width)).astype(np.int64)), signed)
        length = np.sqrt((counts * counts).sum(1).astype(np.float64))
        found: NDArray[np.float32] = (counts / np.maximum(length, 1.0)[:, None]).astype(np.float32)
        return found


def _terms(text: str) -> Iterator[tuple[str, int]]:
    """Yield the distinct terms of a text, each with what it counts."""
    plain = unicodedata.normalize("NFKC", text[:_LETTERS]).casefold()
    spread = _SIGNS.sub(lambda sign: f" {sign[0]} ", plain)
    yield from ((word, _WORD) for word in dict.fromkeys(_WORDS.findall(spread)))
    bounded = [f"<{word}>" for word in _WORDS.findall(plain)]
    grams = (word[at : at + n] for word in bounded for n in _GRAMS for at in range(len(word) - n + 1))
    yield from ((gram, 1) for gram in dict.fromkeys(grams))
