"""Tokens: texts as columns of numbers, for a network that reads them itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.features.encoders.pretrained import Pretrained


def token_columns(most: int) -> tuple[Column, ...]:
    """Return the columns of so many tokens.

    >>> [column.name for column in token_columns(2)]
    ['token0', 'token1']
    """
    return tuple(Column(f"token{at}") for at in range(most))


def token_rows(base: Pretrained, texts: Sequence[str], most: int) -> NDArray[np.float32]:
    """Return each text's first tokens, each plus 1, (texts, most); 0 where there is none, exact in 32 bits.

    A text that is too long keeps the mark of its end.
    """
    return _rows(base.tokens(texts), most)


def pair_rows(base: Pretrained, firsts: Sequence[str], seconds: Sequence[str], most: int) -> NDArray[np.float32]:
    """Return the tokens of two texts behind each other, each plus 1, (pairs, most); the first has half of the room."""
    require(len(firsts) == len(seconds), "pair_rows.seconds", f"{len(firsts)} texts", len(seconds))
    half = most // 2
    before = [one if len(one) <= half else np.append(one[: half - 1], one[-1]) for one in base.tokens(firsts)]
    return _rows([np.concatenate(pair) for pair in zip(before, base.tokens(seconds), strict=True)], most)


def _rows(tokens: Sequence[NDArray[np.int64]], most: int) -> NDArray[np.float32]:
    out = np.zeros((len(tokens), most), np.float32)
    for row, ids in enumerate(tokens):
        kept = ids if len(ids) <= most else np.append(ids[: most - 1], ids[-1])
        out[row, : len(kept)] = kept + 1
    return out
