"""Sketches of vectors."""

from __future__ import annotations

import numpy as np

from evercart.chance import normal
from evercart.features.encoders.sketch import BITS, cosine, is_sketch, ones, sketched
from evercart.hashing import U64
from evercart.kernel import kernel


@kernel
def angle(one: np.ndarray, other: np.ndarray) -> float:
    return cosine(one, other)


@kernel
def count(word: np.uint64) -> int:
    return ones(word)


@kernel
def some(sketch: np.ndarray) -> bool:
    return is_sketch(sketch)


def test_the_angle_can_be_read_from_the_signs() -> None:
    a, b = (normal(3, np.arange(500 * 64).reshape(500, 64), name).astype(np.float32) for name in "ab")
    b = a * np.linspace(0, 2, 500, dtype=np.float32)[:, None] + b
    true = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    read = np.array([angle(one, other) for one, other in zip(sketched(a), sketched(b), strict=True)])
    assert np.abs(read - true).max() < 0.35
    assert np.abs(read - true).mean() < 0.08
    assert BITS == 256


def test_a_sketch_depends_on_its_vector_alone() -> None:
    vectors = normal(3, np.arange(7 * 16).reshape(7, 16), "c").astype(np.float32)
    vectors[2] = 0.0
    together = sketched(vectors)
    assert together.tobytes() == np.concatenate([sketched(one[None]) for one in vectors]).tobytes()
    assert not together[2].any()
    assert [some(one) for one in together] == [True, True, False, True, True, True, True]
    assert angle(together[2], together[3]) == 0.0
    assert angle(together[1], together[1]) == 1.0
    assert sketched(vectors[:1] * 2).tolist() == together[:1].tolist()


def test_bits_are_counted() -> None:
    for word in (0, 1, 0xFF, (1 << 64) - 1, 0x8000000000000001):
        assert count(U64(word)) == word.bit_count()
