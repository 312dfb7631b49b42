"""Grams: a text as a long row of its words, their pairs, the letters in them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.errors import require
from evercart.hashing import U64, hash_strings

LETTERS: Final = 2_000  # of a text that are read
_GRAMS: Final = (3, 4, 5)
_SIGNS: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")  # a word each
_WORDS: Final = re.compile(r"\w+")


def terms(text: str) -> Iterator[str]:
    """Yield the distinct terms of a text; of Chinese: signs, pairs of signs.

    >>> list(terms("ab 中文"))
    ['ab', '中', '文', 'ab 中', '中 文', '<ab', 'ab>', '<ab>']
    """
    plain = unicodedata.normalize("NFKC", text[:LETTERS]).casefold()
    words = _WORDS.findall(_SIGNS.sub(lambda sign: f" {sign[0]} ", plain))
    yield from dict.fromkeys(words)
    yield from (f"{one} {other}" for one, other in dict.fromkeys(pairwise(words)))
    bounded = [f"<{word}>" for word in dict.fromkeys(words) if not _SIGNS.match(word)]
    yield from dict.fromkeys(word[at : at + n] for word in bounded for n in _GRAMS for at in range(len(word) - n + 1))


def hashed(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return of each term of texts the text's row, the term's hash, both (terms,)."""
    found = [list(terms(text)) for text in texts]
    rows = np.repeat(np.arange(len(texts)), [len(each) for each in found])
    return rows, hash_strings(pa.array([term for each in found for term in each], pa.string()), key=1)


@dataclass(frozen=True)
class Grams:
    """Words, pairs of words, letters in a row, each hashed to a column with a sign; any script, nothing to install.

    Each term counts once, a word no more than three letters of it: on product titles that is worth half a point to a
    point of accuracy. Counts are integers, so the bits are the same everywhere. Wider than `HashedNgrams`, with pairs:
    for telling classes apart, not for nearness.

    Source: Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009.

    >>> Grams(64)(["red shoe", ""]).shape
    (2, 64)
    """

    width: int = 1536

    def __post_init__(self) -> None:
        require(8 <= self.width <= 1 << 16, "grams.width", "8 to 65536", self.width)

    @property
    def name(self) -> str:
        """Return the name of its content."""
        return f"terms-{self.width}"

    @property
    def fingerprint(self) -> str:
        """Return the hash of its content."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, (texts, width)."""
        rows, hashes = hashed(texts)
        counts = np.zeros((len(texts), self.width), np.int32)
        signed = np.where(hashes >> U64(63) == U64(1), 1, -1).astype(np.int32)
        np.add.at(counts, (rows, (hashes % U64(self.width)).astype(np.int64)), signed)
        out = counts.astype(np.float32)
        length = np.sqrt((counts.astype(np.int64) ** 2).sum(1).astype(np.float64))
        out /= np.maximum(length, 1.0).astype(np.float32)[:, None]
        return out
