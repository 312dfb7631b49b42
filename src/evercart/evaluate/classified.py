"""Classified: guesses of labels beside plain ones, with what was called unknown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.compare import Difference, student_975

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_BLOCKS: Final = 50  # stretches of messages that count as one draw each
_975: Final = 1.959963984540054


@dataclass(frozen=True)
class Flags:
    """Which messages were called unknown, beside those that were.

    flagged    (messages,) by the threshold that stood then
    odd        (messages,) how odd each looked
    known      (messages,) whether its label had been learned
    strange    (messages,) whether it was of no known label
    """

    flagged: Mask
    odd: NDArray[np.float64]
    known: Mask
    strange: Mask

    def summary(self, alarms: float = 0.05) -> dict[str, Any]:
        """Return the share of strange messages flagged, of known ones; the share at exactly so many false alarms."""
        said: dict[str, Any] = {"messages": int(self.strange.sum()), "known": int(self.known.sum())}
        if not self.strange.any() or not self.known.any():
            return said
        line = np.quantile(self.odd[self.known], 1 - alarms)
        return {
            **said,
            "flagged": share(self.flagged[self.strange]),
            "false_alarms": share(self.flagged[self.known]),
            f"flagged_at_{alarms:g}": share(self.odd[self.strange] > line),
        }


@dataclass(frozen=True)
class Classified:
    """A test, then train run over messages.

    names      of the labels by number, that of none first
    truth      (messages,) label numbers from 1 on; 0 out of scope; below: never told
    guesses    by racer, the app's first, (messages,) label numbers
    chance     (messages,) of the app's guess
    flags      by what is strange: labels never seen, messages out of scope, labels withheld in a run of their own
    cpu_s      by racer, then of what all share
    about      how the table was read
    """

    names: tuple[str, ...]
    truth: Ints
    guesses: dict[str, Ints]
    chance: NDArray[np.float64]
    flags: dict[str, Flags]
    cpu_s: dict[str, float]
    about: dict[str, Any]

    @cached_property
    def scored(self) -> Ints:
        """Return the messages that are scored: those with a label that is in scope."""
        return np.flatnonzero(self.truth > 0)

    def right(self, racer: str, rows: Ints | None = None) -> Mask:
        """Return whether a racer guessed right, of all that are scored or of some messages."""
        rows = self.scored if rows is None else rows
        return np.asarray(self.guesses[racer][rows] == self.truth[rows])

    def f1(self, racer: str) -> float:
        """Return the mean F1 over labels, on all that are scored."""
        truth, guess = self.truth[self.scored], self.guesses[racer][self.scored]
        size = len(self.names)
        hits = np.bincount(truth[truth == guess], minlength=size)[1:]
        both = np.bincount(truth, minlength=size)[1:] + np.bincount(guess, minlength=size)[1:]
        return float((2 * hits / np.maximum(both, 1)).mean())

    def recall(self, racer: str) -> dict[str, dict[str, float]]:
        """Return how many messages each label had, which share of them was guessed right."""
        truth = self.truth[self.scored]
        told = np.bincount(truth, minlength=len(self.names))
        hits = np.bincount(truth[self.right(racer)], minlength=len(self.names))
        return {
            name: {"messages": int(told[at]), "recall": float(hits[at] / told[at])}
            for at, name in enumerate(self.names)
            if at and told[at]
        }

    def difference(self, racer: str) -> Difference:
        """Return the app's accuracy less a racer's, with its 95 % interval over stretches of messages."""
        gap = self.right(next(iter(self.guesses))).astype(float) - self.right(racer)
        parts = [part.mean() for part in np.array_split(gap, min(_BLOCKS, len(gap)))]
        if len(parts) < 2:
            return Difference(float(gap.mean()), float("nan"), float("nan"))
        half = student_975(len(parts) - 1) * np.std(parts, ddof=1) / np.sqrt(len(parts))
        return Difference(float(gap.mean()), float(gap.mean() - half), float(gap.mean() + half))

    def summary(self) -> dict[str, Any]:
        """Return what `evercart backtest classify --json` prints."""
        ours, *others = self.guesses
        later = self.scored[len(self.scored) // 4 :]
        said: dict[str, Any] = {"app": "classify", **self.about, "questions": len(self.truth)}
        said |= {"scored": len(self.scored), "labels": len(self.names) - 1}
        for racer in self.guesses:
            said[racer] = {
                "accuracy": share(self.right(racer)),
                "accuracy_later": share(self.right(racer, later)),
                "macro_f1": self.f1(racer),
                "cpu_s": round(self.cpu_s[racer], 3),
            }
        for racer in others:
            said[racer]["difference"] = self.difference(racer)._asdict()
        chance = self.chance[self.scored]
        said[ours]["mean_chance"] = float(np.nan_to_num(chance).mean()) if len(chance) else 0.0
        said[ours]["recall"] = self.recall(ours)
        said["unknown"] = {name: one.summary() for name, one in self.flags.items()}
        return said | {"shared_cpu_s": round(self.cpu_s["encode"], 3)}


def share(hits: Mask) -> dict[str, float]:
    """Return the share of hits, with its 95 % interval.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22(158), 1927.

    >>> {name: round(value, 3) for name, value in share(np.array([True, True, False, True])).items()}
    {'mean': 0.75, 'low': 0.301, 'high': 0.954}
    """
    n = len(hits)
    if not n:
        return {"mean": float("nan"), "low": float("nan"), "high": float("nan")}
    p, z = float(hits.mean()), _975**2 / n
    middle, half = (p + z / 2) / (1 + z), np.sqrt(p * (1 - p) * z + z * z / 4) / (1 + z)
    return {"mean": p, "low": float(max(middle - half, 0.0)), "high": float(min(middle + half, 1.0))}
