"""BANKING77's messages as vectors of several encoders side by side."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.model_selection import train_test_split

from evercart.features.encoders import Stored, encoder
from shared import DATA

FILE: Final = DATA / "banking77_intents.parquet"
INTENTS: Final = 77
SHARES: Final = {"sentences": 1.0, "minilm": 1.5, "e5": 2.0}  # e5's vectors lie closer together
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]


class Messages(NamedTuple):
    """Rows to learn from, rows to report on."""

    texts: list[str]
    label: Ints  # (rows,)
    train: Ints  # (rows to learn,) places
    test: Ints  # (rows to test,) places


def messages(trial: bool) -> Messages:
    """Return the official split; in a trial only its training rows, a fifth of them held out."""
    found = pq.read_table(FILE, columns=["text", "category", "split"])
    _, label = np.unique(found["category"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    learned = found["split"].to_numpy(zero_copy_only=False) == "train"
    train, test = np.flatnonzero(learned), np.flatnonzero(~learned)
    if trial:
        train, test = train_test_split(train, test_size=0.2, stratify=label[train], random_state=101)
    return Messages(found["text"].to_pylist(), label.astype(np.int64), np.sort(train), np.sort(test))


def vectors(texts: list[str], names: list[str]) -> Vectors:
    """Return unit vectors side by side, each times its share, (texts, columns)."""
    parts = [SHARES[name] * Stored(encoder(name))(texts) for name in names]
    return np.concatenate(parts, axis=1).astype(np.float32)


def apart(x: Vectors) -> float:
    """Return the mean distance of two rows that have nothing to do with each other."""
    half = min(len(x) // 2, 2000)
    rows = np.random.default_rng(0).permutation(len(x))
    return float(np.linalg.norm(x[rows[:half]] - x[rows[half : 2 * half]], axis=1).mean())


def spread(values: list[float]) -> str:
    """Return a mean with half the width of its 95 % interval."""
    if len(values) < 2:
        return f"{values[0]:.4f}"
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{np.mean(values):.4f} ± {half:.4f}"
