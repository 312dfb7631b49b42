"""Encoders that remember."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.encoder import Cached


class Counting:
    """An encoder that tells which texts it was given."""

    name, width = "counting", 2

    def __init__(self) -> None:
        self.given: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Any:
        self.given.append(list(texts))
        return np.array([[len(text), 1.0] for text in texts], np.float32)


def test_a_text_is_encoded_once() -> None:
    inner = Counting()
    cached = Cached(inner)
    assert cached(["a", "bb", "a"]).tolist() == [[1.0, 1.0], [2.0, 1.0], [1.0, 1.0]]
    assert cached(["bb", "ccc"]).tolist() == [[2.0, 1.0], [3.0, 1.0]]
    assert cached([]).shape == (0, 2)
    assert inner.given == [["a", "bb"], ["ccc"]]
    assert (cached.name, cached.width) == ("counting", 2)


def test_of_too_many_texts_the_first_is_forgotten() -> None:
    inner = Counting()
    cached = Cached(inner, most=2)
    assert cached(["a", "b", "c"])[:, 0].tolist() == [1.0, 1.0, 1.0]
    cached(["b", "c", "a"])
    assert inner.given == [["a", "b", "c"], ["a"]]
    with pytest.raises(UserError, match=r"^cached.most: expected at least 1, got 0$"):
        Cached(inner, most=0)
