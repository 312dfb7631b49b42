"""Streams of turns with guesses beside them for a race, then judged for a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.evaluate.scored import Scored
from evercart.labels.turns import ABANDONED, ASKED, SETTLED, Turns
from evercart.testing.streams import Times, even_clock, hurting_clock
from evercart.testing.turned import Turned

_SUMS: Final = np.array([0.0, 1.99, 25.0, -4.5, 310.0])
Raw = tuple[Turns, Mapping[str, NDArray[np.float64]]]


@dataclass(frozen=True)
class Raced:
    """Turns with the guesses of racers beside them, for a race."""

    names: tuple[str, ...] = ("champion", "challenger")
    turned: Turned = field(default_factory=Turned)

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Raw:
        """Return hurting turns with guesses."""
        return self._with_guesses(self.turned.draw(seed, rows, durations_us), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Raw:
        """Return even turns with guesses."""
        return self._with_guesses(self.turned.steady(seed, rows, alive, span_us), seed)

    def size(self, batch: Raw) -> int:
        """Return how many turns there are."""
        return len(batch[0])

    def rows(self, batch: Raw, start: int, stop: int) -> Raw:
        """Return the turns from `start` up to `stop`, with their guesses."""
        turns, guesses = batch
        return turns.rows(slice(start, stop)), {name: g[start:stop] for name, g in guesses.items()}

    def ticks(self, batch: Raw) -> Times:
        """Return the tick of each turn."""
        return batch[0].tick

    def scramble(self, batch: Raw, row: int, seed: int) -> Raw:
        """Draw labels, features and guesses from `row` on again."""
        turns, guesses = batch
        mixed, other = self._with_guesses(self.turned.scramble(turns, row, seed), seed)
        return mixed, {name: np.append(guesses[name][:row], other[name][row:]) for name in self.names}

    def said(self, batch: Raw, out: Scored) -> Times:
        """Return the row after which a question, with all asked before it, is no longer open."""
        turns = batch[0]
        ends = np.flatnonzero(np.isin(turns.what, (SETTLED, ABANDONED)))
        closed = np.full(int(turns.number.max(initial=-1)) + 1, len(turns), np.int64)
        closed[turns.number[ends]] = ends + 1
        return np.maximum.accumulate(closed)[out.number]

    def _with_guesses(self, turns: Turns, seed: int) -> Raw:
        due = turns.what == ASKED
        return turns, {name: np.where(due, uniform(seed, turns.number, name), np.nan) for name in self.names}


@dataclass(frozen=True)
class Judged:
    """Scored questions, for a report."""

    racers: int = 2
    slices: int = 1
    labels: Literal["yes", "sum"] = "yes"

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Scored:
        """Return scored questions over some days."""
        hours = tuple(durations_us) or (3_600_000_000, 86_400_000_000)
        return self._filled(np.arange(rows), hurting_clock(seed, rows, hours), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Scored:
        """Return scored questions at an even pace."""
        return self._filled(np.arange(rows), even_clock(rows, alive, span_us, 1), seed)

    def size(self, batch: Scored) -> int:
        """Return how many questions there are."""
        return len(batch)

    def rows(self, batch: Scored, start: int, stop: int) -> Scored:
        """Return the questions from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Scored) -> Times:
        """Return a tick for each question."""
        return batch.number

    def scramble(self, batch: Scored, row: int, seed: int) -> Scored:
        """Draw all from `row` on again, but number and time."""
        other = self._filled(batch.number, batch.us, seed)
        return Scored.concat([batch.rows(slice(row)), other.rows(slice(row, None))])

    def said(self, batch: Scored, out: Any) -> None:
        """Return None: a row says which days it closes."""
        return

    def _filled(self, number: Times, us: Times, seed: int) -> Scored:
        u = uniform(seed, number, "label")
        sums = _SUMS[(u * len(_SUMS)).astype(np.int64)]
        return Scored(
            number,
            us,
            (u < 0.4).astype(np.float64) if self.labels == "yes" else sums,
            (uniform(seed, number, "key") * 3).astype(np.uint64) + np.uint64(1),
            (uniform(seed, number, "slice") * self.slices).astype(np.int16),
            uniform(seed, number[:, None] * self.racers + np.arange(self.racers), "guess"),
        )
